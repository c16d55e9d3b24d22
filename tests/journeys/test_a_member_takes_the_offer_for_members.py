"""Somebody reads the rules, answers a question, is let in, and pays the price that only members get."""

from __future__ import annotations

import pytest
from tests.factories import clubs
from tests.journeys.conftest import Town

from jishi.goods.merchants import queries as merchants
from jishi.kernel import clock
from jishi.promotions.plays import operations as plays
from jishi.social.communities import operations as communities
from jishi.social.communities import queries
from jishi.trade.orders.models import Order

PRICE_MINOR = 1990


def partner_offer(town: Town, slug: str, number: int) -> str:
    """The owner agrees with the shop, and the shop makes an offer for the members; returns its code."""
    street, now = town.street, clock.now()
    [(staff, _)] = merchants.list_staff(street.shop.id)
    communities.ask_partner(shop_id=street.shop.id, person_id=staff, slug=slug, message="我们种柿子")
    communities.decide_partner(actor_id=clubs.owner_of(slug), slug=slug, shop_id=street.shop.id, agree=True)
    offer = plays.create_offer(
        shop_id=street.shop.id,
        product_id=street.products[number],
        mechanic="group_buy",
        params={"size": 2, "hours": 24},
        prices={street.variants[number][0]: PRICE_MINOR},
        starts_at=now,
        audience=clubs.audience(slug),
    )
    return offer.code


@pytest.mark.parametrize("scripts", [True, False])
def test_a_member_takes_the_offer_for_members(town: Town, scripts: bool) -> None:
    slug = clubs.club(join_policy="questions", questions=("你喝什么茶？",), at=clock.now())
    offer = partner_offer(town, slug, 0)
    guest, stranger = town.street.people[:2]
    mine, desk = town.phone_of(guest, scripts=scripts), town.phone_of(clubs.owner_of(slug), scripts=scripts)

    mine.open(f"/k/{slug}/")
    mine.press("a[href$='/join/']")
    mine.press("label:has(input[name=accept])")
    mine.page.fill("[name=answer-0]", "龙井")
    mine.press("button[data-join]")
    mine.page.wait_for_url(f"**/k/{slug}/")
    desk.open(f"/k/{slug}/desk/")
    assert "龙井" in desk.text
    desk.press("button[value=accept]")
    desk.page.wait_for_url(f"**/k/{slug}/desk/")
    assert queries.is_member(slug, guest.id)

    mine.open(f"/k/{slug}/?tab=offers")
    mine.press(f"a[data-offer='{offer}']")
    mine.choose_team_price()
    mine.place()
    mine.pay()
    mine.arrive_at_team()

    [order] = Order.objects.filter(buyer_id=guest.id)
    assert order.state == "paid" and order.goods_minor - order.discount_minor == PRICE_MINOR
    outside = town.phone_of(stranger, scripts=scripts)
    outside.open(f"/k/{slug}/?tab=offers")
    assert outside.page.locator(f"a[data-offer='{offer}']").count() == 0
    town.assert_books_are_whole()
    assert [phone.faults for phone in town.phones] == [[]] * len(town.phones)
