"""What shop staff and operators see and send."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.surfaces.api.v1.schemas.trade import Id

Minor = Annotated[int, Field(strict=True, ge=0, le=2**53)]


class Incoming(Schema):
    """Base of what clients send: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class PriceIn(Incoming):
    """A list price, and the former price to show beside it where the law allows."""

    variant_id: Id
    amount_minor: Minor
    compare_at_minor: Minor | None = None


class PricesIn(Incoming):
    """Several prices at once, in the shop's currency."""

    rows: Annotated[list[PriceIn], Field(min_length=1, max_length=1000)]


class CountIn(Incoming):
    """How many of a variant lie on the shelf."""

    variant_id: Id
    on_hand: Annotated[int, Field(strict=True, ge=0, le=10**9)]


class StockIn(Incoming):
    """A count; its reference makes repeating it harmless."""

    reference: Annotated[str, Field(min_length=1, max_length=60)]
    rows: Annotated[list[CountIn], Field(min_length=1, max_length=1000)]


class OfferIn(Incoming):
    """A way of buying together to be published. ``prices`` maps variant ids to team prices."""

    product_code: Annotated[str, Field(min_length=1, max_length=24)]
    mechanic: Annotated[str, Field(max_length=32)] = "group_buy"
    params: dict[str, Any] = {}
    prices: Annotated[dict[int, Minor], Field(min_length=1, max_length=200)]
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    stock_limit: Annotated[int, Field(strict=True, ge=1, le=10**6)] | None = None
    community: Annotated[str, Field(max_length=40)] = ""


@dataclass(frozen=True, slots=True)
class Changed:
    """How many rows were really changed."""

    changed: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the shop gets of one order, and what became of it."""

    order_code: str
    currency: str
    share_minor: int
    commission_minor: int
    released_minor: int
    refunded_minor: int
    state: str


@dataclass(frozen=True, slots=True)
class Settlements:
    """The newest settlements of a shop."""

    items: list[Settlement]


@dataclass(frozen=True, slots=True)
class PublishedOffer:
    """An offer as its shop sees it."""

    code: str
    mechanic: str
    status: str
    is_on: bool
    size: int
    currency: str
    prices: dict[int, int]
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sales:
    """Orders of one currency in the asked span."""

    currency: str
    placed: int
    paid: int
    refunded: int
    paid_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The operator's numbers, as of ``computed_at``."""

    sales: list[Sales]
    orders_by_state: dict[str, int]
    teams_by_state: dict[str, int]
    team_completion_bps: int
    escrow_held_minor: dict[str, int]
    deepest_share: int
    mean_share_depth_hundredths: int
    orders_through_shares: int
    computed_at: datetime


class ImportYes(Incoming):
    """The yes to an import; ``mapping`` says which column is which field where the headers are unknown."""

    mapping: Annotated[
        dict[Annotated[str, Field(max_length=200)], Annotated[str, Field(max_length=30)]],
        Field(max_length=400),
    ] = {}


@dataclass(frozen=True, slots=True)
class ImportFigures:
    """What a file would do, or did."""

    rows: int
    created: int
    updated: int
    unchanged: int
    prices: int
    stock: int
    errors: int


@dataclass(frozen=True, slots=True)
class ImportIssue:
    """A line of a report; rows count like a spreadsheet, 0 is the whole file."""

    row: int
    level: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Import:
    """A product file on its way: waiting, ready, stopped, asked, done, cancelled or failed.

    ``phase`` says what a worker does right now, '' when none is at it; ``mapping`` which columns were read as
    which fields where the headers are unknown.
    """

    code: str
    name: str
    state: str
    phase: str
    done: int
    total: int
    is_cancelling: bool
    figures: ImportFigures
    needs_mapping: bool
    refusal: str
    issues: list[ImportIssue]
    mapping: dict[str, str]
    created_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Imports:
    """The newest imports of a shop."""

    items: list[Import]
