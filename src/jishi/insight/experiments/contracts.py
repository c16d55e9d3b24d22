"""What other parts see of experiments: drafts, arms, assignments, plans and what was found out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

BUCKETS = 100
"""A layer has so many buckets; experiments of one layer own disjoint ones."""
MAX_ARMS = 6
MAX_FACTORS = 3
LEAST_UNITS = 100
LEAST_EVENTS = 20
"""Intervals lean on the central limit theorem: with less in an arm, or between both, none is given."""
RATIO_ALARM = 0.001
"""A split less likely than this under the planned shares is an alarm: explain it, then read on."""
LEVEL = 0.05
POWER = 0.8
SHARE, MEAN, RATIO = "share", "mean", "ratio"
"""The forms of a figure: who did it, how much each, one sum over another."""


class State(StrEnum):
    """Where an experiment stands. Stopped: nobody is shown anything; decided: the team has chosen."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DECIDED = "decided"


class Unit(StrEnum):
    """What is assigned: somebody who signed in, or a browser."""

    PERSON = "person"
    VISITOR = "visitor"


class ArmKind(StrEnum):
    """What an arm is. A hold-out gets nothing at the place, whatever everybody else gets."""

    CONTROL = "control"
    VARIANT = "variant"
    HOLDOUT = "holdout"


class Verb(StrEnum):
    """What one person asks for and another confirms."""

    START = "start"
    RESUME = "resume"
    DECIDE = "decide"


@dataclass(frozen=True, slots=True)
class Arm:
    """One way to do it: its share of the experiment by weight, and what the page is to do."""

    key: str
    kind: str = ArmKind.VARIANT
    weight: int = 1
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A figure that may get worse by at most this share of the control's before the experiment pauses."""

    measure: str
    margin_bps: int = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """An experiment as its owner wants it. `share` is the percentage of the layer it takes."""

    name: str
    hypothesis: str
    slot: str
    arms: tuple[Arm, ...]
    measures: tuple[str, ...]
    guardrails: tuple[Guardrail, ...] = ()
    unit: str = Unit.PERSON
    layer: str = "page"
    share: int = 100
    audience_kind: str = ""
    audience_key: str = ""
    window_h: int = 168
    before_days: int = 28
    planned_n: int = 2000


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which arm somebody gets at a place. Pass it down; say `expose` where its content really is shown."""

    experiment: str
    slot: str
    arm: str
    kind: str
    payload: Mapping[str, Any]
    unit: str
    person_id: int | None

    @property
    def is_holdout(self) -> bool:
        """Whether nothing at all is shown."""
        return self.kind == ArmKind.HOLDOUT


@dataclass(frozen=True, slots=True)
class Running:
    """An experiment as the assignment needs it."""

    id: int
    code: str
    slot: str
    unit: str
    layer: str
    buckets: frozenset[int]
    salt: str
    arms: tuple[Arm, ...]
    audience_kind: str
    audience_key: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What waits for a second person."""

    verb: str
    by_id: int | None
    at: datetime
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExperimentView:
    """An experiment as the team sees it."""

    code: str
    draft: Draft
    state: str
    owner_id: int | None
    asked: Asked | None
    pause_reason: str
    decision: str
    reason: str
    created_at: datetime
    started_at: datetime | None
    stopped_at: datetime | None
    decided_at: datetime | None
    buckets: int
    exposed: int = 0


@dataclass(frozen=True, slots=True)
class Moments:
    """Everything a reading needs of one arm: six sums over its units. `x` is the pre-period's value of the
    same figure, or the denominator of a ratio.
    """

    n: float
    y: float
    yy: float
    x: float = 0.0
    xx: float = 0.0
    xy: float = 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A difference with the ends of its interval and a p-value."""

    value: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One measure of one arm against the control. `always` may be looked at as often as one likes; `once` is
    the classical interval, right only for one look at the planned size.
    """

    measure: str
    arm: str
    n: int
    n_control: int
    mean: float
    mean_control: float
    once: Estimate
    always: Estimate
    lift: Estimate
    variance_ratio: float = 1.0
    p_corrected: float | None = None
    segment: str = ""


@dataclass(frozen=True, slots=True)
class Guarded:
    """A guardrail's reading: how much worse, at least how much worse, and whether that passes the margin."""

    measure: str
    arm: str
    margin_bps: int
    harm: float
    at_least: float
    state: str


@dataclass(frozen=True, slots=True)
class Factor:
    """One thing that is varied, and in which ways; the first is how it is now."""

    key: str
    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """Who was shown one combination, and their figure with the interval of one look."""

    levels: tuple[str, ...]
    n: int
    mean: float = 0.0
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Effect:
    """What a way of one factor does against how it is now, over all ways of the others alike; or, with two
    factors, by how much more (or less) both together do than the sum of what each does.

    `always` holds for all effects of its measure together and at every look; `once` for itself and one look.
    """

    factors: tuple[str, ...]
    levels: tuple[str, ...]
    once: Estimate
    always: Estimate
    p_corrected: float


@dataclass(frozen=True, slots=True)
class Factorial:
    """Two or more factors read together by one measure. `partner` is the code of the other experiment if
    the factors are two experiments that cross, else empty. Without effects there are too few people.
    """

    measure: str
    partner: str
    factors: tuple[Factor, ...]
    cells: tuple[Cell, ...]
    effects: tuple[Effect, ...]
    ratio_p: float = 1.0

    @property
    def has_ratio_alarm(self) -> bool:
        """Whether the split between the combinations cannot be chance."""
        return self.ratio_p < RATIO_ALARM


@dataclass(frozen=True, slots=True)
class ReadOut:
    """What is known so far. `segments` are corrected together (Holm within a measure)."""

    code: str
    at: datetime
    counts: Mapping[str, int]
    ripe: Mapping[str, int]
    ratio_p: float
    readings: tuple[Reading, ...]
    guarded: tuple[Guarded, ...]
    segments: tuple[Reading, ...]
    factorials: tuple[Factorial, ...] = ()

    @property
    def has_ratio_alarm(self) -> bool:
        """Whether the split cannot be chance."""
        return self.ratio_p < RATIO_ALARM


@dataclass(frozen=True, slots=True)
class Plan:
    """How many units, and how many days. `most` is for always-valid reading, which usually ends earlier."""

    per_arm: int
    control: int
    once: int
    most: int
    days: int | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure. `good` is 1 if more is better, -1 if less is. A ratio divides two sources."""

    key: str
    name: str
    form: str
    source: str
    over: str = ""
    good: int = 1
    is_money: bool = False


SWITCH_BLOCKS_H = (2, 3, 4, 6, 8, 12, 24)
"""How long a block of a price trial may be; each divides a day, so that blocks begin at the same hours."""
SWITCH_APART = (1, 7)
LEAST_PAIRS, MOST_PAIRS = 8, 180


@dataclass(frozen=True, slots=True)
class SwitchDraft:
    """A price that is on in some blocks of time and off in others, for everybody alike.

    Two blocks `apart_days` days apart are a pair: the same hours, of the same weekday if it is seven. A
    cycle is all blocks of so many days with their partners. `budget_minor` is the most that may come off; 0:
    no limit.
    """

    name: str
    hypothesis: str
    shop_id: int
    product_ids: tuple[int, ...]
    off_bps: int
    starts_at: datetime
    block_h: int = 6
    apart_days: int = 7
    cycles: int = 1
    washout_min: int = 30
    measures: tuple[str, ...] = ("goods_money", "goods_units")
    guardrails: tuple[Guardrail, ...] = ()
    budget_minor: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """One block of time. What counts of it begins a wash-out after its start."""

    no: int
    pair: int
    starts_at: datetime
    ends_at: datetime
    is_on: bool


@dataclass(frozen=True, slots=True)
class SwitchView:
    """A price trial as the team sees it."""

    code: str
    draft: SwitchDraft
    state: str
    price_code: str
    price_state: str
    seed: str
    digest: str
    blocks: tuple[Block, ...]
    owner_id: int | None
    asked: Asked | None
    pause_reason: str
    decision: str
    reason: str
    gaps: tuple[tuple[datetime, datetime | None], ...]
    created_at: datetime
    started_at: datetime | None
    stopped_at: datetime | None
    decided_at: datetime | None

    @property
    def ends_at(self) -> datetime:
        """The end of the last block."""
        return self.blocks[-1].ends_at

    @property
    def pairs(self) -> int:
        """How many pairs there are in all."""
        return len(self.blocks) // 2


@dataclass(frozen=True, slots=True)
class Foresight:
    """What the time before says: what may come off in all, and the smallest change that could be seen."""

    sold_minor: int
    liability_minor: int
    seen: float | None


@dataclass(frozen=True, slots=True)
class SwitchReading:
    """One measure: on against off, by the hour. `once` is the t-interval over pairs and is right at the
    planned end alone, as is `flipped`, the p-value of the randomisation test; `always` is right at every
    look, and None while there are too few pairs to exclude anything.
    """

    measure: str
    pairs: int
    mean_on: float
    mean_off: float
    once: Estimate
    flipped: float
    always_p: float
    always: Estimate | None
    lift: Estimate


@dataclass(frozen=True, slots=True)
class SwitchReadOut:
    """What is known of a price trial. `left_out` pairs touched a pause."""

    at: datetime
    pairs: int
    left_out: int
    spent_minor: int
    readings: tuple[SwitchReading, ...]
    guarded: tuple[Guarded, ...]
