"""One seat is left and twenty people want it at the same moment, while the leader watches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from tests.factories import shopfront, trade
from tests.journeys.conftest import Town

from jishi.kernel import clock
from jishi.kernel.errors import DomainError
from jishi.promotions.plays.models import Team
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.contracts import Placed
from jishi.trade.orders.models import Order

CROWD = 20


def test_twenty_people_race_for_the_last_seat(town: Town, race: Callable[..., list[Any]]) -> None:
    leader = town.street.people[0]
    code = shopfront.start_team(town.street, 0, leader)
    watching = town.phone_of(leader)
    watching.open(f"/g/{code}/")
    watching.waits_for_screen("open")
    crowd = [shopfront.buyer(f"路人{number}") for number in range(CROWD)]
    tokens = {"offer": town.street.offers[town.street.products[0]].code, "team": code}
    wanted = trade.lines((town.street.variants[0][0], 1))
    seen = [trade.quote(one, wanted, tokens=tokens, at=clock.now()).quote.fingerprint for one in crowd]

    def grab(number: int) -> Placed:
        return checkout.place(
            buyer_id=crowd[number].id,
            lines=wanted,
            address_id=crowd[number].address_id,
            tokens=tokens,
            fingerprint=seen[number],
            checkout_key=uuid4().hex,
            language="zh-hans",
        )

    outcomes = race(CROWD, grab)

    got = [number for number, one in enumerate(outcomes) if isinstance(one, Placed)]
    assert len(got) == 1, outcomes
    assert all(isinstance(one, DomainError) for number, one in enumerate(outcomes) if number != got[0])
    watching.waits_for_screen("filling", by_reload=True)
    assert Order.objects.exclude(buyer_id=leader.id).count() == 1

    winner = town.phone_of(crowd[got[0]])
    winner.open(f"/pay/{outcomes[got[0]].intent_code}/")
    winner.pay()
    assert winner.arrive_at_team() == f"/g/{code}/"
    winner.waits_for_screen("formed", by_reload=True)
    watching.waits_for_screen("formed")

    team = Team.objects.get(code=code)
    assert (team.state, team.seats_taken, team.seats_held) == ("formed", 2, 0)
    late = town.phone_of(crowd[(got[0] + 1) % CROWD])
    late.open(f"/g/{code}/")
    assert late.page.locator(".team[data-screen=formed][data-viewer=stranger]").count() == 1
    town.assert_books_are_whole()
