"""Amounts in words: what the engine decided, said so that a buyer can follow it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jishi.goods.pricing.contracts import Adjustment, QuoteLine, ShopQuote
from jishi.promotions.plays.contracts import Phrase
from jishi.surfaces.shell import phrases as spoken
from jishi.trade.checkout.contracts import CheckoutQuote
from jishi.trade.fulfillment.contracts import DeliveryOption


@dataclass(frozen=True, slots=True)
class Reason:
    """One change of price and why."""

    text: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ShopPart:
    """One shop's part of a checkout: its lines, its ways of delivery, its sum."""

    shop: ShopQuote
    lines: tuple[QuoteLine, ...]
    options: tuple[DeliveryOption, ...]
    delivery: str


def shop_parts(found: CheckoutQuote) -> list[ShopPart]:
    """A quote the way the page shows it: shop by shop."""
    lines = {line.key: line for line in found.quote.lines}
    return [
        ShopPart(
            shop=shop,
            lines=tuple(lines[key] for key in shop.line_keys),
            options=tuple(found.delivery_options.get(shop.shop_id, ())),
            delivery=found.deliveries.get(shop.shop_id, ""),
        )
        for shop in found.quote.shops
    ]


def reasons(adjustments: Sequence[Adjustment], currency: str) -> list[Reason]:
    """Every change of a quote as a sentence."""
    return [
        Reason(sentence(one.explanation.message, one.explanation.params, currency), one.amount_minor)
        for one in adjustments
    ]


def sentence(message: str, params: Mapping[str, Any], currency: str) -> str:
    """A msgid with its parameters; amounts are in `currency` unless the parameters name another one."""
    return spoken.say(message, {"currency": currency, **params})


def phrases(found: Iterable[Phrase], currency: str) -> list[str]:
    """The terms of an offer as sentences."""
    return [sentence(one.message, one.params, currency) for one in found]
