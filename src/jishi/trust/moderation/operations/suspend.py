"""Suspensions: an author's content out of sight for a week, brought back by the sweep or by an appeal."""

from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.trust.moderation import ports, rules
from jishi.trust.moderation.models import Case, Suspension
from jishi.trust.moderation.operations import log

BATCH = 100


def begin(case: Case, *, at: datetime) -> None:
    """Suspend the author of a case; a running suspension is prolonged. Called under the case's lock."""
    if case.author_id is None:
        return
    running = (
        Suspension.objects.select_for_update()
        .filter(person_id=case.author_id, lifted_at__isnull=True)
        .first()
    )
    until = at + rules.SUSPEND_FOR
    if running is not None:
        running.ends_at, running.case = max(running.ends_at, until), case
        running.save(update_fields=["ends_at", "case"])
    else:
        Suspension.objects.create(person_id=case.author_id, case=case, starts_at=at, ends_at=until)
        for domain in ports.authors():
            domain.hide_author(case.author_id, reason=case.reason, at=at)
    log.write(case, "suspended", actor_id=None, at=at, until=until.isoformat())


def end_of_case(case: Case, *, at: datetime) -> None:
    """End the suspension that came of this case, if it is still running."""
    for row in Suspension.objects.select_for_update().filter(case=case, lifted_at__isnull=True):
        _end(row, at)


def lift(*, person_id: int, at: datetime | None = None) -> bool:
    """End a person's suspension; returns whether there was one."""
    with transaction.atomic():
        row = (
            Suspension.objects.select_for_update().filter(person_id=person_id, lifted_at__isnull=True).first()
        )
        if row is not None:
            _end(row, clock.at_or_now(at))
    return row is not None


def lift_due(at: datetime) -> int:
    """End the suspensions whose time is over; returns how many."""
    with transaction.atomic():
        due = Suspension.objects.select_for_update(skip_locked=True).filter(
            lifted_at__isnull=True, ends_at__lte=at
        )
        rows = list(due.order_by("pk")[:BATCH])
        for row in rows:
            _end(row, at)
    return len(rows)


def _end(row: Suspension, at: datetime) -> None:
    row.lifted_at = at
    row.save(update_fields=["lifted_at"])
    for domain in ports.authors():
        domain.restore_author(row.person_id, at=at)
    log.write(row.case, "suspension_ended", actor_id=None, at=at)
