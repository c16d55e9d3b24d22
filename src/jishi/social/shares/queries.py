"""Reading links, chains and what they led to: one statement per question."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Count, Sum

from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.people.accounts import queries as account_queries
from jishi.social.shares.contracts import (
    ChainLink,
    ChainStats,
    DepthCount,
    ShareFunnel,
    ShareOrderView,
    ShareView,
)
from jishi.social.shares.errors import ShareNotFound
from jishi.social.shares.models import ShareLink, ShareOrder, ShareVisit

_CHAIN = """
WITH RECURSIVE up AS (
    SELECT id, code, depth, sharer_id, parent_id, created_at FROM shares_sharelink WHERE code = %s
    UNION ALL
    SELECT p.id, p.code, p.depth, p.sharer_id, p.parent_id, p.created_at
    FROM shares_sharelink p JOIN up ON p.id = up.parent_id
)
SELECT code, depth, sharer_id, created_at FROM up ORDER BY depth DESC
"""
_DEPTHS = """
SELECT l.depth, count(*), coalesce(sum(v.n), 0)::bigint, coalesce(sum(o.n), 0)::bigint
FROM shares_sharelink l
LEFT JOIN (SELECT link_id, count(*) AS n FROM shares_sharevisit GROUP BY 1) v ON v.link_id = l.id
LEFT JOIN (SELECT link_id, count(*) AS n FROM shares_shareorder GROUP BY 1) o ON o.link_id = l.id
GROUP BY 1 ORDER BY 1
"""
_DEPTHS_BETWEEN = """
SELECT depth, sum(links)::bigint, sum(visitors)::bigint, sum(orders)::bigint FROM (
    SELECT depth, 1 AS links, 0 AS visitors, 0 AS orders FROM shares_sharelink
    WHERE created_at >= %(since)s AND created_at < %(until)s
    UNION ALL
    SELECT l.depth, 0, 1, 0 FROM shares_sharevisit v JOIN shares_sharelink l ON l.id = v.link_id
    WHERE v.first_at >= %(since)s AND v.first_at < %(until)s
    UNION ALL
    SELECT l.depth, 0, 0, 1 FROM shares_shareorder o JOIN shares_sharelink l ON l.id = o.link_id
    WHERE o.paid_at >= %(since)s AND o.paid_at < %(until)s
) seen GROUP BY 1 ORDER BY 1
"""
_BROKEN = """
SELECT c.code FROM shares_sharelink c JOIN shares_sharelink p ON p.id = c.parent_id
WHERE c.depth <> p.depth + 1 OR p.id >= c.id
UNION SELECT code FROM shares_sharelink WHERE parent_id IS NULL AND depth <> 0
ORDER BY 1 LIMIT %s
"""
MAX_PAGE = 100


def get_link(code: str) -> ShareView:
    """Return one link.

    :raises ShareNotFound: there is none.
    """
    link = find_link(code)
    if link is None:
        raise ShareNotFound(code=code[:12])
    return link


def find_link(code: str) -> ShareView | None:
    """Return one link, if it exists."""
    row = ShareLink.objects.select_related("parent").filter(code=code).first()
    return None if row is None else _view(row)


def list_links(sharer_id: int, *, limit: int = 50) -> tuple[ShareView, ...]:
    """Return somebody's links, the newest first."""
    rows = ShareLink.objects.select_related("parent").filter(sharer_id=sharer_id).order_by("-pk")
    return tuple(_view(row) for row in rows[:limit])


def chain(code: str) -> tuple[ChainLink, ...]:
    """Return who brought whom, from the link itself up to where the chain began.

    :raises ShareNotFound: there is no such link.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHAIN, [code])
        rows = cursor.fetchall()
    if not rows:
        raise ShareNotFound(code=code[:12])
    people = account_queries.list_people({row[2] for row in rows if row[2] is not None})
    return tuple(
        ChainLink(link, depth, people.get(sharer), created_at) for link, depth, sharer, created_at in rows
    )


def funnel(sharer_id: int) -> ShareFunnel:
    """Return what somebody's links led to: links, visitors, links made by those who came, paid orders."""
    visitors = ShareVisit.objects.filter(link__sharer_id=sharer_id).aggregate(
        n=Count("visitor", distinct=True)
    )["n"]
    sold = (
        ShareOrder.objects.filter(link__sharer_id=sharer_id)
        .order_by()
        .values_list("currency")
        .annotate(n=Count("pk"), amount=Sum("amount_minor"))
    )
    rows = list(sold)
    return ShareFunnel(
        links=ShareLink.objects.filter(sharer_id=sharer_id).count(),
        visitors=visitors,
        reshared=ShareLink.objects.filter(parent__sharer_id=sharer_id).count(),
        orders=sum(count for _, count, _ in rows),
        amounts_minor={currency: amount for currency, _, amount in rows},
    )


def chain_depths(*, since: datetime | None = None, until: datetime | None = None) -> ChainStats:
    """Return how far sharing travels: links, visitors and paid orders by depth of the chain.

    With a span: links made, first visits and payments in it.
    """
    with connection.cursor() as cursor:
        if since is None or until is None:
            cursor.execute(_DEPTHS)
        else:
            cursor.execute(_DEPTHS_BETWEEN, {"since": since, "until": until})
        by_depth = tuple(DepthCount(*row) for row in cursor.fetchall())
    links = sum(row.links for row in by_depth)
    weighted = sum(row.depth * row.links for row in by_depth)
    return ChainStats(
        by_depth=by_depth,
        deepest=max((row.depth for row in by_depth), default=0),
        mean_depth_hundredths=weighted * 100 // links if links else 0,
        links=links,
        visitors=sum(row.visitors for row in by_depth),
        orders=sum(row.orders for row in by_depth),
    )


def page_orders(
    *,
    depth: int | None = None,
    sharer_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[ShareOrderView]:
    """Return orders that links brought (paid in a span), the newest first, for drilling down. The caller has
    checked the viewer.

    :raises BadCursor: the cursor was not made here.
    """
    rows = ShareOrder.objects.select_related("link")
    if depth is not None:
        rows = rows.filter(link__depth=depth)
    if sharer_id is not None:
        rows = rows.filter(link__sharer_id=sharer_id)
    if since is not None:
        rows = rows.filter(paid_at__gte=since)
    if until is not None:
        rows = rows.filter(paid_at__lt=until)
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    limit = max(1, min(limit, MAX_PAGE))
    found = list(rows.order_by("-pk")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    people = account_queries.list_people({row.link.sharer_id for row in found if row.link.sharer_id})
    items = [
        ShareOrderView(
            order_code=row.order_code,
            link_code=row.link.code,
            depth=row.link.depth,
            sharer=people.get(row.link.sharer_id) if row.link.sharer_id else None,
            amount_minor=row.amount_minor,
            currency=row.currency,
            paid_at=row.paid_at,
        )
        for row in found
    ]
    return Page(items, encode_cursor(found[-1].pk) if more else None)


def list_links_of_orders(order_codes: Iterable[str]) -> dict[str, str]:
    """Return the code of the link that brought each order, by order code; others are absent."""
    rows = ShareOrder.objects.filter(order_code__in=list(order_codes))
    return dict(rows.values_list("order_code", "link__code"))


def list_broken_chains(*, limit: int = 50) -> list[str]:
    """Return links that do not stand one step below an older parent; empty when every chain is sound."""
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN, [limit])
        return [code for (code,) in cursor.fetchall()]


def _view(row: ShareLink) -> ShareView:
    return ShareView(
        id=row.pk,
        code=row.code,
        kind=row.kind,
        key=row.key,
        url_path=f"/r/{row.code}",
        depth=row.depth,
        sharer_id=row.sharer_id,
        parent_code=row.parent.code if row.parent else None,
        created_at=row.created_at,
    )
