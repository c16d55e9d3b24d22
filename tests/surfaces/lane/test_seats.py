"""The last seat of a team over HTTP: the lane keeps it, the pages say so, the checkout takes it over."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.factories import plays as made
from tests.factories import trade
from tests.surfaces.lane.test_rush import Answer, ask, cookie, lane_now

from jishi.kernel import clock
from jishi.people.accounts.models import User
from jishi.promotions.plays.models import Seat

pytestmark = pytest.mark.django_db(transaction=True)


def join(team: str, person_id: int, **more: Any) -> Answer:
    """Ask a lane of one's own for a seat."""

    async def story() -> Answer:
        lane = lane_now()
        async with lane.rush.running():
            return await ask(lane, f"/lane/teams/{team}/join", cookie=cookie(person_id), **more)

    connection.ensure_connection()
    return asyncio.run(story())


def browser(person_id: int) -> Client:
    client = Client()
    user = User.objects.get(pk=person_id)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_kept_seat_is_shown_let_go_kept_again_and_ordered_with() -> None:
    party, now = made.party(), clock.now()
    team = party.started(at=now)
    buyer, other = trade.buyer(), trade.buyer()
    page = f"/g/{team.code}/"
    stranger = Client().get(page).content.decode()

    refused = join(team.code, buyer.id, body=b"[1]")[0], join(team.code, buyer.id, method="GET")[0]
    first, again, late = (join(team.code, who.id) for who in (buyer, buyer, other))

    assert refused == (400, 405)
    assert f'data-lane="/lane/teams/{team.code}/" data-verb="join"' in stranger
    assert f'name="team" value="{team.code}"' in stranger  # the ordinary way, for readers without scripts
    assert (first[0], first[1]["state"], first[1]["replayed"]) == (200, "reserved", False)
    assert (again[1]["reserved_until"], again[1]["replayed"]) == (first[1]["reserved_until"], True)
    assert (late[0], late[1]["state"], late[1]["may_return"]) == (409, "full_team", 1)
    mine = browser(buyer.id).get(page).content.decode()
    assert "名额已为你留好" in mine and f"/checkout/?variant={party.scene.variant_id}" in mine
    assert "名额已为你留好" not in browser(other.id).get(page).content.decode()

    browser(other.id).post(f"{page}let-go/")
    assert made.fresh(team).seats_held == 1  # nobody lets go of somebody else's
    browser(buyer.id).post(f"{page}let-go/")
    assert made.fresh(team).seats_held == 0
    assert join(team.code, other.id)[1]["state"] == "reserved"
    query = f"variant={party.scene.variant_id}&quantity=1&offer={party.offer.code}&team={team.code}"
    checkout = browser(other.id).get(f"/checkout/?{query}").content.decode()
    placed = party.join(other, team.code, at=clock.now())
    done = join(team.code, other.id)

    assert "名额还为你保留" in checkout
    assert (done[0], done[1]["state"], done[1]["order_code"]) == (200, "ordered", placed.order_codes[0])
    assert Seat.objects.get(order_code=placed.order_codes[0]).reserved_until is None
    trade.pay(placed, at=clock.now() + timedelta(seconds=1))
    assert made.fresh(team).state == "formed"
