"""What other parts see of strategies: drafts with their four sides, running strategies, and their results.

A subject names people: `segment:<code>`, `stage:<name>` or `rfm:<class>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

MAX_NAME = 80
MAX_WORDS = 600
MOST_DAYS = 90
"""A result compares at most so many days after the beginning with as many before it."""
KINDS = ("stage", "rfm", "segment")
SIDES = ("assortment", "content", "offer", "service")

Words = Mapping[str, str]


class Goal(StrEnum):
    """What a strategy is for; says which figure of its board counts first."""

    FIRST_ORDER = "first_order"
    SECOND_ORDER = "second_order"
    RHYTHM = "rhythm"
    VOICE = "voice"
    COME_BACK = "come_back"


class State(StrEnum):
    """A draft measures nothing; a running one has a beginning; an ended one can begin again."""

    DRAFT = "draft"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that can be done on a side of a strategy. `name` is an English msgid."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a strategy: chosen deeds, and what is meant by them in words."""

    choices: tuple[str, ...] = ()
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Template:
    """A strategy that ships: a name, a goal, four sides."""

    name: Words
    goal: str
    sides: Mapping[str, Side]


@dataclass(frozen=True, slots=True)
class StrategyDraft:
    """A strategy as somebody wants it."""

    name: Words
    goal: str
    sides: Mapping[str, Side]
    owner_id: int | None = None
    budget_minor: int = 0
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class StrategyView:
    """A strategy as it stands. `version` counts what it said; `round` how often it began."""

    code: str
    subject: str
    state: str
    draft: StrategyDraft
    spent_minor: int
    version: int
    round: int
    template: str
    begun_at: datetime | None
    ended_at: datetime | None
    cohort: int | None
    updated_at: datetime

    @property
    def kind(self) -> str:
        """Segment, stage or rfm."""
        return self.subject.partition(":")[0]

    @property
    def key(self) -> str:
        """The code of the segment, stage or class."""
        return self.subject.partition(":")[2]

    @property
    def left_minor(self) -> int:
        """What is left of the budget."""
        return self.draft.budget_minor - self.spent_minor


@dataclass(frozen=True, slots=True)
class Sums:
    """What some people bought in some days."""

    people: int
    orders: int
    gmv_minor: int
    buyers: int
    repeat: int


@dataclass(frozen=True, slots=True)
class Move:
    """How many people of the beginning stood at one stage then and stand at another now."""

    before: str
    after: str
    people: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a strategy so far: the people of its beginning, before and after, beside everybody else.

    `hours` is the length of both spans. The difference to everybody else takes the season out; it is no
    proof, because those people were chosen: proof is what the hold-out of a campaign gives.
    """

    on: date
    round: int
    hours: int
    before: Sums
    after: Sums
    else_before: Sums
    else_after: Sums
    moves: tuple[Move, ...]
    currency: str
    measured_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """How a figure per person changed, in basis points; of everybody else too; None without a before."""

    own_bps: int | None
    else_bps: int | None

    @property
    def beyond_bps(self) -> int | None:
        """By how much the change differs from everybody else's, in points of the season."""
        if self.own_bps is None or self.else_bps is None or self.else_bps <= -10_000:
            return None
        return (10_000 + self.own_bps) * 10_000 // (10_000 + self.else_bps) - 10_000


@dataclass(frozen=True, slots=True)
class CostView:
    """Something that was spent for a strategy."""

    natural_key: str
    amount_minor: int
    reason: str
    by_id: int | None
    at: datetime
