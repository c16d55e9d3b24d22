"""What higher domains tell a listing, inside their own transactions: price from, stock, badge, sales.

Rows are locked in product order and only where something changes, so concurrent callers cannot deadlock and a
stock movement that leaves a product in stock writes nothing here.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.goods.catalog import rules
from jishi.kernel import clock

_SET_PRICE = """
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb)
        AS r(product_id bigint, price bigint, compare_at bigint, currency text)
), locked AS MATERIALIZED (
    SELECT l.product_id FROM catalog_listing l JOIN wanted w USING (product_id)
    WHERE (l.price_from_minor, l.compare_at_minor, l.currency)
          IS DISTINCT FROM (w.price, w.compare_at, w.currency)
    ORDER BY l.product_id FOR UPDATE OF l
)
UPDATE catalog_listing l
SET price_from_minor = w.price, compare_at_minor = w.compare_at, currency = w.currency
FROM wanted w JOIN locked USING (product_id) WHERE l.product_id = w.product_id
"""

_SET_STOCK = """
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(product_id bigint, in_stock boolean)
), locked AS MATERIALIZED (
    SELECT l.product_id FROM catalog_listing l JOIN wanted w USING (product_id)
    WHERE l.in_stock IS DISTINCT FROM w.in_stock ORDER BY l.product_id FOR UPDATE OF l
)
UPDATE catalog_listing l SET in_stock = w.in_stock
FROM wanted w JOIN locked USING (product_id) WHERE l.product_id = w.product_id
"""

_ADD_SOLD = """
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(product_id bigint, quantity bigint, gain float8)
), locked AS MATERIALIZED (
    SELECT l.product_id FROM catalog_listing l JOIN wanted w USING (product_id)
    ORDER BY l.product_id FOR UPDATE OF l
)
UPDATE catalog_listing l
SET sold_count = greatest(0, l.sold_count + w.quantity), popularity = l.popularity + w.gain
FROM wanted w JOIN locked USING (product_id) WHERE l.product_id = w.product_id
"""

_SET_RATING = """
WITH wanted AS (
    SELECT * FROM jsonb_to_recordset(%s::jsonb) AS r(product_id bigint, rating int, rating_count int)
), locked AS MATERIALIZED (
    SELECT l.product_id FROM catalog_listing l JOIN wanted w USING (product_id)
    WHERE (l.rating, l.rating_count) IS DISTINCT FROM (w.rating, w.rating_count)
    ORDER BY l.product_id FOR UPDATE OF l
)
UPDATE catalog_listing l SET rating = w.rating, rating_count = w.rating_count
FROM wanted w JOIN locked USING (product_id) WHERE l.product_id = w.product_id
"""

_SET_BADGE = """
UPDATE catalog_listing SET badge = %s::jsonb
WHERE product_id = %s AND badge IS DISTINCT FROM %s::jsonb
"""


def set_price_from(*, rows: Iterable[tuple[int, int | None, int | None, str]]) -> int:
    """Set (product, lowest price or None, compare-at price or None, currency); returns how many changed.

    A listing without a price is not shown.
    """
    wanted = {
        product_id: {"product_id": product_id, "price": price, "compare_at": compare_at, "currency": currency}
        for product_id, price, compare_at, currency in rows
    }
    return _run(_SET_PRICE, list(wanted.values()))


def set_in_stock(*, rows: Iterable[tuple[int, bool]]) -> int:
    """Set (product, whether any variant can be bought); returns how many changed."""
    return _run(_SET_STOCK, [{"product_id": pid, "in_stock": flag} for pid, flag in dict(rows).items()])


def keep_rating(*, rows: Iterable[tuple[int, int, int]]) -> int:
    """Set (product, hundredths of a star, how many reviews); returns how many changed."""
    wanted = {pid: {"product_id": pid, "rating": rating, "rating_count": n} for pid, rating, n in rows}
    return _run(_SET_RATING, list(wanted.values()))


def set_badge(*, product_id: int, badge: Mapping[str, Any] | None) -> int:
    """Show what is on for a product (lists filter by its ``kind``) or nothing; returns 1 if it changed."""
    value = None if badge is None else json.dumps(dict(badge))
    with connection.cursor() as cursor:
        cursor.execute(_SET_BADGE, [value, product_id, value])
        changed: int = cursor.rowcount
    return changed


def add_sold(*, rows: Iterable[tuple[int, int]], at: datetime | None = None) -> int:
    """Count (product, quantity) as sold at ``at``; a negative quantity takes a return back."""
    seconds = clock.at_or_now(at).timestamp()
    totals: dict[int, int] = {}
    for product_id, quantity in rows:
        totals[product_id] = totals.get(product_id, 0) + quantity
    return _run(
        _ADD_SOLD,
        [
            {"product_id": pid, "quantity": quantity, "gain": rules.popularity_gain(quantity, seconds)}
            for pid, quantity in totals.items()
        ],
    )


def _run(statement: str, rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows)])
        changed: int = cursor.rowcount
    return changed
