"""Shapes of bargains, collected likes and lotteries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.surfaces.api.v1.schemas.people import Person


@dataclass(frozen=True, slots=True)
class RallyOffer:
    """An offer for which friends are gathered. ``helpers`` is the most that can be needed."""

    code: str
    mechanic: str
    product_code: str
    currency: str
    price_from_minor: int
    prices: dict[int, int]
    helpers: int
    units_left: int | None
    ends_at: datetime | None
    terms: list[str]


@dataclass(frozen=True, slots=True)
class RallyOffers:
    """Offers that run now."""

    items: list[RallyOffer]
    server_time: datetime


@dataclass(frozen=True, slots=True)
class RallyHelper:
    """Who helped, and how much: minor units in a bargain, points otherwise."""

    person: Person
    amount: int
    is_newcomer: bool
    is_first: bool


@dataclass(frozen=True, slots=True)
class Rally:
    """A bargain or a collection of likes as the caller sees it; ``actions`` are what the caller may do now.

    After at most ``helps_left`` more helps the goal is reached. Buy with ``rally`` in the quote.
    """

    code: str
    offer_code: str
    mechanic: str
    product_code: str
    variant_id: int
    currency: str
    starter: Person
    state: str
    screen: str
    actions: tuple[str, ...]
    alone_minor: int
    floor_minor: int
    price_minor: int | None
    goal: int
    gained: int
    helps: int
    helps_left: int
    ends_at: datetime
    pay_by_at: datetime | None
    order_code: str
    own_help: str
    helpers: list[RallyHelper]
    terms: list[str]
    server_time: datetime


@dataclass(frozen=True, slots=True)
class Help:
    """What became of the caller's help: ``counted``, or ``kept`` until somebody has looked at it."""

    state: str
    amount: int


@dataclass(frozen=True, slots=True)
class Prize:
    """A prize, and how many pieces of it there are."""

    position: int
    variant_id: int
    title: str
    quantity: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class Win:
    """A prize the caller won. Claim it with ``prize`` in the quote: it costs nothing."""

    code: str
    state: str
    position: int
    claim_by_at: datetime
    order_code: str


@dataclass(frozen=True, slots=True)
class Lottery:
    """A lottery as the caller sees it. ``one_in`` is the chance of an entry made now."""

    code: str
    title: str
    note: str
    state: str
    screen: str
    actions: tuple[str, ...]
    entry_mode: str
    min_order_minor: int
    currency: str
    per_person: int
    starts_at: datetime
    ends_at: datetime
    claim_days: int
    prizes: list[Prize]
    entries: int
    one_in: int
    seed_hash: str
    own_entries: tuple[str, ...]
    own_wins: list[Win]
    server_time: datetime


@dataclass(frozen=True, slots=True)
class LotteryLine:
    """A lottery in a list."""

    code: str
    title: str
    units: int
    entries: int
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Lotteries:
    """Lotteries that take entries, and the latest draws."""

    running: list[LotteryLine]
    drawn: list[LotteryLine]
    server_time: datetime


@dataclass(frozen=True, slots=True)
class Entered:
    """The public name of an entry."""

    entry: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What the published script reads; before the draw the promise and the entries only."""

    is_drawn: bool
    proof: dict[str, Any]


class StartIn(Schema):
    """What to begin."""

    model_config = ConfigDict(extra="forbid")
    offer: str = Field(min_length=4, max_length=20)
    variant_id: int = Field(ge=1)


class EnterIn(Schema):
    """With which order to enter, where one is needed."""

    model_config = ConfigDict(extra="forbid")
    order: str = Field("", max_length=20)
