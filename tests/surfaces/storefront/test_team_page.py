"""The team page shows the domain's matrix of status and viewer, no more; links to it preview well."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories import shopfront, trade

from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.people.accounts.models import User
from jishi.promotions.plays import operations as plays


@pytest.fixture
def street(db: None, settings, tmp_path) -> shopfront.Street:  # type: ignore[no-untyped-def]
    settings.MEDIA_ROOT = tmp_path
    return shopfront.build(goods=5, with_pictures=False)


def seen(code: str, who: trade.Buyer | None) -> str:
    """The changing part of the page, as this person sees it."""
    client = Client()
    if who is not None:
        user = User.objects.get(pk=who.id)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(f"/g/{code}/live/").content.decode()


def shape(page: str) -> tuple[str, str, list[str]]:
    """Screen, viewer and the words of the actions, in order."""
    screen, viewer = re.search(r'data-screen="(\w+)" data-viewer="(\w+)"', page).groups()  # type: ignore[union-attr]
    acts = page[page.index('class="acts"') :].split("</section>")[0]
    words = re.findall(r'class="btn[^"]*"[^>]*>(.*?)</(?:a|button)>', acts, re.S)
    return screen, viewer, [re.sub(r"<[^>]+>|\s", "", word) for word in words]


def test_the_matrix_of_status_and_viewer(street: shopfront.Street) -> None:
    leader, member, other = street.people[:3]

    opened = shopfront.start_team(street, 1, leader)
    assert shape(seen(opened, leader)) == ("open", "leader", ["邀请好友", "查看订单", "取消并退款"])
    shopfront.join(street, 1, member, team=opened)
    assert shape(seen(opened, None)) == ("open", "stranger", ["¥52.90参团"])
    assert shape(seen(opened, member)) == ("open", "member", ["邀请好友", "查看订单"])
    assert shape(seen(opened, leader)) == ("open", "leader", ["邀请好友", "查看订单"])

    paying = shopfront.join(street, 1, other, team=opened, pay=False)
    assert shape(seen(opened, None)) == ("filling", "stranger", ["我来开团"])
    assert shape(seen(opened, other)) == ("filling", "member", ["去支付，占住名额", "查看订单"])
    assert "付款中" in seen(opened, leader)
    assert 'data-hours="auto"' in seen(opened, leader)

    trade.capture(trade.order(paying).intent_code, at=clock.now())
    trade.tell_captured(trade.order(paying).intent_code)
    relay.drain()
    assert shape(seen(opened, None)) == ("formed", "stranger", ["我来开团"])
    assert shape(seen(opened, member)) == ("formed", "member", ["查看订单", "分享喜讯"])
    assert shape(seen(opened, leader))[:2] == ("formed", "leader")

    expired = shopfront.start_team(street, 2, leader)
    shopfront.join(street, 2, member, team=expired)
    plays.close_due_teams(clock.now() + timedelta(hours=25))
    relay.drain()
    assert shape(seen(expired, None)) == ("expired", "stranger", ["我来开团"])
    assert shape(seen(expired, member)) == ("expired", "member", ["查看订单"])
    assert shape(seen(expired, leader)) == ("expired", "leader", ["一键重新开团", "查看订单"])
    for who in (member, leader):
        assert "你的退款：¥44.90" in seen(expired, who)
    assert "你的退款" not in seen(expired, other)

    offer = street.offers[street.products[2]]
    plays.stop_offer(offer_code=offer.code)
    assert shape(seen(expired, None)) == ("ended", "stranger", ["看看类似的拼团"])


def test_a_shared_team_and_product_carry_their_preview(street: shopfront.Street) -> None:
    code = shopfront.start_team(street, 0, street.people[0])

    team = Client().get(f"/g/{code}/").content.decode()
    product = Client().get(f"/en/p/{shopfront.slug_of(street, 0)}/").content.decode()

    assert 'property="og:title" content="¥29.90 · 火晶柿子' in team
    assert "还差 1 人" in re.search(r'og:description" content="([^"]+)', team)[1]  # type: ignore[index]
    facts = json.loads(re.search(r'ld\+json">(.*?)</script>', product, re.S)[1])  # type: ignore[index]
    assert facts["@type"] == "Product"
    assert facts["offers"]["price"] == "39.00"
    assert facts["offers"]["priceCurrency"] == "CNY"
    assert facts["offers"]["availability"].endswith("InStock")
    assert facts["name"] == "Fire-crystal persimmons, ripe and soft"
    assert f'<link rel="canonical" href="{facts["offers"]["url"]}">' in product


def test_hostile_texts_stay_texts(street: shopfront.Street) -> None:
    from jishi.people.accounts import operations as accounts

    bad = "</script><img src=x onerror=alert(1)>"
    accounts.update_profile(person_id=street.people[0].id, nickname=bad[:30])
    code = shopfront.start_team(street, 0, street.people[0])

    for path in (f"/g/{code}/", "/", f"/p/{shopfront.slug_of(street, 0)}/", f"/search/?q={bad}"):
        page = Client().get(path).content.decode()
        assert "<img src=x" not in page


def test_a_link_made_through_a_friends_link_continues_the_chain(street: shopfront.Street) -> None:
    from jishi.social.shares import queries as share_queries

    first, second = street.people[:2]
    code = shopfront.start_team(street, 0, first)
    clients = []
    for who in (first, second):
        client = Client()
        user = User.objects.get(pk=who.id)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        clients.append(client)

    made = clients[0].post(f"/share/team/{code}/", headers={"HX-Request": "true"}).content.decode()
    link = re.search(r"/r/([0-9a-z]+)", made)[1]  # type: ignore[index]
    landed = clients[1].get(f"/r/{link}")
    again = clients[1].post(f"/share/team/{code}/", headers={"HX-Request": "true"}).content.decode()
    second_link = re.search(r"/r/([0-9a-z]+)", again)[1]  # type: ignore[index]
    poster = clients[1].get(f"/poster/{second_link}.png")

    assert landed.headers["Location"] == f"/g/{code}/"
    assert share_queries.get_link(second_link).parent_code == link
    assert share_queries.get_link(second_link).depth == 1
    assert poster["Content-Type"] == "image/png"
    assert poster.content[:8] == b"\x89PNG\r\n\x1a\n"
