"""One statement that brings together everything that may be shown to somebody, and one that says what each
thing is and leaves out what may not be shown. Plain SQL over ready lists: no model and no numpy here.

They read the tables of lower domains (goods, notes, the graph, orders), because a list is two set-based
statements or it is too slow. Invariant: where personalisation is off, nothing of a person is looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from jishi.insight.recommendation import rules
from jishi.insight.recommendation.contracts import Asker, Because, MixName
from jishi.insight.recommendation.rules import Found, Listed, Traits
from jishi.kernel import policy
from jishi.people.privacy import queries as privacy
from jishi.people.privacy.contracts import Purpose
from jishi.social.feed.queries import sql

NEW_FOR = timedelta(days=30)
SMALL_CIRCLE = 20
EXCLUSIONS = frozenset({"item", "author", "shop", "category", "capped", "bought"})

ME = """me AS MATERIALIZED (
    SELECT CASE WHEN %(person)s::bigint IS NULL THEN %(default)s ELSE
        coalesce((SELECT c.given FROM privacy_consent c WHERE c.person_id = %(person)s
                  AND c.purpose = 'personalisation' ORDER BY c.id DESC LIMIT 1), %(default)s)
        AND coalesce((SELECT f.is_personalised FROM feed_choice f WHERE f.person_id = %(person)s), true)
    END AS ok
)"""
_RECENT = """recent AS MATERIALIZED (
    SELECT t.key, max(t.act)::int AS act, extract(epoch FROM %(at)s - max(t.at))::int AS age
    FROM recommendation_touch t CROSS JOIN me
    WHERE me.ok AND t.reader = ANY(%(readers)s) AND t.at > %(at)s - interval '1 day' AND t.at <= %(at)s
    GROUP BY t.key ORDER BY max(t.at) DESC LIMIT 8
)"""
_MINE = """
SELECT 'me', '{}'::bigint[], '{}'::smallint[], '{}'::smallint[], me.ok::int::bigint, 0, 0 FROM me
UNION ALL SELECT 'recent', array_agg(r.key ORDER BY r.age), '{}', '{}', 0, 0, 0 FROM recent r
UNION ALL SELECT 'near', c.keys, c.scores, '{}', r.key, r.act, r.age
    FROM recent r JOIN recommendation_candidates c ON c.list = 'near' AND c.subject_id = r.key
UNION ALL SELECT 'home', c.keys, c.scores, c.reasons, 0, 0, 0
    FROM me JOIN recommendation_candidates c ON me.ok AND c.list = 'home' AND c.subject_id = %(person)s
UNION ALL SELECT h.kind, array_agg(h.key), '{}', '{}', 0, 0, 0
    FROM me JOIN recommendation_hidden h ON me.ok AND h.person_id = %(person)s GROUP BY 1
UNION ALL SELECT 'capped', c.keys, '{}', '{}', 0, 0, 0
    FROM me JOIN recommendation_capped c ON me.ok AND c.person_id = %(person)s
UNION ALL SELECT 'bought', array_agg(l.product_id), '{}', '{}', 0, 0, 0
    FROM me JOIN orders_order o ON me.ok AND o.buyer_id = %(person)s
        AND o.placed_at > %(at)s - interval '60 days'
    JOIN orders_orderline l ON l.order_id = o.id WHERE o.paid_at IS NOT NULL
"""
_HOME = """
SELECT 'contest', ARRAY[c.one, c.two]::bigint[], '{}', '{}', c.id, 0, 0
    FROM me JOIN recommendation_contest c ON me.ok AND c.state = 'running'
UNION ALL SELECT 'again', ARRAY[d.product_id], '{900}', '{}', d.own_gaps, 0, 0
    FROM me JOIN recommendation_due d ON me.ok AND d.person_id = %(person)s
    WHERE %(at)s BETWEEN d.early_at AND d.late_at
UNION ALL (SELECT 'follow', ARRAY[-n.id], '{1000}', '{}', n.author_id, 0, n.age
    FROM me CROSS JOIN LATERAL (
    SELECT f.followee_id FROM graph_follow f WHERE me.ok AND f.follower_id = %(person)s AND f.state = 'active'
    ORDER BY f.created_at DESC LIMIT 80) f CROSS JOIN LATERAL (
    SELECT n.id, n.author_id, extract(epoch FROM %(at)s - n.published_at)::int AS age FROM notes_note n
    WHERE n.author_id = f.followee_id AND n.state = 'published'
        AND n.published_at > %(at)s - interval '14 days'
    ORDER BY n.published_no DESC LIMIT 2) n)
UNION ALL SELECT 'topic', c.keys, c.scores, '{}', i.topic_id, 0, 0
    FROM me JOIN feed_interest i ON me.ok AND i.person_id = %(person)s
    JOIN recommendation_candidates c ON c.list = 'topic' AND c.subject_id = i.topic_id
UNION ALL SELECT 'place', ARRAY[-n.id], '{500}', '{}', 0, 0, 0
    FROM me JOIN feed_choice f ON me.ok AND f.person_id = %(person)s AND f.place <> ''
    CROSS JOIN LATERAL (SELECT n.id FROM notes_note n
        WHERE n.place = f.place AND n.state = 'published' AND n.published_no IS NOT NULL
        ORDER BY n.published_no DESC LIMIT 12) n
"""
_EVERYBODY = """
SELECT c.list, c.keys, c.scores, '{}'::smallint[], 0::bigint, 0, 0 FROM recommendation_candidates c
    WHERE c.subject_id = 0 AND c.list IN ('popular', 'trend', 'fresh', 'small')
"""
_NOTHING = "SELECT 'me', '{}'::bigint[], '{}'::smallint[], '{}'::smallint[], 0::bigint, 0, 0"
_LISTS = """
SELECT 'list:' || c.list, c.keys, c.scores, c.reasons, c.subject_id, 0, 0
    FROM recommendation_candidates c
    WHERE c.list = ANY(%(lists)s) AND c.subject_id = ANY(%(subjects)s::bigint[])
"""
_GOODS = """
SELECT l.product_id, l.shop_id, coalesce(l.category_id, 0), s.created_at > %(new_since)s
FROM catalog_listing l JOIN merchants_shop s ON s.id = l.shop_id
LEFT JOIN catalog_category c ON c.id = l.category_id
WHERE l.product_id = ANY(%(goods)s::bigint[])
  AND l.is_visible AND l.in_stock AND l.price_from_minor IS NOT NULL
  AND s.is_open AND NOT l.shop_id = ANY(%(shops)s::bigint[])
  AND NOT coalesce(l.category_id = ANY(%(categories)s::bigint[]), false)
  AND (cardinality(%(withheld)s::text[]) = 0 OR NOT EXISTS (SELECT 1 FROM catalog_category w
       WHERE w.slug = ANY(%(withheld)s) AND (w.id = l.category_id OR w.id = ANY(c.ancestor_ids))))
"""
_NOTES = """
SELECT -n.id, -n.author_id, 0::bigint,
    coalesce(g.follower_count, 0) < %(small)s OR u.joined_at > %(new_since)s
FROM notes_note n JOIN accounts_user u ON u.id = n.author_id
LEFT JOIN graph_profile g ON g.person_id = n.author_id
WHERE n.id = ANY(%(notes)s::bigint[]) AND n.repost_of_id IS NULL
  AND NOT n.author_id = ANY(%(authors)s::bigint[])
  AND n.author_id IS DISTINCT FROM %(viewer)s AND {visible}
"""


@dataclass(frozen=True, slots=True)
class Running:
    """The contest that runs on the home page: its name in lists, and the two mixes."""

    code: str
    mixes: tuple[MixName, MixName]


@dataclass(slots=True)
class Pool:
    """What one statement found: candidates, what just happened, and what is left out."""

    is_personal: bool = False
    listed: list[Listed] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    recent: list[int] = field(default_factory=list)
    out: dict[str, set[int]] = field(default_factory=dict)
    contest: Running | None = None

    def found(self, *sources: str) -> Iterator[Found]:
        """The candidates of some sources one by one."""
        for one in self.listed:
            if one.source in sources:
                for place, key in enumerate(one.keys):
                    score = one.worth * one.scores[place]
                    yield Found(one.source, key, score, one.why(place), one.cause)

    def barred(self) -> set[int]:
        """Keys that are not shown whatever speaks for them."""
        return self.out.get("item", set()) | self.out.get("capped", set()) | self.out.get("bought", set())


def is_default_on() -> bool:
    """Whether recommendations may look at somebody who never said."""
    return privacy.default(Purpose.PERSONALISATION)


def read(
    asker: Asker,
    *,
    at: datetime,
    home: bool = False,
    lists: Sequence[str] = (),
    subjects: Collection[int] = (),
) -> Pool:
    """Everything that may be shown to somebody now, from all sources, in one statement."""
    if asker.readers:
        parts = [_MINE, _HOME if home else "", _EVERYBODY if home else "", _LISTS if lists else ""]
        statement = f"WITH {ME}, {_RECENT} {' UNION ALL '.join(part for part in parts if part)}"
    else:
        parts = [_EVERYBODY if home else "", _LISTS if lists else "", _NOTHING]
        statement = " UNION ALL ".join(part for part in parts if part)
    params = {
        "person": asker.person_id,
        "default": is_default_on(),
        "readers": asker.readers,
        "at": at,
        "lists": list(lists),
        "subjects": numbers(subjects),
    }
    pool = Pool()
    for row in _run(statement, params):
        _sort_in(pool, *row)
    return pool


def numbers(some: Iterable[int]) -> str:
    """An array of numbers as PostgreSQL writes it. The driver would look at each of them closely."""
    return "{" + ",".join(map(str, some)) + "}"


def _sort_in(
    pool: Pool,
    source: str,
    keys: list[int] | None,
    scores: list[int],
    reasons: list[int],
    cause: int,
    act: int,
    age: int,
) -> None:
    if source == "me":
        pool.is_personal = cause > 0
    elif source == "contest" and keys:
        pool.contest = Running(str(cause), (MixName(keys[0]), MixName(keys[1])))
    elif source in EXCLUSIONS:
        pool.out.setdefault(source, set()).update(keys or ())
    elif source == "recent":
        pool.recent = keys or []
    elif source == "small":
        pool.unknown = keys or []
    elif source == "near":
        worth = rules.fade(age) * rules.ACT_WORTH.get(act, 0.5) / 1000
        why = Because.CAME if act == 1 else Because.RECENT
        pool.listed.append(Listed("near", worth, keys or (), scores, why, (), cause))
    elif source == "follow":
        worth = 1 / (1 + age / 86_400) / 1000
        pool.listed.append(Listed("follow", worth, keys or (), scores, Because.FOLLOWED, (), cause))
    else:
        pool.listed.append(Listed(source, 0.001, keys or (), scores, FIXED.get(source), reasons, cause))


FIXED = {
    "again": Because.AGAIN,
    "topic": Because.TOPIC,
    "place": Because.PLACE,
    "popular": Because.POPULAR,
    "trend": Because.TREND,
    "fresh": Because.FRESH,
}


def traits(keys: Iterable[int], pool: Pool, *, viewer_id: int | None, at: datetime) -> dict[int, Traits]:
    """What each of these is, without those that are sold out, invisible to this reader, hidden by them, or
    withheld by the rules of the place.
    """
    wanted = set(keys) - pool.barred()
    goods = [key for key in wanted if key > 0]
    notes = [-key for key in wanted if key < 0]
    params: dict[str, Any] = {
        "viewer": viewer_id,
        "goods": numbers(goods),
        "notes": numbers(notes),
        "small": SMALL_CIRCLE,
        "new_since": at - NEW_FOR,
        "shops": numbers(pool.out.get("shop", ())),
        "categories": numbers(pool.out.get("category", ())),
        "authors": numbers(pool.out.get("author", ())),
        "withheld": list(policy.pack().get("recommendation.withheld_categories", [])),
    }
    with_clause, visible = sql.public(viewer_id)
    parts = ([_GOODS] if goods else []) + ([_NOTES.format(visible=visible)] if notes else [])
    if not parts:
        return {}
    statement = (with_clause if notes else "") + " UNION ALL ".join(parts)
    return {row[0]: Traits._make(row[1:]) for row in _run(statement, params)}


def _run(statement: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
