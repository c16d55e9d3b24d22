"""The people behind a number, how a tag is spread, and what one person did: for pages that drill down.

The timeline reads orders, notes, links and reviews of lower domains: one statement puts them in order.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext

from jishi.insight.portraits import checking, compiling, yardsticks
from jishi.insight.portraits.contracts import Members, Rule, TagValue
from jishi.insight.portraits.queries.groups import lines
from jishi.kernel import clock
from jishi.kernel.text import pick

_SPREAD = """
SELECT t.tag, coalesce(p.tags->>t.tag, ''), count(*) FROM portraits_portrait p
CROSS JOIN unnest(%s::text[]) AS t(tag) GROUP BY 1, 2
"""
_STAGE = """
SELECT person_id FROM portraits_stage
WHERE stage = %s AND shop_id IS NOT DISTINCT FROM %s AND person_id > %s ORDER BY person_id LIMIT %s
"""
_MOVED = """
SELECT DISTINCT person_id FROM portraits_transition
WHERE at > %s AND shop_id IS NOT DISTINCT FROM %s AND person_id > %s
    AND (%s = '' OR before = %s) AND (%s = '' OR after = %s)
ORDER BY person_id LIMIT %s
"""
_SHARED = """
SELECT m.person_id FROM portraits_membership m
WHERE m.segment_id = (SELECT id FROM portraits_segment WHERE code = %s)
    AND EXISTS (SELECT 1 FROM portraits_membership o WHERE o.person_id = m.person_id
        AND o.segment_id = (SELECT id FROM portraits_segment WHERE code = %s))
    AND m.person_id > %s
ORDER BY m.person_id LIMIT %s
"""
_CAME = """
SELECT s.code, count(*) FROM portraits_membership m JOIN portraits_segment s ON s.id = m.segment_id
WHERE m.since_at > %s AND s.archived_at IS NULL GROUP BY 1
"""
_OF = """
WITH mine AS (SELECT tags FROM portraits_portrait WHERE person_id = %(person)s)
SELECT 'segment', s.code, to_jsonb(s.name) FROM portraits_membership m
JOIN portraits_segment s ON s.id = m.segment_id WHERE m.person_id = %(person)s AND s.archived_at IS NULL
UNION ALL SELECT 'category', c.slug, c.name FROM catalog_category c, mine
WHERE mine.tags->'categories' ? c.slug OR mine.tags->'interests' ? ('category:' || c.slug)
    OR c.slug IN (mine.tags->>'fav_category', mine.tags->>'second_category')
UNION ALL SELECT 'brand', b.slug, b.name FROM catalog_brand b, mine
WHERE b.slug = mine.tags->>'fav_brand' OR mine.tags->'interests' ? ('brand:' || b.slug)
UNION ALL SELECT 'shop', h.code, h.name FROM merchants_shop h, mine WHERE h.code = mine.tags->>'fav_shop'
UNION ALL SELECT 'topic', t.slug, to_jsonb(t.name) FROM notes_topic t, mine
WHERE mine.tags->'topics' ? t.slug OR mine.tags->'interests' ? ('topic:' || t.slug)
    OR t.slug = mine.tags->>'fav_topic'
ORDER BY 1, 2
"""
_NAMED = {
    "fav_category": "category", "second_category": "category", "categories": "category",
    "fav_brand": "brand", "fav_shop": "shop", "fav_topic": "topic", "topics": "topic", "interests": "",
}  # fmt: skip
"""Tags whose values are codes of things, and of which kind; '' where the value says its kind itself."""
_TIMELINE = """
SELECT * FROM (
    SELECT 'order_' || CASE WHEN o.paid_at IS NULL THEN 'placed' ELSE 'paid' END AS kind,
        o.code AS code, coalesce(o.paid_at, o.placed_at) AS at, o.total_minor AS amount,
        o.currency AS currency, '' AS words
    FROM orders_order o WHERE o.buyer_id = %(person)s
    UNION ALL
    SELECT 'note', n.code, n.published_at, NULL, '', left(coalesce(nullif(n.title, ''), n.text), 60)
    FROM notes_note n WHERE n.author_id = %(person)s AND n.state = 'published' AND n.visibility = 'public'
    UNION ALL
    SELECT 'share', l.code, l.created_at, NULL, '', l.kind FROM shares_sharelink l
    WHERE l.sharer_id = %(person)s
    UNION ALL
    SELECT 'stage', '', t.at, NULL, t.before, t.after FROM portraits_transition t
    WHERE t.person_id = %(person)s AND t.shop_id IS NULL
    UNION ALL
    SELECT 'review', r.code, r.created_at, NULL, '', r.stars::text FROM reviews_review r
    WHERE r.author_id = %(person)s AND r.state = 'published'
) acts WHERE at IS NOT NULL ORDER BY at DESC, code LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Act:
    """Something a person did: an order, a note, a share link, a review, or a move between stages."""

    kind: str
    code: str
    at: datetime
    amount_minor: int | None
    currency: str
    words: str


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The segments a person is in (code, name), and names of categories, brands, shops and topics by key."""

    segments: tuple[tuple[str, str], ...]
    names: Mapping[str, str]

    def label(self, value: TagValue) -> str:
        """Return the value of a tag with names in the place of codes."""
        kind = _NAMED.get(value.code)
        if kind is None or not value.value:
            return value.label or str(value.value)
        codes = value.value if isinstance(value.value, list) else [value.value]
        keys = [f"{kind}:{code}" if kind else str(code) for code in codes]
        return gettext(", ").join(self.names.get(key, key.partition(":")[2]) for key in keys)


def page_people(
    rule: Rule, *, after: int | None = None, limit: int = 50, at: datetime | None = None
) -> Members:
    """Return whom a rule finds now, by their number, those after `after`.

    :raises Invalid: the rule is not built as rules are; see :func:`checking.clean`.
    """
    today, currency = yardsticks.today(clock.at_or_now(at)), yardsticks.measure().currency
    found = compiling.compile_rule(checking.clean(rule), today=today, currency=currency)
    text = found.select(more="AND p.person_id > %s ORDER BY p.person_id LIMIT %s")
    return _page(text, [*found.values(), after or 0, limit + 1], limit)


def page_stage(
    stage: str, *, shop_id: int | None = None, after: int | None = None, limit: int = 50
) -> Members:
    """Return who stands at a stage, of the platform or of a shop."""
    return _page(_STAGE, [stage, shop_id, after or 0, limit + 1], limit)


def page_moved(
    *,
    before: str = "",
    to: str = "",
    days: int = 30,
    shop_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
    at: datetime | None = None,
) -> Members:
    """Return who left a stage or came to one in the last days."""
    since = clock.at_or_now(at) - timedelta(days=days)
    params = [since, shop_id, after or 0, before, before, to, to, limit + 1]
    return _page(_MOVED, params, limit)


def page_shared(one: str, other: str, *, after: int | None = None, limit: int = 50) -> Members:
    """Return who is in both of two segments."""
    return _page(_SHARED, [one, other, after or 0, limit + 1], limit)


def spread(tags: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return how many people have each value of some tags; '' stands for unknown."""
    found: dict[str, dict[str, int]] = {tag: {} for tag in tags}
    with connection.cursor() as cursor:
        cursor.execute(_SPREAD, [list(tags)])
        for tag, value, count in cursor.fetchall():
            found[tag][value] = count
    return found


def count_came(*, days: int = 7, at: datetime | None = None) -> dict[str, int]:
    """Return how many people came into each segment in the last days and are still there."""
    with connection.cursor() as cursor:
        cursor.execute(_CAME, [clock.at_or_now(at) - timedelta(days=days)])
        return dict(cursor.fetchall())


def surroundings(person_id: int, language: str) -> Surroundings:
    """Return the segments a person is in, and the names of what their tags speak of, in one statement."""
    segments: list[tuple[str, str]] = []
    names: dict[str, str] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OF, {"person": person_id})
        for kind, code, name in cursor.fetchall():
            value = json.loads(name) if isinstance(name, str) else name
            text = value if isinstance(value, str) else pick(value, language)
            if kind == "segment":
                segments.append((code, text))
            else:
                names[f"{kind}:{code}"] = text
    return Surroundings(tuple(sorted(segments, key=lambda one: one[1])), names)


def timeline(person_id: int, *, limit: int = 40) -> tuple[Act, ...]:
    """Return what a person did, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_TIMELINE, {"person": person_id, "limit": limit})
        return tuple(Act(*row) for row in cursor.fetchall())


def _page(text: str, params: Sequence[Any], limit: int) -> Members:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        found = [person_id for (person_id,) in cursor.fetchall()]
    page = found[:limit]
    return Members(lines(page), page[-1] if len(found) > limit else None)
