"""Carts, quotes, orders and payments as the API shows and takes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.trade.checkout.contracts import MAX_LINES, MAX_QUANTITY
from jishi.trade.fulfillment.contracts import DeliveryOption, ParcelView
from jishi.trade.orders.contracts import AddressSnapshot

Quantity = Annotated[int, Field(strict=True, ge=1, le=MAX_QUANTITY)]
Id = Annotated[int, Field(strict=True, ge=1, le=2**62)]
Code = Annotated[str, Field(max_length=64, pattern=r"^[0-9A-Za-z_.:-]*$")]


class Incoming(Schema):
    """Base of what clients send: unknown fields are refused, lest they seem to work."""

    model_config = ConfigDict(extra="forbid")


class LineIn(Incoming):
    """So many of one variant."""

    variant_id: Id
    quantity: Quantity = 1


class QuantityIn(Incoming):
    """A change of a cart line; either may be left out."""

    quantity: Quantity | None = None
    selected: bool | None = None


class QuoteIn(Incoming):
    """What to price. Without ``lines`` the selected lines of the cart are taken.

    ``deliveries`` maps shop slugs to delivery codes. ``offer`` and ``team`` start or join a
    team; ``rally`` buys what friends helped to earn, ``prize`` claims a won one; ``flash`` names a flash
    sale item whose price must be given.
    """

    lines: Annotated[list[LineIn], Field(max_length=MAX_LINES)] | None = None
    address_code: Code = ""
    deliveries: Annotated[dict[Code, Code], Field(max_length=MAX_LINES)] = {}
    offer: Code = ""
    team: Code = ""
    rally: Code = ""
    prize: Code = ""
    flash: Code = ""
    presale: Code = ""
    move_ok: bool = False


class PlaceIn(QuoteIn):
    """What to order: the quote's request, the address, and the fingerprint the buyer saw."""

    address_code: Annotated[str, Field(min_length=1, max_length=64)]
    fingerprint: Annotated[str, Field(min_length=16, max_length=128)]
    share_code: Code = ""


class AttemptIn(Incoming):
    """How to pay and where to come back to (a path of this site, or the client's own page)."""

    provider: Code = "sandbox"


class CancelIn(Incoming):
    """Why the order is given up."""

    reason: Annotated[str, Field(max_length=200)] = ""


class ShipIn(Incoming):
    """The parcel."""

    carrier: Annotated[str, Field(min_length=1, max_length=40)]
    tracking_number: Annotated[str, Field(min_length=1, max_length=64)]


@dataclass(frozen=True, slots=True)
class CartLine:
    """One variant in the cart. ``problem`` is empty, not_sellable, sold_out or too_few."""

    variant_id: int
    product_code: str
    title: str
    options: tuple[str, ...]
    image_url: str
    currency: str
    unit_minor: int
    quantity: int
    subtotal_minor: int
    selected: bool
    available: int
    problem: str


@dataclass(frozen=True, slots=True)
class CartShop:
    """One shop's part of the cart."""

    shop_slug: str
    shop_name: str
    lines: list[CartLine]
    selected_minor: int


@dataclass(frozen=True, slots=True)
class Cart:
    """The cart of the signed-in person."""

    shops: list[CartShop]
    currency: str
    count: int
    selected_count: int
    selected_minor: int


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One priced line."""

    variant_id: int
    product_code: str
    title: str
    options: tuple[str, ...]
    quantity: int
    unit_minor: int
    subtotal_minor: int
    discount_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an amount changed, in the reader's language, and who pays for it."""

    amount_minor: int
    rule: str
    text: str
    funder: str


@dataclass(frozen=True, slots=True)
class QuoteShop:
    """One shop's part of the quote."""

    shop_slug: str
    shop_name: str
    goods_minor: int
    discount_minor: int
    delivery_minor: int
    total_minor: int
    delivery: str
    delivery_options: tuple[DeliveryOption, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """A price that can be ordered at while its fingerprint holds."""

    currency: str
    total_minor: int
    lines: list[QuoteLine]
    shops: list[QuoteShop]
    reasons: list[Reason]
    fingerprint: str
    expires_at: datetime
    server_time: datetime


@dataclass(frozen=True, slots=True)
class Placed:
    """What was ordered and what there is to pay."""

    checkout_code: str
    payment_code: str
    order_codes: tuple[str, ...]
    pay_by_at: datetime
    total_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment. ``state``: open, closed, captured, partially_refunded, refunded."""

    code: str
    state: str
    amount_minor: int
    refunded_minor: int
    currency: str
    expires_at: datetime
    captured_at: datetime | None
    order_codes: list[str]
    last_failure: str
    server_time: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """Where to send the buyer."""

    pay_url: str


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line of an order."""

    variant_id: int
    product_code: str
    title: str
    options: tuple[str, ...]
    image_url: str
    quantity: int
    unit_minor: int
    discount_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class Step:
    """One move of an order."""

    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Order:
    """An order as its viewer sees it; ``actions`` are open to the viewer now."""

    code: str
    state: str
    actions: tuple[str, ...]
    currency: str
    goods_minor: int
    discount_minor: int
    delivery_minor: int
    total_minor: int
    payment_code: str
    placed_at: datetime
    pay_by_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    received_at: datetime | None
    close_reason: str
    waits: bool
    lines: list[OrderLine]


@dataclass(frozen=True, slots=True)
class OrderTeam:
    """The team behind an order."""

    code: str
    state: str
    size: int
    missing: int
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """An order with everything around it."""

    order: Order
    address: AddressSnapshot
    parcels: list[ParcelView]
    team: OrderTeam | None
    steps: list[Step]
    server_time: datetime


@dataclass(frozen=True, slots=True)
class OrderPage:
    """A page of orders, newest first."""

    items: list[Order]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """An answer with nothing more to say."""

    ok: bool = True


Body = dict[str, Any]
