"""Deposit, balance, and every way in which one of them does not come; books, shelves and counters agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.factories import trade
from tests.factories.goods import NOON

from jishi.goods.inventory.models import Stock
from jishi.kernel.errors import Conflict
from jishi.kernel.outbox import relay
from jishi.money.escrow import queries as escrow_queries
from jishi.money.ledger import queries as ledger_queries
from jishi.money.payments import operations as payments
from jishi.money.payments import queries as payment_queries
from jishi.promotions.presales import errors, queries
from jishi.promotions.presales import operations as presales
from jishi.promotions.presales.contracts import PresalePlan
from jishi.promotions.presales.models import Presale, Reservation
from jishi.trade.checkout.contracts import Placed
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.orders import operations as orders

pytestmark = pytest.mark.django_db
Race = Callable[[int, Callable[..., Any]], list[Any]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DEPOSITS_END, BALANCE, END = NOON + 2 * DAY, NOON + 3 * DAY, NOON + 4 * DAY


@dataclass
class Sale:
    """A presale of a product of 1,000: 900 with a deposit of 100 that counts for 200."""

    scene: trade.Scene
    code: str

    @property
    def row(self) -> Presale:
        """It as it stands."""
        return Presale.objects.get(code=self.code)

    def reserve(self, who: trade.Buyer, quantity: int = 1, at: datetime = NOON) -> Reservation:
        """Reserve without paying."""
        return presales.reserve(presale_code=self.code, person_id=who.id, quantity=quantity, at=at)

    def deposit(self, who: trade.Buyer, quantity: int = 1, at: datetime = NOON) -> Reservation:
        """Reserve and pay the deposit."""
        one = self.reserve(who, quantity, at)
        pay(one, at=at + timedelta(minutes=1))
        return Reservation.objects.get(pk=one.pk)

    def order(self, who: trade.Buyer, one: Reservation, at: datetime = BALANCE) -> Placed:
        """Order at the balance."""
        line = (self.scene.variant_id, one.quantity)
        return trade.place(who, line, tokens={"presale": one.code}, at=at)


def pay(one: Reservation, *, at: datetime) -> None:
    """Have the deposit captured and tell everybody."""
    payments.record_paid(intent_code=one.intent_code, paid_at=at, at=at)
    relay.drain()


def sale(*, units: int = 5, stock: int = 5, limit: int = 2) -> Sale:
    """Open one at noon."""
    scene = trade.scene(price=1000, stock=stock, free_delivery_from_minor=0)
    wish = PresalePlan(
        scene.variant_id, 900, 100, 20_000, units, NOON, DEPOSITS_END, BALANCE, END, limit_per_person=limit
    )
    return Sale(scene, presales.open_presale(shop_id=scene.shop.id, wish=wish, by=None, at=NOON - HOUR))


def sweep(at: datetime) -> None:
    """Everything that is due, twice."""
    for _ in range(2):
        presales.release_due(at)
        presales.free_due(at)
        presales.close_due(at)
        presales.remind_due(at)
    relay.drain()


def shelf() -> tuple[int, int]:
    """What lies there, and what is set aside."""
    return Stock.objects.values_list("on_hand", "reserved").get()


def sound(one: Sale) -> bool:
    """Whether counters are reservations and nothing was made or lost."""
    units = dict.fromkeys(("held", "taken"), 0)
    for reservation in Reservation.objects.filter(presale__code=one.code):
        if reservation.state == "held":
            units["held"] += reservation.quantity
        elif reservation.state in ("deposited", "ordered", "bought"):
            units["taken"] += reservation.quantity
    balance = all(line.total_minor == line.drifted_accounts == 0 for line in ledger_queries.trial_balance())
    return (units["held"], units["taken"]) == (one.row.held, one.row.taken) and balance


def test_deposit_and_balance_to_receipt_and_both_go_back_with_a_refund() -> None:
    made = sale()
    a, b = made.scene.buyer, trade.buyer()
    first, second = made.deposit(a, 2), made.deposit(b)
    assert shelf() == (5, 5) and (made.row.taken, first.deposit_minor, first.worth_minor) == (3, 200, 400)
    assert escrow_queries.get_holding(first.code).held_minor == 200
    with pytest.raises(errors.BalanceClosed):
        made.order(a, first, at=NOON + HOUR)
    sweep(DEPOSITS_END)
    assert shelf() == (5, 3) and made.row.back == 2  # nobody reserved these
    for line, who in (((made.scene.variant_id, 1), a), ((made.scene.variant_id, 2), b)):
        with pytest.raises((errors.BalanceAlone, errors.ReservationNotFound)):
            trade.place(who, line, tokens={"presale": first.code}, at=BALANCE)

    placed, other = made.order(a, first), made.order(b, second)
    order = trade.order(placed.order_codes[0])
    assert {one.message: one.amount_minor for one in order.adjustments} == {
        "Presale price": -200,
        "Deposit that you have paid": -200,
        "Your deposit counts for more": -200,
    }
    assert order.total_minor - order.delivery_minor == 1400
    for one in (placed, other):
        trade.pay(one, at=BALANCE + timedelta(minutes=1))
    code = placed.order_codes[0]
    fulfillment.ship(order_code=code, carrier="sf", tracking_number="SF123456", by=None, at=BALANCE + HOUR)
    orders.confirm_receipt(order_code=code, by=a.id, at=BALANCE + DAY)
    orders.cancel(order_code=other.order_codes[0], by=b.id, reason="changed", at=BALANCE + HOUR)
    relay.drain()
    sweep(END)

    assert escrow_queries.get_holding(first.code).state == "released"
    assert escrow_queries.get_holding(second.code).state == "refunded"
    assert [one.amount_minor for one in payment_queries.list_refunds(second.code)] == [100]
    assert shelf() == (3, 0) and sound(made) and made.row.state == "settled"


@pytest.mark.parametrize("pack", ["cn", "eu"])
def test_an_unpaid_balance_closes_once_by_the_law_of_the_place(settings: Any, pack: str) -> None:
    settings.JISHI_RULE_PACK = pack
    made = sale(units=3)
    who = trade.buyer()
    one = made.deposit(who)
    placed = made.order(who, one)  # ordered, and never paid
    sweep(BALANCE + HOUR)
    orders.expire(checkout_code=placed.checkout_code, at=END - HOUR)
    assert Reservation.objects.get().state == "deposited" and sound(made)

    sweep(END - timedelta(minutes=1))
    sweep(END)
    trade.pay(placed, at=END + HOUR)  # the balance, far too late

    lost = pack == "cn"
    holding = escrow_queries.get_holding(one.code)
    assert Reservation.objects.get().state == ("forfeited" if lost else "refunded")
    assert (holding.released_minor, holding.refunded_minor) == ((100, 0) if lost else (0, 100))
    assert len(payment_queries.list_refunds(one.code)) == (0 if lost else 1)
    assert [back.amount_minor for back in payment_queries.list_refunds(placed.order_codes[0])] == [
        trade.order(placed.order_codes[0]).total_minor
    ]
    assert shelf() == (5, 0) and sound(made) and made.row.state == "settled"
    if lost:
        with pytest.raises(errors.NotPossibleNow):
            presales.withdraw(code=one.code, person_id=who.id, at=END)


def test_a_balance_that_lapsed_is_paid_late_but_in_time() -> None:
    made = sale(units=5)
    who = trade.buyer()
    one = made.deposit(who)
    placed = made.order(who, one)
    orders.expire(checkout_code=placed.checkout_code, at=BALANCE + HOUR)

    trade.pay(placed, at=BALANCE + 2 * HOUR)
    sweep(END)

    assert trade.state(placed.order_codes[0]) == "paid" and Reservation.objects.get().state == "bought"
    assert shelf() == (5, 1) and sound(made)


def test_grp_092_deposits_have_limits_and_unpaid_ones_lapse() -> None:
    made = sale(units=2)
    a, b, c = trade.buyer(), trade.buyer(), trade.buyer()
    first = made.reserve(a, 2)
    assert made.reserve(a, 2).pk == first.pk
    with pytest.raises(errors.PresaleSoldOut):
        made.reserve(b)
    for at in (NOON - HOUR, DEPOSITS_END):
        with pytest.raises(errors.DepositClosed):
            made.reserve(b, at=at)
    with pytest.raises(errors.TooManyUnits):
        made.reserve(b, 3)

    sweep(NOON + HOUR)  # a did not pay
    second = made.deposit(b, 1, at=NOON + 2 * HOUR)
    third = made.deposit(c, 1, at=NOON + 2 * HOUR)
    pay(first, at=NOON + 3 * HOUR)  # too late: the units are gone

    assert Reservation.objects.get(pk=first.pk).state == "released"
    assert [one.amount_minor for one in payment_queries.list_refunds(first.code)] == [200]
    with pytest.raises(errors.AlreadyReserved):
        made.reserve(b)
    view = queries.get_presale(made.code, language="en", viewer_id=b.id, at=NOON + 3 * HOUR)
    assert view.face == "sold_out" and view.mine is not None and view.mine.code == second.code
    assert third.state == "deposited" and sound(made)


def test_a_stopped_presale_gives_every_deposit_back_whatever_the_law_says() -> None:
    made = sale()
    a, b, c = trade.buyer(), trade.buyer(), trade.buyer()
    paid, late = made.deposit(a), made.reserve(b)
    bought = made.deposit(c)
    payments.record_paid(intent_code=late.intent_code, paid_at=NOON, at=NOON)  # nobody heard of it yet

    presales.stop_presale(presale_code=made.code, by=None, reason="factory burnt down", at=NOON + HOUR)
    sweep(NOON + HOUR)

    states = {row.pk: row.state for row in Reservation.objects.all()}
    assert (states[paid.pk], states[late.pk], states[bought.pk]) == ("refunded", "released", "refunded")
    assert [len(payment_queries.list_refunds(one.code)) for one in (paid, late, bought)] == [1, 1, 1]
    assert shelf() == (5, 0) and sound(made)


@pytest.mark.django_db(transaction=True)
def test_stk_069_the_last_unit_and_the_end_of_the_balance_are_raced(race: Race) -> None:
    made = sale(units=2, stock=2)
    people = [trade.buyer() for _ in range(6)]

    outcomes = race(6, lambda number: made.reserve(people[number]))

    won = [one for one in outcomes if isinstance(one, Reservation)]
    assert len(won) == 2 and all(isinstance(one, (Reservation, Conflict)) for one in outcomes)
    for one in won:
        pay(one, at=NOON + timedelta(minutes=1))
    who = next(person for person in people if person.id == won[0].person_id)
    placed = made.order(who, won[0])
    orders.expire(checkout_code=placed.checkout_code, at=END)
    trade.capture(placed.intent_code, at=END - timedelta(minutes=1))
    moves: list[Callable[[], object]] = [
        lambda: trade.tell_captured(placed.intent_code),
        lambda: presales.close_due(END),
        lambda: presales.close_due(END),
    ]
    race(3, lambda number: moves[number]())
    presales.close_due(END)
    relay.drain()

    code = placed.order_codes[0]
    state = Reservation.objects.get(pk=won[0].pk).state
    back = len(payment_queries.list_refunds(code))
    assert (state, trade.state(code), back) in (("bought", "paid", 0), ("forfeited", "expired", 1))
    assert sound(made)
