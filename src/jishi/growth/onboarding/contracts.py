"""What other parts see of the first steps of newcomers: the path, how far somebody is, where people stop."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

Words = Mapping[str, str]
"""A text by language: `zh-hans`, `en`."""

WINDOW = timedelta(days=30)
"""So long somebody is a newcomer; what they do later is no first step any more."""
MAX_STEPS = 8
MAX_NEEDED = 10
MAX_TITLE = 40
MAX_TEXT = 120


class StepKind(StrEnum):
    """What can be a first step; each is counted from facts of the domain it happens in."""

    INTERESTS = "interests"
    FOLLOW = "follow"
    SAVE = "save"
    LIKE = "like"
    TEAM = "team"
    ORDER = "order"
    NOTE = "note"
    SHARE = "share"


@dataclass(frozen=True, slots=True)
class Gift:
    """What whoever did a step is given: a kind of thing, which of it, and what one costs."""

    kind: str
    value: str
    cost_minor: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the path: `needed` different things of a kind make it done."""

    kind: str
    needed: int = 1
    title: Words = field(default_factory=dict)
    text: Words = field(default_factory=dict)
    gift: Gift | None = None


@dataclass(frozen=True, slots=True)
class Spent:
    """What a path may give, and gave: budget, money, gifts by how they ended."""

    budget_minor: int
    spent_minor: int
    given: int
    refused: int
    over: int


@dataclass(frozen=True, slots=True)
class PathView:
    """A path; number 0 is the one that is shipped."""

    number: int
    steps: tuple[Step, ...]
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepProgress:
    """How far somebody is with one step."""

    step: Step
    count: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a newcomer is. `until` is when the card goes away by itself."""

    steps: tuple[StepProgress, ...]
    joined_at: datetime
    until: datetime

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(1 for one in self.steps if one.is_done)

    @property
    def percent(self) -> int:
        """The share of done steps in percent."""
        return self.done * 100 // max(1, len(self.steps))

    @property
    def following(self) -> StepProgress | None:
        """The first step that is not done."""
        return next((one for one in self.steps if not one.is_done), None)


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step on the board.

    `done` counts everybody who did it, in whatever order; `arrived` those who did it and all before it;
    `stopped` those for whom it is the first one missing. `median_h` is the median time from joining.
    """

    step: Step
    done: int
    arrived: int
    stopped: int
    median_h: float | None


@dataclass(frozen=True, slots=True)
class Week:
    """Newcomers of one week: how many, how many finished."""

    begins_at: datetime
    people: int
    finished: int


@dataclass(frozen=True, slots=True)
class Board:
    """Where newcomers of a path stop. `put_away` counts those who closed the card."""

    path: PathView
    days: int
    people: int
    finished: int
    put_away: int
    lines: tuple[StepLine, ...]
    weeks: tuple[Week, ...]
