"""A shop's day: sending parcels, editing the shelf, importing, offering, all of it without scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.factories import consoles, trade

from jishi.goods.catalog.models import Product
from jishi.goods.imports import operations as imports
from jishi.goods.inventory import operations as inventory
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.pricing import queries as pricing_queries
from jishi.kernel import audit, clock
from jishi.people.accounts.models import User
from jishi.promotions.plays import queries as play_queries
from jishi.surfaces.merchant import amounts
from jishi.trade.fulfillment import queries as fulfillment_queries

CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
FILE = (
    "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Qty,Status\n"
    "tea,Green tea,Size,Small,T-S,12.50,5,active\n"
    "tea,,Size,Large,T-L,20.00,3,active\n"
)


@pytest.fixture
def world(db: None, settings, tmp_path) -> consoles.World:  # type: ignore[no-untyped-def]
    settings.JISHI_HOME = tmp_path
    return consoles.build()


def test_pages_take_few_statements_and_speak_english(world: consoles.World) -> None:
    User.objects.filter(pk=world.staff_id).update(language="en")
    consoles.more_goods(world, 8)
    product = Product.objects.get(pk=world.party.scene.product_id)

    for url in (
        "/m/",
        "/m/orders/",
        "/m/orders/?state=waiting",
        "/m/orders/?state=",
        f"/m/orders/{world.ready}/",
        f"/m/orders/{world.waiting}/",
        f"/m/orders/{world.ready}/refund/",
        "/m/goods/",
        "/m/goods/import/",
        "/m/offers/",
        "/m/offers/new/",
        f"/m/offers/new/{product.code}/",
        "/m/settlements/",
    ):
        html = consoles.body(world.client("staff"), url)
        assert 'lang="en"' in html
        plain = re.sub(r"柿子|买家\d+|商品\d+|中文|王小柿|浙江省|杭州市|西湖区|文三路|铺", "", html)
        assert not CHINESE.search(plain), (url, CHINESE.search(plain))


def test_today_says_what_the_lists_hold(world: consoles.World) -> None:
    client = world.client("staff")

    html = consoles.body(client, "/m/")
    found = dict(re.findall(r'data-figure="(\w+)">(\d+)<', html))

    assert found == {"ready": "1", "waiting": "1"}
    assert consoles.body(client, "/m/orders/?state=ready").count('name="pick"') == 1
    assert world.waiting in consoles.body(client, "/m/orders/?state=waiting")


def test_ticked_orders_are_sent_each_with_its_own_number(world: consoles.World) -> None:
    placed = trade.place(trade.buyer(), (world.party.scene.variant_id, 1), at=world.at)
    trade.pay(placed, at=world.at)
    [second] = placed.order_codes
    client = world.client("staff")

    answer = client.post(
        "/m/orders/ship/",
        {
            "pick": [world.ready, second, world.waiting],
            "carrier": "sf",
            f"tracking-{world.ready}": "SF11112222",
            f"tracking-{second}": "?",
            f"tracking-{world.waiting}": "SF33334444",
        },
        follow=True,
    )

    assert (trade.state(world.ready), trade.state(second), trade.state(world.waiting)) == (
        "shipped",
        "paid",
        "paid",
    )
    [parcel] = fulfillment_queries.list_parcels(world.ready)
    assert parcel.tracking_number == "SF11112222"
    text = answer.content.decode()
    assert f"{second}: " in text
    assert f"{world.waiting}: " in text
    [entry] = audit.list_entries(action="orders.ship")
    assert (entry.actor_id, entry.subject) == (world.staff_id, f"order:{world.ready}")


def test_one_order_is_sent_from_its_page(world: consoles.World) -> None:
    client = world.client("staff")
    assert "王小柿" in consoles.body(client, f"/m/orders/{world.ready}/")

    client.post(f"/m/orders/{world.ready}/ship/", {"carrier": "jd", "tracking": "JD123456"})

    assert trade.state(world.ready) == "shipped"
    assert "JD123456" in consoles.body(client, f"/m/orders/{world.ready}/")


def test_a_refund_leaves_a_trail(world: consoles.World) -> None:
    client = world.client("staff")

    client.post(f"/m/orders/{world.ready}/refund/")
    client.post(f"/m/orders/{world.ready}/refund/")

    assert trade.state(world.ready) == "refunding"
    assert [entry.actor_id for entry in audit.list_entries(action="orders.refund")] == [world.staff_id]


def test_only_changed_fields_are_written(world: consoles.World) -> None:
    variant, shop = world.party.scene.variant_id, world.shop
    client = world.client("staff")
    described = {"zh-hans": "全网最低价的顶级柿子", "en": "Persimmons"}
    Product.objects.filter(pk=world.party.scene.product_id).update(description=described)
    html = consoles.body(client, "/m/goods/")
    assert html.count('data-wording="warn"') == 1 and "全网最低、顶级" in html
    fields = dict(re.findall(r'name="((?:was-)?(?:price|compare|stock)-\d+)" value="([^"]*)"', html))
    on_hand = int(fields[f"stock-{variant}"])
    # Somebody counts the shelf anew while the page is open.
    inventory.set_stock(rows=[(variant, on_hand - 5)], shop_id=shop.id, reference="count")

    client.post("/m/goods/save/", {**fields, f"price-{variant}": "11.00", f"compare-{variant}": "15"})

    assert pricing_queries.list_written_prices([variant], "CNY") == {variant: (1100, 1500)}
    [line] = inventory_queries.stock_report(shop.id, variant_ids=[variant])
    assert line.on_hand == on_hand - 5
    [entry] = audit.list_entries(action="goods.edit")
    assert entry.detail["changes"] == [[variant, "price", 1100], [variant, "compare", 1500]]


def test_a_shelf_with_one_wrong_field_writes_nothing(world: consoles.World) -> None:
    variant = world.party.scene.variant_id
    before = pricing_queries.list_written_prices([variant], "CNY")

    answer = world.client("staff").post(
        "/m/goods/save/", {f"price-{variant}": "9.00", f"stock-{variant}": "many"}, follow=True
    )

    assert "many" in answer.content.decode()
    assert pricing_queries.list_written_prices([variant], "CNY") == before


def bring(world: consoles.World, text: str) -> str:
    """Upload a file, have it checked, and return where its import is shown."""
    file = SimpleUploadedFile("g.csv", text.encode())
    report = world.client("staff").post("/m/goods/import/", {"file": file}).headers["Location"]
    work()
    return report


def work() -> int:
    return imports.work_due(clock.database_now())


def test_a_file_is_shown_first_and_imported_after_a_yes(world: consoles.World) -> None:
    client = world.client("staff")
    file = SimpleUploadedFile("g.csv", FILE.encode())
    report = client.post("/m/goods/import/", {"file": file}).headers["Location"]
    waits = client.get(report).content.decode()
    assert 'hx-trigger="load delay' in waits and "<progress" in waits
    work()
    assert "hx-trigger" not in client.get(report + "?part=1").content.decode()
    assert not Product.objects.filter(handle="tea").exists()

    done = client.post(report, {"do": "apply"})
    assert "<progress" in client.get(report).content.decode()
    work()

    assert done.headers["Location"] == report
    tea = Product.objects.get(handle="tea")
    assert tea.shop_id == world.shop.id
    assert audit.list_entries(action="goods.import")[0].detail["created"] == 1
    exported = b"".join(client.get("/m/goods/export/").streaming_content).decode("utf-8-sig")
    assert "T-L" in exported
    assert report in client.get("/m/goods/import/").content.decode()


def test_a_file_with_errors_names_its_rows_and_imports_nothing(world: consoles.World) -> None:
    client = world.client("staff")

    report = bring(world, FILE.replace("20.00", "twenty"))
    html = client.get(report).content.decode()
    client.post(report, {"do": "apply"})
    work()

    assert '<td class="r num">3</td>' in html
    lines = b"".join(client.get(report + "report.csv").streaming_content).decode("utf-8-sig").splitlines()
    assert any(line.startswith("3,") for line in lines[1:])
    assert not Product.objects.filter(handle="tea").exists()
    client.post(report, {"do": "cancel"})
    assert "<progress" not in client.get(report).content.decode()
    assert client.get("/m/goods/import/abcdefghjkmn/").status_code == 404


def test_an_unknown_table_is_assigned_column_by_column(world: consoles.World) -> None:
    client = world.client("staff")

    report = bring(world, "编号,品名,售价\nk1,柿饼,12\n")
    html = client.get(report).content.decode()
    names = re.findall(r'name="column-(\d+)" value="([^"]+)"', html)
    wanted = {"编号": "handle", "品名": "title", "售价": "price"}
    form = {f"column-{n}": column for n, column in names} | {f"field-{n}": wanted[c] for n, c in names}
    client.post(report, {**form, "do": "apply"})
    work()
    work()

    assert [column for _, column in names] == ["编号", "品名", "售价"]
    assert Product.objects.filter(shop_id=world.shop.id, handle="k1").exists()


def test_no_file_is_answered_in_place(world: consoles.World) -> None:
    assert world.client("staff").post("/m/goods/import/").status_code == 422


def test_an_offer_is_previewed_published_and_stopped(world: consoles.World) -> None:
    client = world.client("staff")
    placed = consoles.goods.offer(world.shop, prices=(2000,))
    now = clock.now()
    form = {
        "param-size": "3",
        "param-hours": "24",
        "param-per_person_limit": "5",
        "param-per_person_total": "0",
        "param-per_person_teams": "0",
        "param-newcomers_only": "no",
        "param-leader_discount_bps": "0",
        "param-paid_after_deadline": "refund",
        "param-late_payment": "refund",
        "param-leader_leaves": "hand_over",
        "param-virtual_from_percent": "80",
        f"price-{placed.variant_ids[0]}": "15.00",
        "starts": amounts.moment_field(now, world.shop.time_zone),
        "ends": amounts.moment_field(now + timedelta(days=5), world.shop.time_zone),
    }
    url = f"/m/offers/new/{placed.code}/?mechanic=group_buy"
    group_buy = next(kind for kind in play_queries.list_mechanics() if kind.code == "group_buy")
    usual = {f"param-{one.name}": str(one.default).lower() for one in group_buy.params}
    assert set(usual) == set(re.findall(r'name="(param-\w+)"', client.get(url).content.decode()))
    form = {**usual, "mechanic": "group_buy", **form}

    preview = client.post(url, {**form, "do": "preview"})
    assert preview.status_code == 200, re.findall(r'class="errors".*?</div>', preview.content.decode())
    assert 'id="preview"' in preview.content.decode()
    assert play_queries.find_offer(product_id=placed.product_id) is None
    wrong = client.post(url, {**form, "param-size": "1", "do": "publish"})
    assert wrong.status_code == 422
    published = client.post(url, {**form, "do": "publish"})
    assert published.status_code == 302, re.findall(r'class="errors".*?</div>', published.content.decode())

    [offer] = [
        o for o in play_queries.list_offers(shop_id=world.shop.id) if o.product_id == placed.product_id
    ]
    assert (offer.size, dict(offer.prices)) == (3, {placed.variant_ids[0]: 1500})
    client.post(f"/m/offers/{offer.code}/stop/")
    assert play_queries.get_offer(offer.code).status == "stopped"
    actions = [entry.action for entry in audit.list_entries(subject=f"offer:{offer.code}")]
    assert actions == ["plays.stop_offer", "plays.create_offer"]


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("12.50", 1250),
        ("¥1,200", 120000),
        ("１２", 1200),
        ("1.005", None),
        ("-1", None),
        ("x", None),
        ("", None),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, minor: int | None) -> None:
    assert amounts.parse_minor(text, "CNY") == minor
