"""Lists that are the same for all, made anew each minute in plain SQL: what is liked, what is new, what few
have seen, and what stands under each topic.

Invariant: only what everybody may see is in them, and they change in one transaction.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from jishi.insight.recommendation.contracts import Because
from jishi.kernel import locks

_PUBLIC = """n.state = 'published' AND n.visibility = 'public' AND n.repost_of_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM graph_profile p WHERE p.person_id = n.author_id AND p.is_private)"""
_ON_SALE = "l.is_visible AND l.in_stock AND l.price_from_minor IS NOT NULL"

POPULAR = f"""
(SELECT l.product_id AS key, row_number() OVER (ORDER BY l.popularity DESC, l.product_id) AS place
 FROM catalog_listing l WHERE {_ON_SALE} ORDER BY l.popularity DESC, l.product_id LIMIT 60)
UNION ALL
(SELECT -n.id,
    row_number() OVER (ORDER BY n.quality * exp(-extract(epoch FROM %(at)s - n.published_at) / 1e6) DESC)
 FROM (SELECT * FROM notes_note n WHERE {_PUBLIC} ORDER BY n.published_no DESC LIMIT 1500) n
 ORDER BY 2 LIMIT 60)
"""  # noqa: S608  # fixed fragments
FRESH = f"""
(SELECT l.product_id AS key, row_number() OVER (ORDER BY l.published_at DESC, l.product_id DESC) AS place
 FROM catalog_listing l WHERE {_ON_SALE} ORDER BY l.published_at DESC, l.product_id DESC LIMIT 30)
UNION ALL
(SELECT -n.id, row_number() OVER (ORDER BY n.published_no DESC) FROM notes_note n WHERE {_PUBLIC}
 ORDER BY n.published_no DESC LIMIT 40)
"""  # noqa: S608  # fixed fragments
SMALL = f"""
(SELECT l.product_id AS key, row_number() OVER (ORDER BY l.popularity, l.product_id DESC) AS place
 FROM catalog_listing l WHERE {_ON_SALE} AND l.sold_count < 10
 ORDER BY l.popularity, l.product_id DESC LIMIT 30)
UNION ALL
(SELECT -n.id, row_number() OVER (ORDER BY n.like_count, n.published_no DESC) FROM (
    SELECT n.* FROM notes_note n WHERE {_PUBLIC} ORDER BY n.published_no DESC LIMIT 800) n
 LEFT JOIN graph_profile g ON g.person_id = n.author_id
 WHERE coalesce(g.follower_count, 0) < 20 ORDER BY 2 LIMIT 30)
"""  # noqa: S608  # fixed fragments
TOPICS = f"""
WITH newest AS MATERIALIZED (
    SELECT n.id, n.quality, n.published_no FROM notes_note n WHERE {_PUBLIC}
    ORDER BY n.published_no DESC LIMIT 4000
), placed AS (
    SELECT t.topic_id, -n.id AS key,
        row_number() OVER (PARTITION BY t.topic_id ORDER BY n.quality DESC, n.published_no DESC) AS place
    FROM newest n JOIN notes_notetopic t ON t.note_id = n.id
), pinned AS (
    SELECT p.topic_id, g.product_id AS key, min(p.place) + 3 AS place
    FROM placed p JOIN notes_pin g ON g.note_id = -p.key WHERE p.place <= 20 GROUP BY 1, 2
)
INSERT INTO recommendation_candidates (list, subject_id, keys, scores, reasons, made_at)
SELECT 'topic', topic_id, array_agg(key ORDER BY place, key),
    array_agg((1000 / place)::smallint ORDER BY place, key), array_agg({int(Because.TOPIC)}::smallint), %(at)s
FROM (SELECT * FROM placed WHERE place <= 30 UNION ALL SELECT * FROM pinned WHERE place <= 30) f
GROUP BY topic_id
"""  # noqa: S608  # fixed fragments
TREND = """
SELECT r.key, r.rank AS place FROM recommendation_rising r WHERE r.kind IN ('goods', 'note') AND r.rank <= 20
"""
_STORE = """
INSERT INTO recommendation_candidates (list, subject_id, keys, scores, reasons, made_at)
SELECT %(list)s, 0, array_agg(key ORDER BY place, key),
    array_agg(greatest(1000 / (1 + place / 10.0), 1)::smallint ORDER BY place, key),
    array_agg(%(reason)s::smallint), %(at)s
FROM ({rows}) f HAVING count(*) > 0
"""
LISTS = (
    ("popular", POPULAR, Because.POPULAR),
    ("fresh", FRESH, Because.FRESH),
    ("small", SMALL, Because.EXPLORED),
    ("trend", TREND, Because.TREND),
)


def renew(*, at: datetime) -> int:
    """Make the lists of everybody anew; returns how many there are."""
    made = 0
    with transaction.atomic(), connection.cursor() as cursor:
        if not locks.try_advisory("recommendation.everybody"):
            return 0
        names = [name for name, _, _ in LISTS]
        cursor.execute(
            "DELETE FROM recommendation_candidates"
            " WHERE list = 'topic' OR (list = ANY(%s) AND subject_id = 0)",
            [names],
        )
        for name, rows, because in LISTS:
            cursor.execute(_STORE.format(rows=rows), {"list": name, "reason": int(because), "at": at})
            made += cursor.rowcount
        cursor.execute(TOPICS, {"at": at})
        return int(made + cursor.rowcount)
