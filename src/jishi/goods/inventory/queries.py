"""Reading stock: what is free, what is held, what moved; and the audit that recomputes it all."""

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from django.db import connection

from jishi.goods.inventory.contracts import HeldStock, MovementView, StockAudit, StockLine
from jishi.goods.inventory.models import Waiting

_AVAILABLE = """
SELECT variant_id, sum(on_hand - reserved)::bigint FROM inventory_stock
WHERE variant_id = ANY(%s) GROUP BY variant_id
"""
_REPORT = """
SELECT w.code, s.variant_id, s.product_id, s.on_hand, s.reserved, s.on_hand - s.reserved
FROM inventory_stock s JOIN inventory_warehouse w ON w.id = s.warehouse_id
WHERE w.shop_id = %s AND (%s::bigint[] IS NULL OR s.variant_id = ANY(%s::bigint[]))
ORDER BY s.variant_id, w.code
"""
_HOLD = """
SELECT s.variant_id, sum(h.quantity)::bigint, min(h.state), min(h.expires_at)
FROM inventory_hold h JOIN inventory_stock s ON s.id = h.stock_id
WHERE h.reference = %s GROUP BY s.variant_id ORDER BY s.variant_id
"""
_MOVEMENTS = """
SELECT s.variant_id, w.code, m.kind, m.quantity, m.reference, m.at
FROM inventory_movement m
JOIN inventory_stock s ON s.id = m.stock_id JOIN inventory_warehouse w ON w.id = s.warehouse_id
WHERE s.variant_id = %s ORDER BY m.id DESC LIMIT %s
"""
_AUDIT = """
WITH moved AS (
    SELECT stock_id, sum(quantity) AS quantity FROM inventory_movement GROUP BY stock_id
), live AS (
    SELECT stock_id, sum(quantity) AS quantity FROM inventory_hold
    WHERE state IN ('held', 'committed') GROUP BY stock_id
)
SELECT s.id, s.on_hand, coalesce(m.quantity, 0)::bigint, s.reserved, coalesce(l.quantity, 0)::bigint
FROM inventory_stock s LEFT JOIN moved m ON m.stock_id = s.id LEFT JOIN live l ON l.stock_id = s.id
ORDER BY s.id
"""
_WAITED = """
SELECT p.code, w.asked_at, w.told_at FROM inventory_waiting w JOIN catalog_product p ON p.id = w.product_id
WHERE w.person_id = %s ORDER BY w.id
"""


def list_available(variant_ids: Iterable[int]) -> dict[int, int]:
    """Return how many units of each variant are free; a variant that was never stocked has none."""
    wanted = sorted(set(variant_ids))
    with connection.cursor() as cursor:
        cursor.execute(_AVAILABLE, [wanted])
        return dict.fromkeys(wanted, 0) | dict(cursor.fetchall())


def stock_report(shop_id: int, *, variant_ids: Iterable[int] | None = None) -> tuple[StockLine, ...]:
    """Return a shop's stock, one line per variant and warehouse."""
    wanted = None if variant_ids is None else sorted(set(variant_ids))
    with connection.cursor() as cursor:
        cursor.execute(_REPORT, [shop_id, wanted, wanted])
        return tuple(StockLine(*row) for row in cursor.fetchall())


def find_hold(reference: str) -> HeldStock | None:
    """Return what one reference has set aside, or had."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [reference])
        rows = cursor.fetchall()
    if not rows:
        return None
    expires_at = rows[0][3]
    return HeldStock(
        reference=reference,
        lines=tuple((variant_id, quantity) for variant_id, quantity, _, _ in rows),
        state=rows[0][2],
        expires_at=None if expires_at is None else expires_at.astimezone(UTC),
    )


def list_movements(variant_id: int, *, limit: int = 50) -> tuple[MovementView, ...]:
    """Return the last movements of a variant, newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVEMENTS, [variant_id, limit])
        return tuple(MovementView(*row) for row in cursor.fetchall())


def audit_stock() -> StockAudit:
    """Recompute every shelf: on hand from its movements, reserved from its live holds."""
    with connection.cursor() as cursor:
        cursor.execute(_AUDIT)
        rows = cursor.fetchall()
    broken = []
    for stock_id, on_hand, moved, reserved, live in rows:
        if on_hand != moved:
            broken.append(f"stock {stock_id}: {on_hand} on hand, movements say {moved}")
        if reserved != live:
            broken.append(f"stock {stock_id}: {reserved} reserved, holds say {live}")
        if not 0 <= reserved <= on_hand:
            broken.append(f"stock {stock_id}: {reserved} reserved of {on_hand}")
    return StockAudit(checked=len(rows), broken=tuple(broken))


def is_waiting(*, product_id: int, person_id: int) -> bool:
    """Whether somebody asked to be told when a product is back."""
    return Waiting.objects.filter(product_id=product_id, person_id=person_id, told_at=None).exists()


def export_person(*, person_id: int) -> dict[str, Any]:
    """What somebody waits and waited for."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITED, [person_id])
        found = cursor.fetchall()
    return {
        "waiting": [
            {"product": code, "asked_at": asked.isoformat(), "told_at": told and told.isoformat()}
            for code, asked, told in found
        ]
    }
