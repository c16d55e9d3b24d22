"""What other parts see of community purchase: leaders with their pick-up points, rounds, what is collected.

Words: a *leader* hands goods out at *points*; a shop offers *items* in a *round* until its cut-off; the goods
of one order are a *collection*, of which each item is a *portion*; at the cut-off all portions of an item
become one line of the round's *demand*. A *series* opens the next round at every cut-off.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jishi.promotions.gates.contracts import OPEN, Gate


class LeaderState(StrEnum):
    """Where a leader stands."""

    APPLIED = "applied"
    APPROVED = "approved"
    REFUSED = "refused"
    SUSPENDED = "suspended"


class RoundState(StrEnum):
    """Life of a round. `cut`: what people ordered is demanded; `counted`: what arrived is shared out."""

    PLANNED = "planned"
    OPEN = "open"
    CUT = "cut"
    COUNTED = "counted"
    CLOSED = "closed"
    STOPPED = "stopped"


class SeriesState(StrEnum):
    """Whether a round comes again. `stopped`: the shop ended it; `failed`: nothing was left to offer."""

    ON = "on"
    STOPPED = "stopped"
    FAILED = "failed"


class CollectionState(StrEnum):
    """Life of one order's goods. The first three wait for something; `forfeited`: nobody came for them."""

    HELD = "held"
    PAID = "paid"
    READY = "ready"
    COLLECTED = "collected"
    FORFEITED = "forfeited"
    RELEASED = "released"
    REFUNDED = "refunded"


class Face(StrEnum):
    """What a round is to a shopper now."""

    UPCOMING = "upcoming"
    OPEN = "open"
    WAITING = "waiting"
    ARRIVED = "arrived"
    OVER = "over"
    STOPPED = "stopped"


class Shortage(StrEnum):
    """How too few goods are shared out."""

    PROPORTIONAL = "proportional"
    EVEN = "even"


class Unpicked(StrEnum):
    """What becomes of goods that nobody collected in time."""

    REFUND = "refund"
    FORFEIT = "forfeit"


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody writes who wants to become a leader, with the first point."""

    name: str
    phone: str
    region: str
    about: str
    point_name: str
    point_line: str
    hours: str


@dataclass(frozen=True, slots=True)
class PointView:
    """A place where goods are handed out; `is_open` also says that somebody is there to hand them out."""

    code: str
    name: str
    region: str
    line: str
    hours: str
    is_open: bool
    leader_code: str
    leader_name: str


@dataclass(frozen=True, slots=True)
class LeaderView:
    """A leader as operators and the leader see it. Money by currency: waiting for pick-up, and earned."""

    code: str
    person_id: int
    name: str
    phone: str
    region: str
    about: str
    state: LeaderState
    reason: str
    applied_at: datetime
    substitute_code: str
    substitute_name: str
    substitute_until: datetime | None
    points: tuple[PointView, ...] = ()
    waiting: tuple[tuple[str, int], ...] = ()
    earned: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class ItemView:
    """One variant in a round. cap = held + sold + left; `given` of `arrived` went to buyers."""

    code: str
    variant_id: int
    product_id: int
    product_code: str
    product_slug: str
    title: str
    options: tuple[str, ...]
    image_url: str
    currency: str
    price_minor: int
    list_minor: int
    cost_minor: int | None
    cap: int
    limit_per_person: int
    held: int
    sold: int
    arrived: int | None
    given: int

    @property
    def left(self) -> int:
        """How many can still be ordered."""
        return self.cap - self.held - self.sold

    @property
    def off_percent(self) -> int:
        """How much cheaper it is than alone, rounded down."""
        return max(0, (self.list_minor - self.price_minor) * 100 // self.list_minor) if self.list_minor else 0

    @property
    def short(self) -> int:
        """How many units fewer came than were paid for."""
        return max(0, self.sold - self.arrived) if self.arrived is not None else 0


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round with its items; `own` are the viewer's orders in it."""

    code: str
    shop_id: int
    shop_name: str
    title: str
    region: str
    currency: str
    state: RoundState
    face: Face
    starts_at: datetime
    cutoff_at: datetime
    arrives_at: datetime
    pickup_until_at: datetime
    shortage: Shortage
    unpicked: Unpicked
    commission_bps: int
    budget_minor: int
    commission_minor: int
    reason: str
    demand_code: str
    items: tuple[ItemView, ...]
    own: tuple[str, ...] = ()
    series_id: int | None = None


@dataclass(frozen=True, slots=True)
class SeriesView:
    """A round that comes again: on which days of the week (0 is Monday), and when the next one opens."""

    code: str
    days: tuple[int, ...]
    state: SeriesState
    due_at: datetime
    rounds: int


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A series in a list, with its latest round."""

    series: SeriesView
    shop_id: int
    shop_name: str
    title: str
    region: str
    round_code: str


@dataclass(frozen=True, slots=True)
class PortionView:
    """One item of a collection; `given` is None until the arrival was counted."""

    title: str
    options: tuple[str, ...]
    image_url: str
    quantity: int
    given: int | None
    paid_minor: int
    back_minor: int


@dataclass(frozen=True, slots=True)
class CollectionView:
    """One order's goods; `secret` is filled for the buyer alone, `buyer` for who hands out."""

    order_code: str
    round_code: str
    round_title: str
    shop_id: int
    currency: str
    state: CollectionState
    round_state: RoundState
    point: PointView
    portions: tuple[PortionView, ...]
    cutoff_at: datetime
    arrives_at: datetime
    pickup_until_at: datetime
    shortage: Shortage
    unpicked: Unpicked
    secret: str
    attempts_left: int
    buyer: str
    commission_minor: int
    short_minor: int


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a shop decides about a round before its items."""

    title_zh: str
    title_en: str
    region: str
    starts_at: datetime
    cutoff_at: datetime
    arrives_at: datetime
    pickup_until_at: datetime
    commission_bps: int
    budget_minor: int
    shortage: str = Shortage.PROPORTIONAL
    unpicked: str = Unpicked.REFUND
    gate: Gate = OPEN


@dataclass(frozen=True, slots=True)
class ItemPlan:
    """What a shop puts into a round."""

    variant_id: int
    price_minor: int
    cap: int
    limit_per_person: int = 5
    cost_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Preview:
    """What an item would mean for the shop; `warnings` are codes, the worst first.

    `keeps_minor` is what the shop gets per unit after both commissions; `gives_minor` what it forgoes and
    `leader_minor` what leaders get if every unit is sold; `liability_minor` is what buyers are owed then.
    """

    list_minor: int
    house_minor: int
    leader_minor: int
    keeps_minor: int
    margin_minor: int | None
    gives_minor: int
    liability_minor: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemandLineView:
    """How many of one variant the shop has to get."""

    product_code: str
    sku: str
    title: str
    options: tuple[str, ...]
    quantity: int


@dataclass(frozen=True, slots=True)
class DemandView:
    """The purchase demand of a round; made once, at its cut-off."""

    code: str
    round_code: str
    made_at: datetime
    orders: int
    lines: tuple[DemandLineView, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How one round goes."""

    orders: int
    ready: int
    collected: int
    paid_minor: int


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """One line of the live board."""

    view: RoundView
    orders: int
    ready: int
    collected: int
    paid_minor: int
    short_units: int
