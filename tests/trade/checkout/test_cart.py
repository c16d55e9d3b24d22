"""Carts: one line per variant, split by shop, merged at sign-in, and honest about what cannot be bought."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from tests.factories import goods, trade

from jishi.goods.catalog import operations as catalog
from jishi.kernel.errors import InvariantBroken
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout import queries
from jishi.trade.checkout.errors import NotSellable
from jishi.trade.checkout.models import Cart, CartLine

pytestmark = pytest.mark.django_db


def content(**owner: object) -> dict[int, int]:
    cart = queries.get_cart(**owner, language="zh-hans")  # type: ignore[arg-type]
    return {line.variant_id: line.quantity for part in cart.shops for line in part.lines}


def test_a_cart_is_split_by_shop_and_sums_what_is_selected():
    one, two = trade.scene(price=1000), trade.scene(price=300)
    mine = {"person_id": one.buyer.id}
    checkout.add_to_cart(**mine, variant_id=one.variant_id, quantity=2)
    checkout.add_to_cart(**mine, variant_id=two.variant_id)
    checkout.set_selected(**mine, variant_ids=[two.variant_id], selected=False)

    cart = queries.get_cart(**mine, language="zh-hans")

    assert [(part.shop.id, part.selected_minor) for part in cart.shops] == [
        (one.shop.id, 2000),
        (two.shop.id, 0),
    ]
    assert (cart.count, cart.selected_count, cart.selected_minor, cart.currency) == (2, 1, 2000, "CNY")
    assert queries.count_lines(**mine) == 2


def test_adding_again_adds_up_to_the_limit_of_a_line():
    scene = trade.scene()
    mine = {"person_id": scene.buyer.id, "variant_id": scene.variant_id}

    checkout.add_to_cart(**mine, quantity=60)
    checkout.add_to_cart(**mine, quantity=60)

    assert content(person_id=scene.buyer.id) == {scene.variant_id: 99}


def test_lines_can_be_changed_and_removed():
    scene = trade.scene()
    mine = {"person_id": scene.buyer.id, "variant_id": scene.variant_id}
    checkout.add_to_cart(**mine)

    checkout.set_quantity(**mine, quantity=7)
    assert content(person_id=scene.buyer.id) == {scene.variant_id: 7}
    checkout.remove_line(**mine)

    assert content(person_id=scene.buyer.id) == {}


def test_a_line_says_why_it_cannot_be_bought():
    scene = trade.scene(stock=3)
    sold_out = goods.offer(scene.shop, stock=0).variant_ids[0]
    gone = goods.offer(scene.shop)
    for variant_id in (scene.variant_id, sold_out, gone.variant_ids[0]):
        checkout.add_to_cart(person_id=scene.buyer.id, variant_id=variant_id, quantity=4)
    catalog.archive(product_id=gone.product_id)

    cart = queries.get_cart(person_id=scene.buyer.id, language="zh-hans")

    problems = {line.variant_id: line.problem for part in cart.shops for line in part.lines}
    assert problems == {
        scene.variant_id: "too_few",
        sold_out: "sold_out",
        gone.variant_ids[0]: "not_sellable",
    }
    assert (cart.selected_count, cart.selected_minor) == (0, 0)
    with pytest.raises(NotSellable):
        checkout.add_to_cart(person_id=scene.buyer.id, variant_id=gone.variant_ids[0])


def test_what_a_visitor_chose_is_there_after_sign_in():
    scene = trade.scene()
    other = goods.offer(scene.shop).variant_ids[0]
    checkout.add_to_cart(session_key="visitor-1", variant_id=scene.variant_id, quantity=2)
    checkout.add_to_cart(session_key="visitor-1", variant_id=other)
    checkout.add_to_cart(person_id=scene.buyer.id, variant_id=scene.variant_id, quantity=3)

    moved = checkout.merge_cart(person_id=scene.buyer.id, session_key="visitor-1")
    again = checkout.merge_cart(person_id=scene.buyer.id, session_key="visitor-1")

    assert (moved, again) == (2, 0)
    assert content(person_id=scene.buyer.id) == {scene.variant_id: 5, other: 1}
    assert content(session_key="visitor-1") == {}
    assert Cart.objects.count() == 1


def test_nobody_has_an_empty_cart_and_no_cart_has_two_owners():
    scene = trade.scene()

    assert content() == {}
    with pytest.raises(InvariantBroken):
        checkout.add_to_cart(variant_id=scene.variant_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Cart.objects.create(person_id=scene.buyer.id, session_key="x")
    cart = Cart.objects.create(session_key="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        CartLine.objects.create(cart=cart, variant_id=scene.variant_id, quantity=100)


def test_showing_a_cart_takes_the_same_few_statements_however_full_it_is():
    scene = trade.scene()
    mine = {"person_id": scene.buyer.id}
    checkout.add_to_cart(**mine, variant_id=scene.variant_id)

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            queries.get_cart(**mine, language="zh-hans")
        return len(captured)

    few = statements()
    for variant_id in goods.offer(scene.shop, prices=(1, 2, 3, 4, 5)).variant_ids:
        checkout.add_to_cart(**mine, variant_id=variant_id)

    assert statements() == few <= 6
