"""Laying out the path, taking newcomers onto it, counting what they do, closing the card, forgetting.

Locks: the newcomer's row; everything about one newcomer happens one after the other.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from jishi.growth.onboarding import queries, rules
from jishi.growth.onboarding.contracts import WINDOW, Step
from jishi.growth.onboarding.errors import PathInvalid
from jishi.growth.onboarding.models import Done, Mark, Newcomer, Path
from jishi.kernel import audit, clock

OVERLAP = 5000
"""How many numbers below the newest newcomer are looked at again: people who registered at the same time."""

ENROL = """
INSERT INTO onboarding_newcomer (person_id, path_number, joined_at)
SELECT u.id, (SELECT COALESCE(max(number), 0) FROM onboarding_path), u.joined_at
FROM accounts_user u
WHERE {which} AND u.is_active AND NOT u.is_operator AND u.joined_at > %(since)s AND u.joined_at <= %(at)s
ORDER BY u.id
ON CONFLICT (person_id) DO NOTHING
"""
NEW = "u.id > (SELECT COALESCE(max(person_id), 0) FROM onboarding_newcomer) - %(overlap)s"
ONE = "u.id = %(person)s"


def lay_out(*, steps: Sequence[Step], by: int | None, at: datetime | None = None) -> int:
    """Make a new path for everybody who joins from now on; returns its number. The same steps again change
    nothing; whoever is on their way stays on the path they began with.

    :raises PathInvalid: something about it cannot be; `field` and `row` say what.
    """
    field, row = rules.fault(steps)
    if field:
        raise PathInvalid(field=field, row=row)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE onboarding_path IN SHARE ROW EXCLUSIVE MODE")
        newest = queries.get_path()
        if tuple(newest.steps) == tuple(steps):
            return newest.number
        number = queries.newest_number() + 1
        Path.objects.create(
            number=number, steps=rules.to_rows(steps), owner_id=by, made_at=clock.at_or_now(at)
        )
        audit.record(actor_id=by, action="onboarding.lay_out", subject=f"path:{number}")
    return number


def enrol_new(at: datetime) -> int:
    """Take everybody who joined lately onto the path; returns how many. Reads the people of accounts in one
    statement."""
    return _enrol(NEW, at, overlap=OVERLAP)


def advance(*, person_id: int, kind: str, subject: str, at: datetime) -> bool:
    """Count something a newcomer did towards a step; the same thing counts once. True if a step was done by
    it. Whoever joined longer ago is no newcomer, and nothing happens.
    """
    with transaction.atomic():
        row = Newcomer.objects.select_for_update().filter(person_id=person_id).first()
        if row is None and _enrol(ONE, max(at, clock.now()), person=person_id):
            row = Newcomer.objects.select_for_update().get(person_id=person_id)
        if row is None or at >= row.joined_at + WINDOW:
            return False
        steps = queries.get_path(row.path_number).steps if row.path_number else rules.SHIPPED
        step = next((one for one in steps if one.kind == kind), None)
        if step is None:
            return False
        _, is_new = Mark.objects.get_or_create(
            person_id=person_id, kind=kind, subject=subject[:40], defaults={"at": at}
        )
        if not is_new or Mark.objects.filter(person_id=person_id, kind=kind).count() < step.needed:
            return False
        _, is_done = Done.objects.get_or_create(person_id=person_id, kind=kind, defaults={"at": at})
        done = set(Done.objects.filter(person_id=person_id).values_list("kind", flat=True))
        if row.finished_at is None and {str(one.kind) for one in steps} <= done:
            Newcomer.objects.filter(person_id=person_id).update(finished_at=at)
    return is_done


def put_away(*, person_id: int, at: datetime | None = None) -> None:
    """Close the card for good; steps go on being counted."""
    rows = Newcomer.objects.filter(person_id=person_id, put_away_at=None)
    rows.update(put_away_at=clock.at_or_now(at))


def forget(*, person_id: int) -> None:
    """Remove how somebody began."""
    with transaction.atomic():
        for model in (Mark, Done, Newcomer):
            model.objects.filter(person_id=person_id).delete()
        Path.objects.filter(owner_id=person_id).update(owner=None)


def _enrol(which: str, at: datetime, **more: int) -> int:
    params: dict[str, Any] = {"since": at - WINDOW, "at": at + timedelta(seconds=5), **more}
    with connection.cursor() as cursor:
        cursor.execute(ENROL.format(which=which), params)
        return int(cursor.rowcount)
