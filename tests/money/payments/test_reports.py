"""Whatever a provider says, in whatever order and however often: each event has one effect."""

from __future__ import annotations

import itertools
import json
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.money.conftest import assert_books_balance, open_intent, paid_intent

from jishi.kernel import clock
from jishi.kernel.models import OutboxEvent
from jishi.money.ledger import queries as ledger_queries
from jishi.money.payments import operations as payments
from jishi.money.payments import queries, rules
from jishi.money.payments.contracts import IntentView, PaymentReport
from jishi.money.payments.errors import WebhookMalformed, WebhookRefused
from jishi.money.payments.models import Attempt, Capture, Refund, WebhookReceipt
from jishi.money.payments.providers import signatures

SECRET = "tests-only-psp-secret"
KEY = signatures.derive_key(SECRET, "webhook")


def attempt_for(intent: IntentView, code: str = "") -> Attempt:
    """A try that was sent to the provider."""
    from jishi.money.payments.models import Intent

    return Attempt.objects.create(
        code=code or f"pa{intent.code}",
        intent=Intent.objects.get(code=intent.code),
        provider="sandbox",
        return_url="http://127.0.0.1/",
        state="started",
        created_at=clock.now(),
    )


def report(attempt: Attempt, kind: str, event_id: str = "", **given: Any) -> PaymentReport:
    values: dict[str, Any] = {
        "event_id": event_id or f"evt:{attempt.code}:{kind}",
        "kind": kind,
        "reference": attempt.code,
        "provider_ref": f"pay_{attempt.code}",
        "amount_minor": attempt.intent.amount_minor,
        "currency": attempt.intent.currency,
        "at": clock.now(),
    }
    return PaymentReport(**{**values, **given})


def tell(attempt: Attempt, kind: str, **given: Any) -> str:
    return payments.record_report(provider="sandbox", report=report(attempt, kind, **given)).outcome


def signed(
    message: object, *, key: bytes = KEY, at: float | None = None, delivery: str = "msg_1"
) -> tuple[dict[str, str], bytes]:
    body = message if isinstance(message, bytes) else json.dumps(message).encode()
    stamp = int(at or time.time())
    return {
        "Webhook-Id": delivery,
        "Webhook-Timestamp": str(stamp),
        "Webhook-Signature": signatures.sign(key, delivery_id=delivery, timestamp=stamp, body=body),
    }, body


def message_for(attempt: Attempt, **data: Any) -> dict[str, Any]:
    facts = {
        "id": f"pay_{attempt.code}",
        "reference": attempt.code,
        "amount_minor": attempt.intent.amount_minor,
        "currency": attempt.intent.currency,
        "at": datetime.now(UTC).isoformat(),
    }
    return {"id": f"evt_{attempt.code}", "type": "payment.captured", "data": {**facts, **data}}


def topics() -> list[str]:
    return list(OutboxEvent.objects.order_by("id").values_list("topic", flat=True))


@pytest.mark.django_db
def test_a_capture_pays_the_intent_and_is_booked() -> None:
    intent = open_intent((6000, 4000))
    attempt = attempt_for(intent)

    assert tell(attempt, "captured") == "applied"

    paid = queries.get_intent(intent.code)
    assert (paid.state, paid.amount_minor) == ("captured", 10_000)
    assert ledger_queries.get_balance(rules.unapplied("CNY")) == 10_000
    assert ledger_queries.get_balance(rules.clearing("sandbox", "CNY")) == -10_000
    event = OutboxEvent.objects.get(topic="money.payment.captured")
    assert event.shard == intent.code
    assert event.payload["allocations"] == [
        [part.order_code, part.amount_minor] for part in intent.allocations
    ]
    assert_books_balance()


@pytest.mark.django_db(transaction=True)
def test_pay_025_an_event_delivered_three_times_at_once_settles_once(race) -> None:  # type: ignore[no-untyped-def]
    attempt = attempt_for(open_intent())

    outcomes = race(3, lambda: tell(attempt, "captured", event_id="evt_same"))

    assert sorted(outcomes) == ["applied", "duplicate", "duplicate"]
    assert topics() == ["money.payment.captured"]
    assert ledger_queries.get_balance(rules.unapplied("CNY")) == 10_000


@pytest.mark.django_db
def test_pay_026_two_deliveries_with_ids_of_their_own_are_one_event() -> None:
    attempt = attempt_for(open_intent())
    message = message_for(attempt)

    outcomes = []
    for delivery in ("msg_1", "msg_2"):
        headers, body = signed(message, delivery=delivery)
        outcomes.append(payments.receive_webhook(provider="sandbox", headers=headers, body=body).outcome)

    assert outcomes == ["applied", "duplicate"]
    assert topics() == ["money.payment.captured"]


@pytest.mark.django_db
def test_pay_027_an_old_failure_does_not_undo_a_payment() -> None:
    intent = open_intent()
    first, second = attempt_for(intent, "pafirst"), attempt_for(intent, "pasecond")
    tell(second, "captured")

    outcome = tell(first, "failed", at=clock.now() + timedelta(minutes=30))

    assert outcome == "applied"
    assert queries.get_intent(intent.code).state == "captured"
    assert topics() == ["money.payment.captured"]
    assert tell(second, "failed") == "ignored"
    assert WebhookReceipt.objects.get(reference="pasecond", kind="failed").outcome == "ignored"


KINDS = ("created", "authorized", "failed", "captured", "refund_succeeded", "refund_failed")


@pytest.mark.django_db
def test_pay_028_every_order_of_events_ends_in_the_same_state() -> None:
    chosen = random.Random(28).sample(list(itertools.permutations(KINDS)), 24)
    endings = set()
    for number, order in enumerate(chosen):
        intent = open_intent()
        attempt = attempt_for(intent)
        doubled = list(order) + random.Random(number).sample(order, 3)

        for position, kind in enumerate(doubled):
            tell(attempt, kind, event_id=f"{number}:{kind}:{position % 2}")

        attempt.refresh_from_db()
        endings.add(
            (
                attempt.state,
                queries.get_intent(intent.code).state,
                Capture.objects.filter(attempt=attempt).count(),
            )
        )
    assert endings == {("captured", "captured", 1)}
    assert_books_balance()


@pytest.mark.django_db
def test_pay_028_every_order_of_a_refund_s_events_ends_in_the_same_state() -> None:
    endings = set()
    for order in itertools.permutations(["refund_succeeded", "refund_failed", "refund_succeeded"]):
        intent = open_intent((5000,))
        attempt = attempt_for(intent)
        tell(attempt, "captured")
        refund = payments.request_refund(
            intent_code=intent.code,
            order_code=intent.allocations[0].order_code,
            amount_minor=5000,
            reason="test",
            natural_key=f"refund:{intent.code}",
        )
        for number, kind in enumerate(order):
            tell(attempt, kind, event_id=f"{attempt.code}:{number}", refund_reference=refund.code)
        endings.add((queries.get_refund(refund.code).state, queries.get_intent(intent.code).state))
    assert endings == {("succeeded", "refunded")}
    assert ledger_queries.get_balance(rules.refunds_due("CNY")) == 0
    assert_books_balance()


def broken_headers() -> dict[str, dict[str, str] | None]:
    return {
        "no signature": {"Webhook-Signature": ""},
        "wrong version": {"Webhook-Signature": "v2,AAAA"},
        "wrong key": None,
        "no id": {"Webhook-Id": ""},
        "no time": {"Webhook-Timestamp": ""},
        "time is no number": {"Webhook-Timestamp": "soon"},
        "time is a float": {"Webhook-Timestamp": "1e9"},
    }


@pytest.mark.django_db
@pytest.mark.parametrize("flaw", list(broken_headers()))
def test_pay_029_a_message_that_the_provider_did_not_sign_changes_nothing(flaw: str) -> None:
    attempt = attempt_for(open_intent())
    headers, body = signed(message_for(attempt), key=b"another key" if flaw == "wrong key" else KEY)
    headers |= broken_headers()[flaw] or {}

    with pytest.raises(WebhookRefused):
        payments.receive_webhook(provider="sandbox", headers=headers, body=body)

    attempt.refresh_from_db()
    assert (attempt.state, WebhookReceipt.objects.count(), topics()) == ("started", 0, [])


@pytest.mark.django_db
def test_pay_029_a_body_that_was_touched_is_refused() -> None:
    attempt = attempt_for(open_intent())
    headers, body = signed(message_for(attempt))

    with pytest.raises(WebhookRefused):
        payments.receive_webhook(provider="sandbox", headers=headers, body=body + b" ")

    assert topics() == []


@pytest.mark.django_db
@pytest.mark.parametrize("age_s", [301, -301])
def test_pay_030_a_signed_message_outside_the_tolerance_is_refused(age_s: int) -> None:
    attempt = attempt_for(open_intent())
    headers, body = signed(message_for(attempt), at=time.time() - age_s)

    with pytest.raises(WebhookRefused):
        payments.receive_webhook(provider="sandbox", headers=headers, body=body)

    assert (WebhookReceipt.objects.count(), topics()) == (0, [])


@pytest.mark.django_db
def test_pay_030_a_replay_within_the_tolerance_is_known() -> None:
    attempt = attempt_for(open_intent())
    headers, body = signed(message_for(attempt), at=time.time() - 240)

    outcomes = [
        payments.receive_webhook(provider="sandbox", headers=headers, body=body).outcome for _ in range(2)
    ]

    assert outcomes == ["applied", "duplicate"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "difference",
    [{"amount_minor": 9999}, {"amount_minor": 1}, {"currency": "JPY"}, {"amount_minor": 10_001}],
    ids=str,
)
def test_pay_031_a_different_amount_or_currency_is_a_break_and_pays_nothing(
    difference: dict[str, Any],
) -> None:
    intent = open_intent()
    attempt = attempt_for(intent)

    outcome = tell(attempt, "captured", **difference)

    assert outcome == "break"
    assert queries.get_intent(intent.code).state == "open"
    assert [(item.kind, item.attempt_code) for item in queries.list_breaks()] == [("amount", attempt.code)]
    assert topics() == []
    assert ledger_queries.trial_balance() == []


@pytest.mark.django_db
@pytest.mark.parametrize("amount", [100.0, "10000", None, True, 0, -5, 2**70, [10000]], ids=repr)
def test_mon_017_an_amount_that_is_no_whole_number_is_malformed(amount: object) -> None:
    attempt = attempt_for(open_intent())
    headers, body = signed(message_for(attempt, amount_minor=amount))

    with pytest.raises(WebhookMalformed):
        payments.receive_webhook(provider="sandbox", headers=headers, body=body)

    assert topics() == []


@pytest.mark.django_db
@pytest.mark.parametrize("raw", [b"NaN", b"1e400", b"10000.0", b"-0.0", b"Infinity"], ids=repr)
def test_mon_017_no_float_gets_in_even_as_text(raw: bytes) -> None:
    attempt = attempt_for(open_intent())
    body = (
        json.dumps(message_for(attempt, amount_minor=7))
        .encode()
        .replace(b'"amount_minor": 7', b'"amount_minor": ' + raw)
    )
    headers, body = signed(body)

    with pytest.raises(WebhookMalformed):
        payments.receive_webhook(provider="sandbox", headers=headers, body=body)

    assert topics() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"id": "e", "type": "payment.captured"}', b"[" * 9000]
)
def test_what_is_signed_but_not_a_message_is_malformed(body: bytes) -> None:
    headers, body = signed(body)

    with pytest.raises(WebhookMalformed):
        payments.receive_webhook(provider="sandbox", headers=headers, body=body)


@pytest.mark.django_db
def test_a_payment_that_is_not_ours_is_recorded_and_acknowledged() -> None:
    attempt = attempt_for(open_intent())
    stranger = report(attempt, "captured", reference="pa-unknown")

    outcomes = [payments.record_report(provider="sandbox", report=stranger).outcome for _ in range(2)]

    assert outcomes == ["break", "duplicate"]
    assert [item.kind for item in queries.list_breaks()] == ["unknown_payment"]


@pytest.mark.django_db(transaction=True)
def test_pay_034_paid_twice_at_once_keeps_one_and_returns_the_other(race) -> None:  # type: ignore[no-untyped-def]
    intent = open_intent()
    attempts = [attempt_for(intent, "pawechat"), attempt_for(intent, "paalipay")]

    outcomes = race(2, lambda number: tell(attempts[number], "captured"))

    assert outcomes == ["applied", "applied"]
    assert topics() == ["money.payment.captured"]
    assert sorted(Capture.objects.values_list("disposition", flat=True)) == ["applied", "surplus"]
    surplus = Refund.objects.get()
    assert (surplus.amount_minor, surplus.order_code, surplus.state) == (10_000, "", "due")
    assert ledger_queries.get_balance(rules.unapplied("CNY")) == 10_000
    assert ledger_queries.get_balance(rules.refunds_due("CNY")) == 10_000
    assert_books_balance()


@pytest.mark.django_db
def test_a_capture_of_a_closed_intent_is_published_for_the_orders_to_decide() -> None:
    intent = open_intent()
    attempt = attempt_for(intent)
    payments.cancel_intent(intent_code=intent.code)

    assert tell(attempt, "captured") == "applied"

    assert queries.get_intent(intent.code).state == "captured"
    assert topics() == ["money.payment.captured"]
    assert Refund.objects.count() == 0


@pytest.mark.django_db
def test_pay_047_three_failures_and_a_success_twelve_hours_later_is_paid() -> None:
    start = clock.now() - timedelta(hours=13)
    intent = open_intent(expires_at=start + timedelta(days=1))
    for number in range(3):
        tell(attempt_for(intent, f"pafail{number}"), "failed", reason="refused_by_bank")
    assert queries.get_intent(intent.code).last_failure == "refused_by_bank"

    tell(attempt_for(intent, "paok"), "captured", at=start + timedelta(hours=12))

    paid = queries.get_intent(intent.code)
    assert (paid.state, paid.captured_at, paid.last_failure) == ("captured", start + timedelta(hours=12), "")
    assert topics() == ["money.payment.failed"] * 3 + ["money.payment.captured"]


@pytest.mark.django_db
def test_pay_047_one_try_that_failed_and_then_succeeded_is_paid() -> None:
    attempt = attempt_for(open_intent())
    tell(attempt, "failed")

    assert tell(attempt, "captured") == "applied"

    assert topics() == ["money.payment.failed", "money.payment.captured"]


@pytest.mark.django_db
def test_a_provider_whose_clock_is_ahead_buys_nobody_time() -> None:
    attempt = attempt_for(open_intent())
    now = clock.now()

    payments.record_report(
        provider="sandbox", report=report(attempt, "captured", at=now + timedelta(hours=2)), at=now
    )

    assert Capture.objects.get().paid_at == now


@pytest.mark.django_db(transaction=True)
def test_pay_038_a_deadlock_while_confirming_is_repeated_until_paid(race) -> None:  # type: ignore[no-untyped-def]
    from django.db import connection, transaction

    paid_intent((100,))
    attempt = attempt_for(open_intent())

    def work(number: int) -> object:
        if number == 0:
            return tell(attempt, "captured")
        # Takes an account first and the intent second: the wrong way round, until it is told to go away.
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM ledger_account WHERE purpose = 'unapplied' FOR UPDATE")
            cursor.execute("SELECT pg_sleep(0.5)")
            cursor.execute("SELECT id FROM payments_intent WHERE id = %s FOR UPDATE", [attempt.intent_id])
        return "other"

    outcomes = race(2, work)

    assert outcomes[0] == "applied"
    assert queries.get_intent(attempt.intent.code).state == "captured"
    assert topics().count("money.payment.captured") == 2
    assert_books_balance()
