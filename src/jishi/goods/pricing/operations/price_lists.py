"""Setting prices: the list, its history and the catalogue's "from" price change in one transaction.

One writer per shop at a time (an advisory lock), because a product's lowest price depends on
all its variants.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from jishi.goods.catalog import contracts as catalog
from jishi.goods.catalog import operations as catalog_operations
from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.pricing import queries
from jishi.goods.pricing.contracts import PriceRow, PriceView
from jishi.goods.pricing.errors import PricedVariantUnknown, PriceInvalid
from jishi.goods.pricing.rules import MAX_PRICE_MINOR
from jishi.kernel import clock, locks, money

# A price that did not change keeps its beginning and its reference; only the claim beside it may change.
# Instants never run backwards within one list, or "lowest of the days before" would have no meaning.
_SET = """
WITH wanted AS (
    SELECT w.*, p.amount_minor AS old_minor, GREATEST(%(at)s, p.since_at) AS from_at
    FROM unnest(%(variants)s::bigint[], %(products)s::bigint[], %(currencies)s::text[], %(amounts)s::bigint[],
                %(compare_ats)s::bigint[])
        AS w(variant_id, product_id, currency, amount_minor, compare_at_minor)
    LEFT JOIN pricing_price p ON p.variant_id = w.variant_id AND p.currency = w.currency
), changed AS (
    SELECT * FROM wanted WHERE old_minor IS DISTINCT FROM amount_minor
), remembered AS (
    INSERT INTO pricing_pricehistory (variant_id, currency, amount_minor, at)
    SELECT variant_id, currency, amount_minor, from_at FROM changed
), priced AS (
    SELECT c.*, LEAST(
        (SELECT min(h.amount_minor) FROM pricing_pricehistory h
          WHERE h.variant_id = c.variant_id AND h.currency = c.currency
            AND h.at > c.from_at - %(window)s::interval AND h.at < c.from_at),
        (SELECT h.amount_minor FROM pricing_pricehistory h
          WHERE h.variant_id = c.variant_id AND h.currency = c.currency
            AND h.at <= c.from_at - %(window)s::interval AND %(window)s::interval > interval '0'
          ORDER BY h.at DESC, h.id DESC LIMIT 1)) AS lowest_before_minor
    FROM changed c
), kept AS (
    UPDATE pricing_price p SET compare_at_minor = w.compare_at_minor
    FROM wanted w
    WHERE p.variant_id = w.variant_id AND p.currency = w.currency AND w.old_minor = w.amount_minor
      AND p.compare_at_minor IS DISTINCT FROM w.compare_at_minor
)
INSERT INTO pricing_price
    (variant_id, product_id, currency, amount_minor, compare_at_minor, lowest_before_minor, since_at)
SELECT variant_id, product_id, currency, amount_minor, compare_at_minor, lowest_before_minor, from_at
FROM priced
ON CONFLICT (variant_id, currency) DO UPDATE SET
    amount_minor = EXCLUDED.amount_minor, compare_at_minor = EXCLUDED.compare_at_minor,
    lowest_before_minor = EXCLUDED.lowest_before_minor, since_at = EXCLUDED.since_at
"""
_SIBLINGS = "SELECT product_id, variant_id, currency FROM pricing_price WHERE product_id = ANY(%s)"


def set_prices(rows: Iterable[PriceRow], *, at: datetime | None = None) -> int:
    """Set many prices at once and return how many rows were given; the last row for a variant counts.

    :raises PriceInvalid: an amount is negative, absurd or no whole number.
    :raises PricedVariantUnknown: a variant does not exist.
    """
    wanted = {(row[0], row[1]): row for row in rows}
    if not wanted:
        return 0
    for row in wanted.values():
        _check(row)
    variants = catalog_queries.find_variants({variant_id for variant_id, _ in wanted}, language="en")
    missing = next((variant_id for variant_id, _ in wanted if variant_id not in variants), None)
    if missing is not None:
        raise PricedVariantUnknown(variant=missing)
    with transaction.atomic():
        for shop_id in sorted({variant.shop_id for variant in variants.values()}):
            locks.advisory("pricing.shop", shop_id)
        _write(list(wanted.values()), variants, clock.at_or_now(at))
        _tell_catalog(variants)
    return len(wanted)


def _check(row: PriceRow) -> None:
    _, currency, amount, compare_at = row
    money.exponent(currency)  # refuses a currency that nobody knows
    for value in (amount, 0 if compare_at is None else compare_at):
        if type(value) is not int or not 0 <= value <= MAX_PRICE_MINOR:
            raise PriceInvalid(amount=str(value))


def _write(rows: Sequence[PriceRow], variants: dict[int, catalog.VariantView], at: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _SET,
            {
                "variants": [row[0] for row in rows],
                "products": [variants[row[0]].product_id for row in rows],
                "currencies": [row[1] for row in rows],
                "amounts": [row[2] for row in rows],
                "compare_ats": [row[3] for row in rows],
                "at": at,
                "window": f"{queries.reference_days()} days",
            },
        )


def _tell_catalog(variants: dict[int, catalog.VariantView]) -> None:
    """Give every touched product the lowest price of its sellable variants, in its shop's currency."""
    shops = merchant_queries.list_shops({variant.shop_id for variant in variants.values()}, language="en")
    currency_of = {view.product_id: shops[view.shop_id].currency for view in variants.values()}
    with connection.cursor() as cursor:
        cursor.execute(_SIBLINGS, [sorted(currency_of)])
        priced = cursor.fetchall()
    others = {variant_id for _, variant_id, _ in priced} - set(variants)
    known = variants | (catalog_queries.find_variants(others, language="en") if others else {})
    prices: dict[str, dict[int, PriceView]] = {}
    for currency in set(currency_of.values()):
        prices[currency] = queries.list_prices({v for _, v, c in priced if c == currency}, currency)
    lowest: dict[int, tuple[bool, int, int]] = {}
    for product_id, variant_id, currency in priced:
        if currency != currency_of[product_id]:
            continue
        # Variants that cannot be bought only count while there is no other: a draft product has none.
        hidden = variant_id not in known or not known[variant_id].is_sellable
        candidate = (hidden, prices[currency][variant_id].amount_minor, variant_id)
        lowest[product_id] = min(candidate, lowest.get(product_id, candidate))
    rows = []
    for product_id in sorted(lowest):
        view = prices[currency_of[product_id]][lowest[product_id][2]]
        rows.append((product_id, view.amount_minor, view.compare_at_minor, view.currency))
    if rows:
        catalog_operations.set_price_from(rows=rows)
