"""What other parts may know about carts and checkouts: frozen views."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from jishi.goods.merchants.contracts import ShopView
from jishi.goods.pricing.contracts import Quote
from jishi.people.accounts.contracts import AddressView
from jishi.trade.fulfillment.contracts import DeliveryOption

MAX_QUANTITY = 99
"""Pieces of one variant in one line."""

MAX_LINES = 60
"""Lines in a cart or in one checkout."""


@dataclass(frozen=True, slots=True)
class CartLineView:
    """One variant in a cart. `problem` is "", "not_sellable", "sold_out" or "too_few"."""

    variant_id: int
    product_id: int
    product_code: str
    title: str
    options: tuple[str, ...]
    image_url: str
    currency: str
    unit_minor: int
    compare_at_minor: int | None
    quantity: int
    subtotal_minor: int
    selected: bool
    available: int
    problem: str


@dataclass(frozen=True, slots=True)
class CartShop:
    """The part of a cart that belongs to one shop."""

    shop: ShopView
    lines: tuple[CartLineView, ...]
    selected_minor: int


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart split by shop; sums are list prices of the selected lines that can be bought, before any
    quote.
    """

    shops: tuple[CartShop, ...]
    currency: str
    count: int
    selected_count: int
    selected_minor: int


@dataclass(frozen=True, slots=True)
class PickupPlace:
    """Where a buyer collects the goods instead of having them delivered; named by whoever runs the place.

    Price rules read the code as the token `pickup`, which buyers cannot send themselves.
    """

    code: str
    address: AddressView


@dataclass(frozen=True, slots=True)
class CheckoutQuote:
    """What the checkout page shows: the quote, where it goes, how each shop could send it, shops' slugs."""

    quote: Quote
    delivery_options: Mapping[int, tuple[DeliveryOption, ...]]
    deliveries: Mapping[int, str]
    address: AddressView | None
    slugs: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Placed:
    """The outcome of placing; the same for every repetition with the same key."""

    checkout_code: str
    intent_code: str
    order_codes: tuple[str, ...]
    pay_by_at: datetime
    total_minor: int
    currency: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class GuardRequest:
    """What a checkout guard may look at before anything is held."""

    buyer_id: int
    channel: str
    total_minor: int
    currency: str
    shop_ids: tuple[int, ...]
    tokens: Mapping[str, str]
    share_code: str
    at: datetime
