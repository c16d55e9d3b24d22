"""Candidates that no nightly list can hold: what friends just bought, whom to meet, what shops show together.

One set-based statement each over the tables of lower domains. Invariant: a friend's purchase is shown only
when that friend said it may be, and only to people they follow back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.insight.recommendation.contracts import Asker, Because
from jishi.insight.recommendation.queries import pool
from jishi.insight.recommendation.rules import Found
from jishi.kernel import clock

_FRIENDS = """
SELECT l.product_id, count(DISTINCT o.buyer_id), (array_agg(o.buyer_id ORDER BY o.paid_at DESC))[1],
    extract(epoch FROM %(at)s - max(o.paid_at))::bigint
FROM graph_follow f JOIN graph_follow b ON b.follower_id = f.followee_id AND b.followee_id = f.follower_id
JOIN recommendation_choice c ON c.person_id = f.followee_id AND c.tells_friends
JOIN orders_order o ON o.buyer_id = f.followee_id AND o.placed_at > %(at)s - interval '120 days'
JOIN orders_orderline l ON l.order_id = o.id
WHERE f.follower_id = %(person)s AND f.state = 'active' AND b.state = 'active'
  AND o.paid_at IS NOT NULL AND o.state NOT IN ('refunding', 'refunded')
GROUP BY 1 ORDER BY 2 DESC, 4 LIMIT 60
"""
_BUNDLES = """
SELECT b."then"[1], max(b.lift), (array_agg(b.first[1]))[1] FROM recommendation_bundle b
WHERE b.state = 'shown' AND b.first <@ %(ids)s::bigint[] AND NOT b."then" <@ %(ids)s::bigint[] GROUP BY 1
"""
_PINNING = """
SELECT DISTINCT n.id, n.quality, p.product_id FROM notes_pin p JOIN notes_note n ON n.id = p.note_id
WHERE p.product_id = ANY(%(ids)s) AND n.state = 'published' ORDER BY n.quality DESC, n.id DESC LIMIT 30
"""
_PEOPLE = f"""
WITH {pool.ME}, hidden AS (
    SELECT blocked_id AS id FROM graph_block WHERE blocker_id = %(person)s
    UNION ALL SELECT blocker_id FROM graph_block WHERE blocked_id = %(person)s
    UNION ALL SELECT muted_id FROM graph_mute WHERE muter_id = %(person)s
    UNION ALL SELECT key FROM recommendation_hidden WHERE person_id = %(person)s AND kind = 'author'
), mine AS (
    SELECT f.followee_id AS id, coalesce(t.strength, 300) AS near FROM me JOIN graph_follow f ON me.ok
    LEFT JOIN networks_tie t ON t.person_id = f.follower_id AND t.other_id = f.followee_id
    WHERE f.follower_id = %(person)s AND f.state = 'active' ORDER BY near DESC LIMIT 60
), found AS (
    SELECT f.followee_id AS id, sum(m.near) / 1000.0 AS worth, {int(Because.CIRCLE)} AS reason,
        count(*)::bigint AS cause
    FROM mine m JOIN graph_follow f ON f.follower_id = m.id AND f.state = 'active' GROUP BY 1
    UNION ALL
    SELECT a.person_id, least(sum(least(a.excess_bps, o.excess_bps)) / 20000.0, 0.3), {int(Because.TOPIC)},
        min(a.topic_id)
    FROM me JOIN networks_affinity o ON me.ok AND o.person_id = %(person)s
    JOIN networks_affinity a ON a.topic_id = o.topic_id AND a.person_id <> o.person_id GROUP BY 1
    UNION ALL
    (SELECT s.person_id, 0.2 / s.rank, {int(Because.POPULAR)}, s.followers::bigint FROM networks_standing s
     WHERE cardinality(s.doubts) = 0 ORDER BY s.rank LIMIT 40)
)
SELECT f.id, sum(f.worth), (array_agg(f.reason ORDER BY f.worth DESC))[1],
    (array_agg(f.cause ORDER BY f.worth DESC))[1]
FROM found f JOIN accounts_user u ON u.id = f.id AND u.is_active
WHERE f.id IS DISTINCT FROM %(person)s AND NOT EXISTS (SELECT 1 FROM hidden h WHERE h.id = f.id)
  AND NOT EXISTS (SELECT 1 FROM graph_follow x WHERE x.follower_id = %(person)s AND x.followee_id = f.id)
GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %(limit)s
"""  # noqa: S608  # numbers of our own enum
_COMMUNITIES = f"""
WITH {pool.ME}, found AS (
    SELECT m.community_id AS id, count(*)::float AS worth, {int(Because.MEMBERS)} AS reason, count(*) AS cause
    FROM me JOIN graph_follow f ON me.ok AND f.follower_id = %(person)s AND f.state = 'active'
    JOIN communities_membership m ON m.person_id = f.followee_id AND m.state = 'member' GROUP BY 1
    UNION ALL
    (SELECT p.community_id, count(*) / 4.0, {int(Because.TOPIC)}, min(t.topic_id) FROM me
     JOIN feed_interest i ON me.ok AND i.person_id = %(person)s
     JOIN notes_notetopic t ON t.topic_id = i.topic_id JOIN communities_post p ON p.note_id = t.note_id
     WHERE p.posted_at > %(at)s - interval '60 days' GROUP BY 1 ORDER BY 2 DESC LIMIT 30)
    UNION ALL
    (SELECT c.id, ln(1 + c.member_count) / 20, {int(Because.POPULAR)}, c.member_count::bigint
     FROM communities_community c WHERE c.closed_at IS NULL ORDER BY c.member_count DESC LIMIT 30)
)
SELECT c.id, sum(f.worth), (array_agg(f.reason ORDER BY f.worth DESC))[1],
    (array_agg(f.cause ORDER BY f.worth DESC))[1], c.slug
FROM found f JOIN communities_community c ON c.id = f.id AND c.closed_at IS NULL
WHERE NOT EXISTS (SELECT 1 FROM communities_membership m WHERE m.community_id = c.id
                  AND m.person_id = %(person)s AND m.state IN ('member', 'applied', 'banned'))
GROUP BY c.id, c.slug ORDER BY 2 DESC, 1 LIMIT %(limit)s
"""  # noqa: S608  # numbers of our own enum


def friends_bought(asker: Asker, *, at: datetime) -> list[Found]:
    """What friends bought lately, those who allow it to be told; newer and by more of them first."""
    rows = _run(_FRIENDS, {"person": asker.person_id, "at": at})
    return [
        Found("own", key, min(1.0, 0.5 * count + 0.5 / (1 + age / 604_800)), Because.FRIENDS, friend)
        for key, count, friend, age in rows
    ]


def shown_bundles(product_ids: Sequence[int]) -> list[Found]:
    """What shops chose to show beside these goods."""
    if not product_ids:
        return []
    rows = _run(_BUNDLES, {"ids": list(product_ids)})
    return [Found("own", key, 1.5, Because.TOGETHER, cause) for key, _, cause in rows]


def notes_pinning(product_ids: Sequence[int]) -> list[Found]:
    """Notes that show these goods, the better first."""
    rows = _run(_PINNING, {"ids": list(product_ids)})
    return [
        Found("own", -note, 1.2 / (1 + place / 20), Because.PINNED, product)
        for place, (note, _, product) in enumerate(rows)
    ]


def people_to_follow(
    asker: Asker, *, limit: int = 8, at: datetime | None = None
) -> list[tuple[int, Because, int]]:
    """People somebody may want to follow: known to those they follow, with the same topics at heart, or
    listened to by many. Each with the reason and its figure.
    """
    rows = _run(_PEOPLE, _params(asker, limit, at))
    return [(person, Because(reason), cause) for person, _, reason, cause in rows]


def communities_to_join(
    asker: Asker, *, limit: int = 8, at: datetime | None = None
) -> list[tuple[str, Because, int]]:
    """Communities somebody may want to join, by their slugs: where people they follow are, what they care
    about, or what many like.
    """
    rows = _run(_COMMUNITIES, _params(asker, limit, at))
    return [(slug, Because(reason), cause) for _, _, reason, cause, slug in rows]


def _params(asker: Asker, limit: int, at: datetime | None) -> dict[str, Any]:
    return {
        "person": asker.person_id,
        "default": pool.is_default_on(),
        "limit": limit,
        "at": clock.at_or_now(at),
    }


def _run(statement: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())
