"""The last unit, the cut-off and the code, raced on real connections; sharing out for any numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import rounds, trade
from tests.factories.rounds import ARRIVES, CUTOFF

from jishi.kernel.errors import Conflict
from jishi.money.payments import queries as payment_queries
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import rules
from jishi.promotions.community_buys.models import Collection, Demand, DemandLine
from jishi.trade.checkout.contracts import Placed

Race = Callable[[int, Callable[..., Any]], list[Any]]

wanted_units = st.lists(st.integers(1, 40), min_size=1, max_size=25)


@given(wanted_units, st.integers(0, 1100), st.sampled_from(["proportional", "even"]))
def test_stk_065_sharing_out_is_whole_fair_and_the_same_again(
    wanted: list[int], arrived: int, by: str
) -> None:
    given_units = rules.share_out(arrived, wanted, by=by)

    assert sum(given_units) == min(arrived, sum(wanted))
    assert all(0 <= got <= want for got, want in zip(given_units, wanted, strict=True))
    assert given_units == rules.share_out(arrived, wanted, by=by)
    for place, (got, want) in enumerate(zip(given_units, wanted, strict=True)):
        for later in range(place + 1, len(wanted)):
            if wanted[later] == want:  # who paid first never gets less
                assert got >= given_units[later] and got - given_units[later] <= 1
        if by == "even" and got < want:  # nobody has two more while this one goes without
            assert all(other - got <= 1 for other in given_units)
        if by == "proportional" and arrived < sum(wanted):
            assert abs(got * sum(wanted) - arrived * want) < sum(wanted)


@given(st.integers(0, 10**9), st.integers(1, 99), st.data())
def test_mon_016_what_goes_back_and_what_is_kept_is_what_was_paid(
    paid: int, quantity: int, data: st.DataObject
) -> None:
    came = data.draw(st.integers(0, quantity))

    back = rules.back_minor(paid_minor=paid, quantity=quantity, given=came)

    assert (
        0 <= back <= paid
        and (back == paid if came == 0 else True)
        and (back == 0 if came == quantity else True)
    )
    assert (paid - back) * quantity <= paid * came < (paid - back + 1) * quantity


@pytest.mark.django_db(transaction=True)
def test_stk_058_the_last_unit_and_the_cut_off_raced_leave_one_demand_of_what_was_paid(race: Race) -> None:
    fair = rounds.fair(cap=3)
    people = [trade.buyer() for _ in range(8)]

    outcomes = race(8, lambda number: fair.order(people[number], 1))

    won = [one for one in outcomes if isinstance(one, Placed)]
    assert len(won) == 3 and all(isinstance(one, (Placed, Conflict)) for one in outcomes)
    assert (fair.item().held, fair.item().sold) == (3, 0)
    for placed in won:
        trade.capture(placed.intent_code)
    moves: list[Callable[[], object]] = [
        *(lambda code=placed.intent_code: trade.tell_captured(code) for placed in won),
        *(lambda: community.cut_due(CUTOFF) for _ in range(3)),
    ]
    race(6, lambda number: moves[number]())
    community.cut_due(CUTOFF)

    assert Demand.objects.count() == 1 and DemandLine.objects.get().quantity == fair.item().sold == 3
    # Counting and settling, several times at once: each order its goods, each short unit its money, once.
    arrived = {fair.items[0]: 2}
    race(
        4,
        lambda number: community.count(
            shop_id=fair.shop.id, round_code=fair.code, arrived=arrived, by=None, at=ARRIVES
        ),
    )
    race(4, lambda number: community.settle_due(ARRIVES))
    community.settle_due(ARRIVES)

    states = sorted(Collection.objects.values_list("state", flat=True))
    refunds = [payment_queries.list_refunds(one.order_codes[0]) for one in won]
    assert states == ["ready", "ready", "refunded"] and sorted(map(len, refunds)) == [0, 0, 1]
    ready = Collection.objects.filter(state="ready").first()
    assert ready is not None
    race(
        4,
        lambda number: community.hand_out(
            order_code=ready.order_code, secret=ready.secret, by=fair.leader_person, at=ARRIVES
        ),
    )
    assert trade.state(ready.order_code) == "received"
