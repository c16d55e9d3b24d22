"""Deadlines, late payments and refunds by scenario: one outcome each, no money lost or paid back twice."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.factories import plays as made
from tests.factories import trade
from tests.factories.plays import NOON, TOGETHER

from jishi.goods.merchants import operations as merchants
from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel.outbox import relay
from jishi.money.payments import queries as payment_queries
from jishi.people.notifications.models import Notice
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import Screen, SeatState, TeamState
from jishi.promotions.plays.models import Seat, Team
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.contracts import Placed
from jishi.trade.orders import operations as orders
from jishi.trade.orders.errors import NotPossibleNow

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def hear_payment(placed: Placed, *, paid_at: datetime, at: datetime) -> None:
    """Have a payment captured at one instant and heard of at another."""
    trade.capture(placed.intent_code, at=paid_at)
    checkout.apply_payment(
        intent_code=placed.intent_code,
        allocations={placed.order_codes[0]: placed.total_minor},
        paid_at=paid_at,
        at=at,
    )


def refunded_minor(placed: Placed) -> int:
    return sum(refund.amount_minor for refund in payment_queries.list_refunds(placed.order_codes[0]))


def test_grp_088_m25_a_team_not_full_at_the_deadline_is_refunded_once_and_nothing_ships() -> None:
    party = made.party(size=3)
    leader, friend = trade.buyer(), trade.buyer()
    first = party.start(leader)
    trade.pay(first, at=NOON)
    team = made.team_of(first)
    second = party.joined(team, friend)
    deadline = made.fresh(team).deadline_at

    assert plays.close_due_teams(deadline - timedelta(microseconds=1)) == 0
    plays.close_due_teams(deadline)
    plays.close_due_teams(deadline)
    relay.drain()
    made.finish_refunds(first, second)
    plays.close_due_teams(deadline + HOUR)

    assert made.fresh(team).state == TeamState.EXPIRED
    for placed in (first, second):
        assert made.order_state(placed) == "refunded"
        assert made.seat_of(placed).state == SeatState.REFUNDED
        assert refunded_minor(placed) == TOGETHER
        with pytest.raises(NotPossibleNow):
            orders.mark_shipped(order_code=placed.order_codes[0], by=None, at=NOON)
    assert set(Notice.objects.filter(kind="team_expired").values_list("person_id", flat=True)) == {
        leader.id,
        friend.id,
    }
    merchants.tell_due(deadline + HOUR)
    of_shop = Notice.objects.filter(kind="shop_team_ended")
    assert [one.params["count"] for one in of_shop] == [1] * len(
        merchant_queries.list_staff(party.scene.shop.id)
    )
    shown = made.view(team, leader, at=deadline + HOUR)
    assert (shown.screen, shown.actions) == (Screen.EXPIRED, ("restart", "see_order"))
    assert shown.start is not None and shown.start.variant_id == party.scene.variant_id


def test_a_formed_team_never_expires() -> None:
    party = made.party()
    team = party.started()
    party.joined(team)

    plays.close_due_teams(NOON + 9 * 24 * HOUR)

    assert made.fresh(team).state == TeamState.FORMED


def test_grp_090_paid_before_the_deadline_and_heard_of_after_it_forms_the_team() -> None:
    party = made.party(hours=1)
    team = party.started()
    deadline = made.fresh(team).deadline_at
    last = party.join(trade.buyer(), team.code, at=deadline - 5 * MINUTE)

    plays.close_due_teams(deadline + MINUTE)
    assert made.view(team, at=deadline + MINUTE).screen == Screen.FILLING
    hear_payment(last, paid_at=deadline - timedelta(seconds=1), at=deadline + 2 * MINUTE)
    plays.close_due_teams(deadline + 3 * MINUTE)

    assert made.fresh(team).state == TeamState.FORMED
    assert made.order_state(last) == "paid"
    assert Seat.objects.filter(team=team, state=SeatState.TAKEN).count() == 2


def test_grp_090_paid_at_the_deadline_is_too_late_and_goes_back_to_everybody() -> None:
    party = made.party(hours=1)
    first = party.start(trade.buyer())
    trade.pay(first, at=NOON)
    team = made.team_of(first)
    deadline = team.deadline_at
    last = party.join(trade.buyer(), team.code, at=deadline - 5 * MINUTE)

    hear_payment(last, paid_at=deadline, at=deadline + MINUTE)
    plays.close_due_teams(deadline + 2 * MINUTE)
    made.finish_refunds(first, last)

    assert made.fresh(team).state == TeamState.EXPIRED
    assert (refunded_minor(first), refunded_minor(last)) == (TOGETHER, TOGETHER)
    assert made.order_state(last) != "paid"


def test_pay_044_a_shop_may_honour_a_seat_held_before_the_window_closed() -> None:
    ends_at = NOON + HOUR
    party = made.party(hours=24, ends_at=ends_at, paid_after_deadline="honour")
    team = party.started()
    assert team.deadline_at == ends_at
    last = party.join(trade.buyer(), team.code, at=ends_at - 5 * MINUTE)

    hear_payment(last, paid_at=ends_at + MINUTE, at=ends_at + 2 * MINUTE)

    assert made.fresh(team).state == TeamState.FORMED
    assert trade.order(last.order_codes[0]).total_minor == TOGETHER


def test_pay_044_or_refund_it() -> None:
    ends_at = NOON + HOUR
    party = made.party(hours=24, ends_at=ends_at, paid_after_deadline="refund")
    team = party.started()
    last = party.join(trade.buyer(), team.code, at=ends_at - 5 * MINUTE)

    hear_payment(last, paid_at=ends_at + MINUTE, at=ends_at + 2 * MINUTE)
    plays.close_due_teams(ends_at + 3 * MINUTE)

    assert made.fresh(team).state == TeamState.EXPIRED
    assert refunded_minor(last) == TOGETHER
    assert made.seat_of(last).state == SeatState.RELEASED


def expired(party: made.Party, team: Team, **tokens: str) -> Placed:
    """An order to join a team that nobody paid in time; its seat is free again."""
    placed = party.join(trade.buyer(), team.code, **tokens)
    orders.expire(checkout_code=placed.checkout_code, at=NOON + 16 * MINUTE)
    assert made.order_state(placed) == "expired"
    return placed


def test_pay_043_a_late_payment_gets_its_seat_back_if_it_is_still_free() -> None:
    party = made.party()
    team = party.started()
    late = expired(party, team)

    hear_payment(late, paid_at=NOON + 20 * MINUTE, at=NOON + 20 * MINUTE)

    assert made.order_state(late) == "paid"
    assert made.fresh(team).state == TeamState.FORMED
    assert not trade.order(late.order_codes[0]).on_hold


def test_pay_043_without_a_seat_the_money_goes_back() -> None:
    party = made.party()
    team = party.started()
    late = expired(party, team)
    party.joined(team, at=NOON + 17 * MINUTE)
    other = party.started(at=NOON + 17 * MINUTE)

    hear_payment(late, paid_at=NOON + 20 * MINUTE, at=NOON + 20 * MINUTE)
    made.finish_refunds(late)

    assert made.order_state(late) == "expired"
    assert refunded_minor(late) == TOGETHER
    assert made.seat_of(late).state == SeatState.RELEASED
    assert (made.fresh(team).seats_taken, made.fresh(other).seats_taken) == (2, 1)


def test_pay_043_a_buyer_who_agreed_gets_a_seat_in_another_team() -> None:
    party = made.party(size=3)
    team = party.started()
    late = expired(party, team, move_ok="1")
    for _ in range(2):
        party.joined(team, at=NOON + 17 * MINUTE)
    nearly, fresh = party.started(at=NOON + 17 * MINUTE), party.started(at=NOON + 16 * MINUTE)
    party.joined(nearly, at=NOON + 18 * MINUTE)

    hear_payment(late, paid_at=NOON + 20 * MINUTE, at=NOON + 20 * MINUTE)
    relay.drain()

    seat = made.seat_of(late)
    assert (seat.state, seat.team_id, seat.moved_from_id) == (SeatState.TAKEN, nearly.pk, team.pk)
    assert made.fresh(nearly).state == TeamState.FORMED
    assert made.fresh(fresh).seats_taken == 1
    assert refunded_minor(late) == 0
    assert Notice.objects.get(kind="team_moved").person_id == seat.person_id
    assert play_queries.get_team(team.code, viewer_id=seat.person_id).moved_to == nearly.code


def test_pay_043_the_shop_may_refuse_moving() -> None:
    party = made.party(late_payment="refund")
    team = party.started()
    late = expired(party, team, move_ok="1")
    party.joined(team)
    party.started(at=NOON + 17 * MINUTE)

    hear_payment(late, paid_at=NOON + 20 * MINUTE, at=NOON + 20 * MINUTE)

    assert refunded_minor(late) == TOGETHER


def test_pay_043_a_leader_who_pays_late_leads_a_new_team() -> None:
    party = made.party()
    placed = party.start(trade.buyer())
    orders.expire(checkout_code=placed.checkout_code, at=NOON + 16 * MINUTE)
    given_up = made.team_of(placed)

    hear_payment(placed, paid_at=NOON + 20 * MINUTE, at=NOON + 21 * MINUTE)

    team = made.team_of(placed)
    assert team.pk != given_up.pk
    assert (team.state, team.opened_at) == (TeamState.OPEN, NOON + 21 * MINUTE)
    assert made.fresh(given_up).state == TeamState.FAILED
    assert made.seat_of(placed).is_leader


def test_pay_043_a_leader_who_pays_after_the_offer_ended_is_refunded() -> None:
    party = made.party(ends_at=NOON + 10 * MINUTE)
    placed = party.start(trade.buyer())

    hear_payment(placed, paid_at=NOON + 12 * MINUTE, at=NOON + 13 * MINUTE)

    assert refunded_minor(placed) == TOGETHER
    assert made.team_of(placed).state == TeamState.FAILED


def test_a_seat_whose_order_is_stuck_does_not_keep_a_team_waiting_for_ever() -> None:
    party = made.party(hours=1)
    first = party.start(trade.buyer())
    trade.pay(first, at=NOON)
    team = made.team_of(first)
    stuck = party.join(trade.buyer(), team.code, at=team.deadline_at - MINUTE)
    lapses_at = made.seat_of(stuck).lapses_at

    plays.close_due_teams(lapses_at + 14 * MINUTE)
    waiting = made.fresh(team).state
    plays.close_due_teams(lapses_at + 15 * MINUTE)

    assert (waiting, made.fresh(team).state) == (TeamState.OPEN, TeamState.EXPIRED)
    assert made.seat_of(stuck).state == SeatState.RELEASED


def test_a_team_nobody_can_fill_any_more_does_not_wait_for_whoever_is_paying() -> None:
    party = made.party(size=3, hours=1)
    team = party.started()
    paying = party.join(trade.buyer(), team.code, at=team.deadline_at - MINUTE)

    plays.close_due_teams(team.deadline_at)

    assert made.fresh(team).state == TeamState.EXPIRED
    assert made.seat_of(paying).state == SeatState.RELEASED
    hear_payment(paying, paid_at=team.deadline_at - timedelta(seconds=1), at=team.deadline_at + MINUTE)
    assert refunded_minor(paying) == TOGETHER


def test_settling_releasing_and_refund_news_may_all_come_twice() -> None:
    party = made.party(size=3)
    team = party.started()
    friend = trade.buyer()
    placed = party.joined(team, friend)
    code = placed.order_codes[0]

    plays.settle_seat(order_code=code, paid_at=NOON, at=NOON)
    assert made.fresh(team).seats_taken == 2
    for _ in range(2):
        plays.free_seat(order_code=code, at=NOON)
        plays.release_seat(order_code=code, at=NOON)
    for _ in range(2):
        plays.mark_seat_refunded(order_code=code, at=NOON)

    assert made.fresh(team).seats_taken == 1
    assert made.seat_of(placed).state == SeatState.REFUNDED


def test_one_refund_that_fails_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    party = made.party(size=3, hours=1)
    first = party.start(trade.buyer())
    trade.pay(first, at=NOON)
    team = made.team_of(first)
    second = party.joined(team)
    refund = orders.refund

    def breaks(*, order_code: str, **rest: object) -> None:
        if order_code == first.order_codes[0]:
            raise ConnectionError("the ledger is away")
        refund(order_code=order_code, **rest)  # type: ignore[arg-type]

    with monkeypatch.context() as away:
        away.setattr(orders, "refund", breaks)
        with pytest.raises(ConnectionError):
            plays.close_due_teams(team.deadline_at)
    assert (made.order_state(first), made.order_state(second)) == ("paid", "refunding")

    plays.close_due_teams(team.deadline_at + MINUTE)

    assert made.order_state(first) == "refunding"


def test_only_money_of_teams_that_failed_goes_back() -> None:
    party = made.party()
    formed, alone = party.started(), party.started()
    party.joined(formed)

    plays.close_due_teams(NOON + 25 * HOUR)

    states = dict(Seat.objects.order_by().values_list("team__code", "state"))
    assert states == {formed.code: SeatState.TAKEN, alone.code: SeatState.REFUNDING}
    stats = play_queries.team_stats()
    assert (stats.opened, stats.completion_bps, stats.people) == (2, 5000, 3)
