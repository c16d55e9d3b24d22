"""How an order changes state: lock, look up the move, write it, record it, tell it. Every verb goes through
here.

The update repeats the state it started from, so that even a caller that forgot the lock cannot make two moves
out of one state.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from jishi.kernel import outbox
from jishi.kernel.errors import InvariantBroken
from jishi.trade.orders import rules
from jishi.trade.orders.contracts import OrderHandle
from jishi.trade.orders.errors import OrderNotFound
from jishi.trade.orders.events import OrderFact
from jishi.trade.orders.models import FulfilmentHold, Order, OrderAdjustment, OrderEvent, OrderLine

CLOSING = frozenset({rules.EXPIRED, rules.CANCELLED, rules.REFUNDED})

FactMaker = Callable[[Order], OrderFact]


def together() -> AbstractContextManager[object]:
    """Join the caller's transaction without a savepoint, or open one. For verbs that refuse early."""
    return nullcontext() if connection.in_atomic_block else transaction.atomic()


def locked(order_code: str) -> Order:
    """Return one order's row, locked until the transaction ends.

    :raises OrderNotFound: nobody has this code.
    """
    # The address is encrypted; no move needs it.
    rows = Order.objects.select_for_update(of=("self",), no_key=True).defer("address")
    row = rows.filter(code=order_code).first()
    if row is None:
        raise OrderNotFound
    return row


def locked_checkout(order_code: str) -> tuple[Order, list[Order]]:
    """Return an order and every order of its checkout, all locked in primary-key order.

    :raises OrderNotFound: nobody has this code.
    """
    same = Order.objects.filter(code=order_code).values("checkout_code")[:1]
    rows = list(
        Order.objects.filter(checkout_code=same)
        .order_by("pk")
        .select_for_update(of=("self",), no_key=True)
        .defer("address")
    )
    for row in rows:
        if row.code == order_code:
            return row, rows
    raise OrderNotFound


def lock(
    *,
    order_codes: Sequence[str] | None = None,
    intent_code: str | None = None,
    checkout_code: str | None = None,
) -> list[OrderHandle]:
    """Lock orders in primary-key order and return what a caller needs to decide about them.

    Give exactly one of the three. Unknown codes are absent from the answer.
    """
    chosen = {"code__in": order_codes, "intent_code": intent_code, "checkout_code": checkout_code}
    wanted = {name: value for name, value in chosen.items() if value is not None}
    if len(wanted) != 1:
        raise InvariantBroken("orders are locked by one kind of name at a time")
    acting = OrderAdjustment.objects.filter(order=OuterRef("pk")).values("rule").order_by("rule").distinct()
    waiting = FulfilmentHold.objects.filter(order=OuterRef("pk"), released_at=None)
    with together():
        rows = list(
            Order.objects.filter(**wanted)
            .order_by("pk")
            .select_for_update(of=("self",), no_key=True)
            .defer("address")
            .annotate(acting_rules=ArraySubquery(acting), waits=Exists(waiting))
        )
    return [_handle(row) for row in rows]


def move(
    orders: Sequence[Order],
    verb: str,
    *,
    at: datetime,
    actor_id: int | None,
    fact: FactMaker,
    reason: str = "",
    **changes: Any,
) -> None:
    """Take locked orders, all in one state, along `verb`: row, record and fact in three statements.

    :raises NotPossibleNow: the machine has no such move.
    :raises InvariantBroken: a row was not locked and moved under us.
    """
    if not orders:
        return
    before = orders[0].state
    after = rules.next_state(before, verb)
    if after in CLOSING:
        changes["closed_at"] = at
        changes.setdefault("close_reason", reason[:60])
    moved = Order.objects.filter(pk__in=[order.pk for order in orders], state=before)
    if moved.update(state=after, **changes) != len(orders):
        raise InvariantBroken("an order moved while it was thought locked")
    for order in orders:
        order.state = after
        for name, value in changes.items():
            setattr(order, name, value)
    record(orders, before=before, after=after, at=at, actor_id=actor_id, reason=reason)
    outbox.publish_many(fact(order) for order in orders)


def record(
    orders: Sequence[Order], *, before: str, after: str, at: datetime, actor_id: int | None, reason: str
) -> None:
    """Add the move to the orders' record."""
    OrderEvent.objects.bulk_create(
        OrderEvent(
            order=order, from_state=before, to_state=after, at=at, actor_id=actor_id, reason=reason[:60]
        )
        for order in orders
    )


def facts(order: Order, at: datetime) -> dict[str, Any]:
    """Return the fields that every order fact carries."""
    return {
        "order_code": order.code,
        "buyer_id": order.buyer_id,
        "shop_id": order.shop_id,
        "currency": order.currency,
        "total_minor": order.total_minor,
        "share_code": order.share_code,
        "at": at,
    }


def line_facts(order: Order) -> list[dict[str, Any]]:
    """Return the lines of an order as plain values."""
    names = ("variant_id", "product_id", "quantity", "total_minor")
    return list(OrderLine.objects.filter(order=order).order_by("position").values(*names))


def _handle(row: Order) -> OrderHandle:
    return OrderHandle(
        id=row.pk,
        code=row.code,
        checkout_code=row.checkout_code,
        buyer_id=row.buyer_id,
        shop_id=row.shop_id,
        currency=row.currency,
        goods_minor=row.goods_minor,
        discount_minor=row.discount_minor,
        delivery_minor=row.delivery_minor,
        total_minor=row.total_minor,
        commission_bps=row.commission_bps,
        state=row.state,
        intent_code=row.intent_code,
        pay_by_at=row.pay_by_at,
        on_hold=row.waits,  # type: ignore[attr-defined]  # annotated by lock()
        rules=tuple(row.acting_rules),  # type: ignore[attr-defined]
    )
