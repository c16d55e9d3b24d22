"""The engine of collective plays without its database: settings, states, verdicts, and who sees what.

Pure: no ORM and no clock. A mechanic is data (`Mechanic`): settings with bounds, the `Terms` they amount
to, and
one `decide` that says from head counts alone whether a team waits, forms or expires.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from jishi.kernel.errors import InvariantBroken
from jishi.kernel.money import share_bps
from jishi.promotions.plays.contracts import Phrase, Screen, SeatState, TeamState, ViewerState
from jishi.promotions.plays.errors import ParamRefused

Params = Mapping[str, Any]

# --- Settings of a mechanic -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Param:
    """One setting a merchant chooses. Numbers have bounds, choices have labels, everything has a help
    text.
    """

    name: str
    kind: Literal["int", "bool", "choice"]
    default: Any
    label: str
    help: str
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[tuple[str, str], ...] = ()

    def clean(self, value: Any) -> Any:
        """Return the value as it is stored; forms send text, the API sends JSON.

        :raises ParamRefused: it is not such a value or out of bounds.
        """
        if self.kind == "bool":
            return self._clean_bool(value)
        if self.kind == "choice":
            if value not in {code for code, _ in self.choices}:
                raise ParamRefused(name=self.name, expected=" | ".join(code for code, _ in self.choices))
            return value
        return self._clean_int(value)

    def _clean_bool(self, value: Any) -> bool:
        known = {
            True: True,
            False: False,
            "true": True,
            "on": True,
            "1": True,
            "false": False,
            "": False,
            "0": False,
        }
        if not isinstance(value, bool | str) or value not in known:
            raise ParamRefused(name=self.name, expected="true | false")
        return known[value]

    def _clean_int(self, value: Any) -> int:
        expected = f"{self.minimum}–{self.maximum}"
        text = str(value).strip()
        if isinstance(value, bool | float) or not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ParamRefused(name=self.name, expected=expected)
        number = int(text)
        if (self.minimum is not None and number < self.minimum) or (
            self.maximum is not None and number > self.maximum
        ):
            raise ParamRefused(name=self.name, expected=expected)
        return number


def clean_params(params: Sequence[Param], raw: Params) -> dict[str, Any]:
    """Return every setting of a mechanic, checked, with defaults for those that are absent.

    :raises ParamRefused: a value is refused, or a name is unknown.
    """
    known = {param.name for param in params}
    for name in raw:
        if name not in known:
            raise ParamRefused(name=name, expected=" | ".join(sorted(known)))
    return {param.name: param.clean(raw.get(param.name, param.default)) for param in params}


# --- What the settings amount to --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Terms:
    """The rules of one offer, in the words of the engine. Zero means "no limit" where a limit is meant.

    `newcomers`: "no", "joiners" (whoever joins must never have bought here) or "everyone".
    `honours_holds`: a seat held before the deadline may still be paid after it.
    `late_elsewhere`: a payment whose seat is gone may get a seat in another open team, if the buyer agreed.
    `leader_leaves`: "hand_over" or "close_team".
    `virtual_from_percent`: house members fill a team that reached this much of its size; None is never.
    """

    size: int
    hours: int
    per_order: int = 0
    per_person: int = 0
    teams_per_person: int = 0
    newcomers: Literal["no", "joiners", "everyone"] = "no"
    leader_discount_bps: int = 0
    honours_holds: bool = False
    late_elsewhere: bool = False
    leader_leaves: Literal["hand_over", "close_team"] = "hand_over"
    virtual_from_percent: int | None = None


@dataclass(frozen=True, slots=True)
class Crowd:
    """Head counts of a team at the moment of a decision."""

    taken: int
    held: int
    virtual: int = 0


Verdict = Literal["wait", "form", "expire"]


@dataclass(frozen=True, slots=True)
class Mechanic:
    """A way of playing together, as data. Write one per file under `mechanics/`.

    `decide(terms, crowd, is_over)` is asked under the team's lock after every paid seat and at the deadline.
    `say(params)` tells shoppers the rules; `preview(params, prices, currency)` tells the merchant what the
    offer
    means, from pairs of (price alone, team price); `problems(params)` names settings that contradict each
    other.
    `pack_rules` maps the settings that the law of a place may forbid to their path in the rule pack.
    """

    code: str
    title: str
    summary: str
    params: tuple[Param, ...]
    terms: Callable[[Params], Terms]
    decide: Callable[[Terms, Crowd, bool], Verdict]
    say: Callable[[Params], tuple[Phrase, ...]]
    preview: Callable[[Params, Sequence[tuple[int, int]], str], tuple[Phrase, ...]]
    problems: Callable[[Params], tuple[Phrase, ...]]
    explanation: str
    pack_rules: Mapping[str, str]


def deadline(terms: Terms, *, opened_at: datetime, ends_at: datetime | None) -> datetime:
    """Return when a team opened now runs out: its own hours, but never later than the offer."""
    own = opened_at + timedelta(hours=terms.hours)
    return own if ends_at is None else min(own, ends_at)


def unit_price(terms: Terms, *, team_price_minor: int, starts: bool) -> int:
    """Return what one unit costs in a team; whoever starts it may pay a little less, never nothing."""
    if not starts or not terms.leader_discount_bps:
        return team_price_minor
    return max(1, team_price_minor - share_bps(team_price_minor, terms.leader_discount_bps))


def is_in_time(terms: Terms, *, paid_at: datetime, deadline_at: datetime) -> bool:
    """Whether a payment for a held seat counts. The instant of paying decides, not the arrival of its
    news.
    """
    return terms.honours_holds or paid_at < deadline_at


@dataclass(frozen=True, slots=True)
class Wish:
    """What a buyer wants of an offer: start a team or join one, with what, and whether another team will do
    too.

    It travels as the opaque reference of a price adjustment, so everything the seat needs is in it.
    """

    offer_code: str
    team_code: str | None
    variant_id: int
    quantity: int
    move_ok: bool = False

    def encode(self) -> str:
        """Return the wish as a reference."""
        move = "move" if self.move_ok else "stay"
        return f"{self.offer_code}/{self.team_code or ''}/{self.variant_id}/{self.quantity}/{move}"

    @classmethod
    def decode(cls, reference: str) -> "Wish":
        """Return the wish again.

        :raises InvariantBroken: the reference was not made by :meth:`encode`.
        """
        parts = reference.split("/")
        if len(parts) != 5 or not parts[2].isdigit() or not parts[3].isdigit():
            raise InvariantBroken(f"{reference!r} is no wish for a seat")
        offer_code, team_code, variant_id, quantity, move = parts
        return cls(offer_code, team_code or None, int(variant_id), int(quantity), move == "move")


# --- States -----------------------------------------------------------------------------------------------

TEAM_MOVES: Mapping[TeamState, frozenset[TeamState]] = {
    TeamState.STARTING: frozenset({TeamState.OPEN, TeamState.FORMED, TeamState.FAILED}),
    TeamState.OPEN: frozenset({TeamState.FORMED, TeamState.EXPIRED, TeamState.FAILED}),
    TeamState.FORMED: frozenset(),
    TeamState.EXPIRED: frozenset(),
    TeamState.FAILED: frozenset(),
}

SEAT_MOVES: Mapping[SeatState, frozenset[SeatState]] = {
    SeatState.HELD: frozenset({SeatState.TAKEN, SeatState.RELEASED}),
    SeatState.TAKEN: frozenset({SeatState.REFUND_DUE, SeatState.REFUNDING}),
    # A released seat comes back to life only by a late payment that still found room.
    SeatState.RELEASED: frozenset({SeatState.TAKEN}),
    SeatState.REFUND_DUE: frozenset({SeatState.REFUNDING}),
    SeatState.REFUNDING: frozenset({SeatState.REFUNDED}),
    SeatState.REFUNDED: frozenset(),
}

LIVE_SEATS = (SeatState.HELD, SeatState.TAKEN)
REFUND_SEATS = (SeatState.REFUND_DUE, SeatState.REFUNDING, SeatState.REFUNDED)
CLOSED_TEAMS = (TeamState.FORMED, TeamState.EXPIRED, TeamState.FAILED)


def move_team(state: str, to: TeamState) -> TeamState:
    """Return the next state of a team.

    :raises InvariantBroken: there is no such move; the engine never asks for one.
    """
    if to not in TEAM_MOVES[TeamState(state)]:
        raise InvariantBroken(f"a team cannot go from {state} to {to}")
    return to


def move_seat(state: str, to: SeatState) -> SeatState:
    """Return the next state of a seat.

    :raises InvariantBroken: there is no such move; the engine never asks for one.
    """
    if to not in SEAT_MOVES[SeatState(state)]:
        raise InvariantBroken(f"a seat cannot go from {state} to {to}")
    return to


# --- The team page: status × viewer -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """What the page must know of a team. `can_start`: the offer runs; `has_units`: stock is left to join
    with.
    """

    state: str
    size: int
    taken: int
    held: int
    virtual: int
    is_over: bool
    can_start: bool
    has_units: bool


@dataclass(frozen=True, slots=True)
class ViewerFacts:
    """The viewer's seat, if any. `left`: refunded by own wish before the team formed."""

    seat_state: str | None = None
    is_leader: bool = False
    left: bool = False


@dataclass(frozen=True, slots=True)
class ViewerScreen:
    """The one answer that picks the template of the page and the `actions` of the API."""

    viewer_state: ViewerState
    screen: Screen
    actions: tuple[str, ...]


def viewer_screen(team: TeamFacts, viewer: ViewerFacts) -> ViewerScreen:
    """Decide what a viewer sees of a team and may do with it; first action is the main one."""
    who = _viewer_state(viewer)
    screen = _screen(team)
    return ViewerScreen(who, screen, _actions(screen, who, team, viewer))


def _viewer_state(viewer: ViewerFacts) -> ViewerState:
    if viewer.seat_state is None or viewer.seat_state == SeatState.RELEASED or viewer.left:
        return ViewerState.STRANGER
    return ViewerState.LEADER if viewer.is_leader else ViewerState.MEMBER


def _screen(team: TeamFacts) -> Screen:
    if team.state == TeamState.FORMED:
        return Screen.FORMED
    if team.state in (TeamState.EXPIRED, TeamState.FAILED):
        return Screen(team.state) if team.can_start else Screen.ENDED
    is_full = team.taken + team.held + team.virtual >= team.size
    if team.state == TeamState.STARTING or (team.held and (is_full or team.is_over)):
        return Screen.FILLING
    if team.is_over:
        # The sweep has not come round yet, but the outcome is certain.
        return Screen.EXPIRED if team.can_start else Screen.ENDED
    return Screen.OPEN if team.has_units else Screen.ENDED


def _actions(screen: Screen, who: ViewerState, team: TeamFacts, viewer: ViewerFacts) -> tuple[str, ...]:
    start = ("start_own",) if team.can_start else ()
    if who != ViewerState.STRANGER and viewer.seat_state == SeatState.HELD:
        return ("pay", "see_order")
    if who == ViewerState.STRANGER:
        by_screen = {
            Screen.OPEN: ("join",),
            Screen.FILLING: start,
            Screen.FORMED: (*start, "other_teams"),
            Screen.EXPIRED: start,
            Screen.FAILED: start,
            Screen.ENDED: ("similar",),
        }
        return by_screen[screen]
    if screen == Screen.OPEN:
        is_alone = who == ViewerState.LEADER and team.taken == 1 and team.held == 0
        return ("invite", "see_order", "cancel") if is_alone else ("invite", "see_order")
    if screen == Screen.FILLING:
        return ("see_order", *start)
    if screen == Screen.FORMED:
        return ("see_order", "share_win", "write_note")
    if screen in (Screen.EXPIRED, Screen.FAILED) and who == ViewerState.LEADER:
        return ("restart", "see_order")
    return ("see_order",)
