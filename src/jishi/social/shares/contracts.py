"""What other parts see of share links: frozen views of links, visits, funnels and posters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jishi.people.accounts.contracts import PersonCard


class ShareKind(StrEnum):
    """What a link leads to; `key` names it: the code of a product, team, note, rally or lottery, or the
    slug of a shop, community or landing page.
    """

    PRODUCT = "product"
    TEAM = "team"
    SHOP = "shop"
    NOTE = "note"
    COMMUNITY = "community"
    RALLY = "rally"
    LOTTERY = "lottery"
    LANDING = "landing"


@dataclass(frozen=True, slots=True)
class ShareView:
    """A share link. `depth` is 0 for a link made without coming through another one."""

    id: int
    code: str
    kind: str
    key: str
    url_path: str
    depth: int
    sharer_id: int | None
    parent_code: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ShareTarget:
    """Where a visitor who opened a link goes, and who brought them."""

    code: str
    kind: str
    key: str
    sharer: PersonCard | None
    is_first_visit: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One step of "who brought whom", the nearest first."""

    code: str
    depth: int
    sharer: PersonCard | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ShareFunnel:
    """What a sharer's links led to. Amounts are per currency; people who reopened a link count once."""

    links: int
    visitors: int
    reshared: int
    orders: int
    amounts_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DepthCount:
    """How many links, visitors and paid orders there are at one depth of the chain."""

    depth: int
    links: int
    visitors: int
    orders: int


@dataclass(frozen=True, slots=True)
class ChainStats:
    """How far sharing travels, for the operator's overview."""

    by_depth: tuple[DepthCount, ...]
    deepest: int
    mean_depth_hundredths: int
    links: int
    visitors: int
    orders: int


@dataclass(frozen=True, slots=True)
class ShareOrderView:
    """An order that a link brought, for drilling down."""

    order_code: str
    link_code: str
    depth: int
    sharer: PersonCard | None
    amount_minor: int
    currency: str
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class PosterContent:
    """What a poster says. Every text is ready for the reader: translated, formatted and short.

    `image` is the picture of the goods (JPEG, PNG or WebP bytes; empty draws the brand's own). `version`
    changes whenever anything shown changes, so that an old poster is never served for a new price.
    """

    share_code: str
    url: str
    language: str
    version: str
    title: str
    price: str
    solo_price: str
    headline: str
    validity: str
    sharer_name: str
    shop_name: str
    image: bytes
