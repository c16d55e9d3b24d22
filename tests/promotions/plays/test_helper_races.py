"""A thousand friends on real connections: no cut is lost, none counts twice, the floor is the floor."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from tests.factories import plays as made
from tests.factories import trade
from tests.factories.plays import NOON

from jishi.kernel import ids
from jishi.kernel.errors import DomainError
from jishi.people.accounts.models import User
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays.contracts import HelpState, HelpView, RallyState
from jishi.promotions.plays.errors import HelpedAlready, RallyOver
from jishi.promotions.plays.models import Help, Offer, Rally
from jishi.trade.checkout.contracts import Placed

pytestmark = pytest.mark.django_db(transaction=True)
Race = Callable[[int, Callable[..., Any]], list[Any]]
CONNECTIONS = 16


def crowd(count: int) -> list[int]:
    """So many people with accounts that are not new."""
    people = User.objects.bulk_create(
        User(code=ids.new_code(), nickname=f"朋友{number}", joined_at=NOON - timedelta(days=9))
        for number in range(count)
    )
    return [one.pk for one in people]


def all_at_once(work: Callable[[int], Any], people: list[int]) -> list[Any]:
    """Let everybody act on a bounded number of connections of their own."""

    def share(mine: list[int]) -> list[Any]:
        outcomes: list[Any] = []
        try:
            for person_id in mine:
                try:
                    outcomes.append(work(person_id))
                except DomainError as error:
                    outcomes.append(error)
        finally:
            connections.close_all()
        return outcomes

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        shares = pool.map(share, [people[start::CONNECTIONS] for start in range(CONNECTIONS)])
        return [outcome for outcomes in shares for outcome in outcomes]


def is_true(rally: Rally) -> bool:
    """Whether a rally's counters are those of its helps."""
    counted = Help.objects.filter(rally=rally, state=HelpState.COUNTED)
    amounts = list(counted.values_list("amount", flat=True))
    return sum(amounts) == rally.gained and counted.filter(is_first=False).count() == rally.helps_counted


def test_a_thousand_friends_cut_one_price_and_exactly_enough_count() -> None:
    game = made.rally_round(helpers=40, helps_per_day=0)
    code = game.start(trade.buyer())
    friends = crowd(1000)

    outcomes = all_at_once(lambda who: plays.help_rally(rally_code=code, person_id=who, at=NOON), friends)

    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {HelpView: 40, RallyOver: 960}
    rally = made.rally(code)
    assert (rally.state, rally.gained, rally.helps_counted) == (RallyState.WON, 600, 40)
    assert is_true(rally)
    positions = Help.objects.filter(rally=rally, is_first=False).values_list("position", flat=True)
    assert sorted(positions) == list(range(1, 41))


def test_one_friend_taps_sixteen_times_at_once_and_helps_once(race: Race) -> None:
    game = made.rally_round(helpers=5)
    code = game.start(trade.buyer())
    (friend,) = crowd(1)

    outcomes = race(16, lambda: plays.help_rally(rally_code=code, person_id=friend, at=NOON))

    assert len({outcome.amount for outcome in outcomes}) == 1
    assert made.rally(code).helps_counted == 1
    assert is_true(made.rally(code))


def test_one_friend_helps_two_people_of_one_campaign_at_once_and_one_help_counts(race: Race) -> None:
    game = made.rally_round("like_collect", goal=5)
    codes = [game.start(trade.buyer()) for _ in range(2)]
    (friend,) = crowd(1)

    outcomes = race(8, lambda n: plays.help_rally(rally_code=codes[n % 2], person_id=friend, at=NOON))

    assert sum(made.rally(code).helps_counted for code in codes) == 1
    assert sum(isinstance(outcome, HelpedAlready) for outcome in outcomes) == 4


def test_grp_090_the_last_help_races_the_deadline_with_one_outcome(race: Race) -> None:
    for _ in range(4):
        game = made.rally_round(helpers=1, hours=1, stock_limit=1)
        code = game.start(trade.buyer())
        (friend,) = crowd(1)
        end = made.rally(code).ends_at
        moves: list[Callable[[], object]] = [
            lambda code=code, friend=friend, end=end: plays.help_rally(
                rally_code=code, person_id=friend, at=end - timedelta(seconds=1)
            ),
            lambda end=end: plays.close_due_rallies(end),
        ]

        race(2, lambda number, moves=moves: moves[number]())

        rally = made.rally(code)
        claimed = Offer.objects.get(pk=rally.offer_id).units_claimed
        assert (rally.state, claimed) in [(RallyState.WON, 1), (RallyState.EXPIRED, 0)]
        assert is_true(rally)


def test_the_starter_buys_twice_at_once_and_one_order_stands(race: Race) -> None:
    game = made.rally_round(helpers=3, stock_limit=1)
    starter = trade.buyer()
    code = game.start(starter)

    outcomes = race(4, lambda: game.buy(starter, code))

    placed = [one for one in outcomes if isinstance(one, Placed)]
    assert len(placed) == 1
    assert made.rally(code).order_code == placed[0].order_codes[0]
    assert Offer.objects.get().units_claimed == 1


def test_starters_race_for_the_last_pieces(race: Race) -> None:
    game = made.rally_round(stock_limit=3)
    people = [trade.buyer() for _ in range(8)]

    outcomes = race(8, lambda number: game.start(people[number]))

    assert sum(isinstance(outcome, str) for outcome in outcomes) == 3
    assert Rally.objects.count() == 3
    assert Offer.objects.get().units_claimed == 3


def test_two_sweeps_match_the_same_teams_once(race: Race) -> None:
    party = made.party(size=3, hours=1, match_minutes=30)
    for people in (2, 1):
        team = party.started()
        for _ in range(people - 1):
            party.joined(team)

    outcomes = race(3, lambda: plays.match_due_teams(NOON + timedelta(minutes=40)))

    assert sorted(outcomes) == [0, 0, 1]
