"""Creating orders: one statement for orders, lines and record together, however many shops a checkout has.

The statement is written out because placing is the hottest write of the house. What it writes is read back
through the models by the tests of placing.
"""

import dataclasses
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.kernel import clock, crypto, outbox
from jishi.trade.orders import queries, rules
from jishi.trade.orders.contracts import OrderDraft, OrderView
from jishi.trade.orders.events import OrderPlaced
from jishi.trade.orders.models import FulfilmentHold, Order, OrderAdjustment, OrderLine
from jishi.trade.orders.operations import moves

_WRITE = """
WITH made AS (
    INSERT INTO orders_order (
        code, checkout_code, buyer_id, shop_id, currency, goods_minor, discount_minor, delivery_minor,
        total_minor, commission_bps, state, intent_code, address, delivery_code, share_code, channel, tokens,
        placed_at, pay_by_at, close_reason)
    SELECT code, checkout_code, buyer_id, shop_id, currency, goods_minor, discount_minor, delivery_minor,
           total_minor, commission_bps, 'awaiting_payment', intent_code, address, delivery_code, share_code,
           channel, tokens, placed_at, pay_by_at, ''
    FROM jsonb_to_recordset(%s::jsonb) AS draft(
        code text, checkout_code text, buyer_id bigint, shop_id bigint, currency text, goods_minor bigint,
        discount_minor bigint, delivery_minor bigint, total_minor bigint, commission_bps int,
        intent_code text, address text, delivery_code text, share_code text, channel text, tokens jsonb,
        placed_at timestamptz, pay_by_at timestamptz)
    RETURNING id, code, buyer_id, placed_at
), lined AS (
    INSERT INTO orders_orderline (
        order_id, position, variant_id, product_id, product_code, title, options, image_url, quantity,
        unit_minor, discount_minor, total_minor)
    SELECT made.id, position, variant_id, product_id, product_code, title, options, image_url, quantity,
           unit_minor, discount_minor, total_minor
    FROM jsonb_to_recordset(%s::jsonb) AS line(
        code text, position int, variant_id bigint, product_id bigint, product_code text, title text,
        options jsonb, image_url text, quantity int, unit_minor bigint, discount_minor bigint,
        total_minor bigint)
    JOIN made USING (code)
), recorded AS (
    INSERT INTO orders_orderevent (order_id, from_state, to_state, at, actor_id, reason)
    SELECT id, '', 'awaiting_payment', placed_at, buyer_id, '' FROM made
)
SELECT code, id FROM made
"""


def create(draft: OrderDraft, *, at: datetime | None = None) -> OrderView:
    """Create one order that awaits its payment.

    :raises DraftRefused: the sums do not add up.
    """
    create_many([draft], at=at)
    return queries.get_order(draft.code, viewer_id=None)


def create_many(drafts: Sequence[OrderDraft], *, at: datetime | None = None) -> None:
    """Create the orders of a checkout, with lines, frozen adjustments and fulfilment holds, and tell of them.

    Give drafts in order of shop: primary keys, and with them the order of locks, follow it.

    :raises DraftRefused: the sums of a draft do not add up; nothing is created.
    """
    placed_at = clock.at_or_now(at)
    for draft in drafts:
        rules.check_draft(draft)
    with moves.together():
        rows = [order_row(draft, placed_at) for draft in drafts]
        ids = _write(rows, drafts)
        for row in rows:
            row.pk = ids[row.code]
        _freeze_adjustments(rows, drafts)
        outbox.publish_many(_placed(row, draft, placed_at) for row, draft in zip(rows, drafts, strict=True))


def _write(rows: Sequence[Order], drafts: Sequence[OrderDraft]) -> dict[str, int]:
    """Insert orders, lines and the first step of their record; returns the ids by code."""
    lines = [line for row, draft in zip(rows, drafts, strict=True) for line in line_rows(row, draft)]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [json.dumps([_plain(row) for row in rows]), json.dumps([_plain_line(line) for line in lines])],
        )
        return dict(cursor.fetchall())


_ORDER_COLUMNS = (
    "code",
    "checkout_code",
    "buyer_id",
    "shop_id",
    "currency",
    "goods_minor",
    "discount_minor",
    "delivery_minor",
    "total_minor",
    "commission_bps",
    "intent_code",
    "delivery_code",
    "share_code",
    "channel",
    "tokens",
)
_LINE_COLUMNS = (
    "position",
    "variant_id",
    "product_id",
    "product_code",
    "title",
    "options",
    "image_url",
    "quantity",
    "unit_minor",
    "discount_minor",
    "total_minor",
)


def _plain(row: Order) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in _ORDER_COLUMNS}
    values["address"] = crypto.encrypt(row.address)
    values["placed_at"], values["pay_by_at"] = row.placed_at.isoformat(), row.pay_by_at.isoformat()
    return values


def _plain_line(line: OrderLine) -> dict[str, Any]:
    return {"code": line.order.code} | {name: getattr(line, name) for name in _LINE_COLUMNS}


def order_row(draft: OrderDraft, placed_at: datetime) -> Order:
    """Return a draft as an unsaved order that awaits payment."""
    return Order(
        code=draft.code,
        checkout_code=draft.checkout_code,
        buyer_id=draft.buyer_id,
        shop_id=draft.shop_id,
        currency=draft.currency,
        goods_minor=draft.goods_minor,
        discount_minor=draft.discount_minor,
        delivery_minor=draft.delivery_minor,
        total_minor=draft.total_minor,
        commission_bps=draft.commission_bps,
        intent_code=draft.intent_code,
        address=json.dumps(dataclasses.asdict(draft.address), ensure_ascii=False),
        delivery_code=draft.delivery_code,
        share_code=draft.share_code,
        channel=draft.channel,
        tokens=dict(draft.tokens),
        placed_at=placed_at,
        pay_by_at=draft.pay_by_at,
    )


def line_rows(row: Order, draft: OrderDraft) -> list[OrderLine]:
    """Return the lines of a draft, unsaved."""
    return [
        OrderLine(
            order=row,
            position=position,
            variant_id=line.variant_id,
            product_id=line.product_id,
            product_code=line.product_code,
            title=line.title[:300],
            options=list(line.options),
            image_url=line.image_url[:500],
            quantity=line.quantity,
            unit_minor=line.unit_minor,
            discount_minor=line.discount_minor,
            total_minor=line.total_minor,
        )
        for position, line in enumerate(draft.lines)
    ]


def _freeze_adjustments(rows: Sequence[Order], drafts: Sequence[OrderDraft]) -> None:
    frozen, holds = [], {}
    for row, draft in zip(rows, drafts, strict=True):
        for item in draft.adjustments:
            frozen.append(
                OrderAdjustment(
                    order=row,
                    rule=item.rule,
                    reference=item.reference,
                    variant_id=item.variant_id,
                    amount_minor=item.amount_minor,
                    funder_kind=item.funder_kind,
                    funder_id=item.funder_id,
                    message=item.message,
                    params=dict(item.params),
                    defers_fulfilment=item.defers_fulfilment,
                )
            )
            if item.defers_fulfilment:
                ref = rules.hold_ref(item.rule, draft.code)
                holds[ref] = FulfilmentHold(order=row, ref=ref)
    if frozen:
        OrderAdjustment.objects.bulk_create(frozen)
    if holds:
        FulfilmentHold.objects.bulk_create(holds.values())


def _placed(row: Order, draft: OrderDraft, at: datetime) -> OrderPlaced:
    lines = [
        {
            "variant_id": line.variant_id,
            "product_id": line.product_id,
            "quantity": line.quantity,
            "total_minor": line.total_minor,
        }
        for line in draft.lines
    ]
    return OrderPlaced(**moves.facts(row, at), checkout_code=row.checkout_code, lines=lines)
