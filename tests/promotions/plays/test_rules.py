"""What a viewer sees of a team, the settings' bounds, and the verdicts of group buy. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from jishi.kernel.errors import InvariantBroken
from jishi.promotions.plays import rules
from jishi.promotions.plays.contracts import Screen, SeatState, TeamState, ViewerState
from jishi.promotions.plays.errors import ParamRefused
from jishi.promotions.plays.mechanics.group_buy import GROUP_BUY
from jishi.promotions.plays.rules import Crowd, TeamFacts, ViewerFacts, Wish, viewer_screen

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)

OPEN = TeamFacts(
    state=TeamState.OPEN,
    size=3,
    taken=2,
    held=0,
    virtual=0,
    is_over=False,
    can_start=True,
    has_units=True,
)
ALONE = replace(OPEN, taken=1)
FILLING = replace(OPEN, held=1)
FORMED = replace(OPEN, state=TeamState.FORMED, taken=3)
EXPIRED = replace(OPEN, state=TeamState.EXPIRED, is_over=True)
FAILED = replace(OPEN, state=TeamState.FAILED)
ENDED = replace(EXPIRED, can_start=False)
SOLD_OUT = replace(OPEN, can_start=False, has_units=False)
LATE = replace(OPEN, is_over=True)
LATE_FILLING = replace(FILLING, is_over=True)
STARTING = replace(OPEN, state=TeamState.STARTING, taken=0, held=1)

STRANGER = ViewerFacts()
RELEASED = ViewerFacts(SeatState.RELEASED, is_leader=True)
LEFT = ViewerFacts(SeatState.REFUNDED, left=True)
MEMBER = ViewerFacts(SeatState.TAKEN)
LEADER = ViewerFacts(SeatState.TAKEN, is_leader=True)
PAYING = ViewerFacts(SeatState.HELD)
BACK = ViewerFacts(SeatState.REFUNDING)
LEADER_BACK = ViewerFacts(SeatState.REFUND_DUE, is_leader=True)

S, M, L = ViewerState.STRANGER, ViewerState.MEMBER, ViewerState.LEADER
WIN = ("see_order", "share_win", "write_note")

MATRIX = {
    "open stranger": (OPEN, STRANGER, S, Screen.OPEN, ("join",)),
    "open released": (OPEN, RELEASED, S, Screen.OPEN, ("join",)),
    "open left": (OPEN, LEFT, S, Screen.OPEN, ("join",)),
    "open member": (OPEN, MEMBER, M, Screen.OPEN, ("invite", "see_order")),
    "open leader": (OPEN, LEADER, L, Screen.OPEN, ("invite", "see_order")),
    "open leader alone": (ALONE, LEADER, L, Screen.OPEN, ("invite", "see_order", "cancel")),
    "open leader while somebody pays": (
        replace(ALONE, held=1),
        LEADER,
        L,
        Screen.OPEN,
        ("invite", "see_order"),
    ),
    "open paying": (replace(ALONE, held=1), PAYING, M, Screen.OPEN, ("pay", "see_order")),
    "filling stranger": (FILLING, STRANGER, S, Screen.FILLING, ("start_own",)),
    "filling stranger, offer over": (replace(FILLING, can_start=False), STRANGER, S, Screen.FILLING, ()),
    "filling member": (FILLING, MEMBER, M, Screen.FILLING, ("see_order", "start_own")),
    "filling leader": (FILLING, LEADER, L, Screen.FILLING, ("see_order", "start_own")),
    "filling paying": (FILLING, PAYING, M, Screen.FILLING, ("pay", "see_order")),
    "starting leader": (STARTING, replace(PAYING, is_leader=True), L, Screen.FILLING, ("pay", "see_order")),
    "formed stranger": (FORMED, STRANGER, S, Screen.FORMED, ("start_own", "other_teams")),
    "formed stranger, offer over": (
        replace(FORMED, can_start=False),
        STRANGER,
        S,
        Screen.FORMED,
        ("other_teams",),
    ),
    "formed member": (FORMED, MEMBER, M, Screen.FORMED, WIN),
    "formed leader": (FORMED, LEADER, L, Screen.FORMED, WIN),
    "formed, refunded since": (FORMED, BACK, M, Screen.FORMED, WIN),
    "expired stranger": (EXPIRED, STRANGER, S, Screen.EXPIRED, ("start_own",)),
    "expired member": (EXPIRED, BACK, M, Screen.EXPIRED, ("see_order",)),
    "expired leader": (EXPIRED, LEADER_BACK, L, Screen.EXPIRED, ("restart", "see_order")),
    "failed stranger": (FAILED, STRANGER, S, Screen.FAILED, ("start_own",)),
    "failed member": (FAILED, BACK, M, Screen.FAILED, ("see_order",)),
    "failed leader": (FAILED, LEADER_BACK, L, Screen.FAILED, ("restart", "see_order")),
    "ended stranger": (ENDED, STRANGER, S, Screen.ENDED, ("similar",)),
    "ended member": (ENDED, BACK, M, Screen.ENDED, ("see_order",)),
    "ended leader": (ENDED, LEADER_BACK, L, Screen.ENDED, ("see_order",)),
    "sold out stranger": (SOLD_OUT, STRANGER, S, Screen.ENDED, ("similar",)),
    "sold out member": (SOLD_OUT, MEMBER, M, Screen.ENDED, ("see_order",)),
    "sold out leader": (SOLD_OUT, LEADER, L, Screen.ENDED, ("see_order",)),
    "over, not swept, stranger": (LATE, STRANGER, S, Screen.EXPIRED, ("start_own",)),
    "over, not swept, member": (LATE, MEMBER, M, Screen.EXPIRED, ("see_order",)),
    "over, not swept, leader": (LATE, LEADER, L, Screen.EXPIRED, ("restart", "see_order")),
    "over, somebody paid in time perhaps": (LATE_FILLING, STRANGER, S, Screen.FILLING, ("start_own",)),
}


@pytest.mark.parametrize("case", MATRIX)
def test_the_screen_of_every_status_and_viewer(case: str) -> None:
    team, viewer, who, screen, actions = MATRIX[case]

    shown = viewer_screen(team, viewer)

    assert (shown.viewer_state, shown.screen, shown.actions) == (who, screen, actions)


@pytest.mark.parametrize("state", TeamState)
@pytest.mark.parametrize("viewer", [STRANGER, LEFT, MEMBER, LEADER, PAYING, BACK, LEADER_BACK])
@pytest.mark.parametrize("is_over", [False, True])
@pytest.mark.parametrize("can_start", [False, True])
@pytest.mark.parametrize("held", [0, 1])
def test_every_combination_has_one_answer_and_offers_nothing_impossible(
    state: TeamState, viewer: ViewerFacts, is_over: bool, can_start: bool, held: int
) -> None:
    team = replace(OPEN, state=state, held=held, is_over=is_over, can_start=can_start)

    shown = viewer_screen(team, viewer)

    assert not ({"start_own", "restart"} & set(shown.actions)) or can_start
    assert "join" not in shown.actions or (
        shown.screen == Screen.OPEN and shown.viewer_state == ViewerState.STRANGER
    )
    assert ("pay" in shown.actions) == (viewer.seat_state == SeatState.HELD)


# --- Settings ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("param", GROUP_BUY.params, ids=lambda param: param.name)
def test_every_setting_is_explained_bounded_and_has_a_default_that_it_accepts(param: rules.Param) -> None:
    assert param.label and param.help.endswith((".", "%"))
    assert param.clean(param.default) == param.default
    if param.kind == "int":
        assert param.minimum is not None and param.maximum is not None
        for beyond in (param.minimum - 1, param.maximum + 1):
            with pytest.raises(ParamRefused):
                param.clean(beyond)


@pytest.mark.parametrize("value", [True, 2.0, "2.5", "-3", "", None, "二", "2" * 30, [2]])
def test_a_number_is_a_whole_number(value: object) -> None:
    with pytest.raises(ParamRefused):
        rules.clean_params(GROUP_BUY.params, {"size": value})


def test_forms_send_text_and_unknown_settings_are_refused() -> None:
    clean = rules.clean_params(GROUP_BUY.params, {"size": " 5 ", "virtual_completion": "on"})

    assert (clean["size"], clean["virtual_completion"], clean["hours"]) == (5, True, 24)
    with pytest.raises(ParamRefused):
        rules.clean_params(GROUP_BUY.params, {"sizes": 5})


# --- Group buy's verdicts ---------------------------------------------------------------------------------

PLAIN = GROUP_BUY.terms(rules.clean_params(GROUP_BUY.params, {"size": 3}))
HOUSE = replace(PLAIN, virtual_from_percent=60)

VERDICTS = [
    (PLAIN, Crowd(taken=3, held=0), False, "form"),
    (PLAIN, Crowd(taken=2, held=1), False, "wait"),
    (PLAIN, Crowd(taken=2, held=0), True, "expire"),
    (PLAIN, Crowd(taken=2, held=1), True, "wait"),
    (PLAIN, Crowd(taken=1, held=1), True, "expire"),
    (HOUSE, Crowd(taken=2, held=0), False, "wait"),
    (HOUSE, Crowd(taken=2, held=0), True, "form"),
    (HOUSE, Crowd(taken=1, held=0), True, "expire"),
    (HOUSE, Crowd(taken=1, held=1), True, "wait"),
]


@pytest.mark.parametrize(("terms", "crowd", "is_over", "verdict"), VERDICTS)
def test_verdicts(terms: rules.Terms, crowd: Crowd, is_over: bool, verdict: str) -> None:
    assert GROUP_BUY.decide(terms, crowd, is_over) == verdict


def test_a_team_never_outlives_its_offer() -> None:
    own = rules.deadline(PLAIN, opened_at=NOON, ends_at=None)
    capped = rules.deadline(PLAIN, opened_at=NOON, ends_at=NOON + timedelta(hours=1))

    assert (own, capped) == (NOON + timedelta(hours=24), NOON + timedelta(hours=1))


def test_the_instant_of_payment_decides_unless_holds_are_honoured() -> None:
    honours = replace(PLAIN, honours_holds=True)

    assert rules.is_in_time(PLAIN, paid_at=NOON - timedelta(microseconds=1), deadline_at=NOON)
    assert not rules.is_in_time(PLAIN, paid_at=NOON, deadline_at=NOON)
    assert rules.is_in_time(honours, paid_at=NOON + timedelta(minutes=5), deadline_at=NOON)


def test_the_leader_saves_more_and_never_pays_nothing() -> None:
    terms = replace(PLAIN, leader_discount_bps=1000)

    assert rules.unit_price(terms, team_price_minor=995, starts=True) == 896
    assert rules.unit_price(terms, team_price_minor=995, starts=False) == 995
    assert rules.unit_price(terms, team_price_minor=1, starts=True) == 1


def test_a_wish_survives_its_journey_as_a_reference() -> None:
    for wish in (Wish("o" * 12, None, 7, 2), Wish("o" * 12, "t" * 12, 9_999_999_999, 99, move_ok=True)):
        assert Wish.decode(wish.encode()) == wish
        assert len(wish.encode()) <= 80
    with pytest.raises(InvariantBroken):
        Wish.decode("coupon-5")


def test_closed_teams_and_refunded_seats_never_move_again() -> None:
    for state in (TeamState.FORMED, TeamState.EXPIRED, TeamState.FAILED):
        for to in TeamState:
            with pytest.raises(InvariantBroken):
                rules.move_team(state, to)
    for seat in SeatState:
        with pytest.raises(InvariantBroken):
            rules.move_seat(SeatState.REFUNDED, seat)
