"""From paid to received. Receipt and the release of the money are one transaction."""

from datetime import datetime, timedelta

from django.db import transaction

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import clock
from jishi.money.escrow import operations as escrow
from jishi.money.ledger import operations as ledger
from jishi.trade.orders import rules
from jishi.trade.orders.errors import NotYourOrder, OrderNotFound
from jishi.trade.orders.events import OrderReceived, OrderShipped
from jishi.trade.orders.models import Order
from jishi.trade.orders.operations import moves


def mark_shipped(*, order_code: str, by: int | None, at: datetime | None = None) -> datetime:
    """Move a paid order to shipped and return when it counts as received by itself.

    :raises OrderNotFound: nobody has this code.
    :raises NotPossibleNow: it is not paid, or left already.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        order = moves.locked(order_code)
        shop = merchant_queries.get_shop(order.shop_id)
        confirm_at = now + timedelta(days=shop.auto_confirm_days)

        def fact(row: Order) -> OrderShipped:
            return OrderShipped(**moves.facts(row, now), auto_confirm_at=confirm_at)

        moves.move(
            [order], "ship", at=now, actor_id=by, fact=fact, shipped_at=now, auto_confirm_at=confirm_at
        )
    return confirm_at


def confirm_receipt(*, order_code: str, by: int | None, at: datetime | None = None) -> None:
    """The buyer has the goods: the money leaves escrow. `by` None means that the time to object ran out.

    Confirming what is confirmed changes nothing.

    :raises OrderNotFound: nobody has this code, or a stranger asks.
    :raises NotYourOrder: the shop cannot confirm for the buyer.
    :raises NotPossibleNow: it was not shipped, or is being refunded.
    :raises LedgerBusy: the books are locked for too long; nothing changed.
    """
    now = clock.at_or_now(at)
    ledger.patiently(lambda: _confirm(order_code, by, now))


def _confirm(order_code: str, by: int | None, now: datetime) -> None:
    with transaction.atomic():
        order = moves.locked(order_code)
        if by is not None and by != order.buyer_id:
            raise NotYourOrder if order.shop_id in merchant_queries.shops_of(by) else OrderNotFound
        if order.state == rules.RECEIVED:
            return
        rules.next_state(order.state, "receive")

        def fact(row: Order) -> OrderReceived:
            return OrderReceived(**moves.facts(row, now), automatic=by is None)

        reason = "" if by is not None else "time_over"
        moves.move([order], "receive", at=now, actor_id=by, fact=fact, reason=reason, received_at=now)
        if order.total_minor:
            escrow.release(order_code=order.code, at=now)
