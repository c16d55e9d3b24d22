"""What came of published pieces. Reads the tables of notes, shares and orders: one statement for all of them.

An order counts as `notes.queries.sold_by_note` counts it: through any link to the note, a pinned product,
paid and not refunded, not the author's own.
"""

from datetime import datetime
from typing import Any

from django.db import connection

from jishi.growth.publishing.contracts import Outcome, PieceResult, PieceView, State
from jishi.growth.publishing.models import Piece
from jishi.growth.publishing.queries import pieces

_RESULTS = """
WITH chosen AS (
    SELECT p.id, p.note_code, p.views, p.viewers, p.counted_at, n.id AS note_id, n.author_id,
           n.like_count, n.favourite_count, n.comment_count, n.repost_count
    FROM publishing_piece p JOIN notes_note n ON n.code = p.note_code
    WHERE p.id = ANY(%(ids)s)
), came AS (
    SELECT c.id, count(DISTINCT v.visitor) AS visitors
    FROM chosen c JOIN shares_sharelink s ON s.kind = 'note' AND s.key = c.note_code
    JOIN shares_sharevisit v ON v.link_id = s.id GROUP BY 1
), sold AS (
    SELECT c.id, o.currency, count(DISTINCT o.id) AS orders, sum(l.total_minor)::bigint AS amount
    FROM chosen c JOIN shares_sharelink s ON s.kind = 'note' AND s.key = c.note_code
    JOIN shares_shareorder so ON so.link_id = s.id JOIN orders_order o ON o.code = so.order_code
    JOIN orders_orderline l ON l.order_id = o.id
    JOIN notes_pin pin ON pin.note_id = c.note_id AND pin.product_id = l.product_id
    WHERE o.paid_at IS NOT NULL AND o.buyer_id <> c.author_id AND o.state NOT IN ('refunding', 'refunded')
    GROUP BY 1, 2
), outside AS (
    SELECT v.piece_id AS id, sum(f.views)::bigint AS views, sum(f.likes)::bigint AS likes,
           sum(f.comments)::bigint AS comments, sum(f.shares)::bigint AS shares,
           sum(f.clicks)::bigint AS clicks
    FROM publishing_variant v JOIN publishing_figure f ON f.channel_id = v.channel_id AND f.post = v.url
    WHERE v.piece_id = ANY(%(ids)s) AND v.url <> '' GROUP BY 1
)
SELECT c.id, c.views, c.viewers, c.counted_at, c.like_count, c.favourite_count, c.comment_count,
       c.repost_count, coalesce(came.visitors, 0),
       coalesce((SELECT sum(orders)::bigint FROM sold WHERE sold.id = c.id), 0),
       coalesce((SELECT json_object_agg(currency, amount) FROM sold WHERE sold.id = c.id), '{}'::json),
       outside.views, outside.likes, outside.comments, outside.shares, outside.clicks
FROM chosen c LEFT JOIN came ON came.id = c.id LEFT JOIN outside ON outside.id = c.id
"""
_OUTCOMES = """
SELECT p.code, p.lane, p.form, n.repost_count, n.like_count + n.favourite_count
FROM publishing_piece p JOIN notes_note n ON n.code = p.note_code
WHERE p.state = 'published' ORDER BY p.published_at DESC, p.id DESC LIMIT %s
"""
OUTSIDE = ("views", "likes", "comments", "shares", "clicks")


def list_results(
    *, since: datetime | None = None, lane: str = "", limit: int = 60
) -> tuple[PieceResult, ...]:
    """What came of published pieces, the newest first."""
    rows = Piece.objects.filter(state=State.PUBLISHED)
    if since is not None:
        rows = rows.filter(published_at__gte=since)
    if lane:
        rows = rows.filter(lane=lane)
    shown = [pieces.view(row) for row in rows.only(*pieces.SHOWN).order_by("-published_at", "-pk")[:limit]]
    counted = _counted([one.id for one in shown])
    return tuple(_result(one, counted[one.id]) for one in shown if one.id in counted)


def list_outcomes(*, limit: int = 300) -> tuple[Outcome, ...]:
    """What published pieces did, the newest first, as the check compares it."""
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES, [limit])
        return tuple(Outcome(*row) for row in cursor.fetchall())


def _counted(ids: list[int]) -> dict[int, tuple[Any, ...]]:
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_RESULTS, {"ids": ids})
        return {row[0]: row[1:] for row in cursor.fetchall()}


def _result(piece: PieceView, row: tuple[Any, ...]) -> PieceResult:
    views, viewers, counted_at, likes, kept, comments, passed_on, visitors, orders, amounts, *rest = row
    return PieceResult(
        piece=piece,
        views=views,
        viewers=viewers,
        counted_at=counted_at,
        likes=likes,
        kept=kept,
        comments=comments,
        passed_on=passed_on,
        visitors=visitors,
        orders=orders,
        amounts_minor=amounts,
        outside=dict(zip(OUTSIDE, rest, strict=True)) if rest[0] is not None else {},
    )
