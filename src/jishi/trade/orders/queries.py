"""Reading orders: frozen views for one viewer, with the actions open to that viewer.

Who has no part in an order gets the same answer as for an order that does not exist.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.people.accounts import queries as account_queries
from jishi.trade.orders import rules
from jishi.trade.orders.contracts import (
    AddressSnapshot,
    BrokenHistory,
    DaySales,
    OrderAdjustmentView,
    OrderLineView,
    OrderState,
    OrderStep,
    OrderView,
    OrderWish,
    PeriodSales,
    SalesFigures,
)
from jishi.trade.orders.errors import OrderNotFound, StateUnknown
from jishi.trade.orders.models import FulfilmentHold, Order, OrderAdjustment, OrderEvent, OrderLine

MAX_PAGE = 100


def viewer_kind(buyer_id: int, shop_id: int, viewer_id: int) -> str:
    """Return what a person is to an order: "buyer", "staff", "operator" or "stranger"."""
    if viewer_id == buyer_id:
        return "buyer"
    if shop_id in merchant_queries.shops_of(viewer_id):
        return "staff"
    return "operator" if account_queries.is_operator(viewer_id) else "stranger"


def require_part(buyer_id: int, shop_id: int, viewer_id: int) -> str:
    """Return what a person is to an order.

    :raises OrderNotFound: they are a stranger to it.
    """
    kind = viewer_kind(buyer_id, shop_id, viewer_id)
    if kind == "stranger":
        raise OrderNotFound
    return kind


def get_order(order_code: str, *, viewer_id: int | None) -> OrderView:
    """Return one order in full. `viewer_id` None is the house itself and sees it without actions.

    :raises OrderNotFound: nobody has this code, or the viewer has no part in it.
    """
    row = _detailed().filter(code=order_code).first()
    if row is None:
        raise OrderNotFound
    viewer = "system" if viewer_id is None else require_part(row.buyer_id, row.shop_id, viewer_id)
    steps = tuple(
        OrderStep(step.from_state, step.to_state, step.at, step.actor_id, step.reason)
        for step in OrderEvent.objects.filter(order=row).order_by("id")
    )
    is_open = row.address and row.sealed_at is None
    address = AddressSnapshot(**json.loads(row.address)) if is_open else AddressSnapshot()
    return _view(row, viewer=viewer, address=address, steps=steps)


def find_order(order_code: str) -> OrderView | None:
    """Return one order as the house sees it, if there is one."""
    found = list_orders([order_code])
    return found[0] if found else None


def list_orders(codes: Iterable[str]) -> list[OrderView]:
    """Return the orders with these codes as the house sees them, in the order of their placing."""
    rows = _listed().filter(code__in=list(codes)).order_by("pk")
    return [_view(row, viewer="system") for row in rows]


def list_orders_of_checkout(checkout_code: str, *, viewer_id: int | None) -> list[OrderView]:
    """Return the orders of one checkout, without those the viewer has no part in."""
    rows = list(_listed().filter(checkout_code=checkout_code).order_by("pk"))
    if viewer_id is None:
        return [_view(row, viewer="system") for row in rows]
    kinds = [(row, viewer_kind(row.buyer_id, row.shop_id, viewer_id)) for row in rows]
    return [_view(row, viewer=kind) for row, kind in kinds if kind != "stranger"]


def page_orders(
    *,
    buyer_id: int | None = None,
    shop_id: int | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[OrderView]:
    """Return orders, newest first: a buyer's, a shop's, or with neither everybody's (for operators).

    The caller has checked that the viewer may see this list; actions are the buyer's, the staff's or the
    operator's accordingly.

    :raises StateUnknown: there is no such state.
    :raises BadCursor: the cursor was not made here.
    """
    rows = _of_state(_belonging(_listed(), buyer_id, shop_id), state)
    if cursor:
        placed_at, pk = decode_cursor(cursor)
        rows = rows.filter(Q(placed_at__lt=placed_at) | Q(placed_at=placed_at, pk__lt=pk))
    limit = max(1, min(limit, MAX_PAGE))
    page = list(rows.order_by("-placed_at", "-pk")[: limit + 1])
    viewer = "buyer" if buyer_id is not None else "staff" if shop_id is not None else "operator"
    more = len(page) > limit
    page = page[:limit]
    next_cursor = encode_cursor(page[-1].placed_at, page[-1].pk) if more else None
    return Page([_view(row, viewer=viewer) for row in page], next_cursor)


def page_wished(*, wish: OrderWish, cursor: str | None = None, limit: int = 20) -> Page[OrderView]:
    """Return the orders a console asked for, newest first, with the staff's actions (the operator's without
    a shop). The caller has checked that the viewer may see this list.

    :raises StateUnknown: there is no such state.
    :raises BadCursor: the cursor was not made here.
    """
    rows = _wished(_listed(), wish)
    if cursor:
        placed_at, pk = decode_cursor(cursor)
        rows = rows.filter(Q(placed_at__lt=placed_at) | Q(placed_at=placed_at, pk__lt=pk))
    limit = max(1, min(limit, MAX_PAGE))
    page = list(rows.order_by("-placed_at", "-pk")[: limit + 1])
    more, page = len(page) > limit, page[:limit]
    viewer = "operator" if wish.shop_id is None else "staff"
    next_cursor = encode_cursor(page[-1].placed_at, page[-1].pk) if more else None
    return Page([_view(row, viewer=viewer) for row in page], next_cursor)


def count_wished(wish: OrderWish) -> dict[str, int]:
    """Return how many orders a console would list, by state, zero included."""
    rows = _wished(Order.objects.all(), wish)
    counted = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: counted.get(state.value, 0) for state in OrderState}


def count_waiting(shop_id: int) -> tuple[int, int]:
    """Return how many paid orders a shop can send now, and how many still wait for something."""
    waiting = FulfilmentHold.objects.filter(order=OuterRef("pk"), released_at=None)
    rows = Order.objects.filter(shop_id=shop_id, state=OrderState.PAID).annotate(waits=Exists(waiting))
    counted = rows.aggregate(
        ready=Count("pk", filter=Q(waits=False)), waiting=Count("pk", filter=Q(waits=True))
    )
    return counted["ready"], counted["waiting"]


def state_counts(*, buyer_id: int | None = None, shop_id: int | None = None) -> dict[str, int]:
    """Return how many orders are in each state, zero included; for a buyer, a shop, or everybody."""
    rows = _belonging(Order.objects.all(), buyer_id, shop_id)
    counted = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: counted.get(state.value, 0) for state in OrderState}


def has_paid_before(buyer_id: int) -> bool:
    """Whether a person ever paid an order; who did is no newcomer, even if the money went back."""
    return Order.objects.filter(buyer_id=buyer_id, paid_at__isnull=False).exists()


def count_open(buyer_id: int) -> int:
    """Count a buyer's orders that still have to move."""
    open_states = [state.value for state in OrderState if state not in rules.ENDED]
    return Order.objects.filter(buyer_id=buyer_id, state__in=open_states).count()


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what somebody ordered, with the address each order was sent to."""
    rows = Order.objects.filter(buyer_id=person_id).prefetch_related("lines").order_by("pk")
    return {
        "orders": [
            {
                "code": row.code,
                "state": row.state,
                "placed_at": row.placed_at.isoformat(),
                "total_minor": row.total_minor,
                "currency": row.currency,
                "address": json.loads(row.address) if row.address and row.sealed_at is None else None,
                "lines": [
                    {"title": line.title, "quantity": line.quantity, "total_minor": line.total_minor}
                    for line in row.lines.all()
                ],
            }
            for row in rows
        ]
    }


def count_unpaid(buyer_id: int) -> int:
    """Return how many of a person's orders wait for payment and keep goods from others meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_UNPAID, [buyer_id])
        count: int = cursor.fetchone()[0]
    return count


def has_open_hold(order_code: str) -> bool:
    """Whether something still keeps the order from being shipped."""
    return FulfilmentHold.objects.filter(order__code=order_code, released_at=None).exists()


def list_due_for_expiry(at: datetime, *, limit: int = 100) -> list[str]:
    """Return the codes of checkouts with orders whose time to pay is over, longest overdue first."""
    due = Order.objects.due_for_expiry(at).order_by("pay_by_at").values_list("checkout_code", flat=True)
    return list(dict.fromkeys(due[:limit]))


def list_due_for_receipt(at: datetime, *, limit: int = 100) -> list[str]:
    """Return the codes of shipped orders that count as received by now."""
    due = Order.objects.due_for_receipt(at).order_by("auto_confirm_at").values_list("code", flat=True)
    return list(due[:limit])


def count_orders(*, since: datetime | None = None) -> int:
    """Return how many orders exist (since an instant)."""
    rows = Order.objects.all() if since is None else Order.objects.filter(placed_at__gte=since)
    return rows.count()


def sales_figures(*, since: datetime, until: datetime, shop_id: int | None = None) -> list[SalesFigures]:
    """Return what was placed, paid and refunded in a span of time, by currency."""
    span = Q(placed_at__gte=since, placed_at__lt=until)
    paid = span & Q(paid_at__isnull=False)
    back = span & Q(state=OrderState.REFUNDED)
    rows = (
        _belonging(Order.objects.filter(span), None, shop_id)
        .order_by("currency")
        .values("currency")
        .annotate(
            placed=Count("pk"),
            paid=Count("pk", filter=paid),
            refunded=Count("pk", filter=back),
            paid_minor=Coalesce(Sum("total_minor", filter=paid), 0),
            refunded_minor=Coalesce(Sum("total_minor", filter=back), 0),
        )
    )
    return [SalesFigures(**row) for row in rows]


def sales_between(*, since: datetime, until: datetime, shop_id: int | None = None) -> list[PeriodSales]:
    """Return what was placed and what was paid in a span of time, by currency."""
    placed = Q(placed_at__gte=since, placed_at__lt=until)
    paid = Q(paid_at__gte=since, paid_at__lt=until)
    back = paid & Q(state__in=[OrderState.REFUNDING, OrderState.REFUNDED])
    rows = (
        _belonging(Order.objects.filter(placed | paid), None, shop_id)
        .order_by("currency")
        .values("currency")
        .annotate(
            placed=Count("pk", filter=placed),
            placed_paid=Count("pk", filter=placed & Q(paid_at__isnull=False)),
            paid=Count("pk", filter=paid),
            back=Count("pk", filter=back),
            paid_minor=Coalesce(Sum("total_minor", filter=paid), 0),
            back_minor=Coalesce(Sum("total_minor", filter=back), 0),
        )
    )
    return [PeriodSales(**row) for row in rows]


def daily_sales(
    *, since: datetime, until: datetime, zone: tzinfo, shop_id: int | None = None
) -> list[DaySales]:
    """Return what was paid on each day of a span, days as `zone` has them; days without sales are absent."""
    rows = (
        _belonging(Order.objects.filter(paid_at__gte=since, paid_at__lt=until), None, shop_id)
        .annotate(day=TruncDate("paid_at", tzinfo=zone))
        .order_by("day", "currency")
        .values("day", "currency")
        .annotate(paid=Count("pk"), paid_minor=Sum("total_minor"))
    )
    return [DaySales(**row) for row in rows]


def list_broken_histories(*, limit: int = 50) -> list[BrokenHistory]:
    """Return orders whose record is not a chain of legal moves that ends in their present state."""
    legal = [f"{before}>{after}" for before, after in sorted(rules.LEGAL_STEPS)]
    with connection.cursor() as cursor:
        cursor.execute(_BROKEN, [legal, limit])
        return [BrokenHistory(code, problem) for code, problem in cursor.fetchall()]


_UNPAID = "SELECT count(*) FROM orders_order WHERE buyer_id = %s AND state = 'awaiting_payment'"
_BROKEN = """
WITH moves AS (
    SELECT order_id, from_state, to_state,
           lag(to_state, 1, '') OVER (PARTITION BY order_id ORDER BY id) AS came_from,
           row_number() OVER (PARTITION BY order_id ORDER BY id DESC) AS from_end
    FROM orders_orderevent
)
SELECT o.code, problem FROM (
    SELECT order_id, 'gap' AS problem FROM moves WHERE from_state <> came_from
    UNION SELECT order_id, 'illegal move' FROM moves WHERE NOT from_state || '>' || to_state = ANY(%s)
    UNION SELECT m.order_id, 'state differs' FROM moves m JOIN orders_order x ON x.id = m.order_id
          WHERE m.from_end = 1 AND m.to_state <> x.state
    UNION SELECT x.id, 'no record' FROM orders_order x
          WHERE NOT EXISTS (SELECT 1 FROM orders_orderevent e WHERE e.order_id = x.id)
) found JOIN orders_order o ON o.id = found.order_id ORDER BY 1, 2 LIMIT %s
"""


def _listed() -> QuerySet[Order]:
    """Orders with everything a view needs, in three statements whatever their number."""
    waiting = FulfilmentHold.objects.filter(order=OuterRef("pk"), released_at=None)
    return (
        Order.objects.annotate(waits=Exists(waiting))
        .defer("address")
        .prefetch_related(
            Prefetch("lines", OrderLine.objects.order_by("position")),
            Prefetch("adjustments", OrderAdjustment.objects.order_by("pk")),
        )
    )


def _detailed() -> QuerySet[Order]:
    return _listed().defer(None)


def _belonging(rows: QuerySet[Order], buyer_id: int | None, shop_id: int | None) -> QuerySet[Order]:
    if buyer_id is not None:
        rows = rows.filter(buyer_id=buyer_id)
    if shop_id is not None:
        rows = rows.filter(shop_id=shop_id)
    return rows


def _wished(rows: QuerySet[Order], wish: OrderWish) -> QuerySet[Order]:
    if set(wish.states) - set(OrderState):
        raise StateUnknown(state=", ".join(wish.states)[:30])
    rows = _belonging(rows, None, wish.shop_id)
    if wish.states:
        rows = rows.filter(state__in=wish.states)
    moment = "paid_at" if wish.by == "paid" else "placed_at"
    if wish.since is not None:
        rows = rows.filter(**{f"{moment}__gte": wish.since})
    if wish.until is not None:
        rows = rows.filter(**{f"{moment}__lt": wish.until})
    if wish.is_paid is not None:
        rows = rows.filter(paid_at__isnull=not wish.is_paid)
    if wish.text:
        rows = rows.filter(code__startswith=wish.text[:12].strip().lower())
    if wish.is_ready is not None:
        waiting = FulfilmentHold.objects.filter(order=OuterRef("pk"), released_at=None)
        rows = rows.filter(Exists(waiting) if not wish.is_ready else ~Exists(waiting), state=OrderState.PAID)
    return rows


def _of_state(rows: QuerySet[Order], state: str | None) -> QuerySet[Order]:
    if not state:
        return rows
    if state not in set(OrderState):
        raise StateUnknown(state=state[:30])
    return rows.filter(state=state)


def _view(
    row: Order,
    *,
    viewer: str,
    address: AddressSnapshot | None = None,
    steps: Sequence[OrderStep] = (),
) -> OrderView:
    on_hold: bool = row.waits  # type: ignore[attr-defined]  # annotated by _listed()
    return OrderView(
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
        state=row.state,
        intent_code=row.intent_code,
        delivery_code=row.delivery_code,
        share_code=row.share_code,
        tokens=dict(row.tokens),
        placed_at=row.placed_at,
        pay_by_at=row.pay_by_at,
        paid_at=row.paid_at,
        shipped_at=row.shipped_at,
        received_at=row.received_at,
        auto_confirm_at=row.auto_confirm_at,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        on_hold=on_hold,
        lines=tuple(_line_view(line) for line in row.lines.all()),
        adjustments=tuple(
            OrderAdjustmentView(item.rule, item.reference, item.amount_minor, item.message, item.params)
            for item in row.adjustments.all()
        ),
        address=address or AddressSnapshot(),
        steps=tuple(steps),
        viewer=viewer,
        actions=rules.actions_for(viewer=viewer, state=row.state, on_hold=on_hold),
    )


def _line_view(line: OrderLine) -> OrderLineView:
    return OrderLineView(
        variant_id=line.variant_id,
        product_id=line.product_id,
        product_code=line.product_code,
        title=line.title,
        options=tuple(line.options),
        image_url=line.image_url,
        quantity=line.quantity,
        unit_minor=line.unit_minor,
        subtotal_minor=line.quantity * line.unit_minor,
        discount_minor=line.discount_minor,
        total_minor=line.total_minor,
    )
