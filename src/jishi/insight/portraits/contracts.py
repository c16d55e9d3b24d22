"""What leaves this domain: tags and portraits, segments and their rules, stages and their movements.

A rule is a plain nested dictionary, so that it can be kept, sent and shown:
``{"all": [...]}``, ``{"any": [...]}``, ``{"not": {...}}`` or a condition
``{"field": "tag:orders", "op": "gte", "value": 3}``, with ``"days"`` where the field looks back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Rule = dict[str, Any]
AUDIENCE = "segment"
WINDOWS = (1, 7, 30, 90)
"""How many days back events can be counted; 1 is today."""


class Family(StrEnum):
    """The five families of tags."""

    STATIC = "static"
    BEHAVIOUR = "behaviour"
    PREFERENCE = "preference"
    VALUE = "value"
    SOCIAL = "social"


class SegmentKind(StrEnum):
    """How a segment's members are found."""

    RULE = "rule"
    STATIC = "static"
    RFM = "rfm"
    CLUSTER = "cluster"
    STAGE = "stage"


class Stage(StrEnum):
    """Where a person stands with the platform, or with one shop."""

    POTENTIAL = "potential"
    NEW = "new"
    ACTIVE = "active"
    LOYAL = "loyal"
    AT_RISK = "at_risk"
    CHURNED = "churned"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values a tag or a field can have, with its name in words."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag as code. Texts are English msgids; `kind` is number, text, choice, flag or list.

    `basis` says what allows it: "contract" (what a deal needs) or "consent" (only with consent to analytics).
    `is_kept` tags keep the history of their changes; those that move with the clock alone do not.
    """

    code: str
    name: str
    meaning: str
    family: str
    unit: str
    freshness: str
    evidence: str
    used_by: tuple[str, ...]
    kind: str = "number"
    choices: tuple[Choice, ...] = ()
    basis: str = "consent"
    is_kept: bool = True


@dataclass(frozen=True, slots=True)
class TagValue:
    """A tag of one person, with what it was made of in words. `label` is the value as people read it."""

    code: str
    value: Any
    evidence: str
    computed_at: datetime
    label: str = ""


@dataclass(frozen=True, slots=True)
class Portrait:
    """Everything known about one person. Without consent it holds static and contract facts only."""

    person_id: int
    tags: tuple[TagValue, ...]
    computed_at: datetime | None
    has_consent: bool = True
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TagChange:
    """A tag took another value."""

    tag: str
    before: Any
    after: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class Interest:
    """Something a person is interested in: `origin` is "yours" when they said so, else "inferred"."""

    key: str
    name: str
    origin: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """What a rule may ask about. `type` is number, money, text, choice, flag, list, person or days.

    `windows` are the values that "days" may take; empty when the field does not look back.
    """

    code: str
    name: str
    group: str
    type: str
    operators: tuple[str, ...]
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    windows: tuple[int, ...] = ()
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class SegmentView:
    """A segment as it stands. `words` says in one sentence who is in it; `card` describes a cluster."""

    code: str
    name: str
    meaning: str
    kind: str
    is_dynamic: bool
    rule: Rule
    words: str
    count: int
    computed_at: datetime | None
    owner_id: int | None
    strategy: str = ""
    is_archived: bool = False
    is_ready_made: bool = False
    card: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person in a list."""

    person_id: int
    code: str
    name: str
    avatar_url: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom a rule finds now."""

    count: int
    sample: tuple[PersonLine, ...]
    words: str
    people: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Members:
    """A page of members; `after` of the next page, or None."""

    people: tuple[PersonLine, ...]
    next_after: int | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """How many people two segments share: `cells[i][j]` for the segments `codes[i]` and `codes[j]`."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class RfmCell:
    """Buyers of one class: how many, and what they bought."""

    code: str
    name: str
    meaning: str
    people: int
    orders: int
    amount_minor: int
    share_bps: int


@dataclass(frozen=True, slots=True)
class RfmGrid:
    """All buyers by class, and by fifths of recency (rows, best first) and frequency (columns)."""

    classes: tuple[RfmCell, ...]
    cells: tuple[tuple[int, ...], ...]
    currency: str
    computed_at: datetime | None
    bounds: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Movement:
    """How many people moved from one class (row) to another (column); "" stands for no buyer yet."""

    codes: tuple[str, ...]
    names: tuple[str, ...]
    cells: tuple[tuple[int, ...], ...]
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class StageView:
    """A stage as code: what it means, and what usually helps there."""

    code: str
    name: str
    meaning: str
    strategy: str


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage on the board: who is there now, who came and went in the period."""

    code: str
    name: str
    people: int
    share_bps: int
    came: int
    left: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which silence on a customer is at risk or lost, and the data that says so.

    `source` is "shop", "category", "platform" or "default"; `gaps` counts the repeat purchases behind it.
    """

    interval_days: int
    at_risk_days: int
    churn_days: int
    loyal_orders: int
    source: str
    gaps: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """Stages with their flows; `cells[i][j]` counts the moves from stage i to stage j in the period."""

    stages: tuple[StageLine, ...]
    cells: tuple[tuple[int, ...], ...]
    days: int
    thresholds: Thresholds
    computed_at: datetime | None


@dataclass(frozen=True, slots=True)
class StageNow:
    """Where one person stands, since when and why."""

    shop_id: int | None
    stage: str
    name: str
    since: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What came of a list: people found, lines nobody answers to, lines that came twice."""

    code: str
    lines: int
    found: int
    unknown: tuple[str, ...]
    repeated: int
    is_dry_run: bool


@dataclass(frozen=True, slots=True)
class RunView:
    """A rebuild or a clustering: waiting, running, done or failed, and how far it is."""

    code: str
    kind: str
    state: str
    done: int
    total: int
    asked_at: datetime
    ended_at: datetime | None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What one refresh did."""

    people: int = 0
    days: int = 0
    changed: int = 0
    entered: int = 0
    left: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a full rebuild did, and how long its parts took."""

    people: int
    days: int
    seconds: Mapping[str, float] = field(default_factory=dict)
