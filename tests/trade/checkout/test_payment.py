"""Money arrives on time, late, twice or by an old page: paid or sent back, never both, never lost."""

from datetime import timedelta

import pytest
from tests.factories import trade
from tests.trade import perk

from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import policy
from jishi.kernel.models import OutboxEvent
from jishi.money.escrow import operations as escrow
from jishi.money.escrow import queries as escrow_queries
from jishi.money.escrow.errors import HoldingClosed
from jishi.money.ledger import queries as ledger_queries
from jishi.money.payments import operations as payments
from jishi.money.payments import queries as payment_queries
from jishi.money.payments.errors import IntentClosed
from jishi.money.payments.events import PaymentFailed
from jishi.people.notifications.models import Notice
from jishi.trade.checkout import handlers
from jishi.trade.checkout import operations as checkout
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.errors import NotPossibleNow

pytestmark = pytest.mark.django_db
NOON = trade.NOON
OVERDUE = NOON + timedelta(minutes=16)


def facts(topic: str) -> int:
    return OutboxEvent.objects.filter(topic=topic).count()


def available(scene: trade.Scene) -> int:
    return inventory_queries.list_available([scene.variant_id])[scene.variant_id]


def test_a_paid_checkout_is_held_in_escrow_with_its_shares():
    scene = trade.scene(price=1000, commission_bps=500, delivery_fee_minor=800)
    placed = trade.place(scene.buyer, (scene.variant_id, 2))

    trade.pay(placed)

    [code] = placed.order_codes
    assert trade.state(code) == "paid"
    holding = escrow_queries.get_holding(code)
    assert (holding.captured_minor, holding.held_minor) == (2800, 2800)
    assert [(part.role, part.amount_minor) for part in holding.splits] == [
        ("merchant", 2700),
        ("commission", 100),
    ]
    assert facts("trade.order.paid") == 1


def test_pay_025_the_same_fact_three_times_settles_once():
    scene = trade.scene()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    trade.capture(placed.intent_code)

    for _ in range(3):
        trade.tell_captured(placed.intent_code)

    [code] = placed.order_codes
    assert facts("trade.order.paid") == 1
    assert escrow_queries.get_holding(code).captured_minor == 1000
    assert payment_queries.list_refunds(code) == []
    assert [step.to_state for step in trade.order(code).steps] == ["awaiting_payment", "paid"]


def test_pay_027_an_old_failure_does_not_undo_a_payment():
    scene = trade.scene()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    trade.pay(placed)

    on_failure = getattr(handlers, "on_payment_failed", None)

    assert on_failure is None, "orders must not listen to failures: the next try may succeed"
    assert PaymentFailed.topic != "money.payment.captured"
    assert trade.state(placed.order_codes[0]) == "paid"


def test_pay_043_late_money_revives_the_order_while_stock_is_there():
    scene = trade.scene(stock=1)
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    assert checkout.expire_unpaid(OVERDUE) == 1
    assert available(scene) == 1

    trade.pay(placed, at=OVERDUE)

    [code] = placed.order_codes
    order = trade.order(code)
    assert (order.state, order.close_reason, order.closed_at) == ("paid", "", None)
    assert available(scene) == 0
    assert payment_queries.list_refunds(code) == []
    assert [step.to_state for step in order.steps] == ["awaiting_payment", "expired", "paid"]


def test_pay_043_late_money_goes_back_when_the_goods_are_gone():
    scene, other = trade.scene(stock=1), trade.buyer()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    checkout.expire_unpaid(OVERDUE)
    winner = trade.place(other, (scene.variant_id, 1), at=OVERDUE)

    trade.pay(placed, at=OVERDUE)
    trade.tell_captured(placed.intent_code)

    [code] = placed.order_codes
    [refund] = payment_queries.list_refunds(code)
    assert (refund.amount_minor, refund.natural_key) == (1000, f"late:{code}")
    trade.finish_refunds(code)
    assert trade.state(code) == "expired"
    assert trade.state(winner.order_codes[0]) == "awaiting_payment"
    assert order_queries.list_broken_histories() == []


def test_money_on_its_way_back_does_not_revive_when_stock_returns():
    scene, other = trade.scene(stock=1), trade.buyer()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    checkout.expire_unpaid(OVERDUE)
    winner = trade.place(other, (scene.variant_id, 1), at=OVERDUE)
    trade.pay(placed, at=OVERDUE)
    orders.cancel(order_code=winner.order_codes[0], by=other.id, reason="changed_mind")

    trade.tell_captured(placed.intent_code)

    assert trade.state(placed.order_codes[0]) == "expired"
    assert available(scene) == 1


def test_pay_044_a_price_that_closed_is_honoured_for_an_order_that_was_held():
    scene = trade.scene(price=1000)
    with perk.registered(perk.PerkRule(closes_at=NOON + timedelta(minutes=5))):
        placed = trade.place(scene.buyer, (scene.variant_id, 1), tokens={"perk": "1"})

        trade.pay(placed, at=NOON + timedelta(minutes=10))

    assert trade.order(placed.order_codes[0]).total_minor == 900
    assert trade.state(placed.order_codes[0]) == "paid"


def test_pay_044_a_price_that_closed_is_not_honoured_after_the_order_expired():
    scene = trade.scene(price=1000)
    with perk.registered(perk.PerkRule(closes_at=NOON + timedelta(minutes=5))):
        placed = trade.place(scene.buyer, (scene.variant_id, 1), tokens={"perk": "1"})
        checkout.expire_unpaid(OVERDUE)
        assert perk.uses() == 0

        trade.pay(placed, at=OVERDUE)

        assert perk.uses() == 0
    [code] = placed.order_codes
    [refund] = payment_queries.list_refunds(code)
    assert (refund.amount_minor, refund.reason) == (900, "test.perk_gone")
    assert trade.state(code) == "expired"
    assert available(scene) == 10


def test_an_order_whose_price_is_lost_before_its_money_comes_ends_and_pays_back():
    scene = trade.scene(price=1000)
    with perk.registered(perk.PerkRule(closes_at=NOON + timedelta(minutes=5))) as rule:
        placed = trade.place(scene.buyer, (scene.variant_id, 1), tokens={"perk": "1"})
        [code] = placed.order_codes
        rule.release(hold_key=code, at=NOON)

        trade.pay(placed, at=NOON + timedelta(minutes=6))
        trade.tell_captured(placed.intent_code)

    order = trade.order(code)
    assert (order.state, order.close_reason) == ("cancelled", "test.perk_gone")
    assert [refund.amount_minor for refund in payment_queries.list_refunds(code)] == [900]
    assert escrow_queries.find_holding(code) is None
    assert available(scene) == 10


def test_pay_044_a_house_that_never_revives_sends_late_money_back(monkeypatch):
    scene = trade.scene()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    checkout.expire_unpaid(OVERDUE)
    pack = policy.RulePack("strict", {"checkout": {"late_payment": "refund"}})
    monkeypatch.setattr(policy, "pack", lambda code=None: pack)

    trade.pay(placed, at=OVERDUE)

    [code] = placed.order_codes
    assert [refund.reason for refund in payment_queries.list_refunds(code)] == ["late"]
    assert trade.state(code) == "expired"


def test_pay_047_failures_then_success_twelve_hours_later_starts_fulfilment():
    scene = trade.scene()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    late = NOON + timedelta(hours=12)
    checkout.expire_unpaid(late)

    trade.pay(placed, at=late)

    assert trade.state(placed.order_codes[0]) == "paid"
    assert order_queries.get_order(placed.order_codes[0], viewer_id=None).paid_at == late


def test_money_for_a_cancelled_order_goes_back():
    scene = trade.scene()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    [code] = placed.order_codes
    orders.cancel(order_code=code, by=scene.buyer.id, reason="changed_mind")

    trade.pay(placed)

    assert [refund.amount_minor for refund in payment_queries.list_refunds(code)] == [1000]
    assert trade.state(code) == "cancelled"


def test_captured_money_is_never_expired_or_cancelled_away():
    scene = trade.scene()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    trade.capture(placed.intent_code)

    assert checkout.expire_unpaid(OVERDUE) == 0
    with pytest.raises(NotPossibleNow):
        orders.cancel(order_code=placed.order_codes[0], by=scene.buyer.id, reason="changed_mind")

    trade.tell_captured(placed.intent_code)
    assert trade.state(placed.order_codes[0]) == "paid"


def test_one_order_of_a_checkout_can_be_refused_while_the_others_are_paid():
    one, two = trade.scene(), trade.scene()
    with perk.registered(perk.PerkRule(closes_at=NOON + timedelta(minutes=5))):
        placed = trade.place(one.buyer, (one.variant_id, 1), (two.variant_id, 1), tokens={"perk": "1"})
        with_perk, plain = placed.order_codes
        checkout.expire_unpaid(OVERDUE)

        trade.pay(placed, at=OVERDUE)

    assert (trade.state(with_perk), trade.state(plain)) == ("expired", "paid")
    assert [refund.amount_minor for refund in payment_queries.list_refunds(with_perk)] == [900]
    assert payment_queries.list_refunds(plain) == []


def test_cancelling_one_order_of_two_renews_the_payment_of_the_other():
    one, two = trade.scene(price=1000), trade.scene(price=300)
    placed = trade.place(one.buyer, (one.variant_id, 1), (two.variant_id, 1))
    first, second = placed.order_codes

    orders.cancel(order_code=first, by=one.buyer.id, reason="changed_mind")

    renewed = trade.order(second).intent_code
    assert renewed != placed.intent_code
    assert payment_queries.get_intent(renewed).amount_minor == 300
    trade.pay(placed)
    assert (trade.state(first), trade.state(second)) == ("cancelled", "awaiting_payment")
    assert (
        sum(refund.amount_minor for code in (first, second) for refund in payment_queries.list_refunds(code))
        == 1300
    )
    trade.capture(renewed)
    trade.tell_captured(renewed)
    assert trade.state(second) == "paid"


def test_pay_042_an_old_page_cannot_pay_the_old_amount():
    scene = trade.scene(price=1000, delivery_fee_minor=800)
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    [code] = placed.order_codes
    staff = merchant_queries.list_staff(scene.shop.id)[0][0]

    renewed = orders.change_delivery_fee(order_code=code, delivery_minor=0, by=staff)

    assert trade.order(code).total_minor == 1000
    assert payment_queries.get_intent(renewed).amount_minor == 1000
    with pytest.raises(IntentClosed):
        payments.start_attempt(intent_code=placed.intent_code, provider="offline", return_url="http://x/")
    trade.pay(placed)
    assert trade.state(code) == "awaiting_payment"
    assert [refund.amount_minor for refund in payment_queries.list_refunds(code)] == [1800]
    trade.capture(renewed)
    trade.tell_captured(renewed)
    assert trade.state(code) == "paid"
    trade.finish_refunds(code)
    assert trade.state(code) == "paid"


def test_a_refund_completes_the_order_once_the_money_is_back():
    scene = trade.scene()
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    trade.pay(placed)
    [code] = placed.order_codes

    orders.cancel(order_code=code, by=scene.buyer.id, reason="changed_mind")
    assert trade.state(code) == "refunding"
    assert available(scene) == 10
    orders.cancel(order_code=code, by=scene.buyer.id, reason="changed_mind")
    trade.finish_refunds(code)
    trade.finish_refunds(code)

    assert trade.state(code) == "refunded"
    assert [refund.amount_minor for refund in payment_queries.list_refunds(code)] == [1000]
    holding = escrow_queries.get_holding(code)
    assert (holding.held_minor, holding.refunded_minor) == (0, 1000)
    told = Notice.objects.get(person_id=scene.buyer.id, kind="order_refunded")
    assert (told.params["order"], told.params["amount_minor"], told.url) == (code, 1000, f"/orders/{code}/")


def test_ref_055_a_refund_takes_from_the_merchant_what_was_booked_to_them():
    scene = trade.scene(price=1000, commission_bps=500)
    placed = trade.place(scene.buyer, (scene.variant_id, 1))
    trade.pay(placed)
    [code] = placed.order_codes
    merchant = escrow_queries.get_holding(code).splits[0]
    assert (merchant.role, merchant.amount_minor) == ("merchant", 950)

    orders.refund(order_code=code, reason="faulty", natural_key=f"ops:{code}", by=None)
    trade.finish_refunds(code)

    assert escrow_queries.get_holding(code).splits[0].refunded_minor == 950
    assert ledger_queries.get_balance(merchant.ref) == 0
    with pytest.raises(HoldingClosed):
        escrow.release(order_code=code)
    with pytest.raises(NotPossibleNow):
        orders.confirm_receipt(order_code=code, by=scene.buyer.id)
    assert trade.state(code) == "refunded"
