"""Three clicks change the front page, its sheet says why, and switched off it is everybody's again."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.insight.recommendation import shop as shops
from tests.journeys.conftest import Town

from jishi.goods.catalog.models import Product
from jishi.insight.recommendation import fitting
from jishi.insight.recommendation import operations as recommendation

CARDS = "els => els.slice(0, 8).map(card => card.dataset.see)"


def test_three_clicks_change_the_front_page(
    town: Town, tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    monkeypatch.setattr(fitting, "WITHOUT", frozenset({"linear", "factors"}))
    shop = shops.build(each=8, things=10)
    fitting.fit(at=shop.at)
    recommendation.renew(at=shop.at)
    codes = dict(Product.objects.filter(pk__in=shop.cups).values_list("pk", "code"))
    reader = town.phone_of(shop.tea_people[0])
    reader.open("/")
    before = reader.page.eval_on_selector_all("#feed li.card", CARDS)

    for product in shop.cups[:3]:
        with reader.page.expect_response(lambda answer: "/picks/goes_with/" in answer.url):
            reader.open(f"/p/{codes[product]}/")
    reader.open("/")
    after = reader.page.eval_on_selector_all("#feed li.card", CARDS)

    cups = {f"product:{code}" for code in codes.values()}
    assert after != before
    assert len(cups & set(after)) > len(cups & set(before))
    reader.page.locator("#feed .why-dot").first.click()
    reader.page.locator("#why-body .why-says").wait_for()
    assert "你刚看过类似的" in reader.page.locator("#why-body").inner_text()
    reader.open("/me/recommendations/")
    reader.press("form:has([value=personal]) button")
    reader.open("/")
    assert reader.page.locator("#feed .why-dot").count() == 0
    assert not reader.faults
