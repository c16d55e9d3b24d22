"""Address and delivery for an order that was won in a rush, checked and priced as in any checkout."""

from datetime import datetime

from django.db import transaction

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import clock
from jishi.people.accounts import queries as account_queries
from jishi.trade.checkout import rules
from jishi.trade.checkout.errors import AddressMissing, DeliveryUnknown
from jishi.trade.fulfillment import queries as fulfillment_queries
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries


def complete(
    *,
    order_code: str,
    buyer_id: int,
    address_id: int | None,
    delivery_code: str = "",
    language: str,
    at: datetime | None = None,
) -> str:
    """Say where an order goes; returns the code of the payment that this opens. Again: the same payment.

    :raises AddressMissing: no address was chosen.
    :raises OrderNotFound: the buyer has no such order.
    :raises DeliveryUnknown: the shop does not offer this way.
    :raises NotPossibleNow: the order does not wait for payment any more.
    """
    if address_id is None:
        raise AddressMissing
    now = clock.at_or_now(at)
    with transaction.atomic():
        order = order_queries.get_order(order_code, viewer_id=buyer_id)
        address = account_queries.get_address(buyer_id, address_id)
        shops = merchant_queries.list_shops({order.shop_id}, language=language)
        net = {order.shop_id: order.goods_minor - order.discount_minor}
        ways = fulfillment_queries.options_for(shops, address=address, goods_by_shop=net, language=language)[
            order.shop_id
        ]
        chosen = next((way for way in ways if delivery_code in ("", way.code)), None)
        if chosen is None:
            raise DeliveryUnknown
        return orders.fill_in(
            order_code=order_code,
            by=buyer_id,
            address=rules.snapshot(address),
            delivery_code=chosen.code,
            delivery_minor=chosen.fee_minor,
            at=now,
        )
