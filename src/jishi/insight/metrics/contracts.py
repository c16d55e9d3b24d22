"""What a metric is made of, and what leaves the domain: definitions, results, runs, saved views and
boards.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class ParamType(StrEnum):
    """How a parameter is read, checked and written into SQL."""

    DAY = "day"
    KIND = "kind"
    STEPS = "steps"
    CHOICE = "choice"
    GRAIN = "grain"
    BY = "by"
    NUMBER = "number"
    TEXT = "text"
    FILTERS = "filters"
    COSTS = "costs"
    EDGES = "edges"


class Unit(StrEnum):
    """What the numbers of a column are, so that every surface writes them alike."""

    COUNT = "count"
    MINOR = "minor"
    BPS = "bps"
    PERCENT = "pct"
    MILLI = "milli"
    TEXT = "text"
    KIND = "kind"
    PART = "part"
    NODE = "node"
    BUCKET = "bucket"
    DAY = "day"
    PERSON = "person"
    PRODUCT = "product"
    STEP = "step"
    NUMBER = "number"


class RunState(StrEnum):
    """The life of one computation."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter of a metric. ``default`` is text as a form would send it."""

    code: str
    type: ParamType
    label: str
    default: str = ""
    options: tuple[tuple[str, str], ...] = ()
    least: int = 0
    most: int = 0
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result. A key column names the cell when somebody asks who is behind it; ``behind``
    is the
    section of the SQL that lists them, empty when this number has no list.
    """

    code: str
    label: str
    unit: Unit
    is_key: bool = False
    behind: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number, defined once; its SQL is the file of the same name."""

    code: str
    kind: str
    name: str
    meaning: str
    grain: str
    unit: Unit
    owner: str
    params: tuple[Param, ...]
    columns: tuple[Column, ...]
    chart: str
    drills: tuple[str, ...] = ("people",)
    lookback_days: int = 0
    reads_history: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that name one cell."""
        return tuple(column.code for column in self.columns if column.is_key)

    def param(self, code: str) -> Param | None:
        """One parameter by its code."""
        return next((one for one in self.params if one.code == code), None)

    def column(self, code: str) -> Column | None:
        """One column by its code."""
        return next((one for one in self.columns if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Result:
    """What an engine answered: plain whole numbers and texts, row by row."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def as_dicts(self) -> list[dict[str, Any]]:
        """The rows by column name."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Question:
    """A metric with checked parameters. ``section`` is the result, or one of the lists behind a cell of
    it.
    """

    metric: str
    params: Mapping[str, str]
    section: str = "result"
    cell: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunView:
    """One computation: what was asked, where it stands, and what came out."""

    code: str
    metric: str
    params: dict[str, str]
    section: str
    cell: dict[str, Any]
    state: str
    result: Result | None
    asked_at: datetime
    computed_at: datetime | None
    seconds: float | None
    error: str
    events: int

    @property
    def is_ready(self) -> bool:
        """Whether there is a result to show."""
        return self.state == RunState.DONE and self.result is not None

    @property
    def is_open(self) -> bool:
        """Whether it is still being worked on."""
        return self.state in (RunState.WAITING, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class SavedView:
    """A question that somebody gave a name."""

    code: str
    name: str
    metric: str
    params: dict[str, str]
    owner_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Board:
    """Several saved views on one page."""

    code: str
    name: str
    owner_id: int | None
    views: tuple[SavedView, ...]
    created_at: datetime
