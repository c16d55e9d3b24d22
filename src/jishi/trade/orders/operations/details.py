"""An order that was born without details gets its address and delivery, and with them its payment.

In a rush only the goods are decided at once; where they go is asked on the way to paying. Such an order has
no payment before, so that none can be captured for a parcel that cannot be sent.
"""

import dataclasses
import json
from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.trade.orders import rules
from jishi.trade.orders.contracts import AddressSnapshot
from jishi.trade.orders.errors import NotPossibleNow, OrderNotFound
from jishi.trade.orders.models import Order
from jishi.trade.orders.operations import let_go, moves


def fill_in(
    *,
    order_code: str,
    by: int,
    address: AddressSnapshot,
    delivery_code: str,
    delivery_minor: int,
    at: datetime | None = None,
) -> str:
    """Write where an unpaid order goes and what that costs, and open its payment; returns the payment's code.

    An order that has its payment keeps it, and what was written first.

    :raises OrderNotFound: nobody has this code, or somebody else's.
    :raises NotPossibleNow: it does not wait for payment any more.
    :raises DraftRefused: the fee is negative.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        order, siblings = moves.locked_checkout(order_code)
        if order.buyer_id != by:
            raise OrderNotFound
        if order.state != rules.AWAITING or order.pay_by_at <= now:
            raise NotPossibleNow(state=order.state, verb="fill_in")
        if order.intent_code:
            return order.intent_code
        rules.check_fee(delivery_minor)
        order.total_minor += delivery_minor - order.delivery_minor
        order.delivery_minor = delivery_minor
        Order.objects.filter(pk=order.pk).update(
            address=json.dumps(dataclasses.asdict(address), ensure_ascii=False),
            delivery_code=delivery_code,
            delivery_minor=order.delivery_minor,
            total_minor=order.total_minor,
        )
        let_go.open_intent([row for row in siblings if row.state == rules.AWAITING], at=now)
    return order.intent_code
