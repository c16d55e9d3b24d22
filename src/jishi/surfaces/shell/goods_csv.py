"""Product files end to end: catalogue, prices and stock of one file in one transaction, or nothing at all.

The three domains may not know each other's tables, so they meet here; merchant pages, the API and the command
line call only what is here. Importing what :func:`export` wrote changes nothing.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ImportApplied, ImportIssue, ImportPlan
from jishi.goods.inventory import operations as inventory
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.merchants import queries as merchants
from jishi.goods.pricing import operations as pricing
from jishi.goods.pricing import queries as pricing_queries
from jishi.kernel import clock, ids
from jishi.kernel.errors import fill

MAIN_WAREHOUSE = "main"

Progress = Callable[[str, int, int], None]
"""Called with (phase, done, total); phases are products, prices, stock."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A dry run: what would happen, row by row."""

    plan: ImportPlan
    price_changes: int
    stock_changes: int

    @property
    def is_ready(self) -> bool:
        """Whether :func:`run` would accept the file."""
        return not self.plan.error_count and not self.plan.needs_mapping

    @property
    def changes(self) -> int:
        """How many products, prices and stocks would be written."""
        return self.plan.count("create") + self.plan.count("update") + self.price_changes + self.stock_changes


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    created: int
    updated: int
    unchanged: int
    price_changes: int
    stock_changes: int
    product_ids: tuple[int, ...]
    issues: tuple[ImportIssue, ...]


def preview(
    *, shop_id: int, data: bytes, language: str = "", mapping: Mapping[str, str] | None = None
) -> Preview:
    """Read a file and say what importing it would do. Nothing is written, nothing is fetched.

    :raises CsvUnreadable: not a table of text.
    :raises CsvTooLarge: over a limit.
    """
    plan = catalog.plan_import(shop_id=shop_id, data=data, language=language, mapping=mapping)
    variants = [variant for product in plan.products for variant in product.variants]
    known = [(v.variant_id, v) for v in variants if v.variant_id is not None]
    new = [variant for variant in variants if variant.variant_id is None]
    prices = [(pk, v.price_minor, v.compare_at_minor) for pk, v in known if v.price_minor is not None]
    stock, _ = _changed_stock([(pk, v.stock) for pk, v in known if v.stock is not None], shop_id)
    return Preview(
        plan,
        len(_changed_prices(prices, plan.currency)) + sum(v.price_minor is not None for v in new),
        len(stock) + sum(bool(v.stock) for v in new),
    )


def run(
    *,
    shop_id: int,
    data: bytes,
    language: str = "",
    mapping: Mapping[str, str] | None = None,
    at: datetime | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Import a file into a shop, wholly or not at all. The same file again changes nothing.

    :raises CsvUnreadable: not a table of text.
    :raises CsvTooLarge: over a limit.
    :raises ImportRefused: rows need a correction first; see :func:`preview`.
    :raises MappingUnconfirmed: the headers are unknown and no ``mapping`` was given.
    """
    moment = clock.at_or_now(at)
    tell = progress or _silent
    with transaction.atomic():
        plan = catalog.plan_import(shop_id=shop_id, data=data, language=language, mapping=mapping)
        applied = catalog.apply_import(
            plan=plan, at=moment, progress=lambda done, total: tell("products", done, total)
        )
        price_changes = _write_prices(plan, applied, moment)
        tell("prices", len(applied.prices), len(applied.prices))
        stock_changes, told = _write_stock(plan, applied, data, moment)
        tell("stock", len(applied.stock), len(applied.stock))
    changes = [saved.change for saved in applied.saved]
    return Imported(
        created=changes.count("created"),
        updated=changes.count("updated"),
        unchanged=changes.count("unchanged"),
        price_changes=price_changes,
        stock_changes=stock_changes,
        product_ids=tuple(saved.product_id for saved in applied.saved),
        issues=(*plan.issues, *told),
    )


def export(*, shop_id: int, language: str, base_url: str = "") -> bytes:
    """A shop's products as Shopify's product file; formulas in cells are neutralised."""
    shop = merchants.get_shop(shop_id)
    states = list(catalog_queries.list_states(shop_id).values())
    variant_ids = [variant_id for state in states for variant_id in state.variant_ids]
    written = pricing_queries.list_written_prices(variant_ids, shop.currency)
    prices = {pk: (amount, compare_at, shop.currency) for pk, (amount, compare_at) in written.items()}
    stock: dict[int, int] = {}
    for line in inventory_queries.stock_report(shop_id, variant_ids=variant_ids):
        stock[line.variant_id] = stock.get(line.variant_id, 0) + line.on_hand
    return catalog_queries.write_product_file(
        states, language=language, prices=prices, stock=stock, base_url=base_url
    )


def text_of(issue: ImportIssue) -> str:
    """A line of the report in the active language."""
    params = {
        name: gettext(value) if name == "field" and isinstance(value, str) and value else value
        for name, value in issue.params.items()
    }
    return fill(gettext(issue.message), params)


def _write_prices(plan: ImportPlan, applied: ImportApplied, at: datetime) -> int:
    """Set what differs; changed products are told anew, as their lowest price may have moved."""
    changed = _changed_prices(applied.prices, plan.currency)
    touched = {pk for saved in applied.saved if saved.change != "unchanged" for pk in saved.variant_ids}
    rows = [
        (pk, plan.currency, price, compare_at)
        for pk, price, compare_at in applied.prices
        if pk in touched or pk in changed
    ]
    if rows:
        pricing.set_prices(rows=rows, at=at)
    return len(changed)


def _write_stock(
    plan: ImportPlan, applied: ImportApplied, data: bytes, at: datetime
) -> tuple[int, list[ImportIssue]]:
    rows, promised = _changed_stock(applied.stock, plan.shop_id)
    if rows:
        reference = f"import:{hashlib.sha256(data).hexdigest()[:16]}:{ids.new_code()}"
        inventory.set_stock(rows=list(rows.items()), shop_id=plan.shop_id, reference=reference, at=at)
    issues = [
        catalog_queries.import_issue("stock_promised", level="warning", value=value, reserved=reserved)
        for value, reserved in promised
    ]
    return len(rows), issues


def _changed_prices(rows: Iterable[tuple[int, int, int | None]], currency: str) -> set[int]:
    """The variants whose price or compare-at price differs from what is written."""
    wanted = {pk: (price, compare_at) for pk, price, compare_at in rows}
    there = pricing_queries.list_written_prices(wanted, currency)
    return {pk for pk, value in wanted.items() if there.get(pk) != value}


def _changed_stock(
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


def _silent(phase: str, done: int, total: int) -> None:
    """Progress for callers that do not ask for it."""
