"""Dry runs: what a file would do to goods, prices and stock. Nothing is written, nothing is fetched."""

from collections.abc import Iterable, Mapping

from jishi.goods.catalog import operations as catalog
from jishi.goods.imports.contracts import Preview, Progress
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.pricing import queries as pricing_queries

MAIN_WAREHOUSE = "main"


def preview(
    *,
    shop_id: int,
    data: bytes,
    language: str = "",
    mapping: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Preview:
    """Read a file and say what importing it would do. Nothing is written, nothing is fetched.

    :raises CsvUnreadable: not a table of text.
    :raises CsvTooLarge: over a limit.
    """
    plan = catalog.plan_import(
        shop_id=shop_id, data=data, language=language, mapping=mapping, progress=progress
    )
    variants = [variant for product in plan.products for variant in product.variants]
    known = [(v.variant_id, v) for v in variants if v.variant_id is not None]
    new = [variant for variant in variants if variant.variant_id is None]
    prices = [(pk, v.price_minor, v.compare_at_minor) for pk, v in known if v.price_minor is not None]
    stock, _ = changed_stock([(pk, v.stock) for pk, v in known if v.stock is not None], shop_id)
    return Preview(
        plan,
        len(changed_prices(prices, plan.currency)) + sum(v.price_minor is not None for v in new),
        len(stock) + sum(bool(v.stock) for v in new),
    )


def changed_prices(rows: Iterable[tuple[int, int, int | None]], currency: str) -> set[int]:
    """The variants whose price or compare-at price differs from what is written."""
    wanted = {pk: (price, compare_at) for pk, price, compare_at in rows}
    there = pricing_queries.list_written_prices(wanted, currency)
    return {pk for pk, value in wanted.items() if there.get(pk) != value}


def changed_stock(
    rows: Iterable[tuple[int, int]], shop_id: int
) -> tuple[dict[int, int], list[tuple[int, int]]]:
    """What the main warehouse must be set to so that the total is the file's, and (value, promised) where the
    file has less than buyers were promised.
    """
    wanted = dict(rows)
    main: dict[int, tuple[int, int]] = {}
    elsewhere: dict[int, int] = {}
    for line in inventory_queries.stock_report(shop_id, variant_ids=wanted):
        if line.warehouse_code == MAIN_WAREHOUSE:
            main[line.variant_id] = (line.on_hand, line.reserved)
        else:
            elsewhere[line.variant_id] = elsewhere.get(line.variant_id, 0) + line.on_hand
    changed: dict[int, int] = {}
    promised: list[tuple[int, int]] = []
    for pk, value in wanted.items():
        on_hand, reserved = main.get(pk, (0, 0))
        target = max(0, value - elsewhere.get(pk, 0))
        if target < reserved:
            promised.append((value, reserved))
            target = reserved
        if target != on_hand:
            changed[pk] = target
    return changed, promised
