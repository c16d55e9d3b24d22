"""A fact reaches each handler with exactly one effect, in order, whatever fails or runs twice."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from django.db import transaction

from jishi.kernel import outbox
from jishi.kernel.errors import InvariantBroken
from jishi.kernel.models import AuditEntry, HandledEvent, OutboxEvent
from jishi.kernel.outbox import relay


@dataclass(frozen=True)
class Ripened(outbox.DomainEvent):
    """A fact for these tests."""

    topic: ClassVar[str] = "tests.fruit.ripened"

    tree: str
    number: int
    at: datetime | None = None
    parts: list[list[int]] | None = None

    def key(self) -> str:
        return self.tree


@pytest.fixture
def heard():
    """What the handler saw; it also leaves a row, so that its effect can be counted in the database."""
    seen: list[Ripened] = []

    def handler(event):
        seen.append(event)
        AuditEntry.objects.create(action="heard", subject=f"{event.tree}:{event.number}")

    outbox.subscribe(Ripened, handler, name="tests.hear")
    yield seen
    outbox._subscriptions.pop(Ripened.topic)


def publish(*events):
    with transaction.atomic():
        outbox.publish_many(events)


def test_a_fact_needs_the_transaction_that_makes_it_true(transactional_db):
    with pytest.raises(InvariantBroken):
        outbox.publish(Ripened(tree="a", number=1))


def test_a_rolled_back_fact_never_happened(transactional_db, heard):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        outbox.publish(Ripened(tree="a", number=1))
        raise ZeroDivisionError

    assert relay.drain() == 0
    assert heard == []


def test_facts_arrive_whole_and_in_order(transactional_db, heard):
    at = datetime(2026, 11, 22, tzinfo=UTC)
    events = [Ripened(tree="a", number=n, at=at, parts=[[1, 2]]) for n in range(5)]

    publish(*events)

    assert relay.drain() == 5
    assert heard == events


def test_ops_156_a_fact_delivered_again_has_no_second_effect(transactional_db, heard):
    publish(Ripened(tree="a", number=1))
    relay.drain()

    OutboxEvent.objects.update(state="pending")
    relay.drain()

    assert AuditEntry.objects.filter(action="heard").count() == 1
    assert HandledEvent.objects.count() == 1


def test_ops_158_a_fact_that_always_fails_is_buried_and_its_shard_goes_on(transactional_db):
    seen = []

    def handler(event):
        if event.number == 1:
            raise ValueError("rotten")
        seen.append(event.number)

    outbox.subscribe(Ripened, handler, name="tests.fail")
    publish(Ripened(tree="a", number=1), Ripened(tree="a", number=2), Ripened(tree="b", number=3))
    try:
        relay.run_once()
        assert seen == [3]
        for _ in range(relay.MAX_ATTEMPTS):
            OutboxEvent.objects.filter(state="pending").update(next_at=datetime(2020, 1, 1, tzinfo=UTC))
            relay.run_once()
    finally:
        outbox._subscriptions.pop(Ripened.topic)

    assert seen == [3, 2]
    dead = OutboxEvent.objects.get(state="dead")
    assert "rotten" in dead.error
    assert relay.retry_dead(dead.pk)


def test_many_relays_at_once_give_one_effect_each(transactional_db, heard, race):
    publish(*[Ripened(tree=f"t{n % 7}", number=n) for n in range(70)])

    race(4, lambda _: relay.drain())

    assert sorted(e.number for e in heard) == list(range(70))
    assert AuditEntry.objects.filter(action="heard").count() == 70
    for tree in {e.tree for e in heard}:
        numbers = [e.number for e in heard if e.tree == tree]
        assert numbers == sorted(numbers)


def test_two_handlers_of_one_name_are_refused(heard):
    with pytest.raises(InvariantBroken):
        outbox.subscribe(Ripened, print, name="tests.hear")
