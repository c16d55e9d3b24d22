"""Paid orders are called off: the money goes back out of escrow, and the order says so when it arrived."""

from datetime import datetime

from django.db import transaction

from jishi.goods.inventory import operations as inventory
from jishi.kernel import clock
from jishi.money.escrow import operations as escrow
from jishi.money.ledger import operations as ledger
from jishi.people.notifications import operations as notifications
from jishi.trade.orders import rules
from jishi.trade.orders.events import OrderRefunded, OrderRefunding
from jishi.trade.orders.models import Order
from jishi.trade.orders.operations import moves


def refund(
    *, order_code: str, reason: str, natural_key: str, by: int | None = None, at: datetime | None = None
) -> None:
    """Send a paid or shipped order's whole money back. Repeating it changes nothing.

    The caller has decided that this may happen (a merchant, an operator, a team that did not fill).

    :raises OrderNotFound: nobody has this code.
    :raises NotPossibleNow: it holds no money, or the buyer confirmed its receipt.
    :raises LedgerBusy: the books are locked for too long; nothing changed.
    """
    now = clock.at_or_now(at)

    def work() -> None:
        with transaction.atomic():
            order = moves.locked(order_code)
            if order.state not in (rules.REFUNDING, rules.REFUNDED):
                start(order, reason=reason, natural_key=natural_key, by=by, at=now)

    ledger.patiently(work)


def refund_part(
    *, order_code: str, amount_minor: int, reason: str, natural_key: str, at: datetime | None = None
) -> bool:
    """Send a part of a paid order's money back; the order goes on. Repeating it changes nothing.

    The caller has decided that this may happen and that less than everything is meant. Returns whether money
    is
    on its way: an order that is refunded altogether gets nothing more.

    :raises OrderNotFound: nobody has this code.
    :raises NothingToRefund: the order does not hold so much.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        order = moves.locked(order_code)
        if order.state not in (rules.PAID, rules.SHIPPED, rules.RECEIVED):
            return False
        escrow.refund(
            order_code=order.code, amount_minor=amount_minor, natural_key=natural_key, reason=reason, at=now
        )
    return True


def start(order: Order, *, reason: str, natural_key: str, by: int | None, at: datetime) -> None:
    """Begin the refund of a locked order: escrow, stock and state together."""
    rules.next_state(order.state, "refund")
    if order.state == rules.PAID:
        inventory.release(reference=order.code, at=at)
    moves.move(
        [order],
        "refund",
        at=at,
        actor_id=by,
        reason=reason,
        close_reason=reason[:60],
        fact=lambda row: OrderRefunding(**moves.facts(row, at), reason=reason),
    )
    if order.total_minor:
        escrow.refund(order_code=order.code, amount_minor=None, natural_key=natural_key, reason=reason, at=at)
    else:
        _finish(order, at=at)


def mark_refunded(*, order_code: str, intent_code: str | None = None, at: datetime | None = None) -> bool:
    """Record that the money is back with the buyer; true if the order was waiting for that.

    With `intent_code`, money that came and went by another payment of the same order does not count.

    :raises OrderNotFound: nobody has this code.
    """
    with transaction.atomic():
        order = moves.locked(order_code)
        if order.state != rules.REFUNDING or intent_code not in (None, order.intent_code):
            return False
        _finish(order, at=clock.at_or_now(at))
    return True


def _finish(order: Order, *, at: datetime) -> None:
    """Close a locked order whose money is back, and tell its buyer if there was any."""
    moves.move(
        [order],
        "finish_refund",
        at=at,
        actor_id=None,
        reason=order.close_reason,
        fact=lambda row: OrderRefunded(**moves.facts(row, at)),
    )
    if order.total_minor:
        notifications.notify(
            person_id=order.buyer_id,
            kind="order_refunded",
            params={"order": order.code, "amount_minor": order.total_minor, "currency": order.currency},
            url=f"/orders/{order.code}/",
            natural_key=f"order_refunded:{order.code}",
            at=at,
        )
