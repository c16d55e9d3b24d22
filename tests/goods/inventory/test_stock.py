"""The verbs of stock one at a time: what they change, what they refuse, and that once is enough."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from tests.factories.goods import NOON, SOON, offer, open_shop

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingFilter
from jishi.goods.inventory import operations, queries, tasks
from jishi.goods.inventory.errors import (
    CountBelowReserved,
    HoldNotCommitted,
    HoldUnknown,
    OutOfStock,
    ReferenceReused,
    ReturnTooLarge,
    SoldOut,
    StockQuantityInvalid,
    StockVariantUnknown,
    WarehouseUnknown,
)
from jishi.goods.inventory.models import Hold, Movement, Stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def variant() -> int:
    return offer(open_shop("hill"), stock=10).variant_ids[0]


@pytest.fixture(autouse=True)
def books_agree() -> Any:
    yield
    if not connection.needs_rollback:
        assert queries.audit_stock().broken == ()


def hold(reference: str, *lines: tuple[int, int], minutes: int = 15) -> None:
    operations.hold(reference=reference, lines=lines, expires_at=NOON + timedelta(minutes=minutes), at=NOON)


def shelf(variant: int) -> tuple[int, int]:
    return Stock.objects.values_list("on_hand", "reserved").get(variant_id=variant)


def in_stock(product_id: int) -> bool:
    filter = ListingFilter(product_ids=(product_id,))
    return bool(catalog_queries.page_listings(filter=filter, language="en").items[0].in_stock)


def test_a_sale_from_hold_to_shipping(variant: int) -> None:
    hold("order1", (variant, 3))
    assert shelf(variant) == (10, 3)

    operations.commit(reference="order1", at=NOON)
    assert queries.find_hold("order1").expires_at is None  # type: ignore[union-attr]

    operations.consume(reference="order1", at=NOON)
    assert shelf(variant) == (7, 0)
    last = queries.list_movements(variant)[0]
    assert (last.kind, last.quantity, last.reference) == ("ship", -3, "order1")


def test_a_hold_takes_two_statements_and_a_sale_one(
    variant: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(2):
        hold("order1", (variant, 3))
    with django_assert_num_queries(1):
        operations.commit(reference="order1", at=NOON)
    with django_assert_num_queries(2):
        operations.release(reference="order1", at=NOON)


def test_stk_060_lines_that_draw_on_one_variant_are_one_demand(variant: int) -> None:
    hold("order1", (variant, 4), (variant, 5))
    assert shelf(variant) == (10, 9)

    with pytest.raises(OutOfStock):
        hold("order2", (variant, 1), (variant, 1))

    assert shelf(variant) == (10, 9)


def test_stk_060_an_order_is_refused_as_a_whole() -> None:
    full, short = offer(open_shop(), prices=[100, 200], stock=5).variant_ids

    with pytest.raises(OutOfStock) as refusal:
        hold("order1", (full, 5), (short, 6))

    assert refusal.value.fields["available"] == 5
    assert Hold.objects.count() == 0
    assert shelf(full) == shelf(short) == (5, 0)


def test_nothing_left_says_sold_out_by_name(variant: int) -> None:
    hold("order1", (variant, 10))

    with pytest.raises(SoldOut) as refusal:
        hold("order2", (variant, 1))

    assert refusal.value.fields["name"].startswith("商品")


def test_what_was_never_stocked_is_sold_out() -> None:
    variant = offer(open_shop(), stock=None).variant_ids[0]

    with pytest.raises(SoldOut):
        hold("order1", (variant, 1))


@pytest.mark.parametrize("quantity", [-1, 0, 0.5, True, "1", None, 10**12])
def test_cpn_080_only_whole_quantities_can_be_held_or_received(variant: int, quantity: Any) -> None:
    with pytest.raises(StockQuantityInvalid):
        hold("order1", (variant, quantity))
    shop_id = catalog_queries.find_variants([variant], language="en")[variant].shop_id
    with pytest.raises(StockQuantityInvalid):
        operations.receive(rows=[(variant, quantity)], shop_id=shop_id, reference="delivery")
    with pytest.raises(StockQuantityInvalid):
        operations.hold(reference="order1", lines=[], expires_at=SOON)

    assert shelf(variant) == (10, 0)


def test_stk_066_holding_again_reserves_once_in_every_state(variant: int) -> None:
    for step in (None, operations.commit, operations.consume):
        if step is not None:
            step(reference="order1", at=NOON)
        hold("order1", (variant, 3))

    assert shelf(variant) == (7, 0)


def test_a_reference_stands_for_its_goods_only() -> None:
    first, second = offer(open_shop(), prices=[100, 200]).variant_ids
    hold("order1", (first, 1))

    for lines in ([(first, 2)], [(second, 1)], [(first, 1), (second, 1)]):
        with pytest.raises(ReferenceReused):
            hold("order1", *lines)

    assert shelf(first) == (10, 1)
    assert shelf(second) == (10, 0)


def test_stk_061_the_table_itself_refuses_to_oversell(variant: int) -> None:
    hold("order1", (variant, 10))

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stock SET reserved = reserved + 1")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stock SET on_hand = 9")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stock SET reserved = -1")


def test_movements_cannot_be_rewritten(variant: int) -> None:
    for statement in ("UPDATE inventory_movement SET quantity = 1", "DELETE FROM inventory_movement"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    assert Movement.objects.get().quantity == 10


def test_giving_back_frees_the_units_once(variant: int) -> None:
    hold("order1", (variant, 3))
    operations.commit(reference="order1", at=NOON)

    for _ in range(2):
        operations.release(reference="order1", at=NOON)
    operations.release(reference="never heard of", at=NOON)

    assert shelf(variant) == (10, 0)


def test_what_was_shipped_cannot_be_given_back(variant: int) -> None:
    hold("order1", (variant, 3))
    operations.commit(reference="order1", at=NOON)
    operations.consume(reference="order1", at=NOON)

    operations.release(reference="order1", at=NOON)

    assert shelf(variant) == (7, 0)


def test_stk_067_shipping_twice_reduces_once(variant: int) -> None:
    hold("order1", (variant, 3))
    operations.commit(reference="order1", at=NOON)

    for _ in range(3):
        operations.consume(reference="order1", at=NOON)

    assert shelf(variant) == (7, 0)


def test_only_what_is_sold_can_be_shipped(variant: int) -> None:
    with pytest.raises(HoldUnknown):
        operations.consume(reference="order1", at=NOON)
    hold("order1", (variant, 3))
    with pytest.raises(HoldNotCommitted):
        operations.consume(reference="order1", at=NOON)
    operations.release(reference="order1", at=NOON)
    with pytest.raises(HoldNotCommitted):
        operations.consume(reference="order1", at=NOON)

    assert shelf(variant) == (10, 0)


def test_a_hold_expires_at_its_moment_and_a_sale_does_not(variant: int) -> None:
    hold("early", (variant, 1), minutes=5)
    hold("late", (variant, 2), minutes=15)
    hold("sold", (variant, 3), minutes=5)
    operations.commit(reference="sold", at=NOON)

    freed = [tasks.expire_holds(NOON + timedelta(minutes=minute)) for minute in (4, 5, 5)]

    assert freed == [0, 1, 0]
    assert shelf(variant) == (10, 5)


def test_a_late_payment_takes_the_units_again_if_they_are_free(variant: int) -> None:
    hold("order1", (variant, 8))
    tasks.expire_holds(SOON)

    operations.commit(reference="order1", at=SOON)

    assert shelf(variant) == (10, 8)
    assert queries.find_hold("order1").state == "committed"  # type: ignore[union-attr]


def test_stk_065_a_late_payment_is_refused_if_somebody_has_the_units(variant: int) -> None:
    hold("order1", (variant, 8))
    tasks.expire_holds(SOON)
    hold("order2", (variant, 8))

    with transaction.atomic():
        with pytest.raises(OutOfStock):
            operations.commit(reference="order1", at=SOON)
        still_usable = shelf(variant)

    assert still_usable == (10, 8)
    assert queries.find_hold("order1").state == "released"  # type: ignore[union-attr]


def test_selling_needs_a_hold() -> None:
    with pytest.raises(HoldUnknown):
        operations.commit(reference="order1", at=NOON)


def test_a_demand_is_spread_over_warehouses() -> None:
    shop = open_shop()
    variant = offer(shop, stock=4).variant_ids[0]
    operations.open_warehouse(shop_id=shop.id, code="north", name="North")
    operations.receive(rows=[(variant, 3)], shop_id=shop.id, reference="d1", warehouse="north", at=NOON)

    hold("order1", (variant, 6))
    with pytest.raises(OutOfStock):
        hold("order2", (variant, 2))
    operations.release(reference="order1", at=NOON)
    hold("order1", (variant, 1))

    assert queries.list_available([variant, 4711]) == {variant: 6, 4711: 0}
    assert [(line.warehouse_code, line.available) for line in queries.stock_report(shop.id)] == [
        ("main", 3),
        ("north", 3),
    ]
    with pytest.raises(WarehouseUnknown):
        operations.receive(rows=[(variant, 1)], shop_id=shop.id, reference="d2", warehouse="south")


def test_a_count_sets_the_shelf_once() -> None:
    shop = open_shop()
    variant = offer(shop, stock=10).variant_ids[0]

    changed = operations.set_stock(rows=[(variant, 7)], shop_id=shop.id, reference="may", at=NOON)
    hold("order1", (variant, 2))
    operations.commit(reference="order1", at=NOON)
    operations.consume(reference="order1", at=NOON)
    again = operations.set_stock(rows=[(variant, 7)], shop_id=shop.id, reference="may", at=NOON)

    assert (changed, again) == (1, 0)
    assert shelf(variant) == (5, 0)


def test_a_count_cannot_break_a_promise() -> None:
    shop = open_shop()
    first, second = offer(shop, prices=[100, 200], stock=10).variant_ids
    hold("order1", (second, 4))

    with pytest.raises(CountBelowReserved):
        operations.set_stock(rows=[(first, 1), (second, 3)], shop_id=shop.id, reference="may", at=NOON)
    operations.set_stock(rows=[(second, 4)], shop_id=shop.id, reference="june", at=NOON)

    assert shelf(first) == (10, 0)
    assert shelf(second) == (4, 4)


def test_a_delivery_is_received_once() -> None:
    shop = open_shop()
    variant = offer(shop, stock=0).variant_ids[0]

    for _ in range(2):
        operations.receive(rows=[(variant, 2), (variant, 3)], shop_id=shop.id, reference="d1", at=NOON)

    assert shelf(variant) == (5, 0)


def test_nobody_sets_the_stock_of_another_shop(variant: int) -> None:
    other = open_shop()

    with pytest.raises(StockVariantUnknown):
        operations.set_stock(rows=[(variant, 0)], shop_id=other.id, reference="may")
    with pytest.raises(StockVariantUnknown):
        operations.receive(rows=[(variant, 1)], shop_id=other.id, reference="may")
    with pytest.raises(StockQuantityInvalid):
        operations.set_stock(rows=[(variant, -1)], shop_id=other.id, reference="may")

    assert shelf(variant) == (10, 0)


def test_returns_never_exceed_what_was_shipped(variant: int) -> None:
    with pytest.raises(HoldUnknown):
        operations.restock(hold_reference="order1", reference="r1", at=NOON)
    hold("order1", (variant, 3))
    operations.commit(reference="order1", at=NOON)
    operations.consume(reference="order1", at=NOON)

    for _ in range(2):
        operations.restock(hold_reference="order1", reference="r1", lines=[(variant, 1)], at=NOON)
    with pytest.raises(ReturnTooLarge):
        operations.restock(hold_reference="order1", reference="r2", lines=[(variant, 3)], at=NOON)
    assert shelf(variant) == (8, 0)
    for _ in range(2):
        operations.restock(hold_reference="order1", reference="r3", at=NOON)

    assert shelf(variant) == (10, 0)


def test_the_product_list_knows_when_the_last_unit_goes_and_comes_back() -> None:
    shop = open_shop()
    saved = offer(shop, prices=[100, 200], stock=2)
    first, second = saved.variant_ids
    seen = [in_stock(saved.product_id)]

    hold("order1", (first, 2))
    seen.append(in_stock(saved.product_id))
    hold("order2", (second, 2))
    seen.append(in_stock(saved.product_id))
    operations.release(reference="order1", at=NOON)
    seen.append(in_stock(saved.product_id))
    hold("order1", (first, 2))
    seen.append(in_stock(saved.product_id))
    operations.receive(rows=[(first, 1)], shop_id=shop.id, reference="d1", at=NOON)
    seen.append(in_stock(saved.product_id))
    operations.set_stock(rows=[(first, 2)], shop_id=shop.id, reference="c1", at=NOON)
    seen.append(in_stock(saved.product_id))

    assert seen == [True, True, False, True, False, True, False]


def test_the_audit_notices_what_the_books_do_not_explain(variant: int) -> None:
    hold("order1", (variant, 3))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE inventory_stock SET on_hand = on_hand + 5, reserved = reserved - 1")
        audit = queries.audit_stock()
        transaction.set_rollback(True)

    assert audit.checked == 1
    assert [text.split(": ")[1] for text in audit.broken] == [
        "15 on hand, movements say 10",
        "2 reserved, holds say 3",
    ]
