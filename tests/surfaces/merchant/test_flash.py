"""A flash sale across the consoles: opened, enrolled with a preview, decided, seen by shoppers, stopped."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from tests.factories import consoles

from jishi.goods.catalog.models import Product
from jishi.goods.inventory import queries as inventory_queries
from jishi.kernel import audit, clock
from jishi.kernel.outbox import relay
from jishi.people.accounts.models import User
from jishi.people.notifications.models import Notice
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales.models import Item, Slot

CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
NAMES = re.compile(r"柿子|小满|买家\d+|商品\d+|中文|王小柿|铺")


@pytest.fixture
def world(db: None, settings, tmp_path) -> consoles.World:  # type: ignore[no-untyped-def]
    settings.JISHI_HOME = tmp_path
    return consoles.build()


def open_slot(world: consoles.World) -> Slot:
    """The operator opens a time on three days in a row; the first of them."""
    starts = clock.now() + timedelta(hours=1)
    form = {
        "title_zh": "午间场",
        "title_en": "Noon",
        "starts": starts.strftime("%Y-%m-%dT%H:%M+00:00"),
        "ends": (starts + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M+00:00"),
        "days": "3",
    }
    world.client("operator").post("/ops/flash/open/", form)
    return Slot.objects.order_by("starts_at")[0]


def wish(world: consoles.World, slot: Slot, **changes: str) -> dict[str, str]:
    variant = str(world.party.scene.variant_id)
    return {"slot": slot.code, "variant": variant, "price": "5.00", "units": "4", "limit": "2", **changes}


def enrol(world: consoles.World, slot: Slot) -> Item:
    product = Product.objects.get(pk=world.party.scene.product_id)
    world.client("staff").post(
        f"/m/flash/new/{product.code}/", {**wish(world, slot), "do": "enrol", "agreed": "1"}
    )
    return Item.objects.get()


def test_a_shop_previews_enrols_and_takes_back(world: consoles.World) -> None:
    slot = open_slot(world)
    product = Product.objects.get(pk=world.party.scene.product_id)
    client, page = world.client("staff"), f"/m/flash/new/{product.code}/"

    seen = client.post(page, {**wish(world, slot, cost="9.00"), "do": "preview"}).content.decode()
    wrong = client.post(page, {**wish(world, slot, price="x"), "do": "enrol"})
    item = enrol(world, slot)
    client.post(f"/m/flash/{item.code}/withdraw/")

    assert Slot.objects.count() == 3
    assert "每卖一件都亏" in seen
    assert wrong.status_code == 422
    assert (item.price_minor, item.allocation, item.limit_per_person) == (500, 4, 2)
    assert Item.objects.get().state == "withdrawn"
    assert [entry.action for entry in audit.list_entries(subject=f"flash:{item.code}")] == [
        "flash.withdraw",
        "flash.enrol",
    ]


def test_an_operator_decides_and_the_shop_is_told_why(world: consoles.World) -> None:
    slot = open_slot(world)
    item, operator = enrol(world, slot), world.client("operator")
    decide = f"/ops/flash/items/{item.code}/decide/"
    before = inventory_queries.list_available([item.variant_id])[item.variant_id]

    operator.post(decide, {"do": "refuse", "reason": "", "slot": slot.code})
    assert Item.objects.get().state == "applied"
    operator.post(decide, {"do": "refuse", "reason": "照片太暗", "slot": slot.code})
    relay.drain()
    assert Item.objects.get().reason == "照片太暗"
    again = enrol_again(world, slot)
    operator.post(f"/ops/flash/items/{again.code}/decide/", {"do": "approve", "slot": slot.code})
    taken = inventory_queries.list_available([item.variant_id])[item.variant_id]
    operator.post(f"/ops/flash/{slot.code}/stop/", {"reason": "价格标错"})
    relay.drain()

    assert before - taken == 4
    assert inventory_queries.list_available([item.variant_id])[item.variant_id] == before
    assert Item.objects.get(code=again.code).state == "closed"
    told = set(Notice.objects.values_list("kind", flat=True))
    assert {"flash_refused", "flash_approved"} <= told


def enrol_again(world: consoles.World, slot: Slot) -> Item:
    product = Product.objects.get(pk=world.party.scene.product_id)
    world.client("staff").post(
        f"/m/flash/new/{product.code}/", {**wish(world, slot), "do": "enrol", "agreed": "1"}
    )
    return Item.objects.get(state="applied")


def test_every_page_takes_few_statements_and_speaks_english(world: consoles.World) -> None:
    slot = open_slot(world)
    item = enrol(world, slot)
    flash.approve(item_code=item.code, by=None)
    now = clock.now()
    Slot.objects.filter(pk=slot.pk).update(starts_at=now, enrol_until=now)
    flash.open_due(now)
    User.objects.update(language="en")
    product = Product.objects.get(pk=item.product_id)

    for role, url in (
        ("staff", "/m/flash/"),
        ("staff", "/m/flash/new/"),
        ("staff", f"/m/flash/new/{product.code}/"),
        ("operator", "/ops/flash/"),
        ("operator", f"/ops/flash/{slot.code}/"),
        ("shopper", "/flash/"),
        ("shopper", f"/flash/?slot={slot.code}"),
        ("shopper", f"/flash/{item.code}/"),
        ("shopper", f"/flash/{item.code}/block/"),
        ("anonymous", f"/en/flash/{item.code}/"),
    ):
        client = world.client(role)
        client.get(url)
        html = consoles.body(client, url)
        assert not CHINESE.search(NAMES.sub("", html)), (url, CHINESE.search(NAMES.sub("", html)))


def test_programs_see_the_same_faces(world: consoles.World) -> None:
    slot = open_slot(world)
    item = enrol(world, slot)
    flash.approve(item_code=item.code, by=None)
    client = world.client("anonymous")

    slots = client.get("/api/v1/flash-sales").json()["items"]
    found = client.get(f"/api/v1/flash-sales/{slot.code}/items").json()["items"]
    one = client.get(f"/api/v1/flash-sale-items/{item.code}").json()

    assert [entry["code"] for entry in slots] == [slot.code]
    assert found == [one]
    assert (one["face"], one["price_minor"], one["buy_path"]) == (
        "upcoming",
        500,
        f"/lane/flash/{item.code}/buy",
    )
