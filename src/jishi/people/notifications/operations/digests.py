"""The daily mail: what somebody did not want to hear at once, together, at their own time of day."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from jishi.kernel import clock
from jishi.people.notifications import rules
from jishi.people.notifications.models import Choice, Delivery, Notice, Reach

COLLECT_MOST = 100
LOOKS_BACK = timedelta(days=7)


def await_digest(person_ids: Sequence[int], at: datetime) -> None:
    """Make sure these people's daily mail is due at their next time."""
    Reach.objects.bulk_create([Reach(person_id=one) for one in person_ids], ignore_conflicts=True)
    for reach in Reach.objects.filter(person_id__in=person_ids, digest_due_at__isnull=True):
        due = rules.next_digest(at, minute=reach.digest_minute, zone=reach.time_zone)
        Reach.objects.filter(pk=reach.pk, digest_due_at__isnull=True).update(digest_due_at=due)


def collect_due(at: datetime | None = None) -> int:
    """Put the daily mails that are due on their way; returns how many people were looked at."""
    moment = clock.at_or_now(at)
    with transaction.atomic():
        due = Reach.objects.filter(digest_due_at__lte=moment).order_by("digest_due_at", "pk")
        found = list(due.select_for_update(skip_locked=True)[:COLLECT_MOST])
        deliveries = [
            Delivery(
                person_id=one.person_id,
                channel="mail",
                digest_on=moment.astimezone(ZoneInfo(one.time_zone)).date(),
                due_at=moment,
                created_at=moment,
            )
            for one in found
        ]
        Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
        Reach.objects.filter(pk__in=[one.pk for one in found]).update(digest_due_at=None, digested_at=moment)
    return len(found)


def entries_of(delivery: Delivery) -> list[Notice]:
    """Return what stands in a daily mail: unread notices since the mail before, of collected topics."""
    before = (
        Delivery.objects.filter(person_id=delivery.person_id, digest_on__lt=delivery.digest_on)
        .order_by("-digest_on")
        .values_list("created_at", flat=True)
        .first()
    )
    since = max(before or delivery.created_at - LOOKS_BACK, delivery.created_at - LOOKS_BACK)
    chosen = {
        (one.topic, one.channel): one.mode for one in Choice.objects.filter(person_id=delivery.person_id)
    }
    unread = Notice.objects.filter(
        person_id=delivery.person_id,
        is_listed=True,
        read_at__isnull=True,
        created_at__gt=since,
        created_at__lte=delivery.created_at,
    )
    wanted = [
        one
        for one in unread.order_by("-created_at")[:200]
        if rules.mode_of(chosen, rules.topic_of(one.kind), "mail") == "digest"
    ]
    return wanted[: rules.DIGEST_MOST]
