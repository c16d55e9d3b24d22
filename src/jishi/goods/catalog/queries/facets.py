"""Counts beside a list, in one statement. Each facet leaves its own condition out and keeps the others."""

import json
from bisect import bisect_right
from collections import Counter
from typing import Any

from django.db import connection

from jishi.goods.catalog.contracts import Facets, FacetValue, ListingFilter, PriceBand
from jishi.goods.catalog.queries import listing_sql, spelling
from jishi.kernel import words
from jishi.kernel.text import pick

CHOICES = ("category", "brand", "price", "stock", "badge")
BANDS_MAX = 5
VALUES_MAX = 50
LADDER = tuple(step * 10**power for power in range(2, 10) for step in (1, 2, 5))
"""Edges that price bands may have, in minor units."""

_COUNT = """
WITH base AS MATERIALIZED (
    SELECT l.category_id, l.brand_id, l.price_from_minor, l.currency, l.in_stock, l.badge->>'kind' AS badge,
           {category} AS ok_category, {brand} AS ok_brand, {price} AS ok_price, {stock} AS ok_stock,
           {badge} AS ok_badge
    FROM catalog_listing l WHERE {fixed}
)
SELECT 'total' AS facet, '' AS key, NULL::text AS label, count(*) AS count FROM base
WHERE ok_category AND ok_brand AND ok_price AND ok_stock AND ok_badge
UNION ALL
SELECT 'stock', '', NULL, count(*) FROM base
WHERE in_stock AND ok_category AND ok_brand AND ok_price AND ok_badge
UNION ALL
SELECT 'badge', badge, NULL, count(*) FROM base
WHERE badge IS NOT NULL AND ok_category AND ok_brand AND ok_price AND ok_stock GROUP BY badge
UNION ALL
SELECT 'price', currency || ' ' || width_bucket(price_from_minor, %(ladder)s::bigint[]), NULL, count(*)
FROM base
WHERE ok_category AND ok_brand AND ok_stock AND ok_badge GROUP BY 2
UNION ALL
SELECT 'brand', b.slug, b.name::text, n.count FROM (
    SELECT brand_id, count(*) AS count FROM base
    WHERE brand_id IS NOT NULL AND ok_category AND ok_price AND ok_stock AND ok_badge GROUP BY brand_id
) n JOIN catalog_brand b ON b.id = n.brand_id
UNION ALL
SELECT 'category', a.slug, a.name::text, sum(n.count)::bigint FROM (
    SELECT category_id, count(*) AS count FROM base
    WHERE category_id IS NOT NULL AND ok_brand AND ok_price AND ok_stock AND ok_badge GROUP BY category_id
) n JOIN catalog_category c ON c.id = n.category_id
    JOIN catalog_category a ON a.id = ANY(c.ancestor_ids)
GROUP BY a.slug, a.name
"""


def count_facets(*, filter: ListingFilter, language: str) -> Facets:
    """Counts for a filter; a text that finds nothing is corrected like in a list."""
    query_words = words.query_words(filter.text) if filter.text.strip() else None
    rows = _run(filter, query_words)
    if query_words is not None and not any(row[3] for row in rows):
        widened = spelling.corrected(query_words)
        rows = _run(filter, widened) if widened else rows
    return Facets(
        total=sum(row[3] for row in rows if row[0] == "total"),
        categories=_values(rows, "category", language, (filter.category_slug,)),
        brands=_values(rows, "brand", language, filter.brand_slugs),
        price_bands=_bands(rows),
        in_stock=sum(row[3] for row in rows if row[0] == "stock"),
        badges=_values(rows, "badge", language, (filter.badge_kind,)),
    )


def _run(wanted: ListingFilter, query_words: list[str] | None) -> list[tuple[Any, ...]]:
    if query_words is not None and not query_words:
        return []
    found = listing_sql.conditions(wanted, query_words)
    parts = {
        name: found.by_facet.get(name, "true") for name in ("category", "brand", "price", "stock", "badge")
    }
    statement = _COUNT.format(fixed=found.fixed, **parts)
    with connection.cursor() as cursor:
        cursor.execute(statement, {**found.params, "ladder": list(LADDER)})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _values(
    rows: list[tuple[Any, ...]], facet: str, language: str, selected: tuple[str, ...]
) -> tuple[FacetValue, ...]:
    values = [
        FacetValue(key, pick(json.loads(label), language) if label else key, count, key in selected)
        for name, key, label, count in rows
        if name == facet
    ]
    return tuple(sorted(values, key=lambda value: (-value.count, value.key))[:VALUES_MAX])


def _bands(rows: list[tuple[Any, ...]]) -> tuple[PriceBand, ...]:
    """At most five bands of roughly equal size in the currency that most products have."""
    by_currency: dict[str, Counter[int]] = {}
    for name, key, _, count in rows:
        if name == "price":
            currency, bucket = key.rsplit(" ", 1)
            by_currency.setdefault(currency, Counter())[int(bucket)] += count
    if not by_currency:
        return ()
    currency, buckets = max(by_currency.items(), key=lambda item: (item[1].total(), item[0]))
    share = buckets.total() / BANDS_MAX
    edges: list[int] = []
    seen = 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= share * (len(edges) + 1) and bucket < max(buckets) and len(edges) < BANDS_MAX - 1:
            edges.append(LADDER[bucket])
    counts = [0] * (len(edges) + 1)
    for bucket, count in buckets.items():
        counts[bisect_right(edges, LADDER[bucket - 1] if bucket else 0)] += count
    lows: list[int | None] = [None, *edges]
    highs: list[int | None] = [*edges, None]
    bands = (
        PriceBand(low, high, currency, count) for low, high, count in zip(lows, highs, counts, strict=True)
    )
    return tuple(band for band in bands if band.count)
