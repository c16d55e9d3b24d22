"""What the console says about money equals plain SQL over the orders, in a small world with all that happens:
several shops, lines, pieces, days and prices, orders nobody paid, and money that went back.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from tests.factories import trade

from jishi.insight.behavior import operations as behavior
from jishi.insight.behavior import rules as behavior_rules
from jishi.insight.metrics import operations as metrics
from jishi.insight.metrics import rules
from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.trade.orders import operations as orders

pytestmark = pytest.mark.django_db
DAY = "(paid_at AT TIME ZONE 'Asia/Shanghai')::date - DATE '1970-01-01'"
ORDERS = 18


@pytest.fixture
def world(tmp_path: Path, settings: Any) -> Iterator[datetime]:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    dice, now = random.Random(5), clock.now()
    shops = [trade.scene(price=price, stock=500) for price in (990, 2590, 12_345)]
    buyers = [trade.buyer() for _ in range(7)]
    for number in range(ORDERS):
        at = now - timedelta(days=dice.randrange(1, 6), minutes=dice.randrange(60))
        wanted = [(one.variant_id, dice.randrange(1, 4)) for one in dice.sample(shops, dice.randrange(1, 4))]
        buyer = dice.choice(buyers) if number % 6 != 5 else trade.buyer()
        placed = trade.place(buyer, *wanted, at=at)
        if number % 6 == 5:
            continue  # nobody pays this one
        trade.pay(placed, at=at + timedelta(minutes=1))
        if number % 5 == 4:
            code = placed.order_codes[0]
            orders.cancel(order_code=code, by=buyer.id, reason="changed_mind", at=at + timedelta(minutes=2))
            trade.finish_refunds(code, at=at + timedelta(minutes=3))
    relay.drain()
    while behavior.compact().batches:
        pass
    yield now


def ask(metric: str, **params: str) -> list[dict[str, Any]]:
    question = metrics.check(metric=metric, params={"since": "-20", **params})
    return metrics.compute(question)[0].as_dicts()


def sql(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [
            tuple(int(v) if hasattr(v, "as_integer_ratio") else v for v in row) for row in cursor.fetchall()
        ]


def gmv_by_day_by_shop_and_in_all() -> None:
    summed = (
        "count(DISTINCT buyer_id), count(*), sum(total_minor) FROM orders_order WHERE paid_at IS NOT NULL"
    )
    by_day = ask("gmv", grain="day")
    by_shop = ask("gmv", grain="total", by="shop")
    (whole,) = ask("gmv", grain="total")

    def of(rows: list[dict[str, Any]], *keys: str) -> list[tuple[Any, ...]]:
        return sorted(tuple(row[key] for key in (*keys, "people", "orders", "gmv_minor")) for row in rows)

    assert of([whole]) == sql(f"SELECT {summed}")
    assert of(by_day, "bucket") == sql(f"SELECT {DAY}, {summed} GROUP BY 1 ORDER BY 1")
    assert of(by_shop, "part") == sorted(sql(f"SELECT shop_id::text, {summed} GROUP BY 1"))
    assert whole["orders"] > ORDERS // 2 and len(by_day) >= 4 and len(by_shop) == 3


def refunds_are_the_orders_whose_money_went_back() -> None:
    (row,) = ask("refunds", grain="total")

    back = "FILTER (WHERE state IN ('refunded', 'closed') AND closed_at IS NOT NULL)"
    [plain] = sql(
        f"SELECT count(*), count(*) {back}, sum(total_minor), sum(total_minor) {back}"
        " FROM orders_order WHERE paid_at IS NOT NULL"
    )
    assert (row["orders"], row["refunded"], row["gmv_minor"], row["refunded_minor"]) == plain
    assert row["refunded"] >= 2


def counts_of_purchases_bands_and_rfm_add_up() -> None:
    counts = ask("purchase_counts", most="100")
    bands = ask("price_bands")
    grid = ask("rfm")

    [(people, number, money)] = sql(
        "SELECT count(DISTINCT buyer_id), count(*), sum(total_minor) FROM orders_order"
        " WHERE paid_at IS NOT NULL"
    )
    [(pieces,)] = sql(
        "SELECT sum(l.quantity) FROM orders_orderline l JOIN orders_order o ON o.id = l.order_id"
        " WHERE o.paid_at IS NOT NULL"
    )
    each = sql(
        "SELECT n, count(*) FROM (SELECT buyer_id, count(*) AS n FROM orders_order WHERE paid_at IS NOT NULL"
        " GROUP BY 1) AS each_one GROUP BY 1 ORDER BY 1"
    )
    assert [(row["times"], row["people"]) for row in counts] == each
    for rows in (counts, grid):
        assert sum(row["people"] for row in rows) == people
        assert sum(row["orders"] for row in rows) == number
        assert sum(row["gmv_minor"] for row in rows) == money
    assert sum(row["gmv_minor"] for row in bands) == money
    assert sum(row["pieces"] for row in bands) == pieces


def the_days_of_the_lake_are_the_days_of_the_figures() -> None:
    days = {row["bucket"] for row in ask("gmv", grain="day")}

    paid = sql("SELECT DISTINCT paid_at FROM orders_order WHERE paid_at IS NOT NULL")
    assert days == {(behavior_rules.day_of(at) - rules.EPOCH).days for (at,) in paid}


def test_dat_every_figure_of_money_equals_plain_sql_over_the_orders(world: datetime) -> None:
    gmv_by_day_by_shop_and_in_all()
    refunds_are_the_orders_whose_money_went_back()
    counts_of_purchases_bands_and_rfm_add_up()
    the_days_of_the_lake_are_the_days_of_the_figures()
