"""Shipping and receipt: only what is paid and free leaves, once, and the money follows the goods."""

from datetime import timedelta

import pytest
from tests.factories import trade
from tests.trade import perk

from jishi.goods.inventory.models import Stock
from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.merchants.errors import NotShopStaff
from jishi.money.escrow import queries as escrow_queries
from jishi.money.ledger import queries as ledger_queries
from jishi.people.notifications.models import Notice
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.fulfillment import queries
from jishi.trade.fulfillment.errors import (
    AlreadyShipped,
    CarrierUnknown,
    FulfilmentOnHold,
    TrackingNumberInvalid,
)
from jishi.trade.fulfillment.models import Parcel
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.errors import NotPossibleNow, NotYourOrder, OrderNotFound

pytestmark = pytest.mark.django_db
NOON = trade.NOON


def paid(scene: trade.Scene, **more: object) -> str:
    placed = trade.place(scene.buyer, (scene.variant_id, 1), **more)  # type: ignore[arg-type]
    trade.pay(placed)
    return placed.order_codes[0]


def staff_of(scene: trade.Scene) -> int:
    return merchant_queries.list_staff(scene.shop.id)[0][0]


def ship(code: str, by: int | None, number: str = "SF123456", carrier: str = "sf"):
    return fulfillment.ship(order_code=code, carrier=carrier, tracking_number=number, by=by, at=NOON)


def test_a_parcel_leaves_with_its_number_and_the_shelf_is_lighter():
    scene = trade.scene(stock=10, auto_confirm_days=7)
    code = paid(scene)

    parcel = ship(code, staff_of(scene), "sf 123456")

    assert (parcel.carrier, parcel.tracking_number) == ("sf", "SF123456")
    assert queries.list_parcels(code) == (parcel,)
    row = Stock.objects.get(variant_id=scene.variant_id)
    assert (row.on_hand, row.reserved) == (9, 0)
    order = trade.order(code)
    assert (order.state, order.auto_confirm_at) == ("shipped", NOON + timedelta(days=7))
    told = Notice.objects.filter(person_id=scene.buyer.id, kind="order_shipped")
    assert [(one.params, one.url) for one in told] == [({"order": code}, f"/orders/{code}/")]


def test_shipping_twice_is_one_parcel_and_another_parcel_is_refused():
    scene = trade.scene()
    code, staff = paid(scene), staff_of(scene)
    first = ship(code, staff)

    assert ship(code, staff) == first
    with pytest.raises(AlreadyShipped):
        ship(code, staff, "SF999999")

    assert Parcel.objects.count() == 1
    assert Stock.objects.get(variant_id=scene.variant_id).on_hand == 9


def test_nothing_ships_before_its_hold_is_lifted():
    scene = trade.scene()
    rule = perk.PerkRule()
    rule.defers = True
    with perk.registered(rule):
        code = paid(scene, tokens={"perk": "1"})
    staff = staff_of(scene)
    assert trade.order(code).on_hold
    assert order_queries.get_order(code, viewer_id=staff).actions == ("refund",)

    with pytest.raises(FulfilmentOnHold):
        ship(code, staff)
    assert trade.state(code) == "paid"
    assert Parcel.objects.count() == 0

    assert orders.release_hold(ref=f"perk:{code}") is True
    assert orders.release_hold(ref=f"perk:{code}") is False
    ship(code, staff)
    assert trade.state(code) == "shipped"


def test_only_the_shop_ships_and_only_what_is_paid():
    scene, stranger = trade.scene(), trade.buyer()
    unpaid = trade.place(scene.buyer, (scene.variant_id, 1)).order_codes[0]
    code, staff = paid(scene), staff_of(scene)

    with pytest.raises(NotShopStaff):
        ship(code, stranger.id)
    with pytest.raises(NotShopStaff):
        ship(code, scene.buyer.id)
    with pytest.raises(OrderNotFound):
        ship("nothing", staff)
    with pytest.raises(NotPossibleNow):
        ship(unpaid, staff)
    with pytest.raises(CarrierUnknown):
        ship(code, staff, carrier="pigeon")
    for number in ("", "x", "a" * 41, "12;34", "运单"):
        with pytest.raises(TrackingNumberInvalid):
            ship(code, staff, number)

    assert Parcel.objects.count() == 0
    assert trade.state(code) == "paid"


def test_a_refund_that_began_stops_the_parcel():
    scene = trade.scene()
    code = paid(scene)
    orders.refund(order_code=code, reason="faulty", natural_key=f"ops:{code}", by=None)

    with pytest.raises(NotPossibleNow):
        ship(code, staff_of(scene))

    assert Parcel.objects.count() == 0
    assert Stock.objects.get(variant_id=scene.variant_id).reserved == 0


def test_receipt_releases_the_money_in_the_same_moment():
    scene = trade.scene(price=1000, commission_bps=500)
    code, staff = paid(scene), staff_of(scene)
    ship(code, staff)
    with pytest.raises(NotYourOrder):
        orders.confirm_receipt(order_code=code, by=staff)
    with pytest.raises(OrderNotFound):
        orders.confirm_receipt(order_code=code, by=trade.buyer().id)

    orders.confirm_receipt(order_code=code, by=scene.buyer.id)
    orders.confirm_receipt(order_code=code, by=scene.buyer.id)

    assert trade.state(code) == "received"
    holding = escrow_queries.get_holding(code)
    assert (holding.held_minor, holding.released_minor) == (0, 1000)
    assert [ledger_queries.get_balance(part.ref) for part in holding.splits] == [950, 50]
    with pytest.raises(NotPossibleNow):
        orders.refund(order_code=code, reason="faulty", natural_key=f"ops:{code}", by=None)


def test_receipt_happens_by_itself_after_the_shops_days():
    scene = trade.scene(auto_confirm_days=3)
    code = paid(scene)
    ship(code, staff_of(scene))

    assert fulfillment.confirm_overdue(NOON + timedelta(days=2, hours=23)) == 0
    assert fulfillment.confirm_overdue(NOON + timedelta(days=3)) == 1
    assert fulfillment.confirm_overdue(NOON + timedelta(days=4)) == 0

    order = trade.order(code)
    assert order.state == "received"
    assert (order.steps[-1].actor_id, order.steps[-1].reason) == (None, "time_over")


def test_delivery_options_know_the_free_threshold():
    scene = trade.scene(delivery_fee_minor=800, free_delivery_from_minor=5000)

    below = queries.delivery_options([scene.shop.id], goods_by_shop={scene.shop.id: 4999}, language="en")
    above = queries.delivery_options([scene.shop.id], goods_by_shop={scene.shop.id: 5000}, language="en")

    assert [(option.code, option.fee_minor) for option in below[scene.shop.id]] == [
        ("standard", 800),
        ("express", 1800),
    ]
    assert [option.fee_minor for option in above[scene.shop.id]] == [0, 1800]


def test_the_chosen_delivery_is_what_the_order_charges():
    scene = trade.scene(price=6000, delivery_fee_minor=800, free_delivery_from_minor=5000)

    free = trade.place(scene.buyer, (scene.variant_id, 1))
    fast = trade.place(scene.buyer, (scene.variant_id, 1), deliveries={scene.shop.id: "express"})

    assert (free.total_minor, fast.total_minor) == (6000, 7800)
    assert trade.order(fast.order_codes[0]).delivery_code == "express"
