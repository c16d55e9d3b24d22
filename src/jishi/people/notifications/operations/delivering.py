"""From a notice to the channels: planned once per notice, claimed, sent, and marked.

A delivery is claimed in a transaction of its own before the network is talked to, and marked afterwards. A
provider that refused is asked again, later and a few times; after silence, a crash between the two
transactions included, nobody knows whether the message left, and it is not sent again unless an operator says
so. So a person gets each message at most once, and nothing is lost without a trace.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from jishi.kernel import clock, notices
from jishi.kernel.errors import DomainError
from jishi.people.notifications import rules
from jishi.people.notifications.errors import (
    MailOutcomeUnknown,
    PushOutcomeUnknown,
    TextsOutcomeUnknown,
)
from jishi.people.notifications.models import Choice, Delivery, Notice, PushTarget, Reach
from jishi.people.notifications.operations import composing, digests

PLAN_MOST = 200
SEND_MOST = 20
STALE = timedelta(days=1)
LEASE = timedelta(minutes=5)
"""Longer than any provider is waited for: a claim older than this belongs to nobody any more."""
SILENCE = (MailOutcomeUnknown, TextsOutcomeUnknown, PushOutcomeUnknown)
LOST = "notifications.sender_lost"

log = structlog.get_logger("notifications")


def plan_due(at: datetime | None = None) -> int:
    """Decide for new notices where they go; returns how many were looked at. Open pages are told as well."""
    moment = clock.at_or_now(at)
    with transaction.atomic():
        due = Notice.objects.filter(plan_due_at__lte=moment).order_by("plan_due_at", "pk")
        found = list(due.select_for_update(skip_locked=True)[:PLAN_MOST])
        fresh = [
            one
            for one in found
            if (one.read_at is None or one.kind in rules.ALWAYS) and moment - one.created_at < STALE
        ]
        if fresh:
            _plan(fresh, moment)
        Notice.objects.filter(pk__in=[one.pk for one in found]).update(plan_due_at=None)
    number = int(moment.timestamp() * 1000)
    notices.send([(f"person:{one}", number) for one in sorted({one.person_id for one in fresh})])
    return len(found)


def _plan(fresh: Sequence[Notice], at: datetime) -> None:
    people = {one.person_id for one in fresh}
    chosen: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
    for choice in Choice.objects.filter(person_id__in=people):
        chosen[choice.person_id][choice.topic, choice.channel] = choice.mode
    reach = Reach.objects.in_bulk(list(people))
    browsers = set(PushTarget.objects.filter(person_id__in=people).values_list("person_id", flat=True))
    recent = Delivery.objects.filter(person_id__in=people, created_at__gt=at - timedelta(days=1))
    sent = list(recent.exclude(state="dropped").values_list("person_id", "channel", "created_at"))
    used = Counter(
        (person_id, channel)
        for person_id, channel, created_at in sent
        if created_at > at - rules.CAPS[channel][1]
    )
    deliveries, collected = [], set()
    for notice in fresh:
        topic = rules.topic_of(notice.kind)
        for channel in rules.CHANNELS:
            mode = rules.mode_of(chosen[notice.person_id], topic, channel)
            if notice.kind in rules.ALWAYS and channel != "push":
                mode = "now"
            is_over = (
                used[notice.person_id, channel] >= rules.CAPS[channel][0] and topic not in rules.UNCAPPED
            )
            if mode == "digest" and notice.is_listed:
                collected.add(notice.person_id)
            if mode != "now" or is_over or (channel == "push" and notice.person_id not in browsers):
                continue
            used[notice.person_id, channel] += 1
            due_at = _due(reach.get(notice.person_id), channel, at)
            deliveries.append(
                Delivery(
                    notice=notice, person_id=notice.person_id, channel=channel, due_at=due_at, created_at=at
                )
            )
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    digests.await_digest(sorted(collected), at)


def _due(reach: Reach | None, channel: str, at: datetime) -> datetime:
    if reach is None or channel not in rules.QUIET_CHANNELS:
        return at
    return rules.after_quiet(at, quiet_from=reach.quiet_from, quiet_to=reach.quiet_to, zone=reach.time_zone)


def deliver_due(at: datetime | None = None) -> int:
    """Send what is due; returns how many were tried. Never called inside a transaction."""
    moment = clock.at_or_now(at)
    _own_up(moment)
    tried = 0
    # One claim at a time: a crash leaves one delivery in doubt, not twenty.
    while tried < SEND_MOST and (claimed := _claim(moment, clock.at_or_now(at))) is not None:
        tried += 1
        _try(claimed, clock.at_or_now(at))
    return tried


def send_again(*, delivery_id: int, at: datetime | None = None) -> bool:
    """Give a delivery that was given up or is in doubt another round; whether there was such a one."""
    rows = Delivery.objects.filter(pk=delivery_id, state__in=("dead", "unknown"))
    return bool(rows.update(state="pending", attempts=0, error="", due_at=clock.at_or_now(at)))


def drop(*, delivery_id: int) -> bool:
    """Leave a delivery that was given up or is in doubt as it is; whether there was such a one."""
    rows = Delivery.objects.filter(pk=delivery_id, state__in=("dead", "unknown"))
    return bool(rows.update(state="dropped"))


def _own_up(moment: datetime) -> None:
    """Say of claims whose sender is gone that nobody knows."""
    lost = Delivery.objects.filter(state="sending", claimed_at__lt=moment - LEASE)
    count = lost.update(state="unknown", error=LOST)
    if count:
        log.error("notifications.senders_lost", deliveries=count)


def _claim(moment: datetime, now: datetime) -> Delivery | None:
    """Take the next due delivery; when this returns, everybody can see that it is taken."""
    with transaction.atomic():
        due = Delivery.objects.filter(state="pending", due_at__lte=moment).order_by("due_at", "pk")
        claimed = due.select_for_update(skip_locked=True).first()
        if claimed is None:
            return None
        claimed.state, claimed.claimed_at, claimed.attempts = "sending", now, claimed.attempts + 1
        claimed.save(update_fields=["state", "claimed_at", "attempts"])
    return claimed


def _try(delivery: Delivery, at: datetime) -> None:
    # Whoever was slow beyond the lease still knows better than the doubt.
    mine = Delivery.objects.filter(
        pk=delivery.pk, state__in=("sending", "unknown"), claimed_at=delivery.claimed_at
    )
    try:
        is_sent = composing.send(delivery)
    except SILENCE as error:
        mine.update(state="unknown", error=error.code[:200])
        log.warning("notifications.outcome_unknown", delivery=delivery.pk, message_id=delivery.message_id)
    except DomainError as error:
        is_dead = delivery.attempts >= rules.ATTEMPTS_MOST
        mine.update(
            error=error.code[:200],
            state="dead" if is_dead else "pending",
            due_at=at + rules.retry_after(delivery.attempts),
        )
        log.warning("notifications.not_sent", delivery=delivery.pk, attempts=delivery.attempts, dead=is_dead)
    else:
        mine.update(state="sent" if is_sent else "dropped", sent_at=at, error="")
