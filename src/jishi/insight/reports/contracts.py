"""What other parts see of reports: roles, schedules, issues, and notes that explain themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

MAX_NAME = 80
MOST_READERS = 30
MOST_ROWS = 60


class Role(StrEnum):
    """What somebody of the team looks at first; a choice of theirs, not a right."""

    LEAD = "lead"
    GROWTH = "growth"
    CONTENT = "content"
    SERVICE = "service"


class Period(StrEnum):
    """How often a report comes: about yesterday, or about the week that ended on Sunday."""

    DAILY = "daily"
    WEEKLY = "weekly"


class IssueState(StrEnum):
    """An issue waits for its figures, is ready, or could not be made."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


class MailState(StrEnum):
    """At most one mail leaves: one that was handed over without an answer is never sent again."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class NoteKind(StrEnum):
    """Something unusual in a series of days, or a step at which more people stop than before."""

    ANOMALY = "anomaly"
    BOTTLENECK = "bottleneck"


class NoteState(StrEnum):
    """Open until somebody says what it was."""

    OPEN = "open"
    EXPLAINED = "explained"
    FALSE = "false"


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """A report as somebody wants it. `weekday` is 0 (Monday) to 6; `hour` is the platform's."""

    name: str
    board_code: str
    period: str = Period.WEEKLY
    hour: int = 8
    weekday: int = 0
    language: str = "zh-hans"
    reader_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportView:
    """A scheduled report."""

    code: str
    draft: ReportDraft
    is_on: bool
    owner_id: int | None
    next_at: datetime | None
    last_code: str


@dataclass(frozen=True, slots=True)
class TableView:
    """One table of an issue: its meaning, its cells in words, and its rows as they were computed."""

    name: str
    meaning: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    raw_columns: tuple[str, ...]
    raw_rows: tuple[tuple[Any, ...], ...]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class IssueView:
    """One issue of a report."""

    code: str
    report_code: str
    name: str
    first: date
    last: date
    state: str
    tables: tuple[TableView, ...]
    notes: tuple[str, ...]
    language: str
    made_at: datetime | None
    mails: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a dimension, with its share of the difference that a note is about."""

    dimension: str
    part: str
    was: int
    expected: int
    share_pct: int


@dataclass(frozen=True, slots=True)
class Behind:
    """The question whose list is behind a note: people or orders, as insights ask for them."""

    metric: str
    section: str
    params: Mapping[str, str]
    cell: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note. `value`, `expected`, `low` and `high` are counts, minor units or, of a step, basis points."""

    code: str
    kind: str
    subject: str
    unit: str
    on: date
    value: int
    expected: int
    low: int
    high: int
    score: float
    parts: tuple[Part, ...]
    behind: tuple[Behind, ...]
    state: str
    said: str
    by_id: int | None
    made_at: datetime

    @property
    def is_down(self) -> bool:
        """Tell whether it is less than expected."""
        return self.value < self.expected


@dataclass(frozen=True, slots=True)
class Series:
    """A series of days that is watched: metric, parameters, column. `name` is an English msgid."""

    code: str
    name: str
    metric: str
    column: str
    unit: str
    params: Mapping[str, str] = field(default_factory=dict)
    section: str = "people"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the seasonal test says about one day."""

    score: float
    expected: int
    low: int
    high: int

    def is_unusual(self, limit: float) -> bool:
        """Tell whether the day lies outside."""
        return abs(self.score) > limit


@dataclass(frozen=True, slots=True)
class Drop:
    """What the funnel test says about one step: its rate now and before, and the drop's interval."""

    now_bps: int
    before_bps: int
    low_bps: int
    high_bps: int
    score: float
