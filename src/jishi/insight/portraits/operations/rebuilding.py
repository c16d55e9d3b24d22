"""Everybody's portrait made again, set by set, with progress; the window of days moves here once a day.

Invariant: while it runs nobody refreshes (one lock for both), so a portrait is never older than what was
known when it was written.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from jishi.insight.behavior import queries as lake
from jishi.insight.portraits import rollup, yardsticks
from jishi.insight.portraits.contracts import Rebuilt
from jishi.insight.portraits.models import Segment, Touch, Yardstick
from jishi.insight.portraits.operations import living, measuring, members, ready, refreshing, rolling, scoping
from jishi.kernel import clock

AT_ONCE = 20_000
PATIENCE = "SET LOCAL statement_timeout = '15min'"  # pages need a limit; a busy night does not
MARKS = 200_000
MOST_RECALLED = 100_000
"""So many people are followed through the past when stages are computed for the first time."""
_RANGES = """
SELECT min(id), max(id), count(*) FROM (
    SELECT id, (row_number() OVER (ORDER BY id) - 1) / %s AS part FROM accounts_user WHERE is_active
) numbered GROUP BY part ORDER BY 1
"""
_GONE = """
DELETE FROM portraits_portrait p USING accounts_user u WHERE u.id = p.person_id AND NOT u.is_active
"""


def rebuild(
    *,
    progress: Callable[[int, int], None] | None = None,
    from_scratch: bool = False,
    at: datetime | None = None,
) -> Rebuilt:
    """Make everybody's portrait, stage and membership again. Heavy: never in a process that answers requests.

    `from_scratch` also makes the aggregates of all days again.
    """
    now = clock.at_or_now(at)
    seconds: dict[str, float] = {}
    tell = progress or (lambda done, total: None)
    with _alone(), rollup.opened() as engine:
        is_first = not Yardstick.objects.filter(pk="life").exists()
        newest = Touch.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with _timed(seconds, "rollup"), transaction.atomic():
            marks = lake.list_dirty(limit=MARKS)
            rolling.follow(engine, marks, yardsticks.today(now))
            days = rolling.complete(engine, yardsticks.today(now), from_scratch=from_scratch)
        with _timed(seconds, "measure"), transaction.atomic():
            measuring.measure(now)
        with _timed(seconds, "merge"):
            names = rolling.names(yardsticks.today(now))
            if names:
                rollup.merge(engine, names, yardsticks.today(now))
        with _timed(seconds, "portraits"):
            people = _everybody(engine if names else None, now, tell, is_first=is_first)
        with _timed(seconds, "segments"):
            ready.open_ready_made(at=now)
            _segments(now)
        Touch.objects.filter(pk__lte=newest).delete()
    return Rebuilt(people, days, {name: round(one, 3) for name, one in seconds.items()})


def _everybody(engine: Any, now: datetime, tell: Callable[[int, int], None], *, is_first: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_RANGES, [AT_ONCE])
        ranges = [(first, last, count) for first, last, count in cursor.fetchall()]
    total, done = sum(count for _, _, count in ranges), 0
    recalls = is_first and total <= MOST_RECALLED
    for count in _side_by_side(ranges, engine, now, recalls):
        done += count
        tell(done, total)
    with connection.cursor() as cursor:
        cursor.execute(_GONE)
    return done


def _side_by_side(
    ranges: list[tuple[int, int, int]], engine: Any, now: datetime, recalls: bool
) -> Iterator[int]:
    """Make the portraits of several ranges, each in its own transaction, on as many connections as the heavy
    process may use cores; within a caller's transaction one after the other, because only it sees its rows.
    """
    turn = threading.Lock()  # the engine answers one at a time
    workers = min(len(ranges), settings.JISHI_HEAVY_CORES)
    if workers < 2 or connection.in_atomic_block:
        for one in ranges:
            yield _range(one, engine, now, turn, recalls)
        return

    def work(one: tuple[int, int, int]) -> int:
        try:
            return _range(one, engine, now, turn, recalls)
        finally:
            connection.close()

    with ThreadPoolExecutor(workers, thread_name_prefix="portraits") as pool:
        yield from pool.map(work, ranges)


def _range(one: tuple[int, int, int], engine: Any, now: datetime, turn: threading.Lock, recalls: bool) -> int:
    first, last, count = one
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(PATIENCE)
        scoping.open_tables()
        scoping.enter(between=(first, last))
        scoping.measure(now)
        if engine is not None:
            rolling.copy(engine, between=(first, last), turn=turn)
        if recalls:
            living.recall(now)
        living.follow(now)
        scoping.assemble()
    return count


def _segments(now: datetime) -> None:
    dynamic = Segment.objects.filter(is_dynamic=True, archived_at=None).exclude(rule={})
    for segment_id in list(dynamic.order_by("pk").values_list("pk", flat=True)):
        members.follow(segment_id, at=now)


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the lock of the refresh across several transactions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [refreshing.REFRESHING])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [refreshing.REFRESHING])


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    seconds[name] = time.monotonic() - began
