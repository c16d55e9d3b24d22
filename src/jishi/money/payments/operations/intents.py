"""Opens and closes intents. An intent is a local row: no provider hears of it before the buyer goes to pay.

Lock order of the money area: order, intent, holding, attempt or refund, ledger accounts by id.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.kernel.money import Money
from jishi.money.payments import queries, rules
from jishi.money.payments.contracts import Allocation, IntentState, IntentView
from jishi.money.payments.errors import AmountsDisagree, IntentConflict, IntentNotFound
from jishi.money.payments.models import Allocation as AllocationRow
from jishi.money.payments.models import Intent


def open_intent(
    *,
    buyer_id: int,
    amount: Money,
    allocations: Sequence[Allocation],
    natural_key: str,
    expires_at: datetime,
    at: datetime | None = None,
) -> IntentView:
    """Say what a buyer shall pay for which orders. The same key with the same content returns the first
    intent.

    :raises AmountsDisagree: the allocations do not add up, or there is nothing to pay.
    :raises IntentConflict: the key names another payment.
    """
    moment = clock.at_or_now(at)
    if not rules.adds_up(amount.amount_minor, allocations):
        raise AmountsDisagree(amount_minor=amount.amount_minor)
    with transaction.atomic():
        row, created = Intent.objects.get_or_create(
            natural_key=natural_key,
            defaults={
                "buyer_id": buyer_id,
                "currency": amount.currency,
                "amount_minor": amount.amount_minor,
                "expires_at": expires_at,
                "created_at": moment,
            },
        )
        if created:
            AllocationRow.objects.bulk_create(
                AllocationRow(intent=row, order_code=part.order_code, amount_minor=part.amount_minor)
                for part in allocations
            )
        view = queries.intent_view(row)
    same = (view.buyer_id, view.currency, view.amount_minor, set(view.allocations)) == (
        buyer_id,
        amount.currency,
        amount.amount_minor,
        set(allocations),
    )
    if not same:
        raise IntentConflict(natural_key=natural_key)
    return view


def cancel_intent(*, intent_code: str, at: datetime | None = None) -> IntentView:
    """Close an open intent. A captured or closed one stays as it is; money that still comes is recorded.

    :raises IntentNotFound: unknown.
    """
    with transaction.atomic():
        row = locked_intent(intent_code)
        if rules.can_move(IntentState(row.state), IntentState.CLOSED):
            row.state = IntentState.CLOSED
            row.closed_at = clock.at_or_now(at)
            row.save(update_fields=["state", "closed_at"])
        return queries.intent_view(row)


def lock_intent(*, intent_code: str) -> None:
    """Take the intent's row lock early, for a caller that will touch the books before it refunds.

    :raises IntentNotFound: unknown.
    """
    locked_intent(intent_code)


def locked_intent(code: str) -> Intent:
    """The intent under our lock, read after the lock was granted."""
    row = Intent.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise IntentNotFound(code=code)
    return row
