"""Received orders of the past, many at once: paid elsewhere, shipped, released, sold, and seen by insight."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from jishi.goods.catalog import operations as catalog
from jishi.goods.inventory import operations as inventory
from jishi.insight.behavior import operations as behavior
from jishi.kernel.money import Money, share_bps
from jishi.money.escrow import operations as escrow
from jishi.money.escrow.contracts import HoldRow, Split
from jishi.money.ledger.contracts import AccountRef
from jishi.money.payments import operations as payments
from jishi.money.payments.contracts import Allocation
from jishi.trade.orders import events
from jishi.trade.orders import operations as orders
from jishi.trade.orders.contracts import OrderDraft, PastOrder


def write(rows: Sequence[PastOrder], *, source: str, at: datetime) -> int:
    """Payment, order, shipment and release of one shop's orders, in one transaction; returns how many were
    new. ``source`` names where they come from: the same orders from the same source are written once.
    """
    with transaction.atomic():
        intents = payments.record_paid_batch([_paid(row, source) for row in rows], at=at)
        written = orders.record_past(
            [
                replace(row, draft=replace(row.draft, intent_code=intent))
                for row, intent in zip(rows, intents, strict=True)
            ]
        )
        inventory.record_shipped(
            shop_id=rows[0].draft.shop_id,
            rows=[
                (row.draft.code, line.variant_id, line.quantity, row.shipped_at)
                for row in rows
                for line in row.draft.lines
            ],
        )
        escrow.settle_batch(
            [_holding(row.draft, intent) for row, intent in zip(rows, intents, strict=True)], at=at
        )
        if written:
            sold = Counter(line.product_id for row in rows for line in row.draft.lines)
            catalog.add_sold(rows=sorted(sold.items()), at=at)
            _tell_insight(rows)
    return written


def _paid(row: PastOrder, source: str) -> payments.PaidElsewhere:
    draft = row.draft
    return payments.PaidElsewhere(
        buyer_id=draft.buyer_id,
        amount=Money(draft.total_minor, draft.currency),
        allocations=(Allocation(draft.code, draft.total_minor),),
        natural_key=f"{source}:{draft.code}",
        paid_at=row.paid_at,
    )


def _holding(draft: OrderDraft, intent_code: str) -> HoldRow:
    commission = share_bps(draft.goods_minor, draft.commission_bps)
    shop = AccountRef("shop", str(draft.shop_id), "payable", draft.currency)
    house = AccountRef("platform", "commission", "revenue", draft.currency)
    parts = (
        Split(ref=shop, amount_minor=draft.total_minor - commission, role="merchant", rate_bps=0),
        Split(ref=house, amount_minor=commission, role="commission", rate_bps=draft.commission_bps),
    )
    amount = Money(draft.total_minor, draft.currency)
    return HoldRow(draft.code, intent_code, amount, tuple(part for part in parts if part.amount_minor))


def _tell_insight(rows: Sequence[PastOrder]) -> None:
    """The figures of insight begin with these orders; an event told twice is kept once."""
    lines = [
        [
            {"product_id": line.product_id, "quantity": line.quantity, "total_minor": line.total_minor}
            for line in row.draft.lines
        ]
        for row in rows
    ]
    told = [(row, _fact(row.draft), line) for row, line in zip(rows, lines, strict=True)]
    behavior.record_placed(
        [
            events.OrderPlaced(**fact, at=row.placed_at, checkout_code=row.draft.checkout_code, lines=line)
            for row, fact, line in told
        ]
    )
    behavior.record_paid(
        [
            events.OrderPaid(**fact, at=row.paid_at, paid_at=row.paid_at, lines=line)
            for row, fact, line in told
        ]
    )
    behavior.record_moved(
        [
            events.OrderShipped(**fact, at=row.shipped_at, auto_confirm_at=row.received_at)
            for row, fact, _ in told
        ]
    )
    behavior.record_moved([events.OrderReceived(**fact, at=row.received_at) for row, fact, _ in told])


def _fact(draft: OrderDraft) -> dict[str, Any]:
    return {
        "order_code": draft.code,
        "buyer_id": draft.buyer_id,
        "shop_id": draft.shop_id,
        "currency": draft.currency,
        "total_minor": draft.total_minor,
        "share_code": draft.share_code,
    }
