"""What rises: people, not clicks; several people, not one; and what was shown often rests."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.insight.recommendation import shop as shops

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior.contracts import Sender
from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation import queries, trends
from jishi.insight.recommendation.contracts import Asker, Surface
from jishi.insight.recommendation.models import Capped, Rising

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path: Path, settings) -> shops.Shop:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    return shops.build(each=6, things=5)


def seen(person: int, at: datetime, kind: str, **columns: Any) -> None:
    """One event of a person's, as the page would tell it."""
    import json

    from jishi.goods.catalog.models import Product

    if "product" in columns:
        columns["product"] = Product.objects.get(pk=columns["product"]).code
    event = {"id": str(uuid.uuid4()), "at": at.timestamp() * 1000, "kind": kind, **columns}
    raw = json.dumps({"batch": uuid.uuid4().hex, "session": "s1", "events": [event]}).encode()
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
    behavior.accept(raw=raw, sender=Sender("web", f"visitor{person:013d}", person, agent), at=at)


def test_a_burst_of_people_rises_and_one_eager_person_does_not(shop: shops.Shop) -> None:
    crowd = shop.people(8)
    for person in crowd:
        seen(person, shop.at - timedelta(minutes=5), "product_viewed", product=shop.cups[0])
    for step in range(12):
        seen(crowd[0], shop.at - timedelta(minutes=step), "product_viewed", product=shop.tea[0])
    behavior.compact()

    trends.renew(at=shop.at)

    goods = queries.list_trends("goods")
    assert [one.key for one in goods] == [shop.cups[0]]
    assert goods[0].count == 8 and goods[0].score > 2


def test_what_is_always_busy_does_not_rise(shop: shops.Shop) -> None:
    crowd = shop.people(6)
    for hours in range(40):
        for person in crowd[:5]:
            seen(person, shop.at - timedelta(hours=hours, minutes=30), "product_viewed", product=shop.tea[1])
    behavior.compact()

    trends.renew(at=shop.at)

    assert not Rising.objects.exists()


def test_a_search_is_named_only_when_several_made_it(shop: shops.Shop) -> None:
    crowd = shop.people(5)
    for person in crowd:
        for words in ("春茶", "代开发票", "找 138 0013 8000", "a@b.cn"):
            seen(person, shop.at - timedelta(minutes=3), "searched", query=words)
    for _ in range(9):
        seen(crowd[0], shop.at - timedelta(minutes=3), "searched", query="13800138000")
    behavior.compact()

    trends.renew(at=shop.at)

    assert [one.word for one in queries.list_trends("search")] == ["春茶"]


def test_what_was_shown_three_times_and_never_opened_rests(shop: shops.Shop) -> None:
    person = shop.people(1)[0]
    for hours in range(3):
        seen(person, shop.at - timedelta(hours=hours), "product_exposed", product=shop.tea[0])
        seen(person, shop.at - timedelta(hours=hours), "product_exposed", product=shop.tea[1])
    seen(person, shop.at, "product_viewed", product=shop.tea[1])
    behavior.compact()
    recommendation.renew(at=shop.at)

    trends.cap(at=shop.at)
    shown = queries.recommend(Asker(person), Surface.HOME, limit=40, seed=1, at=shop.at)

    assert Capped.objects.get(pk=person).keys == [shop.tea[0]]
    assert shop.tea[0] not in {pick.key for pick in shown.picks}
