"""A shop changes what an unpaid order costs; the payment page that is already open must not pay the old
amount.
"""

from datetime import datetime

from django.db import transaction

from jishi.kernel import audit, clock
from jishi.trade.orders import queries, rules
from jishi.trade.orders.errors import NotPossibleNow, NotYourOrder
from jishi.trade.orders.models import Order
from jishi.trade.orders.operations import let_go, moves


def change_delivery_fee(*, order_code: str, delivery_minor: int, by: int, at: datetime | None = None) -> str:
    """Set the delivery fee of an unpaid order and return the code of the payment that replaces the old one.

    :raises OrderNotFound: nobody has this code, or a stranger asks.
    :raises NotYourOrder: the buyer asks.
    :raises NotPossibleNow: it is not waiting for payment, or its payment is arriving this moment.
    :raises DraftRefused: the fee is negative or no whole number.
    """
    rules.check_fee(delivery_minor)
    now = clock.at_or_now(at)
    with transaction.atomic():
        order, siblings = moves.locked_checkout(order_code)
        if queries.require_part(order.buyer_id, order.shop_id, by) == "buyer":
            raise NotYourOrder
        if order.state != rules.AWAITING or not let_go.close_intent(order.intent_code, at=now):
            raise NotPossibleNow(state=order.state, verb="change_delivery_fee")
        order.total_minor += delivery_minor - order.delivery_minor
        order.delivery_minor = delivery_minor
        Order.objects.filter(pk=order.pk).update(
            delivery_minor=order.delivery_minor, total_minor=order.total_minor
        )
        audit.record(
            actor_id=by,
            action="orders.change_delivery_fee",
            subject=order.code,
            detail={"delivery_minor": delivery_minor, "total_minor": order.total_minor},
        )
        waiting = [row for row in siblings if row.state == rules.AWAITING]
        let_go.open_intent(waiting, at=now)
    return order.intent_code
