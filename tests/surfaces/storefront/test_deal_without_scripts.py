"""The whole deal as plain forms: what a browser with scripts off would send, and nothing else."""

from __future__ import annotations

import html
import re

import pytest
from django.test import Client
from tests.factories import shopfront, trade

from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.people.accounts.models import User
from jishi.promotions.plays import queries as play_queries
from jishi.social.shares import queries as share_queries
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.models import Order

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)
FIELD = re.compile(r"<(input|button)\b([^>]*)>", re.S)
ATTRIBUTE = re.compile(r'([a-z-]+)(?:="([^"]*)")?')


@pytest.fixture
def street(db: None, settings, tmp_path) -> shopfront.Street:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    return shopfront.build(goods=5, with_pictures=False)


def browser(who: trade.Buyer | None = None) -> Client:
    client = Client(enforce_csrf_checks=True)
    if who is not None:
        client.force_login(User.objects.get(pk=who.id), backend="django.contrib.auth.backends.ModelBackend")
    return client


def press(client: Client, page: str, url: str, *, button: str, wanted: str = "", **typed: str):  # type: ignore[no-untyped-def]
    """Send the form that has a button with these words, as a browser would."""
    for attributes, inner in FORM.findall(page):
        if button not in re.sub(r"<[^>]+>", "", inner) or wanted not in attributes + inner:
            continue
        facts = dict(ATTRIBUTE.findall(attributes))
        data: dict[str, list[str]] = {}
        for kind, raw in FIELD.findall(inner):
            field = dict(ATTRIBUTE.findall(raw))
            if kind == "button" or "name" not in field:
                continue
            if field.get("type") in ("radio", "checkbox") and "checked" not in field:
                continue
            data.setdefault(field["name"], []).append(html.unescape(field.get("value", "")))
        pushed = re.search(rf"<button\b([^>]*)>(?:(?!</button>).)*{re.escape(button)}", inner, re.S)
        own = dict(ATTRIBUTE.findall(pushed[1])) if pushed else {}
        if own.get("name"):
            data.setdefault(own["name"], []).append(own.get("value", ""))
        for name, value in typed.items():
            data[name] = [value]
        target = html.unescape(facts.get("action", "") or url)
        return client.get(target, data) if facts.get("method", "get") == "get" else client.post(target, data)
    raise AssertionError(f"no form with {button!r}")


def read(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, (url, response.status_code, response.headers.get("Location"))
    return response.content.decode()


def pay(location: str) -> str:
    """Pay at the provider's, whose page another test drives; returns the payment's code."""
    intent = location.rstrip("/").split("/")[-1]
    trade.capture(intent, at=clock.now())
    relay.drain()
    return intent


def test_a_friend_joins_by_my_link_and_everything_works_with_scripts_off(street: shopfront.Street) -> None:
    leader, friend = street.people[:2]
    product = f"/p/{shopfront.slug_of(street, 0)}/"
    mine, theirs = browser(leader), browser(friend)

    # The leader chooses, checks out and pays.
    choose = html.unescape(re.search(r'href="([^"]*choose/\?offer=[^"]*)"', read(mine, product))[1])  # type: ignore[index]
    bought = press(mine, read(mine, choose), choose, button="开团")
    assert bought.status_code == 302
    checkout = read(mine, bought.headers["Location"])
    assert "2 人拼团价" in checkout or "Team price" in checkout
    placed = press(mine, checkout, bought.headers["Location"], button="提交订单")
    assert placed.status_code == 302
    assert placed.headers["Location"].startswith("/pay/")
    assert "应付金额" in read(mine, placed.headers["Location"])
    intent = pay(placed.headers["Location"])
    back = mine.get(f"/pay/{intent}/return/")
    assert back.status_code == 302
    team_url = back.headers["Location"]
    assert team_url.startswith("/g/")

    # The leader makes a link; the friend comes by it and joins.
    team_page = read(mine, team_url)
    assert 'data-screen="open" data-viewer="leader"' in team_page
    shared = press(mine, team_page, team_url, button="邀请好友")
    link = re.search(r'value="http://127.0.0.1:8000(/r/[^"]+)"', shared.content.decode())[1]  # type: ignore[index]
    landed = theirs.get(link)
    assert landed.status_code == 302
    assert landed.headers["Location"] == team_url
    form = re.search(
        r'<form method="get" action="([^"]*/choose/)"[^>]*><input type="hidden" name="offer" value="(\w+)">'
        r'<input type="hidden" name="team" value="(\w+)">',
        read(theirs, team_url),
    )
    assert form is not None
    join = f"{form[1]}?offer={form[2]}&team={form[3]}"
    bought = press(theirs, read(theirs, join), join, button="参加这个团")
    checkout = read(theirs, bought.headers["Location"])
    placed = press(theirs, checkout, bought.headers["Location"], button="提交订单")
    filling = read(mine, team_url)
    assert 'data-screen="filling"' in filling
    intent = pay(placed.headers["Location"])
    assert theirs.get(f"/pay/{intent}/return/").headers["Location"] == team_url

    # Formed: the shop ships, both confirm, and the leader's link is credited with the friend's order.
    code = team_url.split("/")[2]
    assert play_queries.get_team(code, viewer_id=leader.id).screen == "formed"
    assert 'data-screen="formed" data-viewer="member"' in read(theirs, team_url)
    for who, client in ((leader, mine), (friend, theirs)):
        order_code = Order.objects.get(buyer_id=who.id).code
        assert "确认收货" not in read(client, f"/orders/{order_code}/")
        fulfillment.ship(order_code=order_code, carrier="sf", tracking_number=f"SF{who.id:010}", by=None)
        page = read(client, f"/orders/{order_code}/")
        assert f"SF{who.id:010}" in page
        assert press(client, page, f"/orders/{order_code}/", button="确认收货").status_code == 302
        assert order_queries.get_order(order_code, viewer_id=who.id).state == "received"
    relay.drain()
    order = Order.objects.get(buyer_id=friend.id)
    assert link.rstrip("/").endswith(order.share_code)
    assert share_queries.get_link(order.share_code).sharer_id == leader.id


def test_placing_twice_makes_one_order(street: shopfront.Street) -> None:
    me = street.people[0]
    client = browser(me)
    url = f"/checkout/?variant={street.variants[3][0]}&quantity=2"
    page = read(client, url)

    first = press(client, page, url, button="提交订单")
    second = press(client, page, url, button="提交订单")

    assert first.headers["Location"] == second.headers["Location"]
    assert Order.objects.filter(buyer_id=me.id).count() == 1


def test_a_changed_price_is_shown_before_anything_is_placed(street: shopfront.Street) -> None:
    from jishi.goods.pricing import operations as pricing

    me = street.people[0]
    client = browser(me)
    variant = street.variants[3][0]
    url = f"/checkout/?variant={variant}&quantity=1"
    page = read(client, url)
    pricing.set_prices([(variant, "CNY", 6100, None)], at=clock.now())

    answer = press(client, page, url, button="提交订单")
    fresh = read(client, answer.headers["Location"])

    assert not Order.objects.filter(buyer_id=me.id).exists()
    assert "¥61" in fresh
    assert 'class="toast bad"' in fresh


def test_a_visitors_cart_is_theirs_after_sign_in_and_checks_out_by_forms(street: shopfront.Street) -> None:
    me = street.people[0]
    client = browser()
    ref = shopfront.slug_of(street, 3)
    page = read(client, f"/p/{ref}/choose/")
    press(client, page, f"/p/{ref}/choose/", button="加入购物车")
    cart = read(client, "/cart/")
    assert "帆布托特包" in cart
    press(client, cart, "/cart/", button="", wanted='name="quantity"')
    client.force_login(User.objects.get(pk=me.id), backend="django.contrib.auth.backends.ModelBackend")

    assert "帆布托特包" in read(client, "/cart/")
    answer = press(client, read(client, "/checkout/"), "/checkout/", button="提交订单")

    assert answer.headers["Location"].startswith("/pay/")
    assert "购物车是空的" in read(client, "/cart/")


def test_an_expired_team_shows_the_refund_and_starts_again_in_one_tap(street: shopfront.Street) -> None:
    from datetime import timedelta

    from jishi.promotions.plays import operations as plays

    leader = street.people[0]
    client = browser(leader)
    code = shopfront.start_team(street, 0, leader)
    plays.close_due_teams(clock.now() + timedelta(hours=25))
    relay.drain()

    page = read(client, f"/g/{code}/")

    assert 'data-screen="expired" data-viewer="leader"' in page
    assert "你的退款" in page
    again = press(client, page, f"/g/{code}/", button="一键重新开团")
    assert "提交订单" in again.content.decode()


def test_strangers_cannot_see_another_ones_order_or_payment(street: shopfront.Street) -> None:
    mine, other = street.people[:2]
    placed = trade.place(mine, (street.variants[3][0], 1), at=clock.now())
    client = browser(other)

    assert client.get(f"/orders/{placed.order_codes[0]}/").status_code in (403, 404)
    assert client.get(f"/pay/{placed.intent_code}/").status_code in (403, 404)
    assert client.post(f"/orders/{placed.order_codes[0]}/cancel/").status_code == 403
    assert browser().get(f"/orders/{placed.order_codes[0]}/").headers["Location"].startswith("/login/")
