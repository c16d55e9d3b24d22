"""Operator pages: figures equal the lists behind them, few statements, refunds and exports leave a trail."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest
from tests.factories import consoles, goods, trade

from jishi.kernel import audit, outbox
from jishi.kernel.models import OutboxEvent
from jishi.money.escrow import queries as escrow_queries
from jishi.people.accounts.models import User
from jishi.surfaces.ops import charts, period
from jishi.surfaces.shell import spreadsheet

CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")


@pytest.fixture
def world(db: None) -> consoles.World:
    return consoles.build()


def figures(html: str) -> dict[str, tuple[str, str]]:
    """Return each figure of the overview with its text and the address of the list behind it."""
    found = re.findall(r'<a class="kpi-value" href="([^"]+)" data-figure="(\w+)">(.*?)</a>', html, re.S)
    return {code: (re.sub(r"<[^>]+>", "", text).strip(), unescape(href)) for href, code, text in found}


def rows(html: str) -> int:
    return html.count("<tr>") - html.count("<thead><tr>")


def test_every_figure_equals_the_list_behind_it(world: consoles.World) -> None:
    client = world.client("operator")

    shown = figures(consoles.body(client, "/ops/?range=7&compare=1"))

    assert shown["orders"][0] == "6"
    for code in ("orders", "teams_opened", "teams_formed", "shared_orders"):
        text, href = shown[code]
        html = consoles.body(client, href)
        assert rows(html) == int(text), code
    assert rows(consoles.body(client, shown["gmv"][1])) == 5
    assert rows(consoles.body(client, shown["refunds"][1])) == 1
    assert shown["paid_share"][0] == "83.3%"
    assert rows(consoles.body(client, shown["paid_share"][1])) == 5


def test_the_escrow_figure_is_what_is_held(world: consoles.World) -> None:
    client = world.client("operator")
    client.cookies["jishi_language"] = "en"

    text, href = figures(consoles.body(client, "/ops/"))["escrow"]

    held = escrow_queries.total_held("CNY")
    assert text.replace(",", "").strip("¥") == f"{held / 100:.2f}"
    assert f'data-minor="{held}"' in consoles.body(client, href)


def test_pages_speak_english_to_english_readers(world: consoles.World) -> None:
    User.objects.filter(pk=world.operator_id).update(language="en")
    client = world.client("operator")

    for url in (
        "/ops/",
        "/ops/orders/",
        "/ops/teams/",
        "/ops/shares/",
        "/ops/shops/",
        "/ops/finance/",
        "/ops/health/",
        "/ops/audit/",
        f"/ops/orders/{world.ready}/",
        f"/ops/orders/{world.ready}/money/",
        f"/ops/orders/{world.ready}/refund/",
        f"/ops/teams/{world.team.code}/",
        f"/ops/finance/shops/{world.shop.id}/",
        "/ops/styleguide/",
    ):
        html = consoles.body(client, url)
        assert 'lang="en"' in html
        plain = re.sub(r"小满|买家\d+|柿子|商品\d+|中文|王小柿|浙江省|杭州市|铺", "", html)
        assert not CHINESE.search(plain), (url, CHINESE.search(plain))


def test_lists_of_many_orders_take_as_few_statements_as_short_ones(world: consoles.World) -> None:
    for _ in range(6):
        trade.place(trade.buyer(), (world.party.scene.variant_id, 1), at=world.at)

    html = consoles.body(world.client("operator"), "/ops/orders/")

    assert rows(html) == 12


def test_an_order_shows_who_brought_its_buyer_and_where_its_money_is(world: consoles.World) -> None:
    client = world.client("operator")

    order = consoles.body(client, f"/ops/orders/{world.ready}/")
    money = consoles.body(client, f"/ops/orders/{world.ready}/money/")

    assert "chain" in order
    assert f"escrow:{world.ready}" in money
    assert "payment.captured" in money
    assert client.get("/ops/orders/zzzzzzzzzzzz/").status_code == 404
    assert client.get("/ops/orders/zzzzzzzzzzzz/money/").status_code == 404


def test_a_refund_needs_a_reason_and_leaves_a_trail(world: consoles.World) -> None:
    client, url = world.client("operator"), f"/ops/orders/{world.ready}/refund/"

    assert client.post(url, {"reason": " "}).status_code == 422
    assert trade.state(world.ready) == "paid"
    client.post(url, {"reason": "Damaged"})
    client.post(url, {"reason": "Damaged"})

    assert trade.state(world.ready) == "refunding"
    entries = audit.list_entries(subject=f"order:{world.ready}")
    assert {(entry.action, entry.actor_id) for entry in entries} == {("orders.refund", world.operator_id)}
    assert entries[-1].detail == {"amount_minor": 1000, "currency": "CNY", "reason": "Damaged"}
    assert f"order:{world.ready}" in consoles.body(client, f"/ops/audit/?subject=order:{world.ready}")


def test_inp_127_no_cell_of_an_export_is_a_formula(world: consoles.World) -> None:
    shop, title = world.shop, "=HYPERLINK(1)"
    formula = goods.catalog.save_product(
        shop_id=shop.id, handle="formula", title={"zh-hans": title, "en": title}, at=world.at
    )
    goods.pricing.set_prices([(formula.variant_ids[0], "CNY", 700, None)], at=world.at)
    goods.inventory.set_stock(
        rows=[(formula.variant_ids[0], 5)], shop_id=shop.id, reference="formula", at=world.at
    )
    placed = trade.place(trade.buyer(), (formula.variant_ids[0], 1), at=world.at)

    response = world.client("operator").get("/ops/orders/export/")

    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    table = {row["order"]: row for row in csv.DictReader(io.StringIO(text))}
    assert table[placed.order_codes[0]]["product"] == "'=HYPERLINK(1)"
    assert table[world.ready]["total"] == "10.00"
    assert not [cell for row in table.values() for cell in row.values() if cell[:1] in "=+-@\t" and cell]
    assert audit.list_entries(action="orders.export")[0].actor_id == world.operator_id


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\t=1", "\r", " =1", "＝1", ";=1", "'=1"])
def test_inp_127_dangerous_cells_get_an_apostrophe(text: str) -> None:
    assert spreadsheet.cell(text) == f"'{text}"


def test_harmless_cells_stay() -> None:
    assert [spreadsheet.cell(value) for value in ("柿子 1-2", 5, -5, None, "a=b", "")] == [
        "柿子 1-2",
        "5",
        "-5",
        "",
        "a=b",
        "",
    ]


def test_a_dead_letter_is_shown_and_delivered_again(world: consoles.World) -> None:
    client = world.client("operator")
    letter = OutboxEvent.objects.create(
        event_id=outbox.uuid7(),
        topic="trade.order.paid",
        shard="x",
        payload={},
        state="dead",
        error="Boom <b>",
    )

    html = consoles.body(client, "/ops/health/")
    client.post(f"/ops/health/events/{letter.pk}/retry/")

    assert "Boom &lt;b&gt;" in html
    letter.refresh_from_db()
    assert (letter.state, letter.attempts) == ("pending", 0)
    assert audit.list_entries(action="outbox.retry")[0].subject == f"event:{letter.pk}"


def test_checking_a_seal_is_written_down(world: consoles.World) -> None:
    client = world.client("operator")

    client.post("/ops/health/seals/audit/verify/")

    entry = audit.list_entries(action="seal.verify")[0]
    assert (entry.subject, entry.detail["broken"]) == ("seal:audit", 0)
    assert client.post("/ops/health/seals/nothing/verify/").status_code == 404


def test_a_span_is_read_from_the_address_and_nonsense_is_the_usual_one() -> None:
    at = goods.NOON
    chosen = period.of({"since": "2026-04-01", "until": "2026-04-30", "compare": "1"}, at=at)
    usual = [
        period.of(query, at=at)
        for query in ({}, {"since": "x"}, {"since": "2026-05-02", "until": "2026-05-01"})
    ]

    assert (len(chosen.days), chosen.compares) == (30, True)
    assert chosen.until - chosen.since == timedelta(days=30)
    assert chosen.before.until == chosen.since
    assert {(one.chosen, len(one.days)) for one in usual} == {("30", 30)}


def test_a_chart_of_nothing_has_no_height() -> None:
    days = period.of({"range": "7"}, at=goods.NOON).days

    chart = charts.daily(days, [0] * 7, [0] * 7)

    assert {bar.height for bar in chart.bars} == {0}
    assert charts.whole([("formed", 0), ("open", 0)]) == ()
    assert [part.width for part in charts.whole([("formed", 3), ("open", 1)], width=100)] == [75, 25]
