"""What rises now, from the lake: goods, notes, topics and searches with bursts; and what was shown too often.
Heavy process only.

A burst is told by people, not by events: how many did something in the last window against how many usual
for as long a time, in deviations of a Poisson count. A search is named only when several people made it, it
holds no number or address, and nothing speaks against its words: everybody reads it on the search page.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
from django.db import connection, transaction

from jishi.insight.behavior import queries as behavior
from jishi.insight.recommendation import rules
from jishi.insight.recommendation.models import Capped, Rising
from jishi.kernel import locks, wording, words

WINDOW = timedelta(hours=1)
BEFORE = timedelta(hours=48)
LEAST = {"goods": 3, "note": 3, "topic": 3, "search": 3}
RISING_FROM = 2.0
KEPT = 20
CAP_DAYS = 7
_REACHES_SOMEBODY = re.compile(r"\d[\d\s-]{4,}\d|@|://|www\.")
COUNTED = ("product_viewed", "note_viewed", "cart_added", "order_paid", "note_liked", "searched")

_COUNTS = """
SELECT what, key, word,
    count(DISTINCT user_id) FILTER (WHERE ts > $since) AS people,
    count(DISTINCT CASE WHEN ts <= $since THEN hash(user_id, epoch(ts)::bigint // 3600) END) AS before
FROM (
    SELECT user_id, ts, CASE WHEN kind = 'searched' THEN 'search'
            WHEN note_id IS NOT NULL AND product_id IS NULL THEN 'note' ELSE 'goods' END AS what,
        CASE WHEN kind = 'searched' THEN 0 ELSE coalesce(product_id, note_id, 0) END AS key,
        CASE WHEN kind = 'searched' THEN lower(trim(query)) ELSE '' END AS word
    FROM read_parquet({files}, hive_partitioning = false)
    WHERE kind IN {kinds} AND NOT coalesce(is_bot, false) AND ts > $from AND ts <= $until
) WHERE key <> 0 OR word <> '' GROUP BY ALL HAVING people >= 1
"""
_CAPPED = """
SELECT user_id, list(key) FROM (
    SELECT user_id,
        CASE WHEN note_id IS NOT NULL AND product_id IS NULL THEN -note_id ELSE product_id END AS key
    FROM read_parquet({files}, hive_partitioning = false)
    WHERE user_id > 0 AND kind IN ('product_exposed', 'note_exposed', 'product_viewed', 'note_viewed')
        AND ts > $from AND coalesce(product_id, note_id) IS NOT NULL
    GROUP BY ALL
    HAVING count(*) FILTER (WHERE kind IN ('product_exposed', 'note_exposed')) >= {most}
        AND count(*) FILTER (WHERE kind IN ('product_viewed', 'note_viewed')) = 0
) GROUP BY 1
"""
_TOPICS = "SELECT note_id, topic_id FROM notes_notetopic WHERE note_id = ANY(%s)"
_VISIBLE = """
SELECT product_id FROM catalog_listing WHERE product_id = ANY(%(goods)s) AND is_visible
UNION ALL SELECT -id FROM notes_note
WHERE id = ANY(%(notes)s) AND state = 'published' AND visibility = 'public'
"""
_KNOWN = "SELECT id FROM accounts_user WHERE id = ANY(%s) AND is_active"


def burst(people: float, usual: float) -> float:
    """How surprising so many are where so many are usual, in deviations; a handful surprises little."""
    return (people - usual) / math.sqrt(usual + 1.0)


def is_showable(word: str) -> bool:
    """Whether a search may be named to everybody, however many made it."""
    return not _REACHES_SOMEBODY.search(word) and not wording.judge([word])


def renew(*, at: datetime) -> int:
    """Say anew what rises; returns how many things do."""
    rows = _counted(at)
    notes = {key: (people, usual) for what, key, _, people, usual in rows if what == "note"}
    rows += _topics(notes)
    kept: dict[str, list[Rising]] = {}
    visible = _visible(rows)
    for what, key, word, people, usual in rows:
        score = burst(people, usual)
        named = (key if what != "note" else -key) in visible or what in ("search", "topic")
        if people >= LEAST[what] and score >= RISING_FROM and named:
            kept.setdefault(what, []).append(
                Rising(
                    kind=what,
                    key=-key if what == "note" else key,
                    word=word,
                    count=int(people),
                    usual=round(usual, 2),
                    score=round(score, 3),
                    at=at,
                )
            )
    for of_kind in kept.values():
        of_kind.sort(key=lambda row: (-row.score, -row.count, row.key, row.word))
    if "search" in kept:
        kept["search"] = [row for row in kept["search"][: 3 * KEPT] if is_showable(row.word)]
    with transaction.atomic():
        if not locks.try_advisory("recommendation.trends"):
            return 0
        Rising.objects.all().delete()
        for of_kind in kept.values():
            for rank, row in enumerate(of_kind[:KEPT], start=1):
                row.rank = rank
            Rising.objects.bulk_create(of_kind[:KEPT])
    return sum(min(len(of_kind), KEPT) for of_kind in kept.values())


def _counted(at: datetime) -> list[tuple[str, int, str, float, float]]:
    """Things with the people of the last window and how many are usual for as long a time."""
    since = at - WINDOW
    first = at - WINDOW - BEFORE
    found = _ask(_COUNTS.format(files="{files}", kinds=COUNTED), first, {"since": since, "until": at})
    windows = BEFORE / WINDOW
    merged: dict[tuple[str, int, str], list[float]] = {}
    for what, key, word, people, before in found:
        name = " ".join(words.query_words(word)) if what == "search" else ""
        if what == "search" and not name:
            continue
        sums = merged.setdefault((what, int(key), word if what == "search" else ""), [0.0, 0.0])
        sums[0] += people
        sums[1] += before / windows
    return [(what, key, word, *sums) for (what, key, word), sums in merged.items()]  # type: ignore[misc]


def _topics(notes: dict[int, tuple[float, float]]) -> list[tuple[str, int, str, float, float]]:
    """Topics by the people of their notes."""
    if not notes:
        return []
    sums: dict[int, list[float]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_TOPICS, [list(notes)])
        for note, topic in cursor.fetchall():
            of_topic = sums.setdefault(topic, [0.0, 0.0])
            of_topic[0] += notes[note][0]
            of_topic[1] += notes[note][1]
    return [("topic", topic, "", people, usual) for topic, (people, usual) in sums.items()]


def _visible(rows: Iterable[tuple[str, int, str, float, float]]) -> set[int]:
    listed = list(rows)
    params = {
        "goods": [key for what, key, *_ in listed if what == "goods"],
        "notes": [key for what, key, *_ in listed if what == "note"],
    }
    with connection.cursor() as cursor:
        cursor.execute(_VISIBLE, params)
        return {row[0] for row in cursor.fetchall()}


def cap(*, at: datetime) -> int:
    """Note what each person was shown often in the last days and never opened; returns how many people."""
    since = at - timedelta(days=CAP_DAYS)
    found = _ask(_CAPPED.format(files="{files}", most=rules.SHOWN_MOST), since, {})
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [[row[0] for row in found]])
        known = {row[0] for row in cursor.fetchall()}
    rows = [Capped(person_id=user, keys=sorted(keys)[:500]) for user, keys in found if user in known]
    with transaction.atomic():
        Capped.objects.all().delete()
        Capped.objects.bulk_create(rows, batch_size=2000)
    return len(rows)


def _ask(statement: str, first: datetime, params: dict[str, datetime]) -> list[tuple[Any, ...]]:
    """Ask the lake's files from this moment on."""
    files = behavior.lake(since=(first - timedelta(days=1)).date()).files
    if not files:
        return []
    listed = "[" + ", ".join("'" + path.replace("'", "''") + "'" for path in files) + "]"
    moments = {
        name: value.astimezone(UTC).replace(tzinfo=None) for name, value in {"from": first, **params}.items()
    }
    with duckdb.connect(config={"threads": "1", "memory_limit": "512MB"}) as engine:
        return list(engine.execute(statement.replace("{files}", listed), moments).fetchall())
