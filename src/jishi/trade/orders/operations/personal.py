"""The copy of an address in an order: sealed when its buyer leaves, blanked when the law lets go of it."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from jishi.kernel import policy
from jishi.trade.orders.models import Order

BATCH = 1000
_SEAL = """
UPDATE orders_order SET sealed_at = %(at)s,
    blank_due_at = coalesce(received_at, closed_at, paid_at, placed_at) + %(kept)s
WHERE buyer_id = %(buyer)s AND sealed_at IS NULL AND address <> ''
"""


def seal_personal(*, buyer_id: int, at: datetime) -> int:
    """Let nobody read the addresses of a buyer's orders any more; returns how many were sealed.

    Each is blanked when the record of the trade has been kept as long as the law asks.
    """
    kept = timedelta(days=int(policy.pack().get("retention.trade_records_days", 0)))
    values: dict[str, Any] = {"at": at, "kept": kept, "buyer": buyer_id}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SEAL, values)
        sealed = int(cursor.rowcount)
        # What need not be kept at all goes with the person.
        Order.objects.filter(buyer_id=buyer_id, blank_due_at__lte=at).update(address="", blank_due_at=None)
    return sealed


def blank_due(at: datetime) -> int:
    """Blank sealed addresses whose time is over; returns how many."""
    with transaction.atomic():
        due = Order.objects.filter(blank_due_at__lte=at).order_by("blank_due_at")
        ids = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        Order.objects.filter(pk__in=ids).update(address="", blank_due_at=None)
    return len(ids)
