"""Deletions whose day has come."""

from datetime import datetime

import structlog
from django.db import transaction

from jishi.people.privacy import operations, rules
from jishi.people.privacy.contracts import DeletionState
from jishi.people.privacy.errors import StillNeeded
from jishi.people.privacy.models import Deletion

BATCH = 20
ERASE_DUE_EVERY_S = 300
log = structlog.get_logger("privacy")


def erase_due(at: datetime) -> int:
    """Carry out due deletions; one that something still stands in the way of is asked again the next day."""
    done = 0
    for _ in range(BATCH):
        with transaction.atomic():
            due = Deletion.objects.filter(state=DeletionState.WAITING, due_at__lte=at).order_by("due_at")
            row = due.select_for_update(skip_locked=True).first()
            if row is None:
                break
            try:
                operations.erase_now(person_id=row.pk, at=at)
            except StillNeeded as error:
                log.info("privacy.deletion_waits", reasons=error.fields["reasons"])
                Deletion.objects.filter(pk=row.pk).update(due_at=at + rules.ASK_AGAIN)
                continue
            Deletion.objects.filter(pk=row.pk).update(state=DeletionState.DONE, ended_at=at, due_at=None)
            done += 1
    return done
