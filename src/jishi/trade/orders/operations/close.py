"""Unpaid orders end: the time is over, or somebody calls them off."""

from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.money.ledger import operations as ledger
from jishi.trade.orders import queries, rules
from jishi.trade.orders.errors import NotPossibleNow, OrderNotFound
from jishi.trade.orders.events import OrderCancelled, OrderExpired
from jishi.trade.orders.models import Order
from jishi.trade.orders.operations import let_go, moves, refunding


def expire(*, checkout_code: str, at: datetime | None = None) -> int:
    """Let the unpaid orders of a checkout go whose time is over; returns how many.

    Nothing happens while the payment was captured and its news is still on the way: then the orders get paid.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        waiting = (
            Order.objects.due_for_expiry(now)
            .filter(checkout_code=checkout_code)
            .order_by("pk")
            .select_for_update(of=("self",), no_key=True, skip_locked=True)
            .defer("address")
        )
        orders = list(waiting)
        if not orders or not let_go.close_intent(orders[0].intent_code, at=now):
            return 0
        let_go.give_back(orders, at=now)
        moves.move(
            orders,
            "expire",
            at=now,
            actor_id=None,
            reason="time_over",
            fact=lambda row: OrderExpired(**moves.facts(row, now)),
        )
    return len(orders)


def cancel(*, order_code: str, by: int | None, reason: str, at: datetime | None = None) -> None:
    """Call an order off. Unpaid: it ends and the others of its checkout get a new payment. Paid and not
    shipped: the money goes back. `by` None is the house itself.

    Calling off what was called off changes nothing.

    :raises OrderNotFound: nobody has this code, or a stranger asks.
    :raises NotPossibleNow: it was shipped, or its payment is arriving this moment.
    :raises LedgerBusy: the books are locked for too long; nothing changed.
    """
    now = clock.at_or_now(at)
    ledger.patiently(lambda: _cancel(order_code, by, reason, now))


def _cancel(order_code: str, by: int | None, reason: str, now: datetime) -> None:
    with transaction.atomic():
        order, siblings = moves.locked_checkout(order_code)
        if by is not None and queries.viewer_kind(order.buyer_id, order.shop_id, by) == "stranger":
            raise OrderNotFound
        if order.state in (rules.CANCELLED, rules.REFUNDING, rules.REFUNDED):
            return
        if order.state == rules.PAID:
            refunding.start(order, reason=reason, natural_key=f"cancel:{order.code}", by=by, at=now)
            return
        _call_off(order, siblings, by=by, reason=reason, at=now)


def refuse_payment(*, order_code: str, reason: str, at: datetime | None = None) -> None:
    """End an unpaid order whose money came but whose goods or price cannot be had any more.

    The caller sends the money back.

    :raises OrderNotFound: nobody has this code.
    :raises NotPossibleNow: it does not wait for payment.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        order = moves.locked(order_code)
        rules.next_state(order.state, "cancel")
        let_go.give_back([order], at=now)
        _end(order, by=None, reason=reason, at=now)


def _call_off(order: Order, siblings: list[Order], *, by: int | None, reason: str, at: datetime) -> None:
    rules.next_state(order.state, "cancel")
    if not let_go.close_intent(order.intent_code, at=at):
        raise NotPossibleNow(state=order.state, verb="cancel")
    staying = [row for row in siblings if row.pk != order.pk and row.state == rules.AWAITING]
    let_go.give_back([order], at=at)
    if staying:
        let_go.open_intent(staying, at=at)
    _end(order, by=by, reason=reason, at=at)


def _end(order: Order, *, by: int | None, reason: str, at: datetime) -> None:
    moves.move(
        [order],
        "cancel",
        at=at,
        actor_id=by,
        reason=reason,
        fact=lambda row: OrderCancelled(**moves.facts(row, at), reason=reason),
    )
