"""Placing: all or nothing, once per key, in few statements."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.factories import goods, trade

from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.inventory.errors import OutOfStock
from jishi.goods.pricing import operations as pricing
from jishi.kernel import idempotency
from jishi.money.payments import queries as payment_queries
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.errors import (
    AddressMissing,
    CartEmpty,
    CheckoutKeyInvalid,
    CheckoutKeyReused,
    InvalidQuantity,
    NotSellable,
    QuoteChanged,
    TooManyUnpaid,
)
from jishi.trade.checkout.models import Checkout
from jishi.trade.orders.models import Order, OrderEvent

pytestmark = pytest.mark.django_db


def counts() -> tuple[int, int]:
    return Order.objects.count(), Checkout.objects.count()


def test_a_checkout_over_two_shops_is_two_orders_and_one_payment():
    one, two = trade.scene(price=1000), trade.scene(price=250)

    placed = trade.place(one.buyer, (one.variant_id, 2), (two.variant_id, 4))

    orders = [trade.order(code) for code in placed.order_codes]
    assert [(order.shop_id, order.total_minor) for order in orders] == [
        (one.shop.id, 2000),
        (two.shop.id, 1000),
    ]
    intent = payment_queries.get_intent(placed.intent_code)
    assert intent.amount_minor == placed.total_minor == 3000
    assert [(part.order_code, part.amount_minor) for part in intent.allocations] == [
        (placed.order_codes[0], 2000),
        (placed.order_codes[1], 1000),
    ]
    assert inventory_queries.list_available([one.variant_id, two.variant_id]) == {
        one.variant_id: 8,
        two.variant_id: 6,
    }


def test_the_order_keeps_what_the_buyer_saw():
    scene = trade.scene(price=1000, delivery_fee_minor=800)
    placed = trade.place(scene.buyer, (scene.variant_id, 2), share_code="abc")
    goods_price = [(scene.variant_id, "CNY", 9999, None)]

    pricing.set_prices(goods_price)

    order = trade.order(placed.order_codes[0])
    assert (order.goods_minor, order.delivery_minor, order.total_minor) == (2000, 800, 2800)
    assert order.address.recipient == "王小柿"
    assert order.address.one_line.startswith("浙江省")
    assert order.delivery_code == "standard"
    assert order.share_code == "abc"
    assert [(line.unit_minor, line.quantity, line.total_minor) for line in order.lines] == [(1000, 2, 2000)]
    assert [(step.from_state, step.to_state) for step in order.steps] == [("", "awaiting_payment")]


def test_the_address_is_not_readable_in_the_database():
    scene = trade.scene()
    trade.place(scene.buyer, (scene.variant_id, 1))

    with connection.cursor() as cursor:
        cursor.execute("SELECT address FROM orders_order")
        [(stored,)] = cursor.fetchall()

    assert "王小柿" not in stored
    assert stored.startswith("f1:")


def test_pay_019_the_same_key_returns_the_first_result():
    scene = trade.scene()
    first = trade.place(scene.buyer, (scene.variant_id, 1), key="click-0001")

    again = trade.place(scene.buyer, (scene.variant_id, 1), key="click-0001")

    assert again.replayed and not first.replayed
    assert (again.checkout_code, again.intent_code, again.order_codes) == (
        first.checkout_code,
        first.intent_code,
        first.order_codes,
    )
    assert counts() == (1, 1)


def test_the_same_key_with_another_content_is_refused():
    scene = trade.scene()
    trade.place(scene.buyer, (scene.variant_id, 1), key="click-0001")

    with pytest.raises(CheckoutKeyReused):
        trade.place(scene.buyer, (scene.variant_id, 2), key="click-0001")

    assert counts() == (1, 1)


def test_two_buyers_may_use_the_same_key():
    scene, other = trade.scene(), trade.buyer()

    trade.place(scene.buyer, (scene.variant_id, 1), key="click-0001")
    trade.place(other, (scene.variant_id, 1), key="click-0001")

    assert counts() == (2, 2)


def test_pay_023_a_pruned_idempotency_record_cannot_place_twice():
    scene = trade.scene()
    cart = {"person_id": scene.buyer.id, "variant_id": scene.variant_id}
    checkout.add_to_cart(**cart)
    seen = trade.quote(scene.buyer, None).quote.fingerprint

    def effect() -> tuple[int, dict[str, object]]:
        placed = trade.place(scene.buyer, key="click-0001", fingerprint=seen)
        return 201, {"checkout": placed.checkout_code}

    def send() -> idempotency.Outcome:
        return idempotency.run(scope="place", key="request-0001", body={"a": 1}, effect=effect)

    first = send()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM kernel_idempotentanswer")
    again = send()

    assert again.body == first.body
    assert counts() == (1, 1)
    row = Checkout.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Checkout.objects.create(
            code="another", buyer_id=row.buyer_id, checkout_key=row.checkout_key, digest="", fingerprint="",
            currency="CNY", total_minor=0, placed_at=row.placed_at, pay_by_at=row.pay_by_at,
        )  # fmt: skip
    with pytest.raises(CartEmpty):
        trade.place(scene.buyer, key="click-0002")


def test_a_checkout_cannot_have_two_orders_for_one_shop():
    scene = trade.scene()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    row = Order.objects.get(code=placed.order_codes[0])

    row.pk, row.code = None, "another"

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_changed_price_is_told_and_nothing_is_placed():
    scene = trade.scene(price=1000)
    seen = trade.quote(scene.buyer, trade.lines((scene.variant_id, 1))).quote.fingerprint
    pricing.set_prices([(scene.variant_id, "CNY", 1100, None)])

    with pytest.raises(QuoteChanged) as refusal:
        trade.place(scene.buyer, (scene.variant_id, 1), fingerprint=seen)

    fresh = trade.quote(scene.buyer, trade.lines((scene.variant_id, 1))).quote
    assert refusal.value.fields == {
        "fingerprint": fresh.fingerprint,
        "total_minor": 1100,
        "currency": "CNY",
    }
    assert counts() == (0, 0)


def test_stk_062_too_little_stock_leaves_nothing_behind():
    one, two = trade.scene(), trade.scene(stock=1)

    with pytest.raises(OutOfStock):
        trade.place(one.buyer, (one.variant_id, 1), (two.variant_id, 2))

    assert counts() == (0, 0)
    assert OrderEvent.objects.count() == 0
    assert payment_queries.find_intent_for_order("x") is None
    assert inventory_queries.list_available([one.variant_id, two.variant_id]) == {
        one.variant_id: 10,
        two.variant_id: 1,
    }


@pytest.mark.parametrize("quantity", [-1, 0, 0.5, 1.0, True, "1", 10**12, 100])
def test_cpn_080_strange_quantities_are_refused_everywhere(quantity):
    scene = trade.scene()
    strange = trade.lines((scene.variant_id, quantity))
    cart = {"person_id": scene.buyer.id, "variant_id": scene.variant_id}
    checkout.add_to_cart(**cart, quantity=3)

    for attempt in (
        lambda: checkout.add_to_cart(**cart, quantity=quantity),
        lambda: checkout.set_quantity(**cart, quantity=quantity),
        lambda: trade.quote(scene.buyer, strange),
        lambda: trade.place(scene.buyer, (scene.variant_id, quantity), fingerprint="x" * 64),
    ):
        with pytest.raises(InvalidQuantity):
            attempt()

    assert counts() == (0, 0)


def test_nonsense_is_refused_before_anything_is_read():
    scene = trade.scene()
    good = {
        "buyer_id": scene.buyer.id,
        "address_id": scene.buyer.address_id,
        "fingerprint": "x",
        "checkout_key": "click-0001",
        "language": "en",
    }

    with pytest.raises(CartEmpty):
        checkout.place(**good | {"lines": ()})
    with pytest.raises(CartEmpty):
        checkout.place(**good)
    with pytest.raises(CheckoutKeyInvalid):
        checkout.place(**good | {"checkout_key": "short"})
    with pytest.raises(AddressMissing):
        checkout.place(**good | {"address_id": None})
    with pytest.raises(NotSellable):
        checkout.place(**good | {"lines": trade.lines((999_999, 1))})


def test_placing_empties_the_selected_part_of_the_cart():
    scene, other = trade.scene(), trade.scene()
    mine = {"person_id": scene.buyer.id}
    checkout.add_to_cart(**mine, variant_id=scene.variant_id, quantity=2)
    checkout.add_to_cart(**mine, variant_id=other.variant_id)
    checkout.set_selected(**mine, variant_ids=[other.variant_id], selected=False)

    placed = trade.place(scene.buyer)

    assert [trade.order(code).shop_id for code in placed.order_codes] == [scene.shop.id]
    left = trade.checkout_queries.get_cart(person_id=scene.buyer.id, language="zh-hans")
    assert [line.variant_id for part in left.shops for line in part.lines] == [other.variant_id]


def test_stk_071_one_identity_cannot_lock_up_stock_with_unpaid_orders():
    scene = trade.scene(stock=100)
    placed = [trade.place(scene.buyer, (scene.variant_id, 1)) for _ in range(5)]

    with pytest.raises(TooManyUnpaid):
        trade.place(scene.buyer, (scene.variant_id, 1))

    assert inventory_queries.list_available([scene.variant_id])[scene.variant_id] == 95
    trade.pay(placed[0])
    trade.place(scene.buyer, (scene.variant_id, 1))


def test_an_order_that_costs_nothing_is_paid_at_once():
    scene = trade.scene(price=0)

    placed = trade.place(scene.buyer, (scene.variant_id, 1))

    assert placed.intent_code == ""
    assert trade.state(placed.order_codes[0]) == "paid"


def test_placing_one_line_takes_at_most_25_statements():
    scene = trade.scene()
    wanted = trade.lines((scene.variant_id, 1))
    seen = trade.quote(scene.buyer, wanted).quote.fingerprint

    with CaptureQueriesContext(connection) as captured:
        placed = trade.place(scene.buyer, (scene.variant_id, 1), fingerprint=seen)

    assert placed.order_codes
    statements = [query["sql"].split("\n")[0][:110] for query in captured]
    assert len(statements) <= 25, "\n".join(statements)


def test_statements_do_not_grow_with_the_lines():
    scene = trade.scene()
    more = [goods.offer(scene.shop).variant_ids[0] for _ in range(9)]

    def statements(*wanted: tuple[int, int]) -> int:
        seen = trade.quote(scene.buyer, trade.lines(*wanted)).quote.fingerprint
        with CaptureQueriesContext(connection) as captured:
            trade.place(scene.buyer, *wanted, fingerprint=seen)
        return len(captured)

    assert statements((scene.variant_id, 1)) == statements(*[(variant_id, 1) for variant_id in more])
