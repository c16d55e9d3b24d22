"""What goes into the recommender and what comes out: plain values and index arrays, no models and no scores;
below them what the shop sees of it.

In the library people and items are numbered 0..n-1 by the caller. Invariant: nothing here is ever changed
after it was made, except the count of reads of held-out rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Indices = NDArray[np.integer[Any]]
    Pairs = tuple[Indices, Indices]
    Numbers = NDArray[np.floating[Any]]

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Signals:
    """Everything that may be learned from. Only ``person`` and ``item`` are needed; the rest is used when
    given.

    ``at`` are seconds, ``basket`` numbers rows bought together, ``links`` says who follows or befriends whom,
    ``others`` are further behaviours (cart, like), ``tokens`` are words and attributes of each item,
    ``group`` its category, ``place`` where each person is.
    """

    people: int
    items: int
    person: Indices
    item: Indices
    at: Indices | None = None
    basket: Indices | None = None
    links: Pairs | None = None
    others: Mapping[str, Pairs] = field(default_factory=dict)
    tokens: Sequence[Sequence[str]] | None = None
    group: Indices | None = None
    place: Indices | None = None


@dataclass(frozen=True)
class Settings:
    """How much may be spent on a fit. None of these is a taste of one data set."""

    seed: int = 0
    memory_bytes: int = 4_000_000_000
    validation: float = 0.125
    tuning_people: int = 2500
    weighing_people: int = 6000
    factors: int = 128
    neighbours: int = 200
    inverse_size: int = 14_000
    head_size: int = 8_000
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    use_links: bool = True


@dataclass(frozen=True)
class Asking:
    """Who asks, for what. Without ``person`` it is somebody new, of whom only what stands here is known.

    ``recent`` are the last things looked at, newest last; they count at once, without a new fit.
    """

    person: int | None = None
    count: int = 20
    recent: Sequence[int] = ()
    friends: Sequence[int] = ()
    interests: Sequence[str] = ()
    place: int | None = None
    exclude: Sequence[int] = ()
    candidates: Sequence[int] | None = None
    seen_too: bool = False
    group_cap: int | None = None
    variety: float = 0.0


@dataclass(frozen=True)
class Suggestion:
    """One item and how strongly it is meant; scores compare within one answer only."""

    item: int
    score: float


@dataclass(frozen=True)
class Reason:
    """Why an item was chosen: the strongest component and what it rests on, in plain data.

    ``items`` come from the person's own history, ``friends`` are people they are linked with; ``people`` only
    counts the strangers behind it, who stay unnamed.
    """

    component: str
    share: float
    items: tuple[int, ...] = ()
    friends: tuple[int, ...] = ()
    people: int = 0


class HeldOut:
    """Test rows behind a counter: whoever reads them leaves a trace."""

    def __init__(self, load: Callable[[], Pairs]) -> None:
        self._load = load
        self.reads = 0

    def take(self) -> Pairs:
        """Return persons and items of the held-out rows, and count it."""
        self.reads += 1
        return self._load()


# --- in the shop ---


class Surface(StrEnum):
    """A place of the shop where something is recommended."""

    HOME = "home"
    GOES_WITH = "goes_with"
    LIKE_YOU = "like_you"
    FRIENDS = "friends"
    AFTER = "after"
    CART = "cart"
    SEARCH = "search"
    PEOPLE = "people"
    COMMUNITIES = "communities"
    NOTES = "notes"
    GOODS = "goods"


class Act(IntEnum):
    """What somebody just did with a thing; the larger says more."""

    CAME = 1
    OPENED = 2
    LIKED = 3
    CARTED = 4
    BOUGHT = 5


class Because(IntEnum):
    """Why a thing is shown: kept with every list as a small number, told in words on request."""

    POPULAR = 0
    ITEMS = 1
    PEOPLE = 2
    FRIENDS = 3
    TASTE = 4
    CONTENT = 5
    TOGETHER = 6
    NEXT = 7
    INTENT = 8
    RECENT = 9
    CAME = 10
    FOLLOWED = 11
    TOPIC = 12
    PLACE = 13
    TREND = 14
    FRESH = 15
    EXPLORED = 16
    AGAIN = 17
    SEARCHED = 18
    PINNED = 19
    CIRCLE = 20
    MEMBERS = 21


@dataclass(frozen=True, slots=True)
class Asker:
    """Who a list is made for. Without a person it is a browser; where personalisation is off nothing of
    either is looked at.
    """

    person_id: int | None
    visitor: str = ""
    language: str = "zh-hans"

    @property
    def readers(self) -> list[str]:
        """The names under which their last acts are kept."""
        own = [f"p:{self.person_id}"] if self.person_id is not None else []
        return [*own, *([f"v:{self.visitor}"] if self.visitor else [])]


@dataclass(frozen=True, slots=True)
class About:
    """What a surface is about: the goods or the note it stands beside. `shown` are keys of things that the
    page shows already.
    """

    product_ids: tuple[int, ...] = ()
    note_id: int | None = None
    shown: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pick:
    """One recommended thing. `key` is a product's number, or minus a note's; people and communities have
    lists of their own. `exposure` names the showing, so that it is counted once.
    """

    key: int
    position: int
    because: Because
    cause: int = 0
    exposure: str = ""
    team: str = ""

    @property
    def kind(self) -> str:
        """What it is."""
        return "product" if self.key > 0 else "note"

    @property
    def id(self) -> int:
        """Its number among its kind."""
        return abs(self.key)


@dataclass(frozen=True, slots=True)
class Recommended:
    """A list for one place. `slate` is its code; empty when there is nothing to go back to."""

    surface: Surface
    picks: tuple[Pick, ...] = ()
    slate: str = ""
    is_personal: bool = False
    contest: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """A reason in words: an English sentence with named places, and the evidence behind it."""

    because: Because
    message: str
    params: Mapping[str, Any]
    key: int
    product_ids: tuple[int, ...] = ()
    note_ids: tuple[int, ...] = ()
    person_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HiddenThing:
    """Something a person does not want to be shown."""

    kind: str
    key: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Trend:
    """Something that rises: what, how much of it there is now, and how much is usual for as long a time."""

    kind: str
    key: int
    word: str
    count: int
    usual: float
    score: float


@dataclass(frozen=True, slots=True)
class Bundle:
    """Goods that are bought together more often than chance would have it, and what offering them so may
    bring a month.
    """

    code: str
    shop_id: int
    first: tuple[int, ...]
    then: tuple[int, ...]
    baskets: int
    support_bps: int
    confidence_bps: int
    lift: float
    false_bps: int
    gain_minor: int
    currency: str
    state: str


@dataclass(frozen=True, slots=True)
class Selected:
    """A product judged for a campaign: five parts from 0 to 100, their sum, and the figures behind them."""

    product_id: int
    score: int
    margin: int
    stock: int
    trend: int
    fit: int
    risk: int
    facts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Expected:
    """When somebody is expected to want a thing again."""

    product_id: int
    due_at: datetime
    early_at: datetime
    late_at: datetime
    own_gaps: int


@dataclass(frozen=True, slots=True)
class ModelView:
    """A fitted model as operators see it."""

    id: int
    made_at: datetime
    rows: int
    people: int
    items: int
    figures: Mapping[str, Any]
    fingerprint: str

    @property
    def recall(self) -> float:
        """R@20 on the acts it did not see."""
        return float((self.figures.get("validation") or {}).get("R@20", 0.0))

    @property
    def gain(self) -> float:
        """N@20 on the acts it did not see."""
        return float((self.figures.get("validation") or {}).get("N@20", 0.0))


class MixName(IntEnum):
    """A way to weigh what the home page is made of; see `rules.MIXES`."""

    STANDARD = 1
    TASTE = 2
    FRIENDS = 3
    FRESH = 4


class ContestState(StrEnum):
    """A contest runs once, one at a time, and then is over."""

    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class ContestView:
    """Two mixes shown interleaved to the same readers, and how they voted by opening things. `lists` counts
    what was shown; `share` of the votes went to the second mix, between `low` and `high` at any moment.
    """

    code: str
    name: str
    one: MixName
    two: MixName
    state: ContestState
    started_at: datetime
    ended_at: datetime | None
    lists: int
    votes_one: int
    votes_two: int
    even: int
    share: float
    low: float
    high: float
    p_value: float

    @property
    def is_decided(self) -> bool:
        """Whether the interval leaves out that nobody prefers either."""
        return self.p_value < 0.05
