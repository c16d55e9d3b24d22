"""What other parts see of campaigns: drafts, steps, enrolments by arm and step, checks, read-outs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from jishi.insight.experiments.contracts import Guarded, Reading

STEPS_MOST = 30
HOLDOUT_USUAL_BPS = 1000
END = "end"
"""Where a step may lead besides a later step: out of the journey."""
DAY_CAP, WEEK_CAP = 2, 5
"""So many messages of all campaigns together reach one person in 24 hours, and in seven days."""


class State(StrEnum):
    """Where a campaign stands. Ended is for good."""

    DRAFT = "draft"
    APPROVAL = "approval"
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class Kind(StrEnum):
    """A journey leads single people; a festival joins several offers under one budget and one report."""

    JOURNEY = "journey"
    FESTIVAL = "festival"


class Trigger(StrEnum):
    """What brings people into a campaign."""

    SEGMENT = "segment"
    ENTERED = "entered"
    LEFT = "left"
    STAGE = "stage"
    FACT = "fact"
    CART = "cart"
    ANNIVERSARY = "anniversary"
    BIRTHDAY = "birthday"
    STOCK = "stock"
    FESTIVAL = "festival"
    HOOK = "hook"


class StepKind(StrEnum):
    """What a step does."""

    WAIT = "wait"
    CONDITION = "condition"
    SEND = "send"
    PLACE = "place"
    TASK = "task"
    GRANT = "grant"
    SPLIT = "split"
    GOAL = "goal"
    EXIT = "exit"


class Arm(StrEnum):
    """Who gets something, who is kept aside to compare with, and who only tries it out."""

    TREATED = "treated"
    HOLDOUT = "holdout"
    TEST = "test"


class Flow(StrEnum):
    """Where one person's way stands."""

    ACTIVE = "active"
    HELD = "held"
    DONE = "done"
    GOAL = "goal"
    STOPPED = "stopped"
    FAILED = "failed"


class Verb(StrEnum):
    """What one person asks for and another confirms."""

    START = "start"
    RESUME = "resume"
    VERSION = "version"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `then` is the key of a later step, `end`, or empty for the next one in the list."""

    key: str
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)
    then: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs to a festival: an offer, a flash slot, a lottery, a landing page, a journey."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A campaign as its owner wants it. Quiet hours are minutes of the day where each person lives."""

    name: str
    goal: str = ""
    kind: str = Kind.JOURNEY
    trigger: str = Trigger.SEGMENT
    trigger_key: str = ""
    segment: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    repeat_days: int = 0
    reentry_days: int = 0
    budget_minor: int = 0
    fixed_cost_minor: int = 0
    currency: str = "CNY"
    quiet_from: int = 22 * 60
    quiet_to: int = 8 * 60
    goal_kind: str = "order"
    goal_days: int = 14
    exits_on_goal: bool = True
    strategy_code: str = ""


@dataclass(frozen=True, slots=True)
class FestivalKey:
    """Which day of the calendar brings people in, how many days later (or, below zero, before), and whether
    everybody or only who lives where it is kept. As a text: `spring:-3`, `little_year:0:all`."""

    day: str
    shift: int = 0
    everywhere: bool = False

    def __str__(self) -> str:
        return f"{self.day}:{self.shift}" + (":all" if self.everywhere else "")


@dataclass(frozen=True, slots=True)
class NextDay:
    """When a festival lets people into a campaign next: its day and names, and the day of the campaign."""

    on: date
    name: Mapping[str, str]
    let_in_on: date
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """What waits for a second person."""

    verb: str
    by_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class VersionView:
    """The steps under a number; without `published_at` nobody was ever led by them."""

    number: int
    steps: tuple[Step, ...]
    published_at: datetime | None
    in_flight: int = 0


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign as the team sees it."""

    code: str
    draft: Draft
    state: str
    owner_id: int | None
    asked: Asked | None
    holdout_bps: int
    holdout_reason: str
    pause_reason: str
    spent_minor: int
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    live: int | None
    parts: tuple[Part, ...] = ()
    treated: int = 0
    held: int = 0
    goals: int = 0


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many stand at a step now, and how many left it with which outcome."""

    key: str
    here: int
    outcomes: Mapping[str, int]

    @property
    def passed(self) -> int:
        """How many have left it."""
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the run sheet: `ok`, `warn` or `stop`; `text` is English with named parameters."""

    key: str
    level: str
    text: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VariableView:
    """What a message may name. The meaning is English; a sample, and what stands there otherwise, are by
    language. One with a page may be the link of the message."""

    name: str
    kind: str
    meaning: str
    sample: Mapping[str, str]
    fallback: Mapping[str, str]
    has_page: bool


@dataclass(frozen=True, slots=True)
class Walked:
    """One step of a dry run: when it would be, with which outcome, what the person would read, and what that
    is in every language."""

    step: Step
    at: datetime
    outcome: str
    text: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Template:
    """A campaign to begin with."""

    key: str
    name: str
    meaning: str
    draft: Draft
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class PartFigures:
    """What one part of a festival brought."""

    part: Part
    name: str
    orders: int
    amount_minor: int
    people: int


@dataclass(frozen=True, slots=True)
class DayLine:
    """Orders of a day by the people of a campaign, and what the weeks before let expect."""

    day: str
    orders: int
    expected: float


@dataclass(frozen=True, slots=True)
class Usual:
    """Orders of the whole days since the start, and between what and what the weeks before expect them."""

    days: int
    orders: int
    expected: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Return:
    """What a campaign brought for each unit of money it cost, against those held out; without bounds nothing
    is known yet."""

    code: str
    name: str
    cost_minor: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ReadOut:
    """What is known of a campaign's effect. Readings compare everybody treated with everybody held out."""

    code: str
    at: datetime
    people: Mapping[str, int]
    goals: Mapping[str, int]
    readings: tuple[Reading, ...]
    guarded: tuple[Guarded, ...]
    splits: Mapping[str, tuple[Reading, ...]]
    days: tuple[DayLine, ...]
    cost_minor: int
    reached: int
    objections: int
    gained: int
    sharers: int
    visits: int
    brought: int
    correlation: float | None = None
    onward: int = 0
    hops: int = 0
    usual: Usual | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A message of a campaign that somebody got."""

    campaign: str
    name: str
    text: str
    at: datetime
