"""People, addresses, teams and share links as the API shows and takes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.people.accounts.contracts import AddressView, PersonCard

Short = Annotated[str, Field(max_length=120)]


class AddressIn(Schema):
    """An address as entered."""

    model_config = ConfigDict(extra="forbid")

    recipient: Annotated[str, Field(min_length=1, max_length=120)]
    phone: Annotated[str, Field(min_length=3, max_length=40)]
    region: Short = ""
    city: Annotated[str, Field(min_length=1, max_length=120)]
    district: Short = ""
    line: Annotated[str, Field(min_length=1, max_length=240)]
    postal_code: Annotated[str, Field(max_length=20)] = ""
    country: Annotated[str, Field(min_length=2, max_length=2)] = "CN"
    is_default: bool = False


class ProfileIn(Schema):
    """What a person may change about themselves."""

    model_config = ConfigDict(extra="forbid")

    nickname: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    language: Literal["zh-hans", "en"] | None = None
    theme: Literal["auto", "light", "dark"] | None = None


class ShareIn(Schema):
    """What to share, and the link through which the sharer came to it."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["product", "team", "shop", "note", "community"]
    key: Annotated[str, Field(min_length=1, max_length=64)]
    via_code: Annotated[str, Field(max_length=32)] = ""
    channel: Annotated[str, Field(max_length=32)] = "app"


@dataclass(frozen=True, slots=True)
class Person:
    """A person as strangers see them."""

    code: str
    nickname: str
    avatar_url: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The signed-in person."""

    code: str
    nickname: str
    avatar_url: str
    email: str
    phone_masked: str
    language: str
    theme: str
    is_operator: bool
    shops: list[str]


@dataclass(frozen=True, slots=True)
class Address:
    """A delivery address."""

    code: str
    recipient: str
    phone: str
    region: str
    city: str
    district: str
    line: str
    postal_code: str
    country: str
    is_default: bool
    one_line: str


@dataclass(frozen=True, slots=True)
class Addresses:
    """The address book."""

    items: list[Address]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a team; a house member has no person and says so."""

    person: Person | None
    is_leader: bool
    state: str
    is_house: bool


@dataclass(frozen=True, slots=True)
class TeamRefund:
    """The viewer's money on its way back."""

    amount_minor: int
    currency: str
    state: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Team:
    """A team as its viewer sees it; ``screen``, ``viewer_state`` and ``actions`` pick the page's branch."""

    code: str
    offer_code: str
    mechanic: str
    product_code: str
    size: int
    state: str
    screen: str
    viewer_state: str
    actions: tuple[str, ...]
    missing: int
    held: int
    taken: int
    deadline_at: datetime
    formed_at: datetime | None
    held_until: datetime | None
    currency: str
    price_minor: int
    solo_minor: int
    members: list[Member]
    order_code: str | None
    refund: TeamRefund | None
    moved_to: str | None
    terms: list[str]
    server_time: datetime
    reserved_until: datetime | None
    join_path: str
    """Where to ask for one of the last seats (`POST`, then order with it); empty while there are many."""


@dataclass(frozen=True, slots=True)
class OpenTeam:
    """A team that can be joined."""

    code: str
    offer_code: str
    leader: Person
    size: int
    missing: int
    deadline_at: datetime
    joined: bool


@dataclass(frozen=True, slots=True)
class OpenTeams:
    """Teams that can be joined: the fewest missing first, then the soonest deadline."""

    items: list[OpenTeam]
    server_time: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """A share link; send ``url`` to a friend."""

    code: str
    kind: str
    key: str
    url: str
    poster_url: str
    depth: int


@dataclass(frozen=True, slots=True)
class ShareVisit:
    """Where an opened link leads, and who sent it."""

    kind: str
    key: str
    sharer: Person | None


@dataclass(frozen=True, slots=True)
class ShareFunnel:
    """What the signed-in person's links led to."""

    links: int
    visitors: int
    reshared: int
    orders: int
    amounts_minor: dict[str, int]


def person(card: PersonCard) -> Person:
    """A person without our own number."""
    return Person(card.code, card.nickname, card.avatar_url)


def address(view: AddressView) -> Address:
    """An address without our own number."""
    return Address(
        view.code,
        view.recipient,
        view.phone,
        view.region,
        view.city,
        view.district,
        view.line,
        view.postal_code,
        view.country,
        view.is_default,
        view.one_line,
    )
