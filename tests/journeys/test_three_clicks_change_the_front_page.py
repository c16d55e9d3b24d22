"""Three clicks change the front page, its sheet says why, and switched off it is everybody's again; what was
really seen of it is in the lake, once, at its place.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from tests.insight.behavior import kit
from tests.insight.recommendation import shop as shops
from tests.journeys.conftest import Town
from tests.journeys.phone import Phone

from jishi.goods.catalog.models import Product
from jishi.insight.behavior import operations as behavior
from jishi.insight.recommendation import fitting, queries
from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation.models import Slate

LANE = "/lane/events"
KEPT = """() => new Promise((done) => {
  const look = (tries) => {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith("jishi:seen:"));
    const kept = keys.map((key) => JSON.parse(localStorage[key]));
    const seen = kept.flatMap((batch) => batch.events).filter((event) => event.kind.endsWith("_exposed"));
    if (seen.length > 1 || !tries) done(kept);
    else setTimeout(look, 100, tries - 1);
  };
  look(100);
})"""  # what the browser has not yet got an answer for, once two cards were seen
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
    reader.page.locator("#feed li.card").nth(1).scroll_into_view_if_needed()
    told = reader.page.evaluate(KEPT)
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
    _assert_seen_once_and_exactly(reader, told)
    reader.open("/me/recommendations/")
    reader.press("form:has([value=personal]) button")
    reader.open("/")
    assert reader.page.locator("#feed .why-dot").count() == 0
    assert not reader.faults


def _assert_seen_once_and_exactly(reader: Phone, told: list[dict[str, Any]]) -> None:
    """The first page's showings, from the browser's script through lane, inbox and compactor into the lake; a
    batch that comes again, and its events in a batch of another name, change nothing.
    """
    first = Slate.objects.order_by("pk")[0]
    shown = {queries.exposure_of(first.code, place): place for place in range(1, len(first.keys) + 1)}
    batch = next(one for one in told if any(event["id"] in shown for event in one["events"]))
    again = [
        reader.page.request.post(reader.url + LANE, data=json.dumps(one)).status
        for one in (batch, batch, {**batch, "batch": str(uuid.uuid4())})
    ]
    # The browser may not have had its turn before us. Then: known as a batch; new, with known events.
    assert again[1:] == [200, 202]
    behavior.compact()

    kept = [row for row in kit.rows("kind LIKE '%_exposed'") if str(row["event_id"]) in shown]
    seen = {event["id"] for one in told for event in one["events"]} & set(shown)
    names = [str(row["event_id"]) for row in kept]
    assert len(names) == len(set(names)) and seen <= set(names) and len(seen) >= 2
    for row in kept:
        place, key = row["position"], first.keys[row["position"] - 1]
        assert place == shown[str(row["event_id"])]
        assert (row["product_id"] if key > 0 else -row["note_id"]) == key
        assert (row["user_id"], row["slot"]) == (first.person_id, "feed")
