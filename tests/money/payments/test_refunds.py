"""Money goes back once, never more than came, and never stays stuck."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from tests.money.conftest import assert_books_balance, open_intent, paid_intent

from jishi.kernel import clock
from jishi.kernel.models import OutboxEvent
from jishi.kernel.money import Money
from jishi.money.ledger import queries as ledger_queries
from jishi.money.payments import operations as payments
from jishi.money.payments import providers, queries, rules
from jishi.money.payments.contracts import IntentView, RefundAnswer, RefundView
from jishi.money.payments.errors import (
    AmountsDisagree,
    NothingCaptured,
    ProviderUnavailable,
    RefundConflict,
    RefundTooLarge,
)
from jishi.money.payments.models import Refund
from jishi.money.payments.providers.offline import OfflineProvider


class Scripted(OfflineProvider):
    """A provider that answers refunds as told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[RefundAnswer | Exception] = []
        self.calls: list[tuple[str, str]] = []
        self.sent: dict[str, int] = {}

    def send_refund(
        self, *, reference: str, refund_reference: str, amount: Money, reason: str
    ) -> RefundAnswer:
        self.calls.append(("send", refund_reference))
        self.sent.setdefault(refund_reference, amount.amount_minor)
        return self._next(refund_reference)

    def ask_refund(self, *, refund_reference: str) -> RefundAnswer:
        self.calls.append(("ask", refund_reference))
        return self._next(refund_reference)

    def _next(self, refund_reference: str) -> RefundAnswer:
        answer = self.answers.pop(0) if self.answers else RefundAnswer("succeeded", f"r_{refund_reference}")
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def script() -> Iterator[Scripted]:
    provider = Scripted()
    providers.register("offline", lambda: provider)
    yield provider
    providers.register("offline", OfflineProvider)


def request(intent: IntentView, amount: int, key: str = "", part: int = 0, **given: Any) -> RefundView:
    values: dict[str, Any] = {
        "intent_code": intent.code,
        "order_code": intent.allocations[part].order_code,
        "amount_minor": amount,
        "reason": "test",
        "natural_key": key or f"refund:{intent.code}:{part}:{amount}",
    }
    return payments.request_refund(**{**values, **given})


def topics() -> list[str]:
    return list(OutboxEvent.objects.filter(topic__startswith="money.refund").values_list("topic", flat=True))


@pytest.mark.django_db
def test_a_refund_is_due_at_once_and_gone_when_the_provider_says_so() -> None:
    intent = paid_intent((6000, 4000))

    due = request(intent, 6000)
    at_request = ledger_queries.get_balance(rules.refunds_due("CNY"))
    payments.send_refunds(clock.now())

    done = queries.get_refund(due.code)
    assert (due.state, at_request) == ("due", 6000)
    assert (done.state, done.completed_at is not None) == ("succeeded", True)
    assert queries.get_intent(intent.code).state == "partially_refunded"
    assert ledger_queries.get_balance(rules.refunds_due("CNY")) == 0
    assert ledger_queries.get_balance(rules.clearing("offline", "CNY")) == -4000
    event = OutboxEvent.objects.get(topic="money.refund.completed")
    assert (event.payload["order_code"], event.payload["amount_minor"]) == (
        intent.allocations[0].order_code,
        6000,
    )
    assert_books_balance()


@pytest.mark.django_db
def test_the_same_refund_is_asked_for_once() -> None:
    intent = paid_intent()
    first = request(intent, 100, "same")

    assert request(intent, 100, "same") == first
    with pytest.raises(RefundConflict):
        request(intent, 101, "same")

    assert Refund.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "5"], ids=repr)
def test_mon_017_a_refund_of_no_amount_is_refused(amount: Any) -> None:
    with pytest.raises(AmountsDisagree):
        request(paid_intent(), amount, "bad")

    assert Refund.objects.count() == 0


@pytest.mark.django_db
def test_nothing_can_be_sent_back_before_it_came() -> None:
    with pytest.raises(NothingCaptured):
        request(open_intent(), 100)


@pytest.mark.django_db
def test_ref_048_an_order_gives_back_no_more_than_its_own_part() -> None:
    intent = paid_intent((6000, 4000))
    request(intent, 3500, part=1)

    with pytest.raises(RefundTooLarge) as refused:
        request(intent, 501, part=1)
    with pytest.raises(RefundTooLarge):
        request(intent, 1, order_code="a stranger's order")

    assert refused.value.fields == {"left_minor": 500, "wanted_minor": 501}
    assert Refund.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_ref_048_two_refunds_at_once_that_exceed_the_capture_are_not_both_taken(
    race, script: Scripted
) -> None:  # type: ignore[no-untyped-def]
    intent = paid_intent((10_000,))

    outcomes = race(6, lambda number: request(intent, 6000, f"r{number}"))

    assert [type(outcome) for outcome in outcomes].count(RefundTooLarge) == 5
    payments.send_refunds(clock.now())
    assert list(script.sent.values()) == [6000]
    assert_books_balance()


@pytest.mark.django_db
def test_ref_053_everything_that_goes_back_stays_within_the_capture() -> None:
    intent = paid_intent((5000, 5000))

    for part in (0, 1):
        for amount in (2000, 2000, 1000):
            request(intent, amount, f"{part}:{Refund.objects.count()}", part)

    for part in (0, 1):
        with pytest.raises(RefundTooLarge):
            request(intent, 1, part=part)
    payments.send_refunds(clock.now())
    view = queries.get_intent(intent.code)
    assert (view.state, view.refunded_minor) == ("refunded", 10_000)
    assert_books_balance()


@pytest.mark.django_db
def test_ref_049_a_call_that_timed_out_is_made_again_under_the_same_key(script: Scripted) -> None:
    at = clock.now()
    refund = request(paid_intent(), 6000, at=at)
    script.answers = [ProviderUnavailable(provider="test")]

    payments.send_refunds(at)
    too_early = payments.send_refunds(at + timedelta(seconds=30))
    payments.send_refunds(at + timedelta(seconds=61))

    assert too_early == 0
    assert script.calls == [("send", refund.code)] * 2
    assert queries.get_refund(refund.code).state == "succeeded"
    assert topics() == ["money.refund.completed"]


@pytest.mark.django_db(transaction=True)
def test_ref_051_workers_at_once_send_a_refund_once(race, script: Scripted) -> None:  # type: ignore[no-untyped-def]
    at = clock.now()
    intent = paid_intent((6000, 4000))
    again = [request(intent, 6000, "clicked", at=at) for _ in range(3)]

    counts = race(4, lambda: payments.send_refunds(at))

    assert len({view.code for view in again}) == 1
    assert sum(counts) == 1
    assert script.calls == [("send", again[0].code)]
    assert ledger_queries.get_balance(rules.refunds_due("CNY")) == 0
    assert topics() == ["money.refund.completed"]


@pytest.mark.django_db
def test_ref_051_a_pending_refund_is_asked_about_and_not_sent_again(script: Scripted) -> None:
    at = clock.now()
    refund = request(paid_intent(), 6000, at=at)
    script.answers = [RefundAnswer("pending", "r1"), RefundAnswer("pending", "r1")]

    for hours in (0, 1, 2):
        payments.send_refunds(at + timedelta(hours=hours))

    assert [verb for verb, _ in script.calls] == ["send", "ask", "ask"]
    assert queries.get_refund(refund.code).state == "succeeded"
    assert_books_balance()


@pytest.mark.django_db
def test_ref_052_a_refusal_is_visible_and_tried_again(script: Scripted) -> None:
    at = clock.now()
    refund = request(paid_intent(), 6000, at=at)
    script.answers = [RefundAnswer("refused", reason="insufficient_funds")] * 2

    payments.send_refunds(at)
    failed = queries.get_refund(refund.code)
    assert (failed.state, failed.last_error) == ("failed", "insufficient_funds")
    assert [stuck.code for stuck in queries.list_stuck_refunds()] == [refund.code]
    payments.send_refunds(at + timedelta(minutes=1))
    payments.retry_refund(refund_code=refund.code, at=at + timedelta(minutes=1))
    payments.send_refunds(at + timedelta(minutes=1))

    assert queries.get_refund(refund.code).state == "succeeded"
    assert topics() == ["money.refund.failed", "money.refund.completed"]
    assert ledger_queries.get_balance(rules.refunds_due("CNY")) == 0
    assert_books_balance()


@pytest.mark.django_db(transaction=True)
def test_ref_052_no_transaction_is_open_while_the_provider_is_called(script: Scripted) -> None:
    from django.db import connection

    seen: list[bool] = []
    original = script._next
    script._next = lambda code: seen.append(connection.in_atomic_block) or original(code)  # type: ignore[func-returns-value,method-assign]
    request(paid_intent(), 6000)

    payments.send_refunds(clock.now())

    assert seen == [False]


@pytest.mark.django_db
def test_pay_034_a_surplus_goes_back_without_touching_the_payment() -> None:
    from jishi.money.payments.models import Attempt, Intent

    intent = paid_intent((6000,))
    row = Intent.objects.get(code=intent.code)
    attempt = Attempt.objects.create(
        code="pasecond",
        intent=row,
        provider="offline",
        return_url="",
        state="started",
        created_at=clock.now(),
    )
    from tests.money.payments.test_reports import report

    payments.record_report(provider="offline", report=report(attempt, "captured"))

    payments.send_refunds(clock.now())

    assert Refund.objects.get().state == "succeeded"
    view = queries.get_intent(intent.code)
    assert (view.state, view.refunded_minor) == ("captured", 0)
    assert topics() == []
    assert ledger_queries.get_balance(rules.unapplied("CNY")) == 6000
    assert_books_balance()
