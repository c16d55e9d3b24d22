"""Everybody's portrait made again, set by set, with progress; the window of days moves here once a day.

Invariant: while it runs nobody refreshes (one lock for both), so a portrait is never older than what was
known when it was written.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from jishi.insight.behavior import queries as lake
from jishi.insight.portraits import rollup, yardsticks
from jishi.insight.portraits.contracts import Rebuilt
from jishi.insight.portraits.models import Segment, Touch
from jishi.insight.portraits.operations import living, measuring, members, ready, refreshing, rolling, scoping
from jishi.kernel import clock

AT_ONCE = 50_000
MARKS = 200_000
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
        newest = Touch.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with _timed(seconds, "rollup"), transaction.atomic():
            marks = lake.list_dirty(limit=MARKS)
            rolling.follow(engine, marks, yardsticks.today(now))
            days = rolling.complete(engine, yardsticks.today(now), from_scratch=from_scratch)
        with _timed(seconds, "measure"), transaction.atomic():
            measuring.measure(now)
        with _timed(seconds, "merge"):
            has_lake = rolling.fill(engine, yardsticks.today(now))
        with _timed(seconds, "portraits"):
            people = _everybody(engine if has_lake else None, now, tell)
        with _timed(seconds, "segments"):
            ready.open_ready_made(at=now)
            _segments(now)
        Touch.objects.filter(pk__lte=newest).delete()
    return Rebuilt(people, days, {name: round(one, 3) for name, one in seconds.items()})


def _everybody(engine: object, now: datetime, tell: Callable[[int, int], None]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_RANGES, [AT_ONCE])
        ranges = cursor.fetchall()
    total, done = sum(count for _, _, count in ranges), 0
    for first, last, count in ranges:
        with transaction.atomic():
            scoping.open_tables()
            scoping.enter(between=(first, last))
            scoping.measure(now)
            if engine is not None:
                rolling.copy(engine, between=(first, last))
            living.follow(now)
            scoping.assemble()
        done += count
        tell(done, total)
    with connection.cursor() as cursor:
        cursor.execute(_GONE)
    return done


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
