"""Goods arriving and being counted. Every change of what lies on a shelf is a movement with a reference."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils import translation

from jishi.goods.catalog import contracts as catalog
from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.inventory import rules
from jishi.goods.inventory.errors import CountBelowReserved, StockVariantUnknown, WarehouseUnknown
from jishi.goods.inventory.models import Warehouse
from jishi.goods.inventory.operations.availability import tell_catalog
from jishi.goods.inventory.operations.locking import run
from jishi.kernel import clock

MAIN = "main"
_OPEN = """
INSERT INTO inventory_warehouse (shop_id, code, name) VALUES (%s, %s, %s)
ON CONFLICT (shop_id, code) DO NOTHING
"""
# Sorted, so that two imports of the same goods meet in the same order.
_ADD_SHELVES = """
INSERT INTO inventory_stock (warehouse_id, variant_id, product_id, on_hand, reserved)
SELECT %s, variant_id, product_id, 0, 0
FROM unnest(%s::bigint[], %s::bigint[]) AS v(variant_id, product_id) ORDER BY variant_id
ON CONFLICT (warehouse_id, variant_id) DO NOTHING
"""
_LOCK = """
WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '3s', true) AS is_set)
SELECT s.id, s.variant_id, s.on_hand, s.reserved,
       EXISTS (SELECT 1 FROM inventory_movement m
               WHERE m.stock_id = s.id AND m.kind = %s AND m.reference = %s) AS is_done
FROM patience CROSS JOIN inventory_stock s
WHERE s.warehouse_id = %s AND s.variant_id = ANY(%s) AND patience.is_set IS NOT NULL
ORDER BY s.id FOR UPDATE OF s
"""
_MOVE = """
WITH plan AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS p(stock_id, quantity)
), moved AS (
    INSERT INTO inventory_movement (stock_id, kind, quantity, reference, at)
    SELECT stock_id, %s, quantity, %s, %s FROM plan
    ON CONFLICT (stock_id, kind, reference) DO NOTHING
    RETURNING stock_id, quantity
)
UPDATE inventory_stock s SET on_hand = s.on_hand + m.quantity
FROM moved m WHERE s.id = m.stock_id
RETURNING s.product_id, s.on_hand - s.reserved, m.quantity
"""


def open_warehouse(*, shop_id: int, code: str, name: str) -> None:
    """Give a shop another place for goods; one that exists stays as it is."""
    run(_OPEN, [shop_id, code, name])


def set_stock(
    *,
    rows: Iterable[tuple[int, int]],
    shop_id: int,
    reference: str,
    warehouse: str = MAIN,
    at: datetime | None = None,
) -> int:
    """Adjust (variant, on hand) to a count, the last row for a variant; returns how many shelves changed.

    The reference names the count: the same count again changes nothing, whatever was sold since.

    :raises StockQuantityInvalid: a count is negative or no whole number.
    :raises StockVariantUnknown: a variant is not this shop's.
    :raises CountBelowReserved: buyers have been promised more than was counted. Nothing was written.
    :raises WarehouseUnknown: the shop has no such warehouse (the main one opens by itself).
    """
    counts = {variant_id: rules.check_quantity(count, least=0) for variant_id, count in rows}
    variants = _own_variants(counts, shop_id)
    with transaction.atomic():
        locked = _lock(variants, shop_id, warehouse, "adjust", reference)
        deltas = {}
        for stock_id, variant_id, on_hand, reserved, is_done in locked:
            if is_done:
                continue
            if counts[variant_id] < reserved:
                raise CountBelowReserved(
                    name=variants[variant_id].product_title, reserved=reserved, variant_id=variant_id
                )
            deltas[stock_id] = counts[variant_id] - on_hand
        return _move(deltas, "adjust", reference, at)


def receive(
    *,
    rows: Iterable[tuple[int, int]],
    shop_id: int,
    reference: str,
    warehouse: str = MAIN,
    at: datetime | None = None,
) -> int:
    """Put (variant, quantity) on the shelf, by a named delivery; returns how many shelves changed.

    :raises StockQuantityInvalid: a quantity is below one.
    :raises StockVariantUnknown: a variant is not this shop's.
    :raises WarehouseUnknown: the shop has no such warehouse (the main one opens by itself).
    """
    arrived = rules.sum_demand(list(rows))
    variants = _own_variants(arrived, shop_id)
    with transaction.atomic():
        locked = _lock(variants, shop_id, warehouse, "receive", reference)
        deltas = {
            stock_id: arrived[variant_id] for stock_id, variant_id, _, _, is_done in locked if not is_done
        }
        return _move(deltas, "receive", reference, at)


def _own_variants(wanted: Mapping[int, int], shop_id: int) -> dict[int, catalog.VariantView]:
    language = translation.get_language() or "zh-hans"
    variants = catalog_queries.find_variants(wanted, language=language) if wanted else {}
    for variant_id in wanted:
        if variant_id not in variants or variants[variant_id].shop_id != shop_id:
            raise StockVariantUnknown(variant=variant_id)
    return variants


def _lock(
    variants: Mapping[int, catalog.VariantView], shop_id: int, warehouse: str, kind: str, reference: str
) -> list[tuple[int, int, int, int, bool]]:
    if warehouse == MAIN:
        open_warehouse(shop_id=shop_id, code=MAIN, name=MAIN)
    place = Warehouse.objects.filter(shop_id=shop_id, code=warehouse).values_list("id", flat=True).first()
    if place is None:
        raise WarehouseUnknown(warehouse=warehouse)
    ids = sorted(variants)
    run(_ADD_SHELVES, [place, ids, [variants[variant_id].product_id for variant_id in ids]])
    return run(_LOCK, [kind, reference, place, ids])


def _move(deltas: Mapping[int, int], kind: str, reference: str, at: datetime | None) -> int:
    if not deltas:
        return 0
    values = [list(deltas), list(deltas.values()), kind, reference, clock.at_or_now(at)]
    rows = run(_MOVE, values)
    # Emptied, or filled from nothing: only then can the product's in-stock mark change.
    tell_catalog({product_id for product_id, free, delta in rows if delta and (free == 0 or free == delta)})
    return sum(1 for _, _, delta in rows if delta)
