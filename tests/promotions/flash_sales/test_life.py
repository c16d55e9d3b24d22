"""From enrolment to the end: units are taken and given back, limits hold, late money ends well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.factories import flash as made
from tests.factories import goods, trade
from tests.factories.goods import NOON

from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.inventory.errors import OutOfStock
from jishi.goods.inventory.models import Hold
from jishi.goods.pricing import operations as pricing
from jishi.kernel.errors import DomainError
from jishi.kernel.outbox import relay
from jishi.money.payments import queries as payment_queries
from jishi.people.notifications.models import Notice
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales import queries
from jishi.promotions.flash_sales.contracts import ClaimState, Face, ItemState, Wish
from jishi.promotions.flash_sales.errors import (
    AlreadyEnrolled,
    AlreadyYours,
    EnrolmentClosed,
    FlashSoldOut,
    NotPossibleNow,
    PriceTooHigh,
    ReasonMissing,
    SaleEnded,
    SlotInvalid,
    TooManyUnits,
    WishInvalid,
)
from jishi.promotions.flash_sales.models import Claim, Slot
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.contracts import Placed
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
END = NOON + timedelta(hours=2)


def free(sale: made.Sale) -> int:
    variant = sale.scene.variant_id
    return inventory_queries.list_available([variant])[variant]


def place(sale: made.Sale, who: trade.Buyer | None = None, quantity: int = 1, **more: Any) -> Placed:
    return trade.place(
        who or trade.buyer(), (sale.scene.variant_id, quantity), tokens={"flash": sale.code}, **more
    )


def pay_late(placed: Placed, at: datetime) -> None:
    """Money arrives, and trade hears of it at that moment."""
    trade.capture(placed.intent_code, at=at)
    allocations = {placed.order_codes[0]: placed.total_minor}
    checkout.apply_payment(intent_code=placed.intent_code, allocations=allocations, paid_at=at, at=at)


def claim_of(placed: Placed) -> Claim:
    return Claim.objects.get(order_code=placed.order_codes[0])


def test_the_allocation_is_taken_at_approval_and_what_is_left_comes_back_at_the_end() -> None:
    sale = made.enrolled(units=20, stock=50)
    assert free(sale) == 50

    flash.approve(item_code=sale.code, by=None, at=NOON - made.HOUR)
    assert free(sale) == 30
    flash.open_due(NOON)
    placed = place(sale)
    trade.pay(placed)
    closed = flash.close_due(END)

    assert closed == 1
    assert (sale.item.state, sale.item.back, sale.item.sold) == (ItemState.CLOSED, 19, 1)
    assert free(sale) == 49
    assert made.adds_up(sale)


def test_stk_065_an_approval_without_enough_units_changes_nothing() -> None:
    sale = made.enrolled(units=20, stock=10)

    with pytest.raises(OutOfStock):
        flash.approve(item_code=sale.code, by=None, at=NOON - made.HOUR)

    assert sale.item.state == ItemState.APPLIED
    assert free(sale) == 10
    assert not Hold.objects.exists()


def test_enrolments_that_make_no_sense_are_refused() -> None:
    sale = made.enrolled()
    shop, variant = sale.scene.shop.id, sale.scene.variant_id
    good = {"slot_code": sale.slot_code, "variant_id": variant, "price_minor": 500, "allocation": 5}

    def enrol(at: Any = NOON - made.HOUR, **changes: Any) -> str:
        return flash.enrol(shop_id=shop, wish=Wish(**{**good, **changes}), at=at)

    for changes, refusal in (
        ({}, AlreadyEnrolled),
        ({"price_minor": 1000}, PriceTooHigh),
        ({"price_minor": 0}, PriceTooHigh),
        ({"allocation": 0}, WishInvalid),
        ({"limit_per_person": 11}, WishInvalid),
        ({"at": NOON}, EnrolmentClosed),
    ):
        with pytest.raises(refusal):
            enrol(**changes)
    with pytest.raises(SlotInvalid):
        flash.open_slot(title={"en": "x"}, starts_at=NOON, ends_at=NOON, by=None, at=NOON - made.HOUR)
    with pytest.raises(ReasonMissing):
        flash.refuse(item_code=sale.code, by=None, reason=" ")


def test_a_refusal_says_why_and_a_withdrawn_item_frees_its_units() -> None:
    refused = made.enrolled()
    flash.refuse(item_code=refused.code, by=None, reason="照片不清楚", at=NOON - made.HOUR)
    approved = made.approved(units=10, stock=10)
    assert free(approved) == 0

    flash.withdraw(item_code=approved.code, shop_id=approved.scene.shop.id)

    assert (refused.item.state, refused.item.reason) == (ItemState.REFUSED, "照片不清楚")
    assert (approved.item.state, free(approved)) == (ItemState.WITHDRAWN, 10)
    with pytest.raises(NotPossibleNow):
        flash.approve(item_code=refused.code, by=None, at=NOON)


def test_an_ordinary_cart_gets_the_price_while_it_lasts_and_under_the_same_limits() -> None:
    sale = made.running(units=2, limit=2)
    first, second = trade.buyer(), trade.buyer()

    two = trade.quote(first, trade.lines((sale.scene.variant_id, 2))).quote
    three = trade.quote(first, trade.lines((sale.scene.variant_id, 3))).quote
    placed = trade.place(first, (sale.scene.variant_id, 2))
    after = trade.quote(second, trade.lines((sale.scene.variant_id, 1))).quote

    assert (two.total_minor, three.total_minor) == (1200, 3000)
    assert claim_of(placed).quantity == 2
    assert after.total_minor == 1000
    with pytest.raises(TooManyUnits):
        place(made.running(units=2), quantity=2)
    with pytest.raises(FlashSoldOut):
        place(sale, second)


def test_a_cart_of_flash_and_other_goods_holds_both_and_pays_for_both() -> None:
    sale = made.running(units=3, stock=3)
    other = goods.offer(sale.scene.shop, prices=(700,), stock=4).variant_ids[0]
    who = trade.buyer()

    placed = trade.place(who, (sale.scene.variant_id, 1), (other, 2))
    held = inventory_queries.find_hold(placed.order_codes[0])
    trade.pay(placed)

    assert placed.total_minor == 600 + 1400
    assert held is not None
    assert dict(held.lines) == {sale.scene.variant_id: 1, other: 2}
    assert order_queries.get_order(placed.order_codes[0], viewer_id=None).state == "paid"
    assert (sale.item.available, sale.item.sold) == (2, 1)
    assert made.adds_up(sale)


def test_one_person_has_one_claim_and_may_claim_again_after_a_cancelled_order() -> None:
    sale, who = made.running(units=3), trade.buyer()
    placed = place(sale, who)

    with pytest.raises(AlreadyYours):
        place(sale, who)
    orders.cancel(order_code=placed.order_codes[0], by=who.id, reason="buyer", at=NOON + MINUTE)
    again = place(sale, who, at=NOON + 2 * MINUTE)

    assert claim_of(placed).state == ClaimState.RELEASED
    assert claim_of(again).state == ClaimState.HELD
    assert (sale.item.available, sale.item.held) == (2, 1)
    assert made.adds_up(sale)


def test_stk_069_an_expired_order_returns_its_unit_exactly_once() -> None:
    sale = made.running(units=1, stock=1)
    placed = place(sale)

    for _ in range(2):
        orders.expire(checkout_code=placed.checkout_code, at=NOON + 16 * MINUTE)
        flash.release(order_code=placed.order_codes[0], at=NOON + 16 * MINUTE)

    assert (sale.item.available, sale.item.held, sale.item.back) == (1, 0, 0)
    assert free(sale) == 0
    assert made.adds_up(sale)


def test_money_that_comes_late_gets_a_free_unit_or_goes_back() -> None:
    sale = made.running(units=1, stock=1)
    late = place(sale)
    orders.expire(checkout_code=late.checkout_code, at=NOON + 16 * MINUTE)
    pay_late(late, NOON + 17 * MINUTE)
    assert claim_of(late).state == ClaimState.PAID
    assert made.adds_up(sale)

    other = made.running(units=1, stock=1)
    lost = place(other)
    orders.expire(checkout_code=lost.checkout_code, at=NOON + 16 * MINUTE)
    winner = place(other, at=NOON + 17 * MINUTE)
    pay_late(lost, NOON + 18 * MINUTE)

    refunds = payment_queries.list_refunds(lost.order_codes[0])
    assert [refund.amount_minor for refund in refunds] == [lost.total_minor]
    assert order_queries.get_order(lost.order_codes[0], viewer_id=None).state == "expired"
    assert claim_of(winner).state == ClaimState.HELD
    assert (other.item.available, other.item.held, other.item.sold) == (0, 1, 0)
    assert made.adds_up(other)


def test_late_money_after_the_end_goes_back_and_units_lie_on_the_shelf() -> None:
    sale = made.running(units=1, stock=1)
    placed = place(sale, at=END - MINUTE)
    flash.close_due(END)
    orders.expire(checkout_code=placed.checkout_code, at=END + 20 * MINUTE)

    pay_late(placed, END + 21 * MINUTE)

    assert len(payment_queries.list_refunds(placed.order_codes[0])) == 1
    assert (sale.item.back, free(sale)) == (1, 1)
    assert made.adds_up(sale)


def test_a_refunded_order_frees_its_unit_for_the_shelf_and_its_buyer_for_another() -> None:
    sale, who = made.running(units=2), trade.buyer()
    placed = place(sale, who)
    trade.pay(placed)
    before = free(sale)

    orders.cancel(order_code=placed.order_codes[0], by=who.id, reason="buyer", at=NOON + 3 * MINUTE)
    relay.drain()

    assert claim_of(placed).state == ClaimState.REFUNDED
    assert (sale.item.sold, sale.item.back, free(sale)) == (0, 1, before + 1)
    assert claim_of(place(sale, who, at=NOON + 4 * MINUTE)).state == ClaimState.HELD
    assert made.adds_up(sale)


def test_details_are_the_buyers_alone_and_an_order_that_has_them_keeps_its_payment() -> None:
    sale, buyer, stranger = made.running(units=1), trade.buyer(), trade.buyer()
    placed = place(sale, buyer)

    def complete(who: trade.Buyer) -> str:
        return checkout.complete(
            order_code=placed.order_codes[0],
            buyer_id=who.id,
            address_id=who.address_id,
            language="en",
            at=NOON,
        )

    assert complete(buyer) == placed.intent_code
    with pytest.raises(DomainError):
        complete(stranger)


def test_a_list_price_below_the_flash_price_ends_the_sale() -> None:
    sale = made.running(units=5, stock=5)
    pricing.set_prices([(sale.scene.variant_id, "CNY", 500, None)], at=NOON)

    flash.reprice_open(NOON + MINUTE)

    assert (sale.item.state, sale.item.reason) == (ItemState.CLOSED, "price")
    assert free(sale) == 5
    with pytest.raises(SaleEnded):
        place(sale)


def test_a_stopped_slot_closes_its_items_and_leaves_what_people_have() -> None:
    sale = made.running(units=5, stock=5)
    placed = place(sale)

    flash.stop_slot(slot_code=sale.slot_code, by=None, reason="价格标错", at=NOON + MINUTE)
    trade.pay(placed, at=NOON + 2 * MINUTE)

    assert (sale.item.state, sale.item.sold, free(sale)) == (ItemState.CLOSED, 1, 4)
    assert Slot.objects.get(code=sale.slot_code).stopped_at == NOON + MINUTE
    assert made.adds_up(sale)


def test_a_shopper_sees_every_face_of_an_item() -> None:
    sale, who = made.approved(units=1, stock=1), trade.buyer()

    def face(at: Any, viewer: int | None = None) -> str:
        return queries.get_item(sale.code, viewer_id=viewer, language="en", at=at).face

    assert face(NOON - MINUTE) == Face.UPCOMING
    flash.open_due(NOON)
    assert face(NOON) == Face.ON_SALE
    placed = place(sale, who)
    assert (face(NOON), face(NOON, who.id)) == (Face.RETURNING, Face.MINE)
    trade.pay(placed)
    assert face(NOON) == Face.SOLD_OUT
    assert face(END) == Face.ENDED


def test_people_are_told_once_before_the_start_and_not_of_a_stopped_sale() -> None:
    sale, stopped = made.approved(), None
    other = made.slot(starts_at=NOON + made.HOUR)
    stopped = made.approved(slot_code=other)
    keen, left = trade.buyer().id, trade.buyer().id
    for person in (keen, left):
        flash.remind(item_code=sale.code, person_id=person, at=NOON - made.HOUR)
    flash.remind(item_code=stopped.code, person_id=keen, at=NOON - made.HOUR)
    flash.forget_reminder(item_code=sale.code, person_id=left)
    flash.stop_slot(slot_code=other, by=None, reason="x", at=NOON - 30 * MINUTE)

    early = flash.tell_due(NOON - 6 * MINUTE)
    told = [flash.tell_due(NOON - 5 * MINUTE), flash.tell_due(NOON), flash.tell_due(NOON + made.HOUR)]

    assert early == 0
    assert told == [1, 0, 1]
    found = Notice.objects.filter(kind="flash_soon").values_list("person_id", flat=True)
    assert list(found) == [keen]


def test_the_preview_warns_of_losses_clashes_and_missing_units() -> None:
    sale = made.enrolled(stock=3)
    wish = Wish(
        slot_code=sale.slot_code,
        variant_id=sale.scene.variant_id,
        price_minor=500,
        allocation=5,
        cost_minor=490,
    )

    seen = queries.preview(shop_id=sale.scene.shop.id, wish=wish, at=NOON - made.HOUR)

    assert seen.warnings == ("below_cost", "too_few_units", "clash")
    assert (seen.commission_minor, seen.keeps_minor, seen.margin_minor) == (25, 475, -15)
    assert seen.gives_minor == 2500


@pytest.mark.django_db(transaction=True)
def test_stk_058_checkouts_and_the_lane_race_for_the_same_units(
    race: Callable[[int, Callable[..., Any]], list[Any]],
) -> None:
    sale = made.running(units=5, stock=5)
    people = [trade.buyer() for _ in range(16)]

    def work(number: int) -> bool:
        if number % 2:
            return made.buy(sale, people[number].id)[0].kind == "won"
        try:
            place(sale, people[number])
        except DomainError:
            return False
        return True

    outcomes = race(16, work)

    assert [outcome for outcome in outcomes if not isinstance(outcome, bool)] == []
    assert outcomes.count(True) == 5
    assert (sale.item.available, sale.item.held) == (0, 5)
    assert made.adds_up(sale)


@pytest.mark.django_db(transaction=True)
def test_an_order_won_in_the_lane_gets_its_address_then_its_payment_and_is_paid() -> None:
    sale, buyer = made.running(units=1, delivery_fee_minor=800), trade.buyer()
    won = made.buy(sale, buyer.id)[0]
    before = order_queries.get_order(won.order_code, viewer_id=buyer.id)

    intent = checkout.complete(
        order_code=won.order_code, buyer_id=buyer.id, address_id=buyer.address_id, language="en", at=NOON
    )
    again = checkout.complete(
        order_code=won.order_code, buyer_id=buyer.id, address_id=buyer.address_id, language="en", at=NOON
    )
    trade.capture(intent)
    trade.tell_captured(intent)

    order = order_queries.get_order(won.order_code, viewer_id=buyer.id)
    assert (before.intent_code, before.address.one_line, intent) == ("", "", again)
    assert (order.state, order.total_minor) == ("paid", 600 + order.delivery_minor)
    assert order.address.city == "杭州市"
    assert sale.item.sold == 1
