"""What other parts see of merchandising: slots, what stands in them and for whom, landing pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from jishi.kernel.pictures import PictureView

Words = Mapping[str, str]
"""A text by language: `zh-hans`, `en`."""

MAX_TITLE = 60
MAX_TEXT = 140
MAX_URL = 300
MAX_GOODS = 12
MAX_BLOCKS = 24
AUDIENCE = "landing"
"""The kind of audience made of everybody who signed up on a landing page; its key is the page's code."""
USUAL, NOTHING = "usual", "nothing"
"""What an experiment may show in a slot or at the address of a page beside one thing by its code."""
VISITORS, MEMBERS = "visitors", "members"
"""Audiences without a segment: whoever is not signed in, and whoever is."""


class SlotKind(StrEnum):
    """What a slot looks like."""

    BANNER = "banner"
    CARD = "card"
    COLLECTION = "collection"
    POPUP = "popup"


class PlacementState(StrEnum):
    """A waiting placement was asked for by one person and is shown when a second one confirms it."""

    DRAFT = "draft"
    WAITING = "waiting"
    ON = "on"
    OFF = "off"


class PageState(StrEnum):
    """A page that was taken off can be published again; who asked for that stands beside the state."""

    DRAFT = "draft"
    PUBLISHED = "published"
    OFF = "off"


class BlockKind(StrEnum):
    """What a landing page is built from."""

    TEXT = "text"
    PICTURE = "picture"
    GOODS = "goods"
    TEAMS = "teams"
    NOTES = "notes"
    COUNTDOWN = "countdown"
    SIGN_UP = "sign_up"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place that growth may fill. Pictures in it are cut to `wide` : `high`, so that nothing moves."""

    code: str
    name: str
    page: str
    kind: str
    max_items: int
    wide: int = 16
    high: int = 6


@dataclass(frozen=True, slots=True)
class RegionGroup:
    """A part of the country with its provinces, as (code, name), in one language."""

    code: str
    name: str
    regions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlacementDraft:
    """What is to be shown. No audience means everybody; `is_for_chosen` means only people named one by one.

    `audiences` holds `segment:<code>`, `stage:<name>`, `visitors` or `members`; any of them is enough.
    `regions` holds codes of provinces or of parts of the country. `per_day` and `in_all` of 0 set no limit.
    """

    slot: str
    title: Words
    text: Words = field(default_factory=dict)
    picture: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    priority: int = 0
    audiences: tuple[str, ...] = ()
    is_for_chosen: bool = False
    regions: tuple[str, ...] = ()
    seasons: tuple[str, ...] = ()
    per_day: int = 0
    in_all: int = 0
    product_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacementView:
    """A placement as the team sees it."""

    code: str
    state: str
    draft: PlacementDraft
    picture: PictureView | None
    natural_key: str
    campaign_code: str
    owner_id: int | None
    asked_by_id: int | None
    created_at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of a placement: whom (or which browsers) it was shown to, how often, who did what."""

    people: int = 0
    times: int = 0
    clicked: int = 0
    dismissed: int = 0


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: a person, or a browser that nobody signed in with (empty when it may not be followed)."""

    person_id: int | None = None
    visitor: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """One thing that stands in a slot, in the viewer's language. `is_counted` ones have a limit to hold."""

    code: str
    slot: str
    kind: str
    title: str
    text: str
    url: str
    picture: PictureView | None
    product_ids: tuple[int, ...]
    is_counted: bool


@dataclass(frozen=True, slots=True)
class Popup:
    """A moment at which a pop-up may come up; `one` is None where an experiment lets it pass empty."""

    one: Filled | None


@dataclass(frozen=True, slots=True)
class PageFill:
    """All slots of a page, and what others asked to learn along with them."""

    slots: Mapping[str, tuple[Filled, ...]]
    riders: Mapping[str, Any]

    def of(self, slot: str) -> tuple[Filled, ...]:
        """What stands in one slot."""
        return self.slots.get(slot, ())


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a landing page; which fields count depends on its kind.

    A countdown names what really ends: `page`, or the code of a team offer. `ids` are the goods or notes
    behind `codes`, in the same order.
    """

    key: str
    kind: str
    title: Words = field(default_factory=dict)
    text: Words = field(default_factory=dict)
    picture: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""
    codes: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    until: str = ""


@dataclass(frozen=True, slots=True)
class LandingDraft:
    """A landing page as its maker wants it."""

    slug: str
    title: Words
    summary: Words = field(default_factory=dict)
    picture: Mapping[str, Any] = field(default_factory=dict)
    ends_at: datetime | None = None
    campaign_code: str = ""


@dataclass(frozen=True, slots=True)
class LandingView:
    """A landing page as the team sees it: the draft, and which version is public."""

    code: str
    state: str
    draft: LandingDraft
    blocks: tuple[Block, ...]
    version: int
    versions: tuple[int, ...]
    revision: int
    is_changed: bool
    has_promised_end: bool
    sign_ups: int
    owner_id: int | None
    asked_by_id: int | None
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class LandingPublic:
    """One version as everybody sees it. `ends_at` is the true end."""

    code: str
    slug: str
    number: int
    title: Words
    summary: Words
    picture: PictureView | None
    ends_at: datetime | None
    is_over: bool
    blocks: tuple[Block, ...]
    campaign_code: str
