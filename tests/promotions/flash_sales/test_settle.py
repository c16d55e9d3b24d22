"""The batch settler writes what the operations write, and decides what they would."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from tests import cluster as throw_away
from tests.factories import flash as made
from tests.factories import trade
from tests.factories.goods import NOON

from jishi.cli.postgres import OWNER, SUPERUSER
from jishi.goods.inventory.models import Hold, Stock
from jishi.goods.pricing import operations as pricing
from jishi.kernel.models import OutboxEvent
from jishi.people.accounts.models import User
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales import settle
from jishi.promotions.flash_sales.models import Claim
from jishi.trade.orders import operations as orders
from jishi.trade.orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)


def kinds(outcomes: list[Any]) -> list[str]:
    return [outcome.kind for outcome in outcomes]


def rows_of(table: str, where: str, *values: object, without: tuple[str, ...]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {where} ORDER BY id", list(values))
        names = [column.name for column in cursor.description]
        return [
            {name: value for name, value in zip(names, row, strict=True) if name not in ("id", *without)}
            for row in cursor.fetchall()
        ]


def everything(order_code: str) -> dict[str, list[dict[str, Any]]]:
    """What an order left in every table, without the names that differ from order to order."""
    order = Order.objects.get(code=order_code)
    own = ("order_id", "code", "checkout_code", "buyer_id", "actor_id", "person_id", "order_code")
    # The pay page asks for these; in an ordinary checkout they are known before.
    later = ("intent_code", "address", "pay_by_at", "channel")
    found = {
        "order": rows_of("orders_order", "id = %s", order.pk, without=(*own, *later)),
        "claim": rows_of("flash_sales_claim", "order_code = %s", order_code, without=own),
        "hold": rows_of("inventory_hold", "reference = %s", order_code, without=("reference", "expires_at")),
    }
    for table in ("orderline", "orderevent", "orderadjustment"):
        found[table] = rows_of(f"orders_{table}", "order_id = %s", order.pk, without=own)
    fact = OutboxEvent.objects.get(shard=order_code, topic="trade.order.placed")
    payload = {name: value for name, value in fact.payload.items() if name not in own}
    payload["at"] = datetime.fromisoformat(payload["at"])
    found["fact"] = [{"topic": fact.topic, "version": fact.version, "state": fact.state, "payload": payload}]
    return found


@pytest.mark.parametrize("quantity", [1, 2])
def test_the_settler_writes_every_row_that_the_operations_write(quantity: int) -> None:
    sale = made.running(units=9, limit=2, delivery_fee_minor=800)
    ordinary = trade.buyer()
    placed = trade.place(ordinary, (sale.scene.variant_id, quantity), tokens={"flash": sale.code}, at=NOON)
    before = (sale.item.available, sale.item.held)

    won = made.buy(sale, trade.buyer().id, quantity=quantity)[0]

    assert won.kind == "won"
    assert everything(won.order_code) == everything(placed.order_codes[0])
    assert before == (9 - quantity, quantity)
    assert (sale.item.available, sale.item.held) == (9 - 2 * quantity, 2 * quantity)
    assert made.adds_up(sale)


def test_stk_058_the_first_get_the_units_and_the_others_are_told() -> None:
    sale = made.running(units=3)
    crowd = made.people(5)

    outcomes = made.buy(sale, *crowd)

    assert kinds(outcomes) == ["won", "won", "won", "returning", "returning"]
    assert (sale.item.available, sale.item.held) == (0, 3)
    assert list(Claim.objects.order_by("pk").values_list("person_id", flat=True)) == crowd[:3]
    stock = Stock.objects.get(variant_id=sale.scene.variant_id)
    assert (stock.on_hand, stock.reserved) == (50, 3)
    assert made.adds_up(sale)


def test_stk_058_two_batches_at_once_wait_for_each_other_and_nobody_fails() -> None:
    sale = made.running(units=1)
    wishes = [[made.wish(sale, person)] for person in made.people(2)]

    with throw_away.cluster.connect(OWNER, throw_away.DATABASE) as busy, ThreadPoolExecutor(2) as pool:
        with busy.transaction():
            busy.execute("SELECT 1 FROM flash_sales_item WHERE code = %s FOR UPDATE", [sale.item.code])
            batches = [pool.submit(made.settle_now, wish) for wish in wishes]
            _wait_until_waiting(2)
        outcomes = [kinds(batch.result(10)) for batch in batches]

    assert sorted(outcomes) == [["returning"], ["won"]]
    assert (sale.item.available, sale.item.held) == (0, 1)


def _wait_until_waiting(count: int) -> None:
    """Until so many connections stand before a lock, at most ten seconds."""
    statement = """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    until = time.monotonic() + 10
    with throw_away.cluster.connect(SUPERUSER, throw_away.DATABASE) as watch:
        while watch.execute(statement).fetchone()[0] < count:  # type: ignore[index]
            assert time.monotonic() < until, "the batches did not come to the lock"
            time.sleep(0.02)


def test_a_repeated_wish_gets_its_order_and_takes_nothing() -> None:
    sale = made.running(units=3)
    person = trade.buyer().id
    twice = [made.wish(sale, person), made.wish(sale, person)]

    first = made.settle_now(twice)
    again = made.buy(sale, person)

    assert kinds(first) == ["won", "won"]
    assert first[0].order_code == first[1].order_code == again[0].order_code
    assert kinds(again) == ["yours"]
    assert Order.objects.count() == 1
    assert sale.item.available == 2


def test_a_smaller_wish_is_not_lost_behind_a_larger_one() -> None:
    sale = made.running(units=3, limit=2)
    crowd = made.people(3)
    first = made.settle_now(
        [made.wish(sale, crowd[0], 2), made.wish(sale, crowd[1], 2), made.wish(sale, crowd[2])]
    )

    again = made.buy(sale, crowd[2])

    assert kinds(first) == ["won", "returning", "again"]
    assert kinds(again) == ["won"]
    assert sale.item.available == 0
    assert made.adds_up(sale)


def test_grp_092_everybody_learns_why_not() -> None:
    sale = made.running(units=3)
    person, gone = trade.buyer().id, trade.buyer().id
    User.objects.filter(pk=gone).update(is_active=False)
    early, late = NOON - timedelta(seconds=1), NOON + timedelta(hours=2)

    assert kinds(made.buy(sale, person, at=early)) == ["upcoming"]
    assert kinds(made.buy(sale, person, at=late)) == ["ended"]
    assert kinds(made.buy(sale, person, quantity=2)) == ["limit"]
    assert kinds(made.settle_now([made.wish(sale, person, epoch=7)])) == ["stranger"]
    assert kinds(made.buy(sale, gone)) == ["stranger"]
    assert Order.objects.count() == 0
    assert sale.item.available == 3


def test_stk_071_somebody_with_many_unpaid_orders_gets_no_more() -> None:
    sale = made.running(units=9)
    buyer = trade.buyer()
    other = trade.scene(stock=50)
    for _ in range(5):
        trade.place(buyer, (other.variant_id, 1))

    outcome = made.buy(sale, buyer.id)[0]

    assert outcome.kind == "unpaid"
    assert sale.item.available == 9


def test_nobody_buys_at_terms_that_the_price_list_has_left() -> None:
    sale = made.running(units=3)
    pricing.set_prices([(sale.scene.variant_id, "CNY", 900, None)], at=NOON)
    person = trade.buyer().id

    stale = made.buy(sale, person)[0]
    changed = flash.reprice_open(NOON)
    fresh = made.buy(sale, person)[0]

    assert (stale.kind, changed, fresh.kind) == ("repriced", 1, "won")
    order = Order.objects.get(code=fresh.order_code)
    assert (order.goods_minor, order.discount_minor) == (900, 300)


def test_several_items_are_settled_in_one_batch() -> None:
    first, second = made.running(units=1), made.running(units=2)
    crowd = made.people(3)
    wishes = [made.wish(sale, person) for sale in (second, first) for person in crowd]

    outcomes = made.settle_now(wishes)

    assert kinds(outcomes) == ["won", "won", "returning", "won", "returning", "returning"]
    assert made.adds_up(first) and made.adds_up(second)


def test_unpaid_units_return_to_the_sale_and_the_earmark_is_alive_again() -> None:
    sale = made.running(units=1)
    first, second = trade.buyer().id, trade.buyer().id
    won = made.buy(sale, first)[0]
    assert not Hold.objects.filter(reference=f"flash:{sale.code}", state="held").exists()

    orders.expire(checkout_code=won.order_code, at=NOON + timedelta(minutes=11))
    late = made.buy(sale, second, at=NOON + timedelta(minutes=12))[0]

    assert late.kind == "won"
    assert (sale.item.available, sale.item.held, sale.item.back) == (0, 1, 0)
    assert made.adds_up(sale)


def test_stk_062_whoever_is_told_of_an_order_has_it_on_the_disk() -> None:
    sale, person = made.running(units=9), trade.buyer()

    async def story() -> list[bool]:
        url = throw_away.cluster.url("jishi_app", throw_away.DATABASE)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as own:
            await own.execute("SET synchronous_commit = on")
            told = []
            for ask in (
                settle.settle(own, buyers=[made.wish(sale, person.id)], at=NOON),
                settle.find(own, item_code=sale.code, person_id=person.id),
            ):
                await own.execute("SELECT set_config('synchronous_commit', 'off', false)")
                await own.execute("SELECT pg_logical_emit_message(true, 'test', 'not on the disk yet')")
                await own.execute("SET synchronous_commit = on")
                written = await (await own.execute("SELECT pg_current_wal_insert_lsn()")).fetchone()
                assert await ask is not None
                flushed = await own.execute("SELECT pg_current_wal_flush_lsn() >= %s::pg_lsn", list(written))
                told.append((await flushed.fetchone())[0])
            return told

    assert asyncio.run(story()) == [True, True]
