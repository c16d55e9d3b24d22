"""Opens and closes intents. An intent is a local row: no provider hears of it before the buyer goes to pay.

Lock order of the money area: order, intent, holding, attempt or refund, ledger accounts by id.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from jishi.kernel import clock
from jishi.kernel.money import Money
from jishi.money.payments import queries, rules
from jishi.money.payments.contracts import Allocation, IntentState, IntentView
from jishi.money.payments.errors import AmountsDisagree, IntentConflict, IntentNotFound
from jishi.money.payments.models import Intent

# Every order placed comes by here: one statement, no savepoint, nothing read back.
_OPEN = """
WITH made AS (
    INSERT INTO payments_intent (
        code, natural_key, buyer_id, currency, amount_minor, refunded_minor, state, expires_at, created_at)
    VALUES (%s, %s, %s, %s, %s, 0, 'open', %s, %s)
    ON CONFLICT (natural_key) DO NOTHING RETURNING id
), parts AS (
    INSERT INTO payments_allocation (intent_id, order_code, amount_minor)
    SELECT made.id, part.order_code, part.amount_minor
    FROM made, unnest(%s::text[], %s::bigint[]) AS part(order_code, amount_minor)
)
SELECT id FROM made
"""


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
    if _is_new(row, allocations):
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


def _is_new(row: Intent, allocations: Sequence[Allocation]) -> bool:
    """Insert the intent and its parts in one statement unless its natural key exists; waits for another
    transaction that is inserting it.
    """
    values: list[Any] = [
        row.code,
        row.natural_key,
        row.buyer_id,
        row.currency,
        row.amount_minor,
        row.expires_at,
        row.created_at,
        [part.order_code for part in allocations],
        [part.amount_minor for part in allocations],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, values)
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
    for row in Intent.objects.raw("SELECT * FROM payments_intent WHERE code = %s FOR UPDATE", [code]):
        return row
    raise IntentNotFound(code=code)
