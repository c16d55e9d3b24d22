"""Tags of orders, links, notes and the graph against plain Python over the rows as they were planned."""

# ruff: noqa: E501 - tables of cases are read line by line

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from tests.insight.portraits import world
from tests.insight.portraits.world import NOW, TODAY

from jishi.insight.behavior.rules import day_of
from jishi.insight.portraits import operations as portraits
from jishi.insight.portraits.models import Portrait
from jishi.kernel.ids import new_code
from jishi.social.graph.models import Follow, Profile
from jishi.social.notes.models import Favourite, Like
from jishi.social.shares.models import ShareLink, ShareOrder, ShareVisit

pytestmark = pytest.mark.django_db


def days_since(at: Any) -> int:
    return (TODAY - day_of(at)).days


def mean(values: list[int]) -> int | None:
    return int(sum(values) / len(values) + 0.5) if values else None


def test_orders_become_value_as_plain_python_says() -> None:
    dice = random.Random(3)
    wares = [
        world.ware(price=price, kind=f"kind-{n}", brand=f"brand-{n}")
        for n, price in enumerate((500, 1000, 4000))
    ]
    truth: dict[int, dict[str, Any]] = {}
    for number in range(12):
        who = world.person(language=dice.choice(["zh-hans", "en"]))
        orders = []
        for _ in range(number % 6):
            ware, days = dice.choice(wares), dice.choice([0.5, 3, 20, 89.2, 95, 300])
            state = dice.choice(["paid", "paid", "received", "refunded", "expired", "cancelled"])
            amount, discount = dice.choice([100, 900, 12_345]), dice.choice([0, 50])
            made = world.order(
                who, ware, days, amount=amount, state=state, discount=discount,
                share=dice.choice(["", "abc"]), minutes=dice.choice([1, 8]),
            )  # fmt: skip
            orders.append((made, ware))
        truth[who] = expected(orders)
    portraits.rebuild(at=NOW)

    for who, tags in truth.items():
        found = Portrait.objects.get(pk=who).tags
        assert {code: found.get(code) for code in tags} == tags


def expected(orders: list[tuple[Any, world.Ware]]) -> dict[str, Any]:
    paid = [(o, w) for o, w in orders if o.state in ("paid", "received")]
    ever = [o for o, _ in orders if o.paid_at]
    amounts = [o.total_minor for o, _ in paid]
    young = [o.total_minor for o, _ in paid if days_since(o.paid_at) < 90]
    first = min((o.paid_at for o, _ in paid), default=None)
    last = max((o.paid_at for o, _ in paid), default=None)
    shops = Counter(w.shop for _, w in paid)
    best = min(shops, key=lambda one: (-shops[one], one)) if shops else None
    repeat = round((last - first) / timedelta(days=1) / (len(paid) - 1)) if len(paid) > 1 else None
    deals = sum(o.discount_minor > 0 for o, _ in paid)
    return {
        "orders": len(paid),
        "spent_minor": sum(amounts),
        "average_order_minor": mean(amounts),
        "largest_order_minor": max(amounts, default=None),
        "orders_90": len(young),
        "spent_90_minor": sum(young),
        "first_order_days": days_since(first) if first else None,
        "last_order_days": days_since(last) if last else None,
        "repeat_days": repeat,
        "next_order_days": repeat - days_since(last) if repeat is not None else None,
        "shops_bought": len(shops),
        "variety": len({w.category for _, w in paid}),
        "refunds": sum(o.state == "refunded" for o, _ in orders),
        "refund_share": int(100 * sum(o.state == "refunded" for o, _ in orders) / len(ever) + 0.5) if ever else None,
        "unpaid_orders": sum(o.state in ("expired", "cancelled") for o, _ in orders),
        "deal_share": int(100 * deals / len(paid) + 0.5) if paid else None,
        "by_people_share": int(100 * sum(o.share_code != "" for o, _ in paid) / len(paid) + 0.5) if paid else None,
        "fav_shop": world.Shop.objects.get(pk=best).code if best else None,
        "pay_minutes": int(sum((o.paid_at - o.placed_at).seconds for o, _ in paid) / 60 / len(paid) + 0.5) if paid else None,
    }  # fmt: skip


def test_what_people_do_together_becomes_social_tags() -> None:
    one, two, three = world.person(), world.person(), world.person()
    for who in (one, two, three):
        Profile.objects.create(person_id=who, place="杭州" if who == one else "")
    for follower, followee in ((one, two), (two, one), (three, one)):
        Follow.objects.create(follower_id=follower, followee_id=followee, created_at=NOW)
    tea = world.note(one, "tea", days=3, liked_by=(two, three))
    world.note(one, "tea", "cups", days=50)
    other = world.note(two, "hats", days=2)
    Like.objects.create(note=other, person_id=one, created_at=world.ago(1))
    Favourite.objects.create(note=other, person_id=one, created_at=world.ago(1))
    link = ShareLink.objects.create(sharer_id=one, kind="product", key="x", created_at=world.ago(10))
    for number in range(3):
        ShareVisit.objects.create(link=link, visitor=f"v{number}", first_at=NOW)
    ShareOrder.objects.create(
        link=link, order_code=new_code(), buyer_id=two, amount_minor=100, currency="CNY", paid_at=NOW
    )
    portraits.rebuild(at=NOW)

    tags = Portrait.objects.get(pk=one).tags
    assert tea.like_count == 2
    wanted = {
        "followers": 2, "following": 1, "friends": 1, "notes": 2, "notes_30": 1, "likes_given": 1, "favourites": 1,
        "likes_got": 2, "links_90": 1, "link_visits": 3, "share_orders": 1, "told_place": "杭州",
        # a note, a like, a kept note and a link in 30 days: four deeds
        "social_activity": "potential", "fav_topic": "hats", "topics": ["hats", "tea", "cups"], "influence": "high",
    }  # fmt: skip
    assert {code: tags[code] for code in wanted} == wanted
    silent = Portrait.objects.get(pk=three).tags
    assert (silent["social_activity"], silent["following"], silent["notes"]) == ("potential", 1, 0)
