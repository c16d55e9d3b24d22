"""Orders of the past, many at once: imports write what was bought and received; nobody reacts to it now."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from jishi.trade.orders import rules
from jishi.trade.orders.contracts import OrderState, PastOrder
from jishi.trade.orders.models import Order, OrderEvent, OrderLine
from jishi.trade.orders.operations import creating


def record_past(rows: Sequence[PastOrder]) -> int:
    """Write received orders with their record of moves, one statement per table; returns how many were new.

    Orders whose code exists already are left alone, so that an import can be repeated. Nothing is published
    and no stock is moved; money is written by the batch forms of payments and escrow, in the caller's
    transaction.

    :raises DraftRefused: the sums of a draft do not add up; nothing is written.
    """
    for row in rows:
        rules.check_draft(row.draft)
    with transaction.atomic():
        codes = [row.draft.code for row in rows]
        known = set(Order.objects.filter(code__in=codes).values_list("code", flat=True))
        fresh = [row for row in rows if row.draft.code not in known]
        written = Order.objects.bulk_create(_received(row) for row in fresh)
        OrderLine.objects.bulk_create(
            line
            for order, row in zip(written, fresh, strict=True)
            for line in creating.line_rows(order, row.draft)
        )
        OrderEvent.objects.bulk_create(
            OrderEvent(order=order, from_state=before, to_state=after, at=at, actor_id=actor_id)
            for order, row in zip(written, fresh, strict=True)
            for before, after, at, actor_id in _moves(row)
        )
    return len(fresh)


def _received(row: PastOrder) -> Order:
    order = creating.order_row(row.draft, row.placed_at)
    order.state = OrderState.RECEIVED
    order.paid_at, order.shipped_at, order.received_at = row.paid_at, row.shipped_at, row.received_at
    order.auto_confirm_at = row.received_at
    return order


def _moves(row: PastOrder) -> list[tuple[str, str, datetime, int | None]]:
    buyer_id = row.draft.buyer_id
    return [
        ("", rules.AWAITING, row.placed_at, buyer_id),
        (rules.AWAITING, rules.PAID, row.paid_at, None),
        (rules.PAID, rules.SHIPPED, row.shipped_at, None),
        (rules.SHIPPED, rules.RECEIVED, row.received_at, buyer_id),
    ]
