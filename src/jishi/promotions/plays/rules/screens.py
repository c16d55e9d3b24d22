"""The team page: status × viewer. The one place that says what somebody sees and may do."""

from dataclasses import dataclass

from jishi.promotions.plays.contracts import Screen, SeatState, TeamState, ViewerState

FEW_SEATS = 2
"""With so few seats left people may race for them, and joining goes through the rush lane."""


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
    """The viewer's seat, if any. `left`: refunded by own wish before the team formed; `reserved`: it waits
    for their order.
    """

    seat_state: str | None = None
    is_leader: bool = False
    left: bool = False
    reserved: bool = False


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
    nothing = viewer.seat_state is None or viewer.seat_state == SeatState.RELEASED
    if nothing or viewer.left or viewer.reserved:
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
    if viewer.reserved:
        return ("take_seat", "let_go") if screen in (Screen.OPEN, Screen.FILLING) else start
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
