"""The mixed feed of notes and goods, in the order of the registered ranker or of the built-in one.

The built-in order is chronological for notes, best-selling for goods, the better before the worse inside a
page. Without a person (strangers, or personalisation switched off) it is a function of what is public and
nothing else: everybody gets the same list, and nothing about anybody is read.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from jishi.kernel import clock
from jishi.kernel.paging import BadCursor, decode_cursor, encode_cursor
from jishi.social.feed import ports, rules
from jishi.social.feed.contracts import Candidate, FeedItem, FeedPage, Reader, Slate
from jishi.social.feed.queries import sql

LIMIT_MAX = 60
SMALL_CIRCLE = 20
"""With fewer followers than this somebody's circle is small."""
NEW_FOR = timedelta(days=30)
"""So long authors and shops are new."""
LAST_NO = 2**62
TOP = 1e308

_NOTES = """
{with_clause} SELECT n.id, n.published_no, n.author_id, n.quality,
    coalesce(c.follower_count, 0) < %(small)s OR u.joined_at > %(new_since)s, {near}
FROM notes_note n JOIN accounts_user u ON u.id = n.author_id
LEFT JOIN graph_profile c ON c.person_id = n.author_id
WHERE n.published_no < %(before)s AND n.repost_of_id IS NULL AND {visible}
ORDER BY n.published_no DESC LIMIT %(limit)s
"""
_NEAR = """EXISTS (SELECT 1 FROM graph_follow f WHERE f.follower_id = %(viewer)s
                   AND f.followee_id = n.author_id AND f.state = 'active')
        OR EXISTS (SELECT 1 FROM notes_notetopic t JOIN feed_interest i ON i.topic_id = t.topic_id
                   WHERE t.note_id = n.id AND i.person_id = %(viewer)s)"""
_GOODS = """
(SELECT l.product_id, l.popularity, false FROM catalog_listing l JOIN merchants_shop s ON s.id = l.shop_id
 WHERE l.is_visible AND l.price_from_minor IS NOT NULL AND s.created_at <= %(new_since)s
   AND (l.popularity, l.product_id) < (%(known_score)s, %(known_id)s)
 ORDER BY l.popularity DESC, l.product_id DESC LIMIT %(limit)s)
UNION ALL
(SELECT l.product_id, l.popularity, true FROM catalog_listing l JOIN merchants_shop s ON s.id = l.shop_id
 WHERE l.is_visible AND l.price_from_minor IS NOT NULL AND s.created_at > %(new_since)s
   AND (l.popularity, l.product_id) < (%(new_score)s, %(new_id)s)
 ORDER BY l.popularity DESC, l.product_id DESC LIMIT %(limit)s)
"""


def page_home(
    *,
    viewer_id: int | None,
    language: str,
    is_personalised: bool = True,
    visitor: str = "",
    cursor: str | None = None,
    limit: int = 20,
    at: datetime | None = None,
) -> FeedPage:
    """A page of notes and goods. What a reader must not see is dropped once more when the cards are made.

    :raises BadCursor: the cursor is forged, old, or of another order.
    """
    ranker = ports.find_ranker() or BUILT_IN
    reader = Reader(viewer_id if is_personalised else None, language, visitor if is_personalised else "")
    state: Mapping[str, Any] | None = None
    if cursor:
        values = decode_cursor(cursor)
        if len(values) != 3 or values[0] != "home" or values[1] != ranker.name:
            raise BadCursor
        state = json.loads(values[2])
    limit = max(1, min(limit, LIMIT_MAX))
    slate = ranker.slate(reader, state=state, limit=limit, at=clock.at_or_now(at))
    more = None
    if slate.state is not None:
        more = encode_cursor("home", ranker.name, json.dumps(dict(slate.state)))
    return FeedPage(slate.items, more, is_personal=slate.is_personal)


class Chronological:
    """The built-in order. Notes and goods are three streams that do not overlap; each keeps its own place."""

    name = "chronological"

    def slate(self, reader: Reader, *, state: Mapping[str, Any] | None, limit: int, at: datetime) -> Slate:
        """Return a page of both kinds; what one lacks the other fills."""
        place = dict(state) if state else _beginning(at)
        notes = self._notes(reader, place, limit + 1)
        known, newcomers = self._goods(place, limit + 1)
        take_notes, take_goods = rules.share_out(limit, notes=len(notes), goods=len(known) + len(newcomers))
        take_known, take_new = rules.share_goods(take_goods, known=len(known), newcomers=len(newcomers))
        more = take_notes < len(notes) or take_known < len(known) or take_new < len(newcomers)
        notes, known, newcomers = notes[:take_notes], known[:take_known], newcomers[:take_new]
        if notes:
            place["before"] = notes[-1].number
        if known:
            place["known"] = [known[-1][1], known[-1][0]]
        if newcomers:
            place["new"] = [newcomers[-1][1], newcomers[-1][0]]
        goods = rules.mix(
            [FeedItem("product", row[0]) for row in known], [FeedItem("product", row[0]) for row in newcomers]
        )
        ordered = [FeedItem("note", one.note_id) for one in rules.order_block(notes)]
        return Slate(rules.mix(ordered, goods), place if more else None, reader.person_id is not None)

    def _notes(self, reader: Reader, place: Mapping[str, Any], limit: int) -> list[Candidate]:
        with_clause, visible = sql.public(reader.person_id)
        near = "false" if reader.person_id is None else _NEAR
        rows = sql.run(
            _NOTES.format(with_clause=with_clause, visible=visible, near=near),
            {
                "viewer": reader.person_id,
                "small": SMALL_CIRCLE,
                "new_since": _new_since(place),
                "before": place["before"],
                "limit": limit,
            },
        )
        return [Candidate(*row) for row in rows]

    def _goods(
        self, place: Mapping[str, Any], limit: int
    ) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """Goods of shops that were there before, and of shops that are new as of the first page."""
        rows = sql.run(
            _GOODS,
            {
                "new_since": _new_since(place),
                "known_score": place["known"][0],
                "known_id": place["known"][1],
                "new_score": place["new"][0],
                "new_id": place["new"][1],
                "limit": limit,
            },
        )
        return [row for row in rows if not row[2]], [row for row in rows if row[2]]


BUILT_IN = Chronological()


def _beginning(at: datetime) -> dict[str, Any]:
    """Everything is still to come; who is new is decided once, when the first page is read."""
    return {"since": at.isoformat(), "before": LAST_NO, "known": [TOP, LAST_NO], "new": [TOP, LAST_NO]}


def _new_since(place: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(str(place["since"])) - NEW_FOR
