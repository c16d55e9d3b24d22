"""Catalogue, prices and stock of one file in one transaction, or nothing at all.

The three domains may not know each other's tables, so they meet here. Importing what
:func:`jishi.goods.imports.queries.stream` wrote changes nothing.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ImportApplied, ImportIssue, ImportPlan
from jishi.goods.imports import queries
from jishi.goods.imports.contracts import Imported, Progress
from jishi.goods.inventory import operations as inventory
from jishi.goods.pricing import operations as pricing
from jishi.kernel import clock, ids


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
    :raises ImportRefused: rows need a correction first; see :func:`jishi.goods.imports.queries.preview`.
    :raises MappingUnconfirmed: the headers are unknown and no ``mapping`` was given.
    """
    moment = clock.at_or_now(at)
    tell = progress or _silent
    with transaction.atomic():
        plan = catalog.plan_import(
            shop_id=shop_id, data=data, language=language, mapping=mapping, progress=progress
        )
        applied = catalog.apply_import(
            plan=plan, at=moment, progress=lambda done, total: tell("products", done, total)
        )
        tell("prices", 0, len(applied.prices))
        price_changes = _write_prices(plan, applied, moment)
        tell("stock", 0, len(applied.stock))
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


def _write_prices(plan: ImportPlan, applied: ImportApplied, at: datetime) -> int:
    """Set what differs; changed products are told anew, as their lowest price may have moved."""
    changed = queries.changed_prices(applied.prices, plan.currency)
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
    rows, promised = queries.changed_stock(applied.stock, plan.shop_id)
    if rows:
        reference = f"import:{hashlib.sha256(data).hexdigest()[:16]}:{ids.new_code()}"
        inventory.set_stock(rows=list(rows.items()), shop_id=plan.shop_id, reference=reference, at=at)
    issues = [
        catalog_queries.import_issue("stock_promised", level="warning", value=value, reserved=reserved)
        for value, reserved in promised
    ]
    return len(rows), issues


def _silent(phase: str, done: int, total: int) -> None:
    """Progress for callers that do not ask for it."""
