"""An order becomes paid. Stock, adjustments and escrow are the caller's part of the same transaction."""

from datetime import datetime

from jishi.kernel import clock
from jishi.trade.orders import rules
from jishi.trade.orders.errors import NotPossibleNow
from jishi.trade.orders.events import OrderPaid
from jishi.trade.orders.models import Order
from jishi.trade.orders.operations import moves


def mark_paid(*, order_code: str, paid_at: datetime, at: datetime | None = None) -> None:
    """Move an order to paid; an expired one is revived by this.

    :raises OrderNotFound: nobody has this code.
    :raises NotPossibleNow: it was paid already, or called off.
    """
    now = clock.at_or_now(at)
    with moves.together():
        order = moves.locked(order_code)
        verb = "revive" if order.state == rules.EXPIRED else "pay"
        if not rules.can(order.state, verb):
            raise NotPossibleNow(state=order.state, verb=verb)
        lines = moves.line_facts(order)

        def fact(row: Order) -> OrderPaid:
            return OrderPaid(**moves.facts(row, now), paid_at=paid_at, lines=lines)

        moves.move(
            [order],
            verb,
            at=now,
            actor_id=None,
            fact=fact,
            paid_at=paid_at,
            closed_at=None,
            close_reason="",
        )
