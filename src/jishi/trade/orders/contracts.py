"""What other parts may know about orders: frozen views, and the draft from which an order is created."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class OrderState(StrEnum):
    """Where an order stands; the legal ways between them are in `rules.TRANSITIONS`."""

    AWAITING_PAYMENT = "awaiting_payment"
    PAID = "paid"
    SHIPPED = "shipped"
    RECEIVED = "received"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


@dataclass(frozen=True, slots=True)
class AddressSnapshot:
    """Where the parcel goes, as it was when the order was placed."""

    recipient: str = ""
    phone: str = ""
    one_line: str = ""
    region: str = ""
    city: str = ""
    district: str = ""
    line: str = ""
    postal_code: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class LineDraft:
    """One line of an order to be created; the discount is already allocated to it."""

    variant_id: int
    product_id: int
    product_code: str
    title: str
    options: tuple[str, ...]
    image_url: str
    quantity: int
    unit_minor: int
    discount_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class AdjustmentDraft:
    """One price adjustment, frozen as the buyer saw it."""

    rule: str
    reference: str
    variant_id: int | None
    amount_minor: int
    funder_kind: str
    funder_id: int | None
    message: str
    params: Mapping[str, Any]
    defers_fulfilment: bool = False


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """Everything that is fixed about one shop's order at the moment it is placed."""

    code: str
    checkout_code: str
    buyer_id: int
    shop_id: int
    currency: str
    goods_minor: int
    discount_minor: int
    delivery_minor: int
    total_minor: int
    lines: tuple[LineDraft, ...]
    pay_by_at: datetime
    commission_bps: int = 0
    intent_code: str = ""
    adjustments: tuple[AdjustmentDraft, ...] = ()
    address: AddressSnapshot = field(default_factory=AddressSnapshot)
    delivery_code: str = ""
    share_code: str = ""
    channel: str = "web"
    tokens: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order that was bought, paid, shipped and received before this installation heard of it."""

    draft: OrderDraft
    placed_at: datetime
    paid_at: datetime
    shipped_at: datetime
    received_at: datetime


@dataclass(frozen=True, slots=True)
class OrderLineView:
    """One line of an order."""

    variant_id: int
    product_id: int
    product_code: str
    title: str
    options: tuple[str, ...]
    image_url: str
    quantity: int
    unit_minor: int
    subtotal_minor: int
    discount_minor: int
    total_minor: int


@dataclass(frozen=True, slots=True)
class OrderAdjustmentView:
    """One frozen price adjustment; `message` is a msgid with `params`."""

    rule: str
    reference: str
    amount_minor: int
    message: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OrderStep:
    """One move of an order through its states."""

    from_state: str
    to_state: str
    at: datetime
    actor_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order as one viewer may see it; `actions` are the verbs open to that viewer now.

    `viewer` is "buyer", "staff", "operator" or "system" (no viewer given). In lists `address` is empty and
    `steps` is not read.
    """

    id: int
    code: str
    checkout_code: str
    buyer_id: int
    shop_id: int
    currency: str
    goods_minor: int
    discount_minor: int
    delivery_minor: int
    total_minor: int
    state: str
    intent_code: str
    delivery_code: str
    share_code: str
    tokens: Mapping[str, str]
    placed_at: datetime
    pay_by_at: datetime
    paid_at: datetime | None
    shipped_at: datetime | None
    received_at: datetime | None
    auto_confirm_at: datetime | None
    closed_at: datetime | None
    close_reason: str
    on_hold: bool
    lines: tuple[OrderLineView, ...]
    adjustments: tuple[OrderAdjustmentView, ...]
    address: AddressSnapshot
    steps: tuple[OrderStep, ...]
    viewer: str
    actions: tuple[str, ...]

    @property
    def quantity(self) -> int:
        """How many pieces the order has in all."""
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class OrderHandle:
    """An order whose row the caller's transaction holds locked; `rules` are the price rules that act on
    it.
    """

    id: int
    code: str
    checkout_code: str
    buyer_id: int
    shop_id: int
    currency: str
    goods_minor: int
    discount_minor: int
    delivery_minor: int
    total_minor: int
    commission_bps: int
    state: str
    intent_code: str
    pay_by_at: datetime
    on_hold: bool
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrokenHistory:
    """An order whose record of moves and present state disagree, or that made an illegal move."""

    order_code: str
    problem: str


@dataclass(frozen=True, slots=True)
class OrderWish:
    """Which orders a console lists. The span is about the moment named by `by`; empty fields do not restrict.

    `by`: "placed" or "paid". `is_paid`: ever paid. `is_ready`: paid and nothing keeps it from being shipped
    (False: paid and kept). `text` is the beginning of a code.
    """

    shop_id: int | None = None
    states: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    by: str = "placed"
    is_paid: bool | None = None
    is_ready: bool | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class PeriodSales:
    """Orders of one currency in a span: placed in it, and paid in it (by the moment the money arrived).

    `placed_paid` counts those placed in the span that were ever paid; `back` those paid in it whose money
    went, or is going, back.
    """

    currency: str
    placed: int
    placed_paid: int
    paid: int
    paid_minor: int
    back: int
    back_minor: int


@dataclass(frozen=True, slots=True)
class DaySales:
    """What was paid on one day, in one currency."""

    day: date
    currency: str
    paid: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class SalesFigures:
    """What an operator's overview says about orders of one currency in a span of time."""

    currency: str
    placed: int
    paid: int
    refunded: int
    paid_minor: int
    refunded_minor: int
