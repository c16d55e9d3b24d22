"""Portraits follow what people do: marks are added with the fact, and taken by the refresh that saw them.

Invariant: of all processes one refreshes at a time, so an older computation never overwrites a newer one; a
mark is gone only when the portrait that includes its fact is committed.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection, transaction

from jishi.insight.portraits.contracts import Refreshed
from jishi.insight.portraits.operations import members, scoping
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
    """Make the portraits of people to whom something happened, and let the segments follow."""
    now = clock.at_or_now(at)
    with transaction.atomic():
        if not try_alone():
            return Refreshed()
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, [limit])
            people = sorted({person_id for (person_id,) in cursor.fetchall()})
        if not people:
            return Refreshed()
        scoping.open_tables()
        scoping.enter(people)
        scoping.measure(now)
        count, changed = scoping.assemble()
        entered, left = members.follow_touched(people, now)
    return Refreshed(people=count, changed=changed, entered=entered, left=left)


def try_alone() -> bool:
    """Take the right to refresh until the transaction ends; false when somebody else has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [REFRESHING])
        return bool(cursor.fetchone()[0])
