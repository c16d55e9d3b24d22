"""Publish a fact in the transaction that makes it true; handlers hear of it after the commit, once each.

No NOTIFY and no job is sent inside a business transaction: both serialise commits. The relay of
``jishi work`` polls a partial index instead (see :mod:`jishi.kernel.outbox.relay`).
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection

from jishi.kernel.errors import InvariantBroken
from jishi.kernel.ids import uuid7
from jishi.kernel.outbox.events import DomainEvent

__all__ = ["DomainEvent", "Subscription", "publish", "publish_many", "subscribe", "subscriptions"]

Event = TypeVar("Event", bound=DomainEvent)

INSERT = """
INSERT INTO kernel_outboxevent (event_id, topic, shard, version, payload, state, attempts, error)
SELECT *, 'pending', 0, ''
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::smallint[], %s::jsonb[])
"""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A handler of one kind of fact; ``name`` identifies its effect for ever, so never reuse or rename it."""

    name: str
    event: type[DomainEvent]
    handler: Callable[[Any], None]


_subscriptions: dict[str, list[Subscription]] = {}


def subscribe(event: type[Event], handler: Callable[[Event], None], *, name: str) -> None:
    """Have ``handler`` called once for every such fact. Called by the wiring only.

    :raises InvariantBroken: the name is taken.
    """
    taken = {item.name for items in _subscriptions.values() for item in items}
    if name in taken:
        raise InvariantBroken(f"two handlers are called {name}")
    _subscriptions.setdefault(event.topic, []).append(Subscription(name, event, handler))


def subscriptions(topic: str) -> tuple[Subscription, ...]:
    """Who reacts to ``topic``, in order of wiring."""
    return tuple(_subscriptions.get(topic, ()))


def topics() -> dict[str, tuple[str, ...]]:
    """Every topic that somebody hears, with the names of the handlers."""
    return {topic: tuple(item.name for item in items) for topic, items in sorted(_subscriptions.items())}


def publish(event: DomainEvent) -> None:
    """Record ``event`` in the caller's transaction."""
    publish_many([event])


def publish_many(events: Iterable[DomainEvent]) -> None:
    """Record several facts with one statement.

    :raises InvariantBroken: there is no transaction that the facts could belong to.
    """
    rows = [
        (uuid7(), event.topic, event.key()[:80], event.version, json.dumps(event.payload()))
        for event in events
    ]
    if not rows:
        return
    if not connection.in_atomic_block:
        raise InvariantBroken("a fact is published inside the transaction that makes it true")
    ids, topics_, shards, versions, payloads = zip(*rows, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [list(ids), list(topics_), list(shards), list(versions), list(payloads)],
        )
