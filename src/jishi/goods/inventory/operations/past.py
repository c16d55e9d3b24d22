"""Shipments of the past, many at once: imports write what left the shelf before this installation existed."""

from collections.abc import Sequence
from datetime import datetime

from jishi.goods.inventory import rules
from jishi.goods.inventory.operations.locking import run, together

_LOCK = """
SELECT s.id FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id
WHERE w.shop_id = %s AND w.code = 'main' AND s.variant_id = ANY(%s) ORDER BY s.id FOR UPDATE OF s
"""
_SHIP = """
WITH asked AS (
    SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[])
        AS a(reference, variant_id, quantity, at)
), fresh AS (
    SELECT a.reference, s.id AS stock_id, a.quantity, a.at
    FROM asked a JOIN inventory_stock s ON s.variant_id = a.variant_id
    JOIN inventory_warehouse w ON w.id = s.warehouse_id AND w.shop_id = %s AND w.code = 'main'
    WHERE NOT EXISTS (SELECT 1 FROM inventory_hold h WHERE h.reference = a.reference AND h.stock_id = s.id)
), gone AS (
    INSERT INTO inventory_hold (reference, stock_id, quantity, state, expires_at, created_at)
    SELECT reference, stock_id, quantity, 'consumed', NULL, at FROM fresh
    RETURNING id, reference, stock_id, quantity, created_at
), moved AS (
    INSERT INTO inventory_movement (stock_id, hold_id, kind, quantity, reference, at)
    SELECT stock_id, id, 'ship', -quantity, reference, created_at FROM gone RETURNING stock_id, quantity
), sums AS (
    SELECT stock_id, sum(quantity)::bigint AS change FROM moved GROUP BY stock_id
), shelves AS (
    UPDATE inventory_stock s SET on_hand = s.on_hand + m.change FROM sums m
    WHERE s.id = m.stock_id RETURNING 1
)
SELECT count(*) FROM moved
"""


def record_shipped(*, shop_id: int, rows: Sequence[tuple[str, int, int, datetime]]) -> int:
    """Write past shipments (reference, variant, quantity, instant) from the shop's main warehouse.

    A reference and variant that was shipped already is left alone, so that an import can be repeated; returns
    how many were new. The units must have been received before: a shelf never falls below what is reserved.

    :raises StockQuantityInvalid: a quantity is below one.
    :raises StockBusy: the shelves were kept locked for too long; roll back and try again.
    """
    if not rows:
        return 0
    for _, _, quantity, _ in rows:
        rules.check_quantity(quantity, least=1)
    references, variants, quantities, instants = (list(column) for column in zip(*rows, strict=True))
    with together():
        run(_LOCK, [shop_id, sorted(set(variants))])
        return int(run(_SHIP, [references, variants, quantities, instants, shop_id])[0][0])
