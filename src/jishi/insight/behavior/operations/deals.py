"""Orders as events: one per line when they are placed and when they are paid, one per order for the rest."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jishi.insight.behavior.operations.accepting import record_many
from jishi.insight.behavior.settle import MOST_EVENTS
from jishi.kernel.money import allocate_minor
from jishi.trade.orders import events as orders

Moved = orders.OrderShipped | orders.OrderReceived | orders.OrderRefunded


def record_placed(placed: Sequence[orders.OrderPlaced]) -> None:
    """Note every line of orders that were placed."""
    _record("order_placed", [row for event in placed for row in _lines(event, event.at)])


def record_paid(paid: Sequence[orders.OrderPaid]) -> None:
    """Note every line of orders that were paid."""
    _record("order_paid", [row for event in paid for row in _lines(event, event.paid_at)])


def record_moved(moved: Sequence[Moved]) -> None:
    """Note what became of orders; all of one kind."""
    if moved:
        kind = moved[0].topic.rpartition(".")[2]
        rows = [
            {**_of_order(event), "key": event.order_code, "at": event.at, "amount_minor": event.total_minor}
            for event in moved
        ]
        _record(f"order_{kind}", rows)


def _record(kind: str, rows: list[dict[str, Any]]) -> None:
    """In batches that the inbox takes."""
    for start in range(0, len(rows), MOST_EVENTS):
        record_many(kind=kind, rows=rows[start : start + MOST_EVENTS])


def _of_order(event: orders.OrderFact) -> dict[str, Any]:
    return {
        "person": event.buyer_id,
        "shop_id": event.shop_id,
        "order_code": event.order_code,
        "currency": event.currency,
        "share": event.share_code,
        "channel": "share" if event.share_code else "direct",
    }


def _lines(event: orders.OrderPlaced | orders.OrderPaid, at: datetime) -> list[dict[str, Any]]:
    """One event per line; freight and discounts are shared out so that the parts make the order's total."""
    shared = {**_of_order(event), "at": at}
    weights = [int(line["total_minor"]) for line in event.lines]
    if not weights:
        return [{**shared, "key": event.order_code, "amount_minor": event.total_minor}]
    parts = allocate_minor(event.total_minor, weights if sum(weights) else [1] * len(weights))
    return [
        {
            **shared,
            "key": f"{event.order_code}:{number}",
            "product_id": line["product_id"],
            "quantity": line["quantity"],
            "amount_minor": part,
            "props": {"line": number, "lines": len(weights)},
        }
        for number, (line, part) in enumerate(zip(event.lines, parts, strict=True), 1)
    ]
