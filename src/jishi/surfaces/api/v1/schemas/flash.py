"""Flash sales as the API shows and takes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.promotions.flash_sales.contracts import ItemView, SlotView


class DetailsIn(Schema):
    """Where an order goes that was won in a rush."""

    model_config = ConfigDict(extra="forbid")

    address_code: Annotated[str, Field(min_length=1, max_length=64)]
    delivery: Annotated[str, Field(max_length=64)] = ""


@dataclass(frozen=True, slots=True)
class FlashSlot:
    """A span of time; `phase` is upcoming, on, ended or stopped."""

    code: str
    title: str
    starts_at: datetime
    ends_at: datetime
    phase: str
    items: int


@dataclass(frozen=True, slots=True)
class FlashSlots:
    """The slots a shopper can choose from."""

    items: list[FlashSlot]
    now: datetime


@dataclass(frozen=True, slots=True)
class FlashItem:
    """One item as the caller sees it. `face`: upcoming, on_sale, mine, returning, sold_out or ended.

    `buy_path` is where the rush lane takes the order: POST {"quantity": n} with the lane's token as bearer.
    """

    code: str
    slot_code: str
    starts_at: datetime
    ends_at: datetime
    product_code: str
    variant_id: int
    title: str
    options: list[str]
    image_url: str
    currency: str
    price_minor: int
    list_minor: int
    allocation: int
    available: int
    unpaid: int
    claimed_percent: int
    limit_per_person: int
    face: str
    order_code: str
    has_reminder: bool
    buy_path: str


@dataclass(frozen=True, slots=True)
class FlashItems:
    """The items of a slot."""

    items: list[FlashItem]
    now: datetime


@dataclass(frozen=True, slots=True)
class Details:
    """The payment that the details opened."""

    order_code: str
    payment_code: str


def slot(view: SlotView) -> FlashSlot:
    """Show a slot."""
    return FlashSlot(view.code, view.title, view.starts_at, view.ends_at, str(view.phase), view.items)


def item(view: ItemView) -> FlashItem:
    """Show an item."""
    return FlashItem(
        code=view.code,
        slot_code=view.slot.code,
        starts_at=view.slot.starts_at,
        ends_at=view.slot.ends_at,
        product_code=view.product_code,
        variant_id=view.variant_id,
        title=view.title,
        options=list(view.options),
        image_url=view.image_url,
        currency=view.currency,
        price_minor=view.price_minor,
        list_minor=view.list_minor,
        allocation=view.allocation,
        available=view.available,
        unpaid=view.held,
        claimed_percent=view.claimed_percent,
        limit_per_person=view.limit_per_person,
        face=str(view.face),
        order_code=view.order_code,
        has_reminder=view.has_reminder,
        buy_path=f"/lane/flash/{view.code}/buy",
    )
