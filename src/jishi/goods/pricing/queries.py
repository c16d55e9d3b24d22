"""Reading prices and quoting them.

A quote is at most three statements (variants, prices, shops) plus whatever the rules read; nothing about
the buyer reaches a price except through a rule.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from jishi.goods.catalog import contracts as catalog
from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.merchants import contracts as merchants
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.pricing import ports, rules
from jishi.goods.pricing.contracts import (
    STAGES,
    Adjustment,
    DeliveryChoice,
    PriceLine,
    PriceRequest,
    PriceView,
    Quote,
    QuoteLine,
    Stage,
)
from jishi.goods.pricing.errors import NotForSale
from jishi.kernel import clock, policy
from jishi.kernel.errors import InvariantBroken

_PRICES = """
SELECT variant_id, amount_minor, compare_at_minor, lowest_before_minor
FROM pricing_price WHERE variant_id = ANY(%s) AND currency = %s
"""
_LOWEST = """
SELECT wanted.variant_id, LEAST(
    (SELECT min(amount_minor) FROM pricing_pricehistory
      WHERE variant_id = wanted.variant_id AND currency = %(currency)s AND at > %(since)s AND at < %(until)s),
    (SELECT amount_minor FROM pricing_pricehistory
      WHERE variant_id = wanted.variant_id AND currency = %(currency)s AND at <= %(since)s
      ORDER BY at DESC, id DESC LIMIT 1))
FROM unnest(%(variants)s::bigint[]) AS wanted(variant_id)
"""


def quote(
    request: PriceRequest,
    *,
    language: str,
    variants: Mapping[int, catalog.VariantView] | None = None,
    shops: Mapping[int, merchants.ShopView] | None = None,
) -> Quote:
    """Price the lines: base prices, then every registered rule in the order of its stage.

    A shop for which no delivery was chosen is charged its standard fee. A caller that has just read the
    variants and their shops hands them in.

    :raises NothingToPrice: there is no line; `TooManyLines`, `QuantityInvalid`, `LineKeyRepeated` and
        `DeliveryInvalid` likewise refuse the request itself.
    :raises NotForSale: a variant cannot be bought, or has no price in this currency.
    """
    rules.check_request(request)
    ids = {line.variant_id for line in request.lines}
    if variants is None:
        variants = catalog_queries.find_variants(ids, language=language)
    if shops is None:
        of_variants = {variant.shop_id for variant in variants.values()}
        shops = merchant_queries.list_shops(of_variants, language=language)
    prices = list_prices(ids, request.currency)
    bill = rules.Bill(_line(line, variants, prices, shops) for line in request.lines)
    in_order = {line.key: line for line in request.lines}
    canonical = replace(request, lines=tuple(in_order[line.key] for line in bill.lines()))
    for stage in STAGES:
        if stage == "delivery":
            bill.charge_delivery(_deliveries(request, shops))
        bill.decide(stage, _proposals(stage, canonical, bill))
    return bill.finish(request, {shop_id: shop.name for shop_id, shop in shops.items()})


def list_prices(variant_ids: Iterable[int], currency: str) -> dict[int, PriceView]:
    """Return the prices of variants in one currency; a variant without one is absent."""
    may_lack_history = bool(policy.pack().get("price.compare_without_history", False))
    with connection.cursor() as cursor:
        cursor.execute(_PRICES, [sorted(set(variant_ids)), currency])
        rows = cursor.fetchall()
    return {
        variant_id: PriceView(
            variant_id=variant_id,
            amount_minor=amount,
            compare_at_minor=rules.honest_compare_at(
                amount_minor=amount,
                compare_at_minor=compare_at,
                lowest_before_minor=lowest_before,
                may_lack_history=may_lack_history,
            ),
            currency=currency,
        )
        for variant_id, amount, compare_at, lowest_before in rows
    }


def list_written_prices(variant_ids: Iterable[int], currency: str) -> dict[int, tuple[int, int | None]]:
    """Return (amount, compare-at) as the merchant wrote them, shown or not: for editors and exports."""
    with connection.cursor() as cursor:
        cursor.execute(_PRICES, [sorted(set(variant_ids)), currency])
        return {variant_id: (amount, compare_at) for variant_id, amount, compare_at, _ in cursor.fetchall()}


def list_lowest_prices(
    variant_ids: Iterable[int], currency: str, *, until: datetime | None = None, days: int | None = None
) -> dict[int, int | None]:
    """Return the lowest price each variant had in the days before a moment, None where it had none.

    The number of days is the rule pack's (7 in China, 30 in the European Union) unless it is given.
    """
    moment = clock.at_or_now(until)
    window = timedelta(days=reference_days() if days is None else days)
    values: dict[str, Any] = {
        "variants": sorted(set(variant_ids)),
        "currency": currency,
        "since": moment - window,
        "until": moment,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOWEST, values)
        return dict(cursor.fetchall())


def reference_days() -> int:
    """Return how many days a struck-through price must look back."""
    return int(policy.pack().get("price.reference_days", 30))


def _line(
    line: PriceLine,
    variants: Mapping[int, catalog.VariantView],
    prices: Mapping[int, PriceView],
    shops: Mapping[int, merchants.ShopView],
) -> QuoteLine:
    variant, price = variants.get(line.variant_id), prices.get(line.variant_id)
    if variant is None or price is None or not variant.is_sellable or not shops[variant.shop_id].is_open:
        name = variant.product_title if variant is not None else f"#{line.variant_id}"
        raise NotForSale(name=name, variant_id=line.variant_id, line_key=line.key)
    subtotal = price.amount_minor * line.quantity
    return QuoteLine(
        key=line.key,
        variant_id=line.variant_id,
        product_id=variant.product_id,
        shop_id=variant.shop_id,
        product_code=variant.product_code,
        title=variant.product_title,
        options=variant.options,
        image_url=variant.image_url,
        quantity=line.quantity,
        unit_minor=price.amount_minor,
        compare_at_minor=price.compare_at_minor,
        subtotal_minor=subtotal,
        discount_minor=0,
        total_minor=subtotal,
    )


def _deliveries(request: PriceRequest, shops: Mapping[int, merchants.ShopView]) -> dict[int, DeliveryChoice]:
    standard = {
        shop.id: DeliveryChoice(
            shop_id=shop.id,
            code="",
            fee_minor=shop.delivery_fee_minor,
            free_from_minor=shop.free_delivery_from_minor,
        )
        for shop in shops.values()
    }
    return standard | {choice.shop_id: choice for choice in request.deliveries}


def _proposals(stage: Stage, request: PriceRequest, bill: rules.Bill) -> Sequence[Adjustment]:
    proposals: list[Adjustment] = []
    for at_stage, rule in ports.rules_in_order():
        if at_stage != stage:
            continue
        for proposal in rule.propose(request, bill.lines()):
            if proposal.rule != rule.code:
                raise InvariantBroken(f"rule {rule.code} proposed in the name of {proposal.rule}")
            proposals.append(proposal)
    return proposals
