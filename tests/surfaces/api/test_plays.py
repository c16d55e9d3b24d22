"""Bargains, likes and lotteries over the API, from the first call to the order."""

from datetime import timedelta

from tests.factories import draws
from tests.factories import plays as made

from jishi.kernel import clock, fairdraw
from jishi.people.accounts.models import User
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.plays.models import Help


def test_a_bargain_is_begun_helped_and_priced(people):
    game = made.rally_round(helpers=1)
    starter, friend = people(), people()
    User.objects.filter(pk=friend.person_id).update(joined_at=clock.now() - timedelta(days=9))
    (offer,) = starter.call("GET", "/rally-offers")["items"]
    body = {"offer": offer["code"], "variant_id": game.scene.variant_id}

    rally = starter.call("POST", "/rallies", body, status=201)
    assert starter.call("POST", "/rallies", body, status=201)["code"] == rally["code"]
    assert rally["helps_left"] == 1
    given = friend.call("POST", f"/rallies/{rally['code']}/helps", status=201)
    assert friend.call("POST", f"/rallies/{rally['code']}/helps", status=201) == given

    seen = starter.call("GET", f"/rallies/{rally['code']}")
    assert (seen["screen"], seen["price_minor"], seen["actions"]) == ("own_pay", 400, ["buy"])
    quote = starter.call(
        "POST",
        "/checkout/quote",
        {"lines": [{"variant_id": game.scene.variant_id, "quantity": 1}], "rally": rally["code"]},
    )
    assert quote["total_minor"] == 400


def test_helping_oneself_is_refused_and_changes_nothing(people):
    game = made.rally_round(helpers=3)
    starter = people()
    body = {"offer": game.offer.code, "variant_id": game.scene.variant_id}
    rally = starter.call("POST", "/rallies", body, status=201)

    problem = starter.call("POST", f"/rallies/{rally['code']}/helps", status=409)

    assert problem["code"] == "plays.own_rally"
    assert not Help.objects.filter(is_first=False).exists()


def test_a_lottery_is_entered_once_and_its_proof_checks(people):
    now = clock.now()
    draw = draws.lottery(starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))
    who = people()
    assert who.call("GET", f"/lotteries/{draw.code}/proof")["is_drawn"] is False

    first = who.call("POST", f"/lotteries/{draw.code}/entries", {}, status=201)
    assert who.call("POST", f"/lotteries/{draw.code}/entries", {}, status=201) == first
    lotteries.draw_due(now + timedelta(hours=2))

    seen = who.call("GET", f"/lotteries/{draw.code}")
    assert seen["own_wins"][0]["state"] == "won"
    assert fairdraw.check(who.call("GET", f"/lotteries/{draw.code}/proof")["proof"]) == []
    assert [line["code"] for line in who.call("GET", "/lotteries")["drawn"]] == [draw.code]
