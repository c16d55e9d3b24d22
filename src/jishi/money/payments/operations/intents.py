"""Opens and closes intents. An intent is a local row: no provider hears of it before the buyer goes to pay.

Lock order of the money area: order, intent, holding, attempt or refund, ledger accounts by id.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime

from django.db import connection, transaction

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
    if not rules.adds_up(amount.amount_minor, allocations):
        raise AmountsDisagree(amount_minor=amount.amount_minor)
    row = Intent(
        natural_key=natural_key,
        buyer_id=buyer_id,
        currency=amount.currency,
        amount_minor=amount.amount_minor,
        expires_at=expires_at,
        created_at=clock.at_or_now(at),
    )
    # Placing an order comes by here: no savepoint inside the caller's transaction, nothing read back.
    with nullcontext() if connection.in_atomic_block else transaction.atomic():
        if _is_new(row):
            AllocationRow.objects.bulk_create(
                AllocationRow(intent=row, order_code=part.order_code, amount_minor=part.amount_minor)
                for part in allocations
            )
            return queries.new_intent_view(row, allocations)
        view = queries.intent_view(Intent.objects.get(natural_key=natural_key))
    same = (view.buyer_id, view.currency, view.amount_minor, set(view.allocations)) == (
        buyer_id,
        amount.currency,
        amount.amount_minor,
        set(allocations),
    )
    if not same:
        raise IntentConflict(natural_key=natural_key)
    return view


def _is_new(row: Intent) -> bool:
    """Insert the row unless its natural key exists; waits for another transaction that is inserting it."""
    fields = [field for field in Intent._meta.concrete_fields if not field.primary_key]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    places = ", ".join(["%s"] * len(fields))
    statement = (
        f'INSERT INTO "{Intent._meta.db_table}" ({columns}) VALUES ({places})'  # noqa: S608 - our own names
        " ON CONFLICT (natural_key) DO NOTHING RETURNING id"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        made = cursor.fetchone()
    if made:
        row.pk = made[0]
    return made is not None


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
