"""The main job: a link from a friend, a team of two, two parcels, two receipts, and the shop is paid."""

from __future__ import annotations

import pytest
from tests.journeys.conftest import Town
from tests.journeys.phone import Phone

from jishi.goods.merchants import queries as merchant_queries
from jishi.money.escrow import queries as escrow_queries
from jishi.social.shares import operations as shares
from jishi.social.shares import queries as share_queries
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.models import Order

FORMED = {"zh-hans": "拼团成功", "en": "The team has formed!"}
SENT = {"zh-hans": "商家已发货", "en": "Sent by the shop"}
CHINESE_AND_SCRIPTS = ("zh-hans", True)
ENGLISH_WITHOUT_SCRIPTS = ("en", False)


@pytest.mark.parametrize(("language", "scripts"), [CHINESE_AND_SCRIPTS, ENGLISH_WITHOUT_SCRIPTS])
def test_a_shared_link_becomes_a_team_and_settled_books(town: Town, language: str, scripts: bool) -> None:
    shopper, friend, sharer = town.street.people[:3]
    link = shares.create_link(sharer_id=sharer.id, kind="product", key=town.street.codes[0], channel="web")
    mine = town.phone_of(shopper, scripts=scripts, language=language)
    theirs = town.phone_of(friend, scripts=scripts, language=language)

    # The shopper comes by a friend's link, starts a team, pays, and asks for a link of their own.
    mine.open(link.url_path)
    assert mine.page.url.endswith(town.product(0))
    assert mine.page.locator("html").get_attribute("lang") == ("en" if language == "en" else "zh-Hans")
    team = mine.start_team("")
    mine.waits_for_screen("open")
    own_link = mine.invite()
    mine.open(team)

    # The friend comes by that link, joins and pays; the shopper's open page turns by itself.
    assert theirs.join(own_link) == team
    theirs.waits_for_screen("formed", by_reload=not scripts)
    mine.waits_for_screen("formed", by_reload=not scripts)
    assert FORMED[language] in mine.page.inner_text(".team h1")

    # Who brought whom is known.
    by_friend = Order.objects.get(buyer_id=friend.id)
    chain = share_queries.chain(by_friend.share_code)
    assert [one.sharer.id for one in chain if one.sharer] == [shopper.id, sharer.id]
    assert Order.objects.get(buyer_id=shopper.id).share_code == link.code

    # The shop sends both parcels on its own page, both buyers confirm, and escrow pays out.
    owner = merchant_queries.list_staff(town.street.shop.id)[0][0]
    shop = town.phone_of(owner, scripts=scripts, language=language)
    for phone in (mine, theirs):
        _ship_and_receive(phone, shop, language)
    town.catch_up()
    for order in Order.objects.all():
        holding = escrow_queries.get_holding(order.code)
        assert (holding.held_minor, holding.released_minor) == (0, order.total_minor)
    assert mine.faults == theirs.faults == shop.faults == []
    town.assert_books_are_whole()


def _ship_and_receive(phone: Phone, shop: Phone, language: str) -> None:
    """The shop sends the order that the team's page leads to, and its buyer confirms."""
    phone.press(".acts a[href*='/orders/']")
    phone.page.wait_for_url("**/orders/**")
    code = phone.page.url.rstrip("/").split("/")[-1]
    assert phone.page.locator("form[action$='/receipt/']").count() == 0
    shop.open(f"/m/orders/{code}/")
    shop.page.fill("#tracking", f"SF{code.upper()}")
    shop.press("form[action$='/ship/'] button")
    shop.page.locator("form[action$='/ship/']").wait_for(state="detached")
    phone.page.reload()
    assert SENT[language] in phone.text
    phone.press("form[action$='/receipt/'] button")
    phone.page.locator(".order-head.hot").wait_for(state="detached")
    phone.page.locator("form[action$='/receipt/']").wait_for(state="detached")
    assert order_queries.get_order(code, viewer_id=None).state == "received"
