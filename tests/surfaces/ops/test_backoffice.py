"""The back office: it reads, and what it writes goes through operations and into the trail."""

from __future__ import annotations

import pytest
from tests.factories import consoles

from jishi.goods.catalog.models import Brand, Category
from jishi.goods.merchants.models import Shop
from jishi.kernel import audit
from jishi.money.ledger.models import Transfer
from jishi.people.accounts.models import User
from jishi.trade.orders.models import Order


@pytest.fixture
def world(db: None) -> consoles.World:
    return consoles.build()


@pytest.mark.parametrize("path", ["orders/order", "ledger/transfer", "ledger/account", "kernel/auditentry"])
def test_money_orders_and_the_trail_cannot_be_changed(world: consoles.World, path: str) -> None:
    client = world.client("operator")
    assert client.get(f"/ops/admin/{path}/").status_code == 200

    assert client.get(f"/ops/admin/{path}/add/").status_code == 403
    assert client.post(f"/ops/admin/{path}/1/delete/", {"post": "yes"}).status_code in (403, 302)

    assert Order.objects.filter(code=world.ready, state="paid").exists()
    assert Transfer.objects.exists()


def test_an_order_cannot_be_posted_to(world: consoles.World) -> None:
    order = Order.objects.get(code=world.ready)

    answer = world.client("operator").post(
        f"/ops/admin/orders/order/{order.pk}/change/", {"state": "received", "total_minor": 1}
    )

    assert answer.status_code == 403
    assert Order.objects.get(pk=order.pk).state == "paid"


def test_what_identifies_people_is_not_shown(world: consoles.World) -> None:
    client = world.client("operator")
    order = Order.objects.get(code=world.ready)

    html = client.get(f"/ops/admin/orders/order/{order.pk}/change/").content.decode()
    person = client.get(f"/ops/admin/accounts/user/{world.shopper.id}/change/").content.decode()

    assert "13800138000" not in html
    assert "王小柿" not in html
    assert "example.org" not in person
    assert "argon2" not in person


def test_a_category_is_written_by_the_catalogue(world: consoles.World) -> None:
    client = world.client("operator")
    root = {"slug": "fruit", "name_zh": "水果", "name_en": "Fruit", "parent": "", "position": "1"}

    client.post("/ops/admin/catalog/category/add/", root)
    parent = Category.objects.get(slug="fruit")
    client.post(
        "/ops/admin/catalog/category/add/",
        {
            "slug": "berries",
            "name_zh": "莓果",
            "name_en": "Berries",
            "parent": str(parent.pk),
            "position": "0",
        },
    )
    child = Category.objects.get(slug="berries")
    loop = client.post(
        f"/ops/admin/catalog/category/{parent.pk}/change/", {**root, "parent": str(child.pk)}, follow=True
    )

    assert child.ancestor_ids == [parent.pk, child.pk]
    assert Category.objects.get(pk=parent.pk).parent_id is None
    assert loop.status_code == 200
    actions = [entry.action for entry in audit.list_entries(actor_id=world.operator_id)]
    assert actions == ["catalog.save_category", "catalog.save_category"]


def test_a_brand_and_a_shops_terms_are_written_through_operations(world: consoles.World) -> None:
    client = world.client("operator")

    client.post("/ops/admin/catalog/brand/add/", {"slug": "kaki", "name_zh": "柿子", "name_en": "Kaki"})
    client.post(
        f"/ops/admin/merchants/shop/{world.shop.id}/change/",
        {"is_open": "on", "commission_bps": "700", "auto_confirm_days": "7", "delivery_fee_minor": "0"},
    )
    refused = client.post(
        f"/ops/admin/merchants/shop/{world.shop.id}/change/",
        {"is_open": "on", "commission_bps": "90000", "auto_confirm_days": "7", "delivery_fee_minor": "0"},
    )

    assert Brand.objects.get(slug="kaki").name == {"zh-hans": "柿子", "en": "Kaki"}
    shop = Shop.objects.get(pk=world.shop.id)
    assert (shop.commission_bps, shop.auto_confirm_days) == (700, 7)
    assert refused.status_code == 200
    assert audit.list_entries(action="merchants.change_terms")[0].actor_id == world.operator_id


def test_acc_112_staff_close_accounts_of_lower_rank_only(world: consoles.World) -> None:
    client = world.client("operator")
    client.post(f"/ops/admin/accounts/user/{world.shopper.id}/change/", {})
    client.post(f"/ops/admin/accounts/user/{world.operator_id}/change/", {})

    assert not User.objects.get(pk=world.shopper.id).is_active
    assert User.objects.get(pk=world.operator_id).is_active
    assert world.client("shopper").get("/me/").status_code == 302


def test_acc_111_fields_that_are_not_offered_are_ignored(world: consoles.World) -> None:
    world.client("operator").post(
        f"/ops/admin/accounts/user/{world.shopper.id}/change/",
        {"is_active": "on", "is_operator": "on", "is_superuser": "on", "email": "evil@example.org"},
    )

    person = User.objects.get(pk=world.shopper.id)
    assert (person.is_operator, person.is_superuser) == (False, False)
    assert person.email != "evil@example.org"


def test_the_back_office_keeps_the_strict_policy_in_both_languages(world: consoles.World) -> None:
    client = world.client("operator")
    for language, words in (("zh-hans", "集柿后台"), ("en", "Jishi back office")):
        User.objects.filter(pk=world.operator_id).update(language=language)
        for url in ("/ops/admin/", "/ops/admin/orders/order/", "/ops/admin/catalog/category/add/"):
            response = client.get(url)
            html = response.content.decode()
            assert words in html
            assert "unsafe" not in response.headers["Content-Security-Policy"]
            assert " style=" not in html
            assert "onclick=" not in html
