"""Shipped goods coming back to the shelf they left."""

from datetime import datetime

from jishi.goods.inventory import rules
from jishi.goods.inventory.contracts import Demand
from jishi.goods.inventory.errors import HoldUnknown, ReturnTooLarge
from jishi.goods.inventory.operations.availability import tell_catalog
from jishi.goods.inventory.operations.locking import lock_shelves_of, run, together
from jishi.kernel import clock

_SHIPPED = """
SELECT h.stock_id, s.variant_id,
       h.quantity - coalesce((SELECT sum(m.quantity) FROM inventory_movement m
                              WHERE m.hold_id = h.id AND m.kind = 'return'), 0)::bigint,
       h.id,
       EXISTS (SELECT 1 FROM inventory_movement m
               WHERE m.hold_id = h.id AND m.kind = 'return' AND m.reference = %s)
FROM inventory_hold h JOIN inventory_stock s ON s.id = h.stock_id
WHERE h.reference = %s AND h.state = 'consumed' ORDER BY h.stock_id
"""
_RETURN = """
WITH moved AS (
    INSERT INTO inventory_movement (stock_id, hold_id, kind, quantity, reference, at)
    SELECT stock_id, hold_id, 'return', quantity, %s, %s
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS p(stock_id, hold_id, quantity)
    RETURNING stock_id, quantity
)
UPDATE inventory_stock s SET on_hand = s.on_hand + m.quantity
FROM moved m WHERE s.id = m.stock_id
RETURNING s.product_id, s.on_hand - s.reserved = m.quantity
"""


def restock(
    *, hold_reference: str, reference: str, lines: Demand | None = None, at: datetime | None = None
) -> None:
    """Put shipped units back: the given lines, or all that has not come back yet. Once per `reference`.

    :raises HoldUnknown: nothing was shipped under `hold_reference`.
    :raises ReturnTooLarge: more than was shipped and is still out. Nothing was written.
    """
    with together():
        lock_shelves_of(hold_reference)
        shipped = run(_SHIPPED, [reference, hold_reference])
        if not shipped:
            raise HoldUnknown(reference=hold_reference)
        if any(row[4] for row in shipped):
            return
        out: dict[int, int] = {}
        for _, variant_id, quantity, _, _ in shipped:
            out[variant_id] = out.get(variant_id, 0) + quantity
        demand = rules.sum_demand(lines) if lines is not None else {v: q for v, q in out.items() if q}
        for variant_id, quantity in demand.items():
            if quantity > out.get(variant_id, 0):
                raise ReturnTooLarge(shipped=out.get(variant_id, 0), variant_id=variant_id)
        wanted = [row[:3] for row in shipped if row[1] in demand]
        plan, _ = rules.spread(demand, wanted)
        hold_of = {row[0]: row[3] for row in shipped}
        stock_ids = [stock_id for stock_id, _ in plan]
        values = [
            stock_ids,
            [hold_of[stock_id] for stock_id in stock_ids],
            [quantity for _, quantity in plan],
        ]
        rows = run(_RETURN, [reference, clock.at_or_now(at), *values])
        tell_catalog({product_id for product_id, was_empty in rows if was_empty})
