"""Many draws, many entries, many claims at once on real connections: one of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.factories import draws, trade
from tests.factories.draws import END, NOON

from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries.models import Entry, Lottery, Prize, Win
from jishi.trade.checkout.contracts import Placed

pytestmark = pytest.mark.django_db(transaction=True)
Race = Callable[[int, Callable[..., Any]], list[Any]]


def test_grp_095_one_prize_and_many_draws_at_once_make_one_winner(race: Race) -> None:
    draw = draws.lottery(units=1)
    for _ in range(5):
        draw.enter(trade.buyer())
    moves = (lambda: lotteries.draw(lottery_code=draw.code, at=END), lambda: lotteries.draw_due(END))

    outcomes = race(16, lambda number: moves[number % 2]())

    assert not [one for one in outcomes if isinstance(one, Exception)]
    assert Win.objects.count() == Prize.objects.get().awarded == 1


def test_everybody_enters_at_once_and_numbers_have_no_gap(race: Race) -> None:
    draw = draws.lottery()
    people = [trade.buyer() for _ in range(8)]

    race(16, lambda number: draw.enter(people[number % 8]))

    assert sorted(Entry.objects.values_list("number", flat=True)) == list(range(1, 9))
    assert Lottery.objects.get().entries_count == 8


def test_the_last_entry_races_the_draw_and_is_in_it_or_refused(race: Race) -> None:
    draw = draws.lottery()
    draw.enter(trade.buyer())
    late = trade.buyer()
    moves: list[Callable[[], object]] = [
        lambda: draw.enter(late, at=NOON),
        lambda: lotteries.draw(lottery_code=draw.code, at=END),
    ]

    race(2, lambda number: moves[number]())

    assert Entry.objects.count() == Lottery.objects.get().entries_count
    assert Win.objects.count() == 1


def test_a_prize_claimed_four_times_at_once_is_one_order(race: Race) -> None:
    draw = draws.lottery(stock=1)
    lucky = trade.buyer()
    draw.enter(lucky)
    lotteries.draw_due(END)

    outcomes = race(4, lambda: draw.claim(lucky, at=END))

    assert sum(isinstance(one, Placed) for one in outcomes) == 1
    assert Win.objects.get().state == "claimed"
