"""Portraits follow what people do: marks are added with the fact, and taken by the refresh that saw them.

Invariant: of all processes one refreshes at a time, so an older computation never overwrites a newer one; a
mark is gone only when the portrait that includes its fact is committed.
"""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.db import connection, transaction

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import queries as lake
from jishi.insight.behavior.contracts import DirtyDay
from jishi.insight.portraits import rollup, yardsticks
from jishi.insight.portraits.contracts import Refreshed
from jishi.insight.portraits.operations import living, members, rolling, scoping
from jishi.kernel import clock

REFRESHING = 727021  # an advisory lock
_TAKE = """
DELETE FROM portraits_touch WHERE id IN (
    SELECT id FROM portraits_touch WHERE person_id IN (
        SELECT person_id FROM portraits_touch GROUP BY person_id ORDER BY min(id) LIMIT %s
    ) FOR UPDATE SKIP LOCKED
) RETURNING person_id
"""


def touch(*, person_id: int) -> None:
    """Note that something happened to a person, with the caller's transaction."""
    touch_people([person_id])


def touch_people(ids: Iterable[int]) -> None:
    """Note that something happened to people, with the caller's transaction."""
    known = sorted({person_id for person_id in ids if person_id and person_id > 0})
    if known:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO portraits_touch (person_id) SELECT unnest(%s::bigint[])", [known])


def refresh_touched(*, limit: int = 2000, at: datetime | None = None) -> Refreshed:
    """Make the portraits of people to whom something happened, and let stages and segments follow."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        if not try_alone():
            return Refreshed()
        marks = lake.list_dirty(limit=limit)
        people = sorted({mark.user_id for mark in marks if mark.user_id > 0} | set(_taken(limit)))
        if not people:
            behavior.clear_dirty(marks)
            return Refreshed()
        scoping.open_tables()
        count = scoping.enter(people)
        scoping.measure(now)
        days, moved = _bring_up(marks, people, now)
        _, changed = scoping.assemble()
        entered, left = members.follow_touched(people, now)
    return Refreshed(people=count, days=days, changed=changed, entered=entered, left=left, moved=moved)


def _taken(limit: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [limit])
        return [person_id for (person_id,) in cursor.fetchall()]


def _bring_up(marks: Sequence[DirtyDay], people: Sequence[int], now: datetime) -> tuple[int, int]:
    """Make the marked days again and add up the window of these people; meanwhile the database follows their
    stages, which ask nothing of the lake. Returns the days made and the stages that moved.
    """
    today = yardsticks.today(now)
    if not marks and not rolling.names(today):
        return 0, living.follow(now)
    with rollup.opened() as engine, ThreadPoolExecutor(1, thread_name_prefix="portraits") as beside:
        days = rolling.follow(engine, marks, today)
        names = rolling.names(today)
        adding = beside.submit(rollup.merge, engine, names, today, users=people) if names else None
        moved = living.follow(now)
        if adding is not None:
            adding.result()
            rolling.copy(engine)
    return days, moved


def try_alone() -> bool:
    """Take the right to refresh until the transaction ends; false when somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [REFRESHING])
        return bool(cursor.fetchone()[0])
