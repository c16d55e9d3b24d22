"""What other parts see of collective plays: frozen views of offers, teams and seats, rallies and helps.

Words: a shop sets up an *offer*, people form a *team* under it, each person in a team has a *seat*. Under
other offers one person starts a *rally*, and each of their friends gives one *help*.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from jishi.people.accounts.contracts import AudienceRef, PersonCard


class OfferStatus(StrEnum):
    """Whether the shop wants the offer to run; the period decides the rest."""

    DRAFT = "draft"
    ON = "on"
    STOPPED = "stopped"


class TeamState(StrEnum):
    """Life of a team. `starting`: the leader has not paid yet, so nobody else can see or join it."""

    STARTING = "starting"
    OPEN = "open"
    FORMED = "formed"
    EXPIRED = "expired"
    FAILED = "failed"


class SeatState(StrEnum):
    """Life of a seat. `refund_due` → `refunding` → `refunded` is the way back of a payment."""

    HELD = "held"
    TAKEN = "taken"
    RELEASED = "released"
    REFUND_DUE = "refund_due"
    REFUNDING = "refunding"
    REFUNDED = "refunded"


class RallyState(StrEnum):
    """Life of a rally. `won`: the goal is reached; `ordered`: its order waits for payment."""

    OPEN = "open"
    WON = "won"
    ORDERED = "ordered"
    BOUGHT = "bought"
    EXPIRED = "expired"
    STOPPED = "stopped"
    REFUNDED = "refunded"


class HelpState(StrEnum):
    """Whether a help counts. `kept`: somebody has to look at it first."""

    COUNTED = "counted"
    KEPT = "kept"
    REFUSED = "refused"


class RallyScreen(StrEnum):
    """What the page of a rally is about, for the starter (`own_…`), a friend, or everybody."""

    OWN_START = "own_start"
    OWN_GOING = "own_going"
    OWN_PAY = "own_pay"
    OWN_PAYING = "own_paying"
    OWN_BOUGHT = "own_bought"
    OWN_EXPIRED = "own_expired"
    HELP = "help"
    HELPED = "helped"
    CHECKING = "checking"
    FULL = "full"
    LIMIT = "limit"
    SOLD_OUT = "sold_out"
    OVER = "over"


class Screen(StrEnum):
    """What the team page is about; with the viewer's part in it, this picks the template and the actions."""

    OPEN = "open"
    FILLING = "filling"
    FORMED = "formed"
    EXPIRED = "expired"
    FAILED = "failed"
    ENDED = "ended"


class ViewerState(StrEnum):
    """The viewer's part in a team."""

    STRANGER = "stranger"
    MEMBER = "member"
    LEADER = "leader"


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence to translate where it is shown: an English msgid with named parameters.

    Parameters ending in ``_minor`` are amounts in the currency given as ``currency``.
    """

    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ParamView:
    """One setting of a mechanic, as a form shows it."""

    name: str
    kind: str
    label: str
    help: str
    default: Any
    minimum: int | None
    maximum: int | None
    choices: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MechanicView:
    """A way of playing together that a shop can choose."""

    code: str
    title: str
    summary: str
    params: tuple[ParamView, ...]
    gathers_friends: bool = False
    allows_free: bool = False


@dataclass(frozen=True, slots=True)
class OfferView:
    """What a shop offers to teams. `prices` maps variant ids to the team price; `terms` say the rules in
    words.
    """

    id: int
    code: str
    mechanic: str
    shop_id: int
    product_id: int
    currency: str
    params: Mapping[str, Any]
    size: int
    prices: Mapping[int, int]
    price_from_minor: int
    starts_at: datetime
    ends_at: datetime | None
    status: str
    is_on: bool
    units_left: int | None
    terms: tuple[Phrase, ...]
    audience: AudienceRef | None = None
    """Whom it is for; None for everybody."""
    gathers_friends: bool = False
    """Whether friends help one buyer with it, instead of joining a team."""


@dataclass(frozen=True, slots=True)
class AudienceSales:
    """What offers for one audience sold: paid and not refunded. Amounts are per currency."""

    orders: int
    units: int
    amounts_minor: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class OfferPreview:
    """What an offer would mean for the merchant and the shoppers, before it is published."""

    lines: tuple[Phrase, ...]
    problems: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class MemberView:
    """Somebody in a team. A house member fills a seat under virtual completion and is shown as one."""

    person: PersonCard | None
    is_leader: bool
    state: str
    is_house: bool = False


@dataclass(frozen=True, slots=True)
class TeamRefund:
    """The viewer's money on its way back; `state` is "due", "refunding" or "refunded"."""

    amount_minor: int
    currency: str
    state: str
    at: datetime | None
    to: str = ""


@dataclass(frozen=True, slots=True)
class StartChoice:
    """What one tap on "start my own" or "restart" puts into the checkout."""

    offer_code: str
    product_id: int
    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class TeamView:
    """A team as one viewer sees it. `screen`, `viewer_state` and `actions` come from `rules.viewer_screen`.

    `held_until` is when the next unpaid seat becomes free again. `order_code` and `refund` are the viewer's
    own.
    """

    id: int
    code: str
    offer_code: str
    mechanic: str
    product_id: int
    shop_id: int
    size: int
    state: str
    missing: int
    held: int
    taken: int
    virtual: int
    opened_at: datetime | None
    deadline_at: datetime
    formed_at: datetime | None
    closed_at: datetime | None
    close_reason: str
    leader: PersonCard
    members: tuple[MemberView, ...]
    viewer_state: str
    screen: str
    actions: tuple[str, ...]
    viewer_paying: bool
    currency: str
    price_minor: int
    solo_minor: int
    order_code: str | None
    refund: TeamRefund | None
    held_until: datetime | None
    moved_to: str | None
    start: StartChoice | None
    terms: tuple[Phrase, ...]
    tiers: tuple["TierView", ...] = ()
    """The prices by size, the first included; nothing where one price holds."""
    back_minor: int = 0
    """What goes back to the viewer because the team reached a better price."""
    draw_winners: int = 0
    drawn: str = ""
    """How the draw went for the viewer: "won", "lost" or not yet."""
    seed_hash: str = ""
    reserved_until: datetime | None = None
    """Until when a seat is kept for the viewer to order with."""
    join_with: StartChoice | None = None
    """What joining puts into the checkout, where there is nothing to choose."""
    few_left: bool = False
    """So few seats are free that joining goes through the rush lane."""


@dataclass(frozen=True, slots=True)
class Seeker:
    """One wish for a seat in a batch, and the name that the seat would get."""

    team_code: str
    person_id: int
    epoch: int
    seat_code: str


@dataclass(frozen=True, slots=True)
class SeatOutcome:
    """What became of a wish for a seat: won, yours, member, full, closed, limit, many, spent, sold_out,
    newcomers, ordinary, stranger, unknown.

    `won` and `yours` say until when the seat is kept; `member` carries the code of the order that has one.
    """

    kind: str
    order_code: str = ""
    until: datetime | None = None
    left: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class TierView:
    """The price of a unit from so many members on, and whether the team has them."""

    size: int
    price_minor: int
    reached: bool


@dataclass(frozen=True, slots=True)
class OpenTeamView:
    """A row of the list "teams you can join"."""

    code: str
    offer_code: str
    product_id: int
    leader: PersonCard
    members: tuple[PersonCard, ...]
    size: int
    filled: int
    missing: int
    deadline_at: datetime
    joined: bool


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A row of the console's team list."""

    code: str
    offer_code: str
    mechanic: str
    shop_id: int
    product_id: int
    leader: PersonCard
    size: int
    taken: int
    held: int
    virtual: int
    state: str
    opened_at: datetime | None
    deadline_at: datetime
    formed_at: datetime | None
    closed_at: datetime | None
    order_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TeamStats:
    """How teams end. `completion_bps` is formed ÷ (formed + expired + failed), of teams whose leader paid."""

    by_state: Mapping[str, int]
    opened: int
    completion_bps: int
    people: int
    open_seats: int


@dataclass(frozen=True, slots=True)
class OrderTeam:
    """The team behind an order, for order pages and lists."""

    order_code: str
    team_code: str
    team_state: str
    seat_state: str
    size: int
    missing: int
    deadline_at: datetime
    is_leader: bool


@dataclass(frozen=True, slots=True)
class HelpView:
    """What became of somebody's help. `amount` is in minor units of money in a bargain, else in points."""

    rally_code: str
    state: str
    amount: int
    is_newcomer: bool = False


@dataclass(frozen=True, slots=True)
class HelperRow:
    """A help on the page of a rally."""

    person: PersonCard
    amount: int
    is_newcomer: bool
    is_first: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class RallyView:
    """A rally as one viewer sees it; `screen` and `actions` come from `rules.rally_screen`.

    `helps_left` is a true bound: after at most so many more helps the goal is reached. `price_minor` is what
    the starter pays now, None while there is nothing to buy. In a bargain `goal` and `gained` are minor
    units.
    """

    code: str
    offer_code: str
    mechanic: str
    shop_id: int
    product_id: int
    variant_id: int
    currency: str
    starter: PersonCard
    state: str
    screen: str
    actions: tuple[str, ...]
    alone_minor: int
    floor_minor: int
    price_minor: int | None
    goal: int
    gained: int
    rest: int
    helps: int
    helps_left: int
    helps_kept: int
    created_at: datetime
    ends_at: datetime
    won_at: datetime | None
    pay_by_at: datetime | None
    order_code: str
    helpers: tuple[HelperRow, ...]
    own_help: HelpView | None
    terms: tuple[Phrase, ...]

    @property
    def is_bargain(self) -> bool:
        """Whether helps cut money off a price; otherwise they are points towards a right."""
        return self.mechanic == "bargain"

    @property
    def percent(self) -> int:
        """How much of the goal is reached, rounded down: 100 is reached."""
        return self.gained * 100 // self.goal if self.goal else 100


@dataclass(frozen=True, slots=True)
class RallyRow:
    """A rally in a list."""

    code: str
    offer_code: str
    mechanic: str
    shop_id: int
    product_id: int
    starter: PersonCard
    state: str
    gained: int
    goal: int
    helps: int
    helps_kept: int
    created_at: datetime
    ends_at: datetime
    order_code: str


@dataclass(frozen=True, slots=True)
class KeptHelp:
    """A help that waits for somebody to look at it."""

    id: int
    rally_code: str
    mechanic: str
    shop_id: int
    product_id: int
    starter: PersonCard
    person: PersonCard
    signals: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class OfferWatch:
    """How an offer is doing now, for the shop and for operators."""

    offer: OfferView
    teams: Mapping[str, int]
    rallies: Mapping[str, int]
    people: int
    helps: int
    helps_kept: int
    units_claimed: int
    budget_minor: int | None
    budget_used_minor: int
    sales_minor: int


@dataclass(frozen=True, slots=True)
class OfferWarning:
    """What a shop should know before it publishes: `kind` is "clash", "below_cost" or "small"."""

    kind: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DrawProof:
    """What anybody needs to check the draw of a team; `data` is the file the published script reads."""

    team_code: str
    seed_hash: str
    seed: str
    data: Mapping[str, Any]
