"""A flash sale as people live it: in the line, won, unpaid, returned, sold out; with scripts and without."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest
from tests import cluster as throw_away
from tests.journeys.conftest import Town

from jishi.cli.postgres import OWNER
from jishi.kernel import clock
from jishi.kernel.text import both
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales.contracts import Wish
from jishi.promotions.flash_sales.models import Claim, Item
from jishi.surfaces.lane import rush
from jishi.trade.checkout import operations as checkout
from jishi.trade.orders.models import Order

PRODUCT = 3
SHOTS = os.environ.get("JISHI_SHOTS", "")


def _sale(town: Town, *, units: int, starts_in_s: int = -60) -> str:
    """Have one of the street's goods on sale; returns the item's code."""
    now = clock.now()
    start = now + timedelta(seconds=starts_in_s)
    slot = flash.open_slot(
        title=both("今日疯抢", "Today's rush"),
        starts_at=start,
        ends_at=start + timedelta(hours=2),
        by=None,
        at=now - timedelta(hours=1),
    )
    wish = Wish(
        slot_code=slot,
        variant_id=town.street.variants[PRODUCT][0],
        price_minor=100,
        allocation=units,
    )
    code = flash.enrol(shop_id=town.street.shop.id, wish=wish, at=now - timedelta(minutes=30))
    flash.approve(item_code=code, by=None)
    flash.open_due(clock.now())
    return code


def _shoot(phone: object, name: str) -> None:
    """Keep a picture for people who want to look, at both sizes and in both themes."""
    if SHOTS:
        page = phone.page  # type: ignore[attr-defined]
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def test_the_last_unit_is_won_in_the_line_comes_back_unpaid_and_is_sold(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rush, "WAIT_S", 0.3)
    code = _sale(town, units=1)
    first, second = town.street.people[0], town.street.people[1]
    phone, other = town.phone_of(first), town.phone_of(second)
    phone.open("/flash/")
    _shoot(phone, "flash-list")
    phone.press(".flash-list .on_sale .do a")
    phone.page.wait_for_url(f"**/flash/{code}/")
    _shoot(phone, "flash-on-sale")

    with throw_away.cluster.connect(OWNER, throw_away.DATABASE) as busy:
        with busy.transaction():
            busy.execute("SELECT 1 FROM flash_sales_item WHERE code = %s FOR UPDATE", [code])
            phone.press("rush-buy button")
            phone.page.wait_for_selector("[data-state=in_line]:not([hidden])")
            assert phone.page.inner_text("[data-position]") == "1"
            assert "正在排队" in phone.text
            _shoot(phone, "flash-in-line")
    phone.page.wait_for_url("**/details/")
    _shoot(phone, "flash-details")
    assert "抢到了" in phone.text

    other.open(f"/flash/{code}/")
    assert "可能会放回来" in other.text
    _shoot(other, "flash-returning")
    checkout.expire_unpaid(clock.now() + timedelta(minutes=11))
    other.page.wait_for_selector("rush-buy", timeout=15_000)
    other.press("rush-buy button")
    other.page.wait_for_url("**/details/")
    other.press("form.paybar button")
    other.page.wait_for_url("**/pay/**")
    other.pay()
    other.page.wait_for_url("**/orders/**")

    phone.open(f"/flash/{code}/")
    assert "已售罄" in phone.text
    _shoot(phone, "flash-sold-out")
    assert phone.page.locator(".related li").count() > 0
    assert sorted(Claim.objects.values_list("state", flat=True)) == ["paid", "released"]
    assert sorted(Order.objects.values_list("state", flat=True)) == ["expired", "paid"]
    town.assert_books_are_whole()
    assert phone.faults == other.faults == []


def test_without_scripts_the_same_button_leads_to_the_same_price(town: Town) -> None:
    code = _sale(town, units=2)
    phone = town.phone_of(town.street.people[0], scripts=False, language="en")

    phone.open(f"/en/flash/{code}/")
    phone.press("rush-buy button")
    phone.page.wait_for_url("**/checkout/**")
    assert "Flash sale price" in phone.text
    phone.place()
    phone.open(f"/en/flash/{code}/")

    assert Item.objects.get(code=code).held == 1
    assert "You have it at the flash price." in phone.text
    _shoot(phone, "flash-mine-en")
    town.assert_books_are_whole()


def test_somebody_is_reminded_and_sees_it_on_the_product_page(town: Town) -> None:
    code = _sale(town, units=2, starts_in_s=200)
    phone = town.phone_of(town.street.people[0])

    phone.open(town.product(PRODUCT))
    _shoot(phone, "flash-product")
    phone.press(".flash-box .remind button")
    phone.page.wait_for_selector(".flash-box .remind button[aria-pressed=true]")
    town.catch_up()
    phone.open("/me/news/")

    assert "秒杀几分钟后开始" in phone.text
    assert Item.objects.get(code=code).reminders.get().told_at is not None
    assert phone.faults == []
