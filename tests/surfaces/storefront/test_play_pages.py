"""Pages of bargains, collected likes, lotteries and proofs: every state, both languages, without scripts."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories import consoles, draws, trade
from tests.factories import plays as made

from jishi.goods.catalog import queries as catalog_queries
from jishi.kernel import clock, fairdraw
from jishi.people.accounts.models import User
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays.contracts import RallyState
from jishi.promotions.plays.models import Help, Rally

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def client(who: trade.Buyer | None = None, *, language: str = "zh-hans") -> Client:
    found = Client(headers={"accept-language": language})
    if who is not None:
        found.force_login(User.objects.get(pk=who.id), backend="django.contrib.auth.backends.ModelBackend")
    return found


def old_friend() -> trade.Buyer:
    friend = trade.buyer()
    User.objects.filter(pk=friend.id).update(joined_at=clock.now() - timedelta(days=9))
    return friend


def page(who: trade.Buyer | None, code: str) -> str:
    return consoles.body(client(who), f"/b/{code}/", most=14)


def test_a_bargain_from_the_first_tap_to_the_order_without_scripts() -> None:
    game = made.rally_round(helpers=2)
    starter, friend, other = trade.buyer(), old_friend(), old_friend()
    own = client(starter)
    assert 'data-screen="own_start"' in consoles.body(own, f"/o/{game.offer.code}/", most=14)

    answer = own.post(f"/o/{game.offer.code}/start/", {"variant": game.scene.variant_id})
    code = Rally.objects.get().code
    assert answer.headers["Location"] == f"/b/{code}/"
    assert 'data-screen="own_going"' in page(starter, code)
    assert 'data-bound="2"' in page(friend, code)
    assert 'data-screen="help"' in page(friend, code)
    client(friend).post(f"/b/{code}/help/")
    client(friend).post(f"/b/{code}/help/")
    assert Help.objects.filter(is_first=False).count() == 1
    assert 'data-screen="helped"' in page(friend, code)
    client(other).post(f"/b/{code}/help/")

    assert 'data-screen="own_pay"' in page(starter, code)
    assert 'data-screen="full"' in page(old_friend(), code)
    checkout = consoles.body(
        own, f"/checkout/?variant={game.scene.variant_id}&quantity=1&rally={code}", most=40
    )
    assert f'name="rally" value="{code}"' in checkout
    assert "4.00" in checkout


def test_every_other_state_of_a_bargain_has_its_words() -> None:
    game = made.rally_round(helpers=3, helps_per_day=1, hours=48, stock_limit=9, sets_aside="order")
    now = clock.now()
    starter, friend = trade.buyer(), old_friend()
    codes = [game.start(one, at=now) for one in (starter, trade.buyer())]
    game.help(codes[0], friend, at=now)
    assert 'data-screen="limit"' in page(friend, codes[1])
    doubtful = old_friend()
    Help.objects.filter(rally__code=codes[1]).update(device="x")
    Rally.objects.filter(code=codes[1]).update(device="x")
    game.help(codes[1], doubtful, at=now, device="x")
    assert 'data-screen="checking"' in page(doubtful, codes[1])
    game.buy(starter, codes[0], at=now)
    assert 'data-screen="own_paying"' in page(starter, codes[0])
    assert 'data-screen="over"' in page(old_friend(), codes[0])
    plays.stop_offer(offer_code=game.offer.code, close_teams=True, at=now)
    assert made.rally(codes[1]).state == RallyState.STOPPED
    assert 'data-screen="over"' in page(None, codes[1])

    sold = made.rally_round(helpers=3, stock_limit=1, sets_aside="order")
    waiting, quick = sold.start(trade.buyer(), at=now), trade.buyer()
    bought = sold.start(quick, at=now)
    placed = sold.buy(quick, bought, at=now)
    assert 'data-screen="sold_out"' in page(old_friend(), waiting)
    trade.pay(placed, at=now)
    assert 'data-screen="own_bought"' in page(quick, bought)


def test_a_time_that_is_over_offers_the_price_alone() -> None:
    game = made.rally_round(hours=1)
    starter = trade.buyer()
    code = game.start(starter, at=clock.now() - 2 * HOUR)
    plays.close_due_rallies()

    body = page(starter, code)

    assert 'data-screen="own_expired"' in body
    assert "10.00" in body


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "找朋友砍价"), ("en", "Bargain with friends")])
def test_the_hub_speaks_both_languages(language: str, words: str) -> None:
    made.rally_round()
    made.rally_round("like_collect", floor=0, goal=3)

    body = client().get("/en/bargains/" if language == "en" else "/bargains/").content.decode()

    assert words in body


def test_strangers_are_asked_to_sign_in_before_helping() -> None:
    game = made.rally_round()
    code = game.start(trade.buyer(), at=clock.now())

    answer = client().post(f"/b/{code}/help/")

    assert answer.headers["Location"].startswith("/login/?next=")
    assert not Help.objects.filter(is_first=False).exists()


def test_an_offer_for_teams_has_no_page_to_begin_a_bargain() -> None:
    party = made.party()

    assert client(trade.buyer()).get(f"/o/{party.offer.code}/").status_code == 404
    assert client(trade.buyer()).post(f"/o/{party.offer.code}/start/").status_code == 404


def test_a_rally_is_shared_by_its_own_link() -> None:
    game = made.rally_round()
    starter = trade.buyer()
    code = game.start(starter, at=clock.now())

    body = client(starter).post(f"/share/rally/{code}/").content.decode()

    assert "/r/" in body


def running_lottery(**wishes: object) -> draws.Draw:
    now = clock.now()
    return draws.lottery(starts_at=now - HOUR, ends_at=now + HOUR, **wishes)


def test_a_lottery_shows_prizes_odds_and_promise_before_entering_and_the_proof_after() -> None:
    draw = running_lottery(units=1)
    who = trade.buyer()
    before = consoles.body(client(who), f"/lotteries/{draw.code}/", most=14)
    assert 'data-screen="open"' in before
    assert "1 : 1" in before and "商品" in before
    assert "Product " in consoles.body(client(), f"/en/lotteries/{draw.code}/", most=14)
    waiting = consoles.body(client(), f"/lotteries/{draw.code}/proof/", most=14)
    assert 'data-sound="later"' in waiting

    client(who).post(f"/lotteries/{draw.code}/enter/")
    assert 'data-screen="entered"' in consoles.body(client(who), f"/lotteries/{draw.code}/", most=14)
    lotteries.draw_due(clock.now() + 2 * HOUR)

    after = consoles.body(client(who), f"/lotteries/{draw.code}/", most=14)
    assert 'data-screen="won"' in after
    assert "prize=" not in after and 'name="prize"' in after
    assert 'data-sound="yes"' in consoles.body(client(), f"/lotteries/{draw.code}/proof/", most=14)
    proof = json.loads(client().get(f"/lotteries/{draw.code}/proof.json").content)
    assert fairdraw.check(proof) == []
    script = client().get("/lotteries/verify_draw.py").content.decode()
    names: dict[str, object] = {"__name__": "verify_draw"}
    exec(compile(script, "verify_draw.py", "exec"), names)
    assert names["check"](proof) == []  # type: ignore[operator]


def test_lists_of_lotteries_and_a_called_off_one() -> None:
    draw = running_lottery()
    assert draw.code in consoles.body(client(), "/lotteries/", most=14)
    lotteries.stop(lottery_code=draw.code, reason="货损了")

    assert "货损了" in consoles.body(client(), f"/lotteries/{draw.code}/", most=14)
    assert client().get("/lotteries/nothing/").status_code == 404


def test_a_team_with_a_draw_shows_its_promise_and_its_proof() -> None:
    party = made.party(size=2, draw_winners=1)
    now = clock.now()
    leader = trade.buyer()
    placed = party.start(leader, at=now)
    trade.pay(placed, at=now)
    team = made.team_of(placed)
    assert 'data-sound="later"' in consoles.body(client(), f"/g/{team.code}/draw/", most=14)
    party.joined(team, at=now)

    assert 'data-sound="yes"' in consoles.body(client(leader), f"/g/{team.code}/draw/", most=14)
    assert fairdraw.check(json.loads(client().get(f"/g/{team.code}/draw.json").content)) == []
    assert f"/g/{team.code}/draw/" in consoles.body(client(leader), f"/g/{team.code}/", most=14)


def test_the_price_ladder_of_a_growing_team_is_shown() -> None:
    party = made.party(size=2, tier2_size=3, tier2_bps=1000)
    now = clock.now()
    placed = party.start(trade.buyer(), at=now)
    trade.pay(placed, at=now)

    body = consoles.body(client(), f"/g/{made.team_of(placed).code}/", most=14)

    assert "6.30" in body
    assert "7.00" in body


def test_a_product_says_at_once_what_friends_can_be_gathered_for() -> None:
    game = made.rally_round()
    code = game.offer.code
    ref = catalog_queries.list_cards([game.offer.product_id], language="zh-hans")[game.offer.product_id].code

    body = client().get(f"/p/{ref}/").content.decode()
    plays.stop_offer(offer_code=code)
    later = client().get(f"/p/{ref}/").content.decode()

    assert f'href="/o/{code}/"' in body
    assert f'href="/o/{code}/"' not in later
