"""Records payments that were made elsewhere: imported history and the demo world, one by one or in batches.

The books see the same journals as for any other provider; only nobody is called.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from jishi.kernel import clock, ids
from jishi.kernel.money import Money
from jishi.money.ledger import operations as ledger
from jishi.money.ledger.contracts import JournalSpec, TransferSpec
from jishi.money.payments import queries, rules
from jishi.money.payments.contracts import Allocation, AttemptState, IntentState, IntentView
from jishi.money.payments.errors import AmountsDisagree
from jishi.money.payments.models import Allocation as AllocationRow
from jishi.money.payments.models import Attempt, Capture, Disposition, Intent
from jishi.money.payments.operations.intents import locked_intent
from jishi.money.payments.operations.reports import capture

PROVIDER = "offline"


@dataclass(frozen=True, slots=True)
class PaidElsewhere:
    """A payment of the past: who paid how much for which orders, and when."""

    buyer_id: int
    amount: Money
    allocations: tuple[Allocation, ...]
    natural_key: str
    paid_at: datetime


def record_paid(
    *, intent_code: str, paid_at: datetime | None = None, at: datetime | None = None
) -> IntentView:
    """Record that an intent was paid outside; an intent that is paid already stays as it is.

    Publishes ``PaymentCaptured`` like any other capture.

    :raises IntentNotFound: unknown.
    :raises LedgerBusy: the accounts could not be locked.
    """
    moment = clock.at_or_now(at)

    def work() -> IntentView:
        with transaction.atomic():
            intent = locked_intent(intent_code)
            if IntentState(intent.state) not in rules.PAID:
                attempt = _attempt(intent, moment)
                attempt.save()
                capture(intent, attempt, paid_at or moment, moment)
            return queries.intent_view(intent)

    return ledger.patiently(work)


def record_paid_batch(rows: Sequence[PaidElsewhere], *, at: datetime | None = None) -> list[str]:
    """Record many payments of the past at once, and return their intents' codes in the order of the rows.

    A row whose natural key is known is left alone. Nothing is published: the caller writes the orders itself.

    :raises AmountsDisagree: the allocations of a row do not add up.
    """
    moment = clock.at_or_now(at)
    for row in rows:
        if not rules.adds_up(row.amount.amount_minor, row.allocations):
            raise AmountsDisagree(amount_minor=row.amount.amount_minor)
    with transaction.atomic():
        keys = [row.natural_key for row in rows]
        known = dict(Intent.objects.filter(natural_key__in=keys).values_list("natural_key", "code"))
        fresh = [row for row in rows if row.natural_key not in known]
        intents = Intent.objects.bulk_create(_paid_intent(row) for row in fresh)
        AllocationRow.objects.bulk_create(
            AllocationRow(intent=intent, order_code=part.order_code, amount_minor=part.amount_minor)
            for intent, row in zip(intents, fresh, strict=True)
            for part in row.allocations
        )
        attempts = Attempt.objects.bulk_create(_attempt(intent, moment) for intent in intents)
        Capture.objects.bulk_create(
            Capture(
                attempt=attempt,
                intent=attempt.intent,
                amount_minor=attempt.intent.amount_minor,
                disposition=Disposition.APPLIED,
                paid_at=row.paid_at,
            )
            for attempt, row in zip(attempts, fresh, strict=True)
        )
        ledger.post_batch([_journal(attempt) for attempt in attempts], at=moment)
    codes = known | {intent.natural_key: intent.code for intent in intents}
    return [codes[key] for key in keys]


def _paid_intent(row: PaidElsewhere) -> Intent:
    return Intent(
        natural_key=row.natural_key,
        buyer_id=row.buyer_id,
        currency=row.amount.currency,
        amount_minor=row.amount.amount_minor,
        state=IntentState.CAPTURED,
        expires_at=row.paid_at,
        created_at=row.paid_at,
        captured_at=row.paid_at,
    )


def _attempt(intent: Intent, at: datetime) -> Attempt:
    code = f"pa{ids.new_code()}"
    return Attempt(
        code=code,
        intent=intent,
        provider=PROVIDER,
        provider_ref=code,
        return_url="",
        state=AttemptState.CAPTURED,
        created_at=at,
    )


def _journal(attempt: Attempt) -> JournalSpec:
    currency = attempt.intent.currency
    move = TransferSpec(
        rules.clearing(PROVIDER, currency), rules.unapplied(currency), attempt.intent.amount_minor
    )
    return JournalSpec(f"payment:{attempt.code}:capture", "payment.captured", (move,))
