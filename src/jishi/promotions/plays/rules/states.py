"""Legal moves of teams, seats and rallies."""

from collections.abc import Mapping

from jishi.kernel.errors import InvariantBroken
from jishi.promotions.plays.contracts import RallyState, SeatState, TeamState

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


RALLY_MOVES: Mapping[RallyState, frozenset[RallyState]] = {
    RallyState.OPEN: frozenset({RallyState.WON, RallyState.ORDERED, RallyState.EXPIRED, RallyState.STOPPED}),
    RallyState.WON: frozenset({RallyState.ORDERED, RallyState.EXPIRED, RallyState.STOPPED}),
    # An order that came to nothing gives the rally back as it was, or to its end if that has come meanwhile.
    RallyState.ORDERED: frozenset({RallyState.BOUGHT, RallyState.OPEN, RallyState.WON, RallyState.EXPIRED}),
    RallyState.BOUGHT: frozenset({RallyState.REFUNDED}),
    # Only a payment that was promised to be honoured brings an ended rally back.
    RallyState.EXPIRED: frozenset({RallyState.BOUGHT}),
    RallyState.STOPPED: frozenset(),
    RallyState.REFUNDED: frozenset(),
}
LIVE_RALLIES = (RallyState.OPEN, RallyState.WON, RallyState.ORDERED)


def move_rally(state: str, to: RallyState) -> RallyState:
    """Return the next state of a rally.

    :raises InvariantBroken: there is no such move; the engine never asks for one.
    """
    if to not in RALLY_MOVES[RallyState(state)]:
        raise InvariantBroken(f"a rally cannot go from {state} to {to}")
    return to
