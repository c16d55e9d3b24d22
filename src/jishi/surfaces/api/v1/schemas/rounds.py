"""Community purchase as the API shows and takes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.promotions.community_buys.contracts import CollectionView, PointView, RoundView

Code = Annotated[str, Field(min_length=1, max_length=12)]


class WantedIn(Schema):
    """So many of one item."""

    model_config = ConfigDict(extra="forbid")

    item_code: Code
    quantity: Annotated[int, Field(ge=1, le=99, strict=True)]


class RoundQuoteIn(Schema):
    """What somebody would like to order, and where it is collected."""

    model_config = ConfigDict(extra="forbid")

    point_code: Code
    items: Annotated[list[WantedIn], Field(min_length=1, max_length=60)]


class RoundOrderIn(RoundQuoteIn):
    """An order at the price that was quoted."""

    fingerprint: Annotated[str, Field(min_length=1, max_length=80)]
    share_code: Annotated[str, Field(max_length=12)] = ""


class HandOutIn(Schema):
    """The buyer's code, typed in by whoever hands out."""

    model_config = ConfigDict(extra="forbid")

    secret: Annotated[str, Field(min_length=1, max_length=12)]


@dataclass(frozen=True, slots=True)
class RoundItem:
    """One thing that can be ordered in a round."""

    code: str
    product_code: str
    variant_id: int
    title: str
    options: list[str]
    image_url: str
    price_minor: int
    list_minor: int
    left: int
    limit_per_person: int


@dataclass(frozen=True, slots=True)
class CommunityRound:
    """A round. `face`: upcoming, open, waiting, arrived, over or stopped."""

    code: str
    title: str
    region: str
    currency: str
    face: str
    starts_at: datetime
    cutoff_at: datetime
    arrives_at: datetime
    pickup_until_at: datetime
    shortage: str
    unpicked: str
    leader_bps: int
    items: list[RoundItem]
    own_orders: list[str]


@dataclass(frozen=True, slots=True)
class CommunityRounds:
    """Rounds that can be ordered from now or soon."""

    items: list[CommunityRound]
    regions: list[str]


@dataclass(frozen=True, slots=True)
class PickupPoint:
    """Where goods of an area are collected."""

    code: str
    name: str
    region: str
    line: str
    hours: str
    leader_name: str


@dataclass(frozen=True, slots=True)
class PickupPoints:
    """The points of an area that take orders."""

    items: list[PickupPoint]


@dataclass(frozen=True, slots=True)
class RoundQuote:
    """What it costs; order at this fingerprint."""

    total_minor: int
    discount_minor: int
    currency: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Portion:
    """One thing to collect; `given` is null until the arrival was counted."""

    title: str
    options: list[str]
    quantity: int
    given: int | None
    paid_minor: int
    back_minor: int


@dataclass(frozen=True, slots=True)
class Pickup:
    """One order's goods; `secret` is only there for the buyer, while they are ready."""

    order_code: str
    round_code: str
    state: str
    point: PickupPoint
    portions: list[Portion]
    pickup_until_at: datetime
    secret: str
    attempts_left: int
    short_minor: int
    buyer: str


@dataclass(frozen=True, slots=True)
class Pickups:
    """What one ordered in rounds, or hands out."""

    items: list[Pickup]


def point(view: PointView) -> PickupPoint:
    """Show a point."""
    return PickupPoint(view.code, view.name, view.region, view.line, view.hours, view.leader_name)


def round_(view: RoundView) -> CommunityRound:
    """Show a round."""
    items = [
        RoundItem(
            code=item.code,
            product_code=item.product_code,
            variant_id=item.variant_id,
            title=item.title,
            options=list(item.options),
            image_url=item.image_url,
            price_minor=item.price_minor,
            list_minor=item.list_minor,
            left=item.left,
            limit_per_person=item.limit_per_person,
        )
        for item in view.items
    ]
    return CommunityRound(
        code=view.code,
        title=view.title,
        region=view.region,
        currency=view.currency,
        face=str(view.face),
        starts_at=view.starts_at,
        cutoff_at=view.cutoff_at,
        arrives_at=view.arrives_at,
        pickup_until_at=view.pickup_until_at,
        shortage=str(view.shortage),
        unpicked=str(view.unpicked),
        leader_bps=view.commission_bps,
        items=items,
        own_orders=list(view.own),
    )


def pickup(view: CollectionView) -> Pickup:
    """Show one order's goods."""
    portions = [
        Portion(one.title, list(one.options), one.quantity, one.given, one.paid_minor, one.back_minor)
        for one in view.portions
    ]
    return Pickup(
        order_code=view.order_code,
        round_code=view.round_code,
        state=str(view.state),
        point=point(view.point),
        portions=portions,
        pickup_until_at=view.pickup_until_at,
        secret=view.secret,
        attempts_left=view.attempts_left,
        short_minor=view.short_minor,
        buyer=view.buyer,
    )
