"""Carries published facts to their handlers: at least one try, exactly one effect, in order per shard.

A shard is worked by one relay at a time (an advisory lock), its facts in order of id. Every handler runs in a
transaction of its own together with its effect-once row, so a crash at any point repeats nothing and loses
nothing. A fact whose handler keeps failing holds up only its own shard, and after MAX_ATTEMPTS becomes a
dead letter that the console shows.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import structlog
from django.db import connection, transaction
from django.db.models import Count, Min, Q
from django.db.models.functions import Now

from jishi.kernel import outbox
from jishi.kernel.models import HandledEvent, OutboxEvent

MAX_ATTEMPTS = 8
FIRST_DELAY_S = 0.5
KEEP_DONE = timedelta(days=7)

log = structlog.get_logger("outbox")

DUE_SHARDS = """
SELECT shard FROM (
    SELECT DISTINCT ON (shard) shard, id, next_at FROM kernel_outboxevent
    WHERE state = 'pending' ORDER BY shard, id
) heads WHERE next_at <= clock_timestamp() ORDER BY id LIMIT %s
"""

_after: list[Callable[[OutboxEvent], None]] = []


def after_delivery(hook: Callable[[OutboxEvent], None]) -> None:
    """Have ``hook`` called after each delivered fact, outside its transactions (live notices, metrics)."""
    _after.append(hook)


def run_once(limit: int = 200) -> int:
    """Deliver what is due now, one pass over the shards; returns how many facts were delivered."""
    with connection.cursor() as cursor:
        cursor.execute(DUE_SHARDS, [limit])
        shards = [row[0] for row in cursor.fetchall()]
    return sum(_work_shard(shard) for shard in shards)


def drain(timeout_s: float = 30.0) -> int:
    """Deliver until nothing is due; for tests, the demo and imports."""
    delivered, until = 0, time.monotonic() + timeout_s
    while time.monotonic() < until:
        count = run_once()
        if not count:
            break
        delivered += count
    return delivered


def _work_shard(shard: str) -> int:
    """All due facts of one shard, unless another relay has it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 7))", [shard])
        if not cursor.fetchone()[0]:
            return 0
    delivered: list[OutboxEvent] = []
    try:
        for event in OutboxEvent.objects.filter(shard=shard, state="pending").order_by("id")[:100]:
            outcome = _deliver(event)
            if outcome is Outcome.DELIVERED:
                delivered.append(event)
            elif outcome is Outcome.WAITS:
                break
        # Marked together: what a crash leaves unmarked is delivered again, and the effect-once marks hold.
        ids = [event.pk for event in delivered]
        OutboxEvent.objects.filter(pk__in=ids).update(state="done", done_at=Now(), error="")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 7))", [shard])
    for event in delivered:
        for hook in _after:
            hook(event)
    return len(delivered)


class Outcome(Enum):
    """What became of a fact in this round."""

    DELIVERED = "delivered"
    WAITS = "waits"
    BURIED = "buried"


def _deliver(event: OutboxEvent) -> Outcome:
    """Run every handler of one fact."""
    for subscription in outbox.subscriptions(event.topic):
        try:
            _handle_once(subscription, event)
        except Exception as error:
            return _failed(event, subscription.name, error)
    return Outcome.DELIVERED


def _handle_once(subscription: outbox.Subscription, event: OutboxEvent) -> None:
    """The handler's effect and its mark commit together, or not at all."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO kernel_handledevent (handler, event_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [subscription.name, event.event_id],
            )
            if cursor.rowcount == 0:
                return
        subscription.handler(subscription.event.from_payload(event.payload))


def _failed(event: OutboxEvent, handler: str, error: Exception) -> Outcome:
    """Back off, or bury the fact after the last try so that its shard can go on."""
    attempts = event.attempts + 1
    dead = attempts >= MAX_ATTEMPTS
    delay = timedelta(seconds=min(FIRST_DELAY_S * 2**attempts, 300))
    OutboxEvent.objects.filter(pk=event.pk).update(
        attempts=attempts,
        next_at=Now() + delay,
        state="dead" if dead else "pending",
        error=f"{handler}: {type(error).__name__}: {error}"[:2000],
    )
    log.error(
        "outbox.failed", topic=event.topic, handler=handler, attempts=attempts, dead=dead, exc_info=error
    )
    return Outcome.BURIED if dead else Outcome.WAITS


@dataclass(frozen=True, slots=True)
class Backlog:
    """How far the handlers are behind."""

    pending: int
    dead: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A fact that a handler could not take, with its last words."""

    id: int
    topic: str
    shard: str
    attempts: int
    error: str
    created_at: datetime


def backlog() -> Backlog:
    """Count what waits and what was buried."""
    live = OutboxEvent.objects.filter(state__in=["pending", "dead"])
    counted = live.aggregate(
        pending=Count("pk", filter=Q(state="pending")),
        dead=Count("pk", filter=Q(state="dead")),
        oldest_at=Min("created_at", filter=Q(state="pending")),
    )
    return Backlog(**counted)


def list_dead(limit: int = 50) -> list[DeadLetter]:
    """The buried facts, newest first."""
    rows = OutboxEvent.objects.filter(state="dead").order_by("-id")[:limit]
    return [DeadLetter(r.pk, r.topic, r.shard, r.attempts, r.error, r.created_at) for r in rows]


def retry_dead(event_id: int) -> bool:
    """Give a dead letter another round; true when it was one."""
    changed = OutboxEvent.objects.filter(pk=event_id, state="dead").update(
        state="pending", attempts=0, next_at=Now(), error=""
    )
    return bool(changed)


def forget_done() -> int:
    """Drop delivered facts after their keeping time, with the marks of their handlers."""
    old = OutboxEvent.objects.filter(state="done", done_at__lt=Now() - KEEP_DONE).values_list(
        "pk", "event_id"
    )
    rows = list(old[:5000])
    with transaction.atomic():
        HandledEvent.objects.filter(event_id__in=[event_id for _, event_id in rows]).delete()
        deleted, _ = OutboxEvent.objects.filter(pk__in=[pk for pk, _ in rows]).delete()
    return deleted
