"""Shipping: the parcel, the stock that leaves the shelf, the order's move and the word to its buyer are one
transaction.
"""

from datetime import datetime

import structlog
from django.db import transaction

from jishi.goods.inventory import operations as inventory
from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import clock
from jishi.kernel.errors import DomainError
from jishi.people.notifications import operations as notifications
from jishi.trade.fulfillment import queries, rules
from jishi.trade.fulfillment.contracts import ParcelView
from jishi.trade.fulfillment.errors import AlreadyShipped, FulfilmentOnHold
from jishi.trade.fulfillment.models import Parcel
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import OrderState
from jishi.trade.orders.errors import OrderNotFound

log = structlog.get_logger("fulfillment")


def ship(
    *, order_code: str, carrier: str, tracking_number: str, by: int | None, at: datetime | None = None
) -> ParcelView:
    """Hand a paid order to a carrier. `by` is a member of the shop's staff; None is the house itself.

    Shipping again with the same parcel changes nothing.

    :raises OrderNotFound: nobody has this code.
    :raises NotShopStaff: the person does not work for the shop.
    :raises CarrierUnknown: the carrier is not a known one.
    :raises TrackingNumberInvalid: the number is empty or strange.
    :raises FulfilmentOnHold: the order still waits for something, such as its team.
    :raises AlreadyShipped: it left with another parcel.
    :raises NotPossibleNow: it is not paid, or its money is going back.
    """
    number = rules.check_parcel(carrier, tracking_number)
    now = clock.at_or_now(at)
    with transaction.atomic():
        found = orders.lock(order_codes=[order_code])
        if not found:
            raise OrderNotFound
        order = found[0]
        if by is not None:
            merchant_queries.require_staff(person_id=by, shop_id=order.shop_id)
        earlier = Parcel.objects.filter(order__code=order_code).first()
        if earlier is not None:
            if (earlier.carrier, earlier.tracking_number) == (carrier, number):
                return queries.parcel_view(earlier, order_code)
            raise AlreadyShipped(tracking_number=earlier.tracking_number)
        if order.on_hold:
            raise FulfilmentOnHold
        orders.mark_shipped(order_code=order_code, by=by, at=now)
        inventory.consume(reference=order_code, at=now)
        row = Parcel.objects.create(
            order_id=order.id,
            carrier=carrier,
            tracking_number=number,
            shipped_at=now,
            shipped_by_id=by,
        )
        notifications.notify(
            person_id=order.buyer_id,
            kind="order_shipped",
            params={"order": order_code},
            url=f"/orders/{order_code}/",
            natural_key=f"order_shipped:{order_code}",
            at=now,
        )
        return queries.parcel_view(row, order_code)


def hand_over(*, order_code: str, by: int | None, at: datetime | None = None) -> None:
    """The buyer collected a paid order: the goods leave the shelf, and the money goes to those who share it.

    The caller has checked that this person may hand it over and that the buyer stood there. There is no
    parcel. Handing over what was handed over changes nothing.

    :raises OrderNotFound: nobody has this code.
    :raises FulfilmentOnHold: the order still waits for something.
    :raises NotPossibleNow: it is not paid, or its money is going back.
    :raises HoldNotCommitted: its goods are not there.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        found = orders.lock(order_codes=[order_code])
        if not found:
            raise OrderNotFound
        order = found[0]
        if order.state == OrderState.RECEIVED:
            return
        if order.on_hold:
            raise FulfilmentOnHold
        orders.mark_shipped(order_code=order_code, by=by, at=now)
        inventory.consume(reference=order_code, at=now)
        orders.confirm_receipt(order_code=order_code, by=None, at=now)


def confirm_overdue(at: datetime) -> int:
    """Count shipped orders as received whose time to object is over; a sweep. One transaction per order."""
    confirmed = 0
    for order_code in order_queries.list_due_for_receipt(at):
        try:
            orders.confirm_receipt(order_code=order_code, by=None, at=at)
        except DomainError as refusal:
            # A refund that began meanwhile is a good reason; anything else shows up here again each round.
            log.info("auto_confirm.refused", order=order_code, code=refusal.code)
        else:
            confirmed += 1
    return confirmed
