"""Opening shops, their terms, and who works for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import translation
from tests.factories import trade
from tests.factories.goods import open_shop

from jishi.goods.merchants import operations, queries
from jishi.goods.merchants.errors import (
    NotShopStaff,
    ShopAddressInvalid,
    ShopTermsInvalid,
    ShopUnknown,
    SlugTaken,
    TimeZoneUnknown,
)
from jishi.goods.merchants.models import Bulletin, Shop
from jishi.kernel.models import OutboxEvent
from jishi.kernel.outbox import relay
from jishi.people.accounts import operations as accounts
from jishi.people.notifications import queries as notification_queries
from jishi.people.notifications.models import Notice

pytestmark = pytest.mark.django_db


def _person(name: str) -> int:
    return accounts.register(nickname=name, email=f"{name}@example.org").id


def test_a_shop_speaks_the_viewers_language() -> None:
    shop = open_shop("hill")

    assert queries.get_shop(shop.id, language="en").name == "The hill"
    assert queries.get_shop(shop.id, language="zh-hans").name == "hill 铺"


def test_shops_are_found_by_address_and_by_id_in_one_statement(django_assert_num_queries: object) -> None:
    first, second = open_shop("first"), open_shop("second")

    assert queries.find_shop("second") == second
    assert queries.find_shop("third") is None
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert queries.list_shops([second.id, first.id]) == {first.id: first, second.id: second}


def test_an_unknown_shop_is_refused() -> None:
    with pytest.raises(ShopUnknown):
        queries.get_shop(4711)


def test_two_shops_cannot_share_an_address() -> None:
    open_shop("hill")

    with pytest.raises(SlugTaken):
        open_shop("hill")

    assert Shop.objects.count() == 1


@pytest.mark.parametrize("slug", ["a", "-hill", "hill-", "Hill", "山", "a" * 61, "a b", "hill\n"])
def test_an_address_must_fit_into_a_url(slug: str) -> None:
    with pytest.raises(ShopAddressInvalid):
        open_shop(slug)


@pytest.mark.parametrize(
    "terms",
    [
        {"commission_bps": 10_001},
        {"commission_bps": -1},
        {"auto_confirm_days": 0},
        {"delivery_fee_minor": -1},
        {"free_delivery_from_minor": -1},
    ],
)
def test_terms_outside_their_bounds_are_refused(terms: dict[str, int]) -> None:
    with pytest.raises(ShopTermsInvalid):
        open_shop("hill", **terms)

    assert Shop.objects.count() == 0


def test_a_time_zone_must_exist() -> None:
    with pytest.raises(TimeZoneUnknown):
        open_shop("hill", time_zone="Mars/Olympus")


def test_terms_change_for_the_future() -> None:
    shop = open_shop("hill")

    changed = operations.change_terms(
        shop_id=shop.id,
        commission_bps=800,
        auto_confirm_days=7,
        delivery_fee_minor=600,
        free_delivery_from_minor=9900,
        is_open=False,
    )

    assert (changed.commission_bps, changed.delivery_fee_minor, changed.is_open) == (800, 600, False)


def test_only_staff_may_act_for_a_shop() -> None:
    shop, other = open_shop("hill"), open_shop("dale")
    helper, stranger = _person("helper"), _person("stranger")
    operations.add_staff(shop_id=shop.id, person_id=helper)

    queries.require_staff(person_id=helper, shop_id=shop.id)
    for person, place in ((helper, other.id), (stranger, shop.id), (None, shop.id)):
        with pytest.raises(NotShopStaff):
            queries.require_staff(person_id=person, shop_id=place)
    assert queries.shops_of(helper) == [shop.id]
    assert queries.shops_of(stranger) == []


def test_adding_somebody_again_only_changes_the_role() -> None:
    shop, helper = open_shop("hill"), _person("helper")
    operations.add_staff(shop_id=shop.id, person_id=helper)

    operations.add_staff(shop_id=shop.id, person_id=helper, role="owner")

    assert [role for person, role in queries.list_staff(shop.id) if person == helper] == ["owner"]


def test_a_rush_of_orders_is_one_notice_an_hour_for_each_of_the_staff() -> None:
    scene = trade.scene()
    owner = queries.list_staff(scene.shop.id)[0][0]
    clerk = accounts.register(nickname="clerk", email="clerk@example.org", language="en").id
    operations.add_staff(shop_id=scene.shop.id, person_id=clerk)

    def told(person_id: int) -> list[tuple[str, int]]:
        rows = Notice.objects.filter(person_id=person_id, kind="shop_order_paid").order_by("pk")
        return [(row.params["shop"], row.params["count"]) for row in rows]

    def sold(minutes: int) -> None:
        trade.pay(trade.place(scene.buyer, (scene.variant_id, 1)), at=trade.NOON + timedelta(minutes=minutes))
        relay.drain()

    sold(1), sold(2)
    OutboxEvent.objects.update(state="pending")
    relay.drain()
    assert operations.tell_due(trade.NOON + timedelta(minutes=1)) == 0
    assert [operations.tell_due(trade.NOON + timedelta(minutes=3)) for _ in range(2)] == [1, 0]

    assert told(owner) == [(scene.shop.name, 2)]
    assert told(clerk) == [(queries.get_shop(scene.shop.id, language="en").name, 2)]
    notice = notification_queries.list_notices(person_id=clerk)[0]
    with translation.override("zh-hans"):
        assert "2 笔" in notification_queries.worded(notice.kind, notice.params)

    sold(10), sold(11), sold(12)
    assert operations.tell_due(trade.NOON + timedelta(minutes=62)) == 0
    assert operations.tell_due(trade.NOON + timedelta(minutes=63)) == 1
    assert [count for _, count in told(owner)] == [2, 3]
    assert Bulletin.objects.values_list("number", "pending", "due_at").get() == (2, 0, None)
