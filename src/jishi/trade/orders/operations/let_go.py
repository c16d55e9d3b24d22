"""Giving back what unpaid orders keep from others, and renewing the payment of those that stay.

Order of locks: orders (held by the caller) > what price rules hold > stock > payment intent.
"""

from collections.abc import Sequence
from datetime import datetime

from jishi.goods.inventory import operations as inventory
from jishi.goods.pricing import operations as pricing
from jishi.kernel import ids
from jishi.kernel.money import Money
from jishi.money.payments import operations as payments
from jishi.money.payments.contracts import Allocation
from jishi.trade.orders.models import Order, OrderAdjustment


def give_back(orders: Sequence[Order], *, at: datetime) -> None:
    """Release the price adjustments and the stock of locked unpaid orders, in the global order of locks."""
    acting: dict[int, set[str]] = {}
    pairs = OrderAdjustment.objects.filter(order__in=orders).values_list("order_id", "rule").distinct()
    for order_id, rule in pairs:
        acting.setdefault(order_id, set()).add(rule)
    for order in orders:
        if order.pk in acting:
            pricing.release_adjustments(rule_codes=sorted(acting[order.pk]), hold_key=order.code, at=at)
    for order in orders:
        inventory.release(reference=order.code, at=at)


def close_intent(intent_code: str, *, at: datetime) -> bool:
    """Close the payment of locked unpaid orders; false if its money is here and they only do not know yet.

    The page that is open at the provider can no longer pay them: what it captures later comes as late money.
    """
    if not intent_code:
        return True
    return payments.cancel_intent(intent_code=intent_code, at=at).captured_at is None


def open_intent(orders: Sequence[Order], *, at: datetime) -> None:
    """Open a new payment over what locked unpaid orders of one checkout cost now; the old one is closed."""
    amount = sum(order.total_minor for order in orders)
    code = ""
    if amount:
        intent = payments.open_intent(
            buyer_id=orders[0].buyer_id,
            amount=Money(amount, orders[0].currency),
            allocations=[Allocation(order.code, order.total_minor) for order in orders],
            natural_key=f"checkout:{orders[0].checkout_code}:{ids.new_code(6)}",
            expires_at=orders[0].pay_by_at,
            at=at,
        )
        code = intent.code
    Order.objects.filter(pk__in=[order.pk for order in orders]).update(intent_code=code)
    for order in orders:
        order.intent_code = code
