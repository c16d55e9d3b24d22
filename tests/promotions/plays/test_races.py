"""Real threads on real connections race for seats and against the deadline: exactly one outcome, nobody
loses money.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from tests.factories import plays as made
from tests.factories import trade
from tests.factories.plays import NOON, TOGETHER

from jishi.kernel.errors import DomainError
from jishi.money.payments import queries as payment_queries
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays.contracts import SeatState, TeamState
from jishi.promotions.plays.errors import TeamFull
from jishi.promotions.plays.models import Offer, Seat, Team
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.contracts import Placed
from jishi.trade.orders import operations as orders

pytestmark = pytest.mark.django_db(transaction=True)
Race = Callable[[int, Callable[..., Any]], list[Any]]
MINUTE = timedelta(minutes=1)


def counters_are_true() -> bool:
    """Whether every team's counters equal its seats; the engine's own invariant, from the seats
    themselves.
    """
    for team in Team.objects.all():
        states = Counter(Seat.objects.filter(team=team).values_list("state", flat=True))
        kept = Seat.objects.filter(team=team, keeps_place=True).count()
        if states[SeatState.HELD] != team.seats_held:
            return False
        counts = team.state in (TeamState.STARTING, TeamState.OPEN, TeamState.FORMED)
        if counts and states[SeatState.TAKEN] + kept != team.seats_taken:
            return False
    live = Seat.objects.filter(state__in=[SeatState.HELD, SeatState.TAKEN], reserved_until__isnull=True)
    kept_units = sum(live.values_list("quantity", flat=True))
    return kept_units == sum(Offer.objects.values_list("units_claimed", flat=True))


def hear(placed: Placed, paid_at: Any = NOON, at: Any = NOON) -> None:
    checkout.apply_payment(
        intent_code=placed.intent_code,
        allocations={placed.order_codes[0]: placed.total_minor},
        paid_at=paid_at,
        at=at,
    )


def test_grp_087_twelve_people_want_the_last_seat_and_one_gets_it(race: Race) -> None:
    party = made.party()
    team = party.started()
    people = [trade.buyer() for _ in range(12)]

    outcomes = race(12, lambda number: party.join(people[number], team.code))

    won = [outcome for outcome in outcomes if isinstance(outcome, Placed)]
    assert len(won) == 1
    assert all(isinstance(outcome, TeamFull) for outcome in outcomes if outcome is not won[0])
    assert (made.fresh(team).seats_held, made.fresh(team).seats_taken) == (1, 1)
    assert Seat.objects.count() == 2
    assert counters_are_true()


def test_grp_087_late_payers_race_for_the_last_seat_and_the_rest_is_refunded(race: Race) -> None:
    party = made.party()
    team = party.started()
    late: list[Placed] = []
    for _ in range(6):
        placed = party.join(trade.buyer(), team.code)
        orders.expire(checkout_code=placed.checkout_code, at=NOON + 16 * MINUTE)
        trade.capture(placed.intent_code, at=NOON + 17 * MINUTE)
        late.append(placed)

    outcomes = race(6, lambda n: hear(late[n], NOON + 17 * MINUTE, NOON + 18 * MINUTE))

    assert outcomes == [None] * 6
    states = Counter(made.order_state(placed) for placed in late)
    assert states == {"paid": 1, "expired": 5}
    refunds = [payment_queries.list_refunds(placed.order_codes[0]) for placed in late]
    assert sorted(sum(r.amount_minor for r in found) for found in refunds) == [0] + [TOGETHER] * 5
    assert made.fresh(team).state == TeamState.FORMED
    assert counters_are_true()


@pytest.mark.parametrize("seconds_before", [1, 0])
def test_grp_090_the_deadline_races_the_last_payment(race: Race, seconds_before: int) -> None:
    party = made.party(hours=1)
    first = party.start(trade.buyer())
    trade.pay(first, at=NOON)
    team = made.team_of(first)
    deadline = team.deadline_at
    last = party.join(trade.buyer(), team.code, at=deadline - 2 * MINUTE)
    paid_at = deadline - timedelta(seconds=seconds_before)
    trade.capture(last.intent_code, at=paid_at)
    moves: list[Callable[[], object]] = [
        lambda: plays.close_due_teams(deadline + MINUTE),
        lambda: hear(last, paid_at, deadline + MINUTE),
        lambda: plays.close_due_teams(deadline + MINUTE),
        lambda: hear(last, paid_at, deadline + MINUTE),
    ]

    outcomes = race(4, lambda number: moves[number]())
    plays.close_due_teams(deadline + 2 * MINUTE)

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    expected = TeamState.FORMED if seconds_before else TeamState.EXPIRED
    assert made.fresh(team).state == expected
    back = [
        sum(refund.amount_minor for refund in payment_queries.list_refunds(placed.order_codes[0]))
        for placed in (first, last)
    ]
    assert back == ([0, 0] if seconds_before else [TOGETHER, TOGETHER])
    assert counters_are_true()


def test_two_sweeps_at_once_refund_each_member_once(race: Race) -> None:
    party = made.party(size=3, hours=1)
    placed = []
    for _ in range(4):
        first = party.start(trade.buyer())
        trade.pay(first, at=NOON)
        placed += [first, party.joined(made.team_of(first))]

    outcomes = race(3, lambda: plays.close_due_teams(NOON + timedelta(hours=2)))

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    for one in placed:
        assert made.order_state(one) == "refunding"
        refunds = payment_queries.list_refunds(one.order_codes[0])
        assert [refund.amount_minor for refund in refunds] == [TOGETHER]
    assert set(Team.objects.values_list("state", flat=True)) == {TeamState.EXPIRED}
    assert counters_are_true()


def test_leaving_races_the_payment_that_would_form_the_team(race: Race) -> None:
    party = made.party()
    leader = trade.buyer()
    first = party.start(leader)
    trade.pay(first, at=NOON)
    team = made.team_of(first)
    last = party.join(trade.buyer(), team.code)
    trade.capture(last.intent_code, at=NOON)
    moves: list[Callable[[], object]] = [
        lambda: plays.leave_team(team_code=team.code, person_id=leader.id, at=NOON),
        lambda: hear(last),
    ]

    outcomes = race(2, lambda number: moves[number]())

    unexpected = [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, DomainError)]
    assert not unexpected
    final = made.fresh(team)
    if final.state == TeamState.FORMED:
        assert made.order_state(first) == "paid"
    else:
        assert (final.state, final.seats_taken) == (TeamState.OPEN, 1)
        assert made.order_state(first) == "refunding"
        assert final.leader_id != leader.id
    assert made.order_state(last) == "paid"
    assert counters_are_true()


def test_starters_race_for_the_last_units_of_an_offer(race: Race) -> None:
    party = made.party(stock_limit=3)
    people = [trade.buyer() for _ in range(8)]

    outcomes = race(8, lambda number: party.start(people[number]))

    assert sum(isinstance(outcome, Placed) for outcome in outcomes) == 3
    assert Offer.objects.get().units_claimed == 3
    assert not Team.objects.filter(size__lt=F("seats_taken") + F("seats_held")).exists()
    assert counters_are_true()
