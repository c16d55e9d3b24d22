"""What leaves the content plan: pieces, pictures, findings of the check, channels, figures and advice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

MAX_TITLE = 80
MAX_TEXT = 5000
MAX_BRIEF = 2000
MAX_LINE = 200
MAX_PICTURES = 9
MAX_PINS = 12
MAX_WORDS = 60


class State(StrEnum):
    """Where a piece is on its way."""

    IDEA = "idea"
    BRIEF = "brief"
    DRAFT = "draft"
    REVIEW = "review"
    SCHEDULED = "scheduled"
    HELD = "held"
    """Its moment came, and something forbade to publish it."""
    WAITING = "waiting"
    """Its note is with the moderators."""
    PUBLISHED = "published"
    DROPPED = "dropped"


class Lane(StrEnum):
    """What a piece is for; the rows of the calendar."""

    SEED = "seed"
    NEW = "new"
    GUIDE = "guide"
    FESTIVAL = "festival"
    COMMUNITY = "community"
    NEWS = "news"


class Licence(StrEnum):
    """By what right a picture is used."""

    OWN = "own"
    BOUGHT = "bought"
    AGREED = "agreed"
    CC0 = "cc0"
    CC_BY = "cc_by"
    UNKNOWN = "unknown"


class Level(StrEnum):
    """What follows from a finding."""

    STOP = "stop"
    LOOK = "look"
    GOOD = "good"
    UNKNOWN = "unknown"


class VariantState(StrEnum):
    """Where the version for one channel is."""

    DRAFT = "draft"
    SENDING = "sending"
    """Handed to the platform; until it answers nobody knows whether it is there."""
    POSTED = "posted"


class Verdict(StrEnum):
    """What the advice about a channel comes down to."""

    SUITS = "suits"
    POSSIBLE = "possible"
    RATHER_NOT = "rather_not"


@dataclass(frozen=True, slots=True)
class PieceDraft:
    """A piece as somebody typed it. Pictures are codes of the library, products codes of the catalogue."""

    title: str
    lane: str = Lane.SEED
    need: str = ""
    brief: str = ""
    audience: str = ""
    """The code of a segment, '' for everybody."""
    source: str = ""
    """Where the idea came from, e.g. "day:qixi" or "topic:…"."""
    headline: str = ""
    text: str = ""
    form: str = "plain"
    language: str = "zh-hans"
    sponsor: str = ""
    author_id: int | None = None
    pictures: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AssetDraft:
    """What is said about a picture."""

    title: str
    licence: str = Licence.UNKNOWN
    alt: str = ""
    source: str = ""
    credit: str = ""
    proof: str = ""
    expires_on: date | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FilmView:
    """A film of the library; `kept` is what notes take."""

    url: str
    width: int
    height: int
    duration_ms: int
    size_bytes: int
    kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def length(self) -> str:
        """Minutes and seconds."""
        minutes, seconds = divmod(round(self.duration_ms / 1000), 60)
        return f"{minutes}:{seconds:02d}"


@dataclass(frozen=True, slots=True)
class AssetView:
    """A picture of the library, or a film with the picture that stands before it."""

    code: str
    title: str
    alt: str
    licence: str
    source: str
    credit: str
    proof: str
    expires_on: date | None
    url: str
    small_url: str
    srcset: str
    width: int
    height: int
    tags: tuple[str, ...]
    created_at: datetime
    is_archived: bool
    used: int = 0
    kept: Mapping[str, Any] = field(default_factory=dict)
    film: FilmView | None = None


@dataclass(frozen=True, slots=True)
class PieceView:
    """A piece as lists and the calendar show it."""

    id: int
    code: str
    state: str
    lane: str
    title: str
    headline: str
    due_at: datetime | None
    writer_id: int | None
    reviewer_id: int | None
    author_id: int | None
    note_code: str
    published_at: datetime | None
    trouble: str
    audience: str = ""
    form: str = "plain"
    language: str = "zh-hans"
    reasons: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    """Why it was held back: English messages with their parameters; `trouble` is the same filled in."""


@dataclass(frozen=True, slots=True)
class StepView:
    """One thing that somebody did to a piece."""

    verb: str
    by_id: int | None
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PieceWhole:
    """Everything about one piece."""

    piece: PieceView
    draft: PieceDraft
    assets: tuple[AssetView, ...]
    steps: tuple[StepView, ...]
    revision: int
    has_author: bool
    """Whether it is signed by somebody who works here today."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of the check: about what, what follows, and why, in words with named parameters."""

    about: str
    level: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A piece or note of the past, as the check compares it."""

    code: str
    title: str
    words: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a published piece did, as the check compares it."""

    code: str
    lane: str
    form: str
    passed_on: int
    reactions: int


@dataclass(frozen=True, slots=True)
class Around:
    """Another piece of the same week."""

    code: str
    title: str
    lane: str
    form: str
    due_at: datetime
    products: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class House:
    """What the house stands for, and words it does not use."""

    themes: tuple[str, ...] = ()
    avoided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that the check of a piece looks at."""

    draft: PieceDraft
    assets: tuple[AssetView, ...]
    words: frozenset[str]
    house: House
    earlier: tuple[Earlier, ...]
    week: tuple[Around, ...]
    outcomes: tuple[Outcome, ...]
    wanted: tuple[str, ...]
    """Words that people search for and topics that rise now."""
    remarks: tuple[Finding, ...]
    has_author: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Day:
    """One day worth planning for."""

    code: str
    on: date
    name: Mapping[str, str]
    kind: str
    """"festival", "term", "world" or "shopping"."""
    regions: tuple[str, ...] = ()
    """Parts of the country where it is kept on this day; without any, everywhere."""


@dataclass(frozen=True, slots=True)
class Hot:
    """Something that rises now."""

    kind: str
    words: str
    people: int
    usual: float


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How many pieces a week a lane or channel is meant to have, and how many it has."""

    key: str
    goal: int
    planned: int


@dataclass(frozen=True, slots=True)
class PieceResult:
    """What came of a published piece; amounts are per currency."""

    piece: PieceView
    views: int
    viewers: int
    counted_at: datetime | None
    """When the views were counted; None before the first count."""
    likes: int
    kept: int
    comments: int
    passed_on: int
    visitors: int
    """Browsers that came through share links to the note."""
    orders: int
    amounts_minor: Mapping[str, int]
    outside: Mapping[str, int]
    """Figures of the versions on other platforms, added up."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a platform takes. `ratio` is the shape of a picture, e.g. "3:4"; 0 means that there is none."""

    title: int
    text: int
    pictures: int
    ratio: str
    tags: int
    takes_links: bool
    wide_counts_twice: bool = False
    needs_picture: bool = False
    film_s: int = 0
    """How long a film may be; 0: the platform takes none in such a post."""
    film_mb: int = 0


@dataclass(frozen=True, slots=True)
class Platform:
    """A platform outside: its limits, and what it is good for."""

    code: str
    name: str
    limits: Limits
    languages: tuple[str, ...]
    suits: tuple[str, ...]
    """Forms of notes that fit its readers' habits."""
    trait: str
    """One English sentence on how things spread there."""


@dataclass(frozen=True, slots=True)
class ChannelDraft:
    """An account on a platform, as somebody typed it; 0 leaves a limit to the platform."""

    platform: str
    name: str
    handle: str = ""
    url: str = ""
    weekly_goal: int = 0
    cost_minor: int = 0
    currency: str = "CNY"
    segments: tuple[str, ...] = ()
    """Segments whom its readers resemble."""
    themes: tuple[str, ...] = ()
    title_limit: int = 0
    text_limit: int = 0
    picture_limit: int = 0


@dataclass(frozen=True, slots=True)
class ChannelView:
    """An account on a platform."""

    id: int
    code: str
    draft: ChannelDraft
    platform: Platform
    limits: Limits
    is_active: bool
    can_post: bool
    can_fetch: bool = False
    fetch_hours: int = 0
    fetched_at: datetime | None = None
    fetch_said: str = ""


@dataclass(frozen=True, slots=True)
class VariantDraft:
    """The version of a piece for one channel."""

    title: str = ""
    text: str = ""
    tags: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VariantView:
    """The version of a piece for one channel, with what it breaks."""

    channel: ChannelView
    draft: VariantDraft
    state: str
    url: str
    posted_at: datetime | None
    faults: tuple[Finding, ...]
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Package:
    """What goes to a platform."""

    title: str
    text: str
    tags: tuple[str, ...]
    link: str
    pictures: tuple[tuple[str, bytes], ...]
    """File name and content, already in the shape of the platform."""
    reference: str
    """Ours, the same for every try: what a platform may use to refuse a second posting."""
    films: tuple[tuple[str, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """What speaks for and against a channel for one piece."""

    channel: ChannelView
    verdict: str
    reasons: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One line of a platform's figures."""

    on: date
    post: str
    views: int
    likes: int
    comments: int
    shares: int
    clicks: int
    spent_minor: int


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong with one line of a file."""

    line: int
    column: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file of figures changed, or why it changed nothing."""

    added: int
    changed: int
    same: int
    faults: tuple[LineFault, ...] = ()
