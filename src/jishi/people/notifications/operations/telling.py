"""Telling people things inside the house, once per fact, and forgetting them again."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from jishi.kernel import clock
from jishi.people.notifications.models import Choice, Delivery, InboxMessage, Notice, PushTarget, Reach
from jishi.people.notifications.providers import recipient_index

INBOX_KEPT = timedelta(days=7)
KEPT = timedelta(days=180)
FORGET_MOST = 5000
UNLISTED_WAIT = timedelta(seconds=15)
"""Time to read a message in the open page before a phone rings for it."""


def notify(
    *,
    person_id: int,
    kind: str,
    params: dict[str, Any],
    url: str = "",
    natural_key: str | None = None,
    at: datetime | None = None,
    is_listed: bool = True,
) -> bool:
    """Tell a person something; the same `natural_key` tells it once. Returns whether it was new.

    Whether it also goes out by mail, push or text is decided later by a sweep, from what the person chose.
    One that is not listed only rings: its place is elsewhere in the app.
    """
    moment = clock.at_or_now(at)
    notice = Notice(
        person_id=person_id,
        kind=kind[:60],
        params=params,
        url=url[:200],
        natural_key=natural_key,
        is_listed=is_listed,
        plan_due_at=moment if is_listed else moment + UNLISTED_WAIT,
        created_at=moment,
    )
    with transaction.atomic():
        if natural_key and Notice.objects.filter(person_id=person_id, natural_key=natural_key).exists():
            return False
        Notice.objects.bulk_create([notice], ignore_conflicts=True)
    return True


def notify_many(
    *,
    person_ids: Sequence[int],
    kind: str,
    params: dict[str, Any],
    natural_key: str,
    url: str = "",
    at: datetime | None = None,
    is_listed: bool = True,
) -> int:
    """Tell several people the same, each once, with one statement; returns how many rows were tried."""
    moment = clock.at_or_now(at)
    due_at = moment if is_listed else moment + UNLISTED_WAIT
    fields: dict[str, Any] = {
        "kind": kind[:60],
        "params": params,
        "url": url[:200],
        "natural_key": natural_key,
    }
    fields |= {"is_listed": is_listed, "plan_due_at": due_at, "created_at": moment}
    rows = [Notice(person_id=one, **fields) for one in sorted(set(person_ids))]
    return len(Notice.objects.bulk_create(rows, ignore_conflicts=True))


def notify_each(
    *,
    kind: str,
    told: Mapping[int, tuple[str, dict[str, Any]]],
    url: str = "",
    at: datetime | None = None,
) -> int:
    """Tell each person something of their own, as (natural key, params), with one statement; returns how
    many rows were tried."""
    moment = clock.at_or_now(at)
    rows = [
        Notice(
            person_id=person_id,
            kind=kind[:60],
            params=params,
            url=url[:200],
            natural_key=natural_key,
            plan_due_at=moment,
            created_at=moment,
        )
        for person_id, (natural_key, params) in sorted(told.items())
    ]
    return len(Notice.objects.bulk_create(rows, ignore_conflicts=True))


def withdraw(*, person_id: int, natural_key: str) -> bool:
    """Take a notice back that has become pointless, with what was not sent of it yet."""
    gone, _ = Notice.objects.filter(person_id=person_id, natural_key=natural_key).delete()
    return bool(gone)


def mark_read(*, person_id: int, at: datetime | None = None) -> int:
    """Mark everything a person was told as seen; returns how much was new."""
    return Notice.objects.filter(person_id=person_id, read_at__isnull=True, is_listed=True).update(
        read_at=clock.at_or_now(at)
    )


def forget_inbox(at: datetime | None = None) -> int:
    """Delete caught messages after a week; returns how many."""
    deleted, _ = InboxMessage.objects.filter(sent_at__lt=clock.at_or_now(at) - INBOX_KEPT).delete()
    return deleted


def forget_old(at: datetime | None = None) -> int:
    """Delete notices after half a year, with their deliveries; returns how many rows."""
    old = Notice.objects.filter(created_at__lt=clock.at_or_now(at) - KEPT).values_list("pk", flat=True)
    deleted, _ = Notice.objects.filter(pk__in=list(old[:FORGET_MOST])).delete()
    return deleted


def erase(*, person_id: int, contacts: tuple[str, ...] = ()) -> None:
    """Delete what a person was told and chose, their browsers, and caught messages to these addresses."""
    with transaction.atomic():
        for model in (Delivery, Notice, Choice, PushTarget, Reach):
            model.objects.filter(person_id=person_id).delete()
        InboxMessage.objects.filter(recipient_index__in=[recipient_index(c) for c in contacts]).delete()
