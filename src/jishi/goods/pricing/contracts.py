"""The vocabulary of prices: what is asked, what rules propose, what the engine decides.

Every amount is an integer of minor units in the currency of the request. A discount inside a line or a shop
is a positive number; an `Adjustment` is the signed change itself and is never above zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Stage = Literal["exclusive", "shop_coupon", "platform_coupon", "points", "delivery"]
STAGES: tuple[Stage, ...] = ("exclusive", "shop_coupon", "platform_coupon", "points", "delivery")


@dataclass(frozen=True, slots=True)
class PriceLine:
    """So many of one variant; the key is the asker's own name for the line."""

    key: str
    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class DeliveryChoice:
    """How one shop's goods travel: free once the goods, after discounts, reach the threshold."""

    shop_id: int
    code: str
    fee_minor: int
    free_from_minor: int | None = None


@dataclass(frozen=True, slots=True)
class PriceRequest:
    """Everything a price may depend on; nothing else may influence it."""

    lines: tuple[PriceLine, ...]
    currency: str
    buyer_id: int | None
    channel: str
    tokens: Mapping[str, str]
    deliveries: tuple[DeliveryChoice, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Funder:
    """Who bears a discount."""

    kind: Literal["merchant", "platform"]
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an amount changed: an English message to translate, and its named parameters."""

    message: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A change of price. Rules propose one; in a quote it stands with the amount the engine allowed.

    Without a line key it applies to the whole shop order: to the goods, or in the delivery stage to the fee.
    `exclusive_group` names the family of which only the best for the buyer may touch a line.
    With `defers_fulfilment` the order must not be shipped until the rule's owner says so; such an adjustment
    counts even when it takes nothing off.
    """

    line_key: str | None
    shop_id: int
    amount_minor: int
    rule: str
    reference: str
    funder: Funder
    explanation: Explanation
    exclusive_group: str | None = None
    defers_fulfilment: bool = False


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line with its price: total = subtotal - discount, and 0 <= discount <= subtotal."""

    key: str
    variant_id: int
    product_id: int
    shop_id: int
    product_code: str
    title: str
    options: tuple[str, ...]
    image_url: str
    quantity: int
    unit_minor: int
    compare_at_minor: int | None
    subtotal_minor: int
    discount_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class ShopQuote:
    """One shop's part: total = goods - discount + delivery; delivery is what the buyer pays for it."""

    shop_id: int
    shop_name: str
    line_keys: tuple[str, ...]
    goods_minor: int
    discount_minor: int
    delivery_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that can be shown and, while its fingerprint still comes out the same, be bought at."""

    currency: str
    lines: tuple[QuoteLine, ...]
    shops: tuple[ShopQuote, ...]
    adjustments: tuple[Adjustment, ...]
    total_minor: int
    fingerprint: str
    expires_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class PriceView:
    """A variant's price now; `compare_at_minor` is only given where striking it through is honest."""

    variant_id: int
    amount_minor: int
    compare_at_minor: int | None
    currency: str


PriceRow = tuple[int, str, int, int | None]
"""A price as the merchant wants it: variant id, currency, amount, comparison price or nothing."""
