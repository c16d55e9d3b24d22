"""Orders, payments, stock and a limited perk under any sequence of moves.

After every step: stock is what live orders need, nobody pays twice or loses money, escrow holds exactly
what paid orders are worth, no perk is used more often than it exists, and every order's history is a chain
of legal moves.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from tests.factories import trade
from tests.trade import perk

from jishi.goods.inventory.errors import OutOfStock
from jishi.goods.inventory.models import Stock
from jishi.kernel.errors import Conflict
from jishi.money.escrow import queries as escrow_queries
from jishi.money.ledger import queries as ledger_queries
from jishi.money.payments import queries as payment_queries
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.contracts import Placed
from jishi.trade.checkout.errors import TooManyUnpaid
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries
from jishi.trade.orders.contracts import OrderView
from jishi.trade.orders.errors import NotPossibleNow

STOCK, PERKS = 5, 2
NEEDS_STOCK = {"awaiting_payment", "paid"}

HOLDS_MONEY = {"paid", "shipped"}


class Trade(RuleBasedStateMachine):
    """One shop with one scarce product, two buyers, and a clock."""

    placed = Bundle("placed")

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.rule = perk.PerkRule(total=PERKS)
        self.registered = perk.registered(self.rule)
        self.registered.__enter__()
        self.scene = trade.scene(price=1000, stock=STOCK, commission_bps=500)
        self.people = [self.scene.buyer, trade.buyer()]
        self.now: datetime = trade.NOON
        self.codes: list[str] = []
        self.captured: set[str] = set()
        self.left_shelf = 0

    def teardown(self) -> None:
        self.registered.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def attempt(self, move: Any, *refusals: type[Exception]) -> Any:
        """Make a move that may be refused; a refusal must leave nothing behind."""
        before = self.picture()
        try:
            with transaction.atomic():
                return move()
        except refusals:
            assert self.picture() == before
            return None

    def picture(self) -> list[tuple[str, str]]:
        return [(order.code, order.state) for order in order_queries.list_orders(self.codes)]

    # --- moves ---------------------------------------------------------------------------------------------

    @initialize(target=placed)
    def begin_with_a_paid_order(self) -> Placed:
        made: Placed = self.place_now(0, 1, with_perk=True)
        self.pay(made)
        return made

    @rule(target=placed, who=st.integers(0, 1), quantity=st.integers(1, 3), with_perk=st.booleans())
    def place(self, who: int, quantity: int, with_perk: bool) -> Any:
        return self.place_now(who, quantity, with_perk=with_perk)

    def place_now(self, who: int, quantity: int, *, with_perk: bool) -> Any:
        made: Placed | None = self.attempt(
            lambda: trade.place(
                self.people[who],
                (self.scene.variant_id, quantity),
                tokens={"perk": "1"} if with_perk else {},
                at=self.now,
            ),
            OutOfStock,
            perk.PerkGone,
            TooManyUnpaid,
        )
        if made is None:
            return multiple()
        self.codes += made.order_codes
        return made

    @rule(one=placed)
    def pay(self, one: Placed) -> None:
        trade.pay(one, at=self.now)
        self.captured.add(one.intent_code)

    @rule(one=placed)
    def capture(self, one: Placed) -> None:
        trade.capture(one.intent_code, at=self.now)
        self.captured.add(one.intent_code)

    @rule(one=placed)
    def hear_of_payment_again(self, one: Placed) -> None:
        if one.intent_code in self.captured:
            trade.tell_captured(one.intent_code)

    @rule(minutes=st.integers(1, 30))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        checkout.expire_unpaid(self.now)

    @rule(one=placed)
    def cancel(self, one: Placed) -> None:
        code = one.order_codes[0]
        buyer = order_queries.get_order(code, viewer_id=None).buyer_id
        self.attempt(
            lambda: orders.cancel(order_code=code, by=buyer, reason="changed_mind", at=self.now),
            NotPossibleNow,
        )

    @rule(one=placed)
    def ship(self, one: Placed) -> None:
        code = one.order_codes[0]
        self.attempt(
            lambda: fulfillment.ship(
                order_code=code, carrier="sf", tracking_number="SF000001", by=None, at=self.now
            ),
            Conflict,
        )

    @rule(one=placed)
    def receive(self, one: Placed) -> None:
        code = one.order_codes[0]
        self.attempt(lambda: orders.confirm_receipt(order_code=code, by=None, at=self.now), NotPossibleNow)

    @rule(one=placed)
    def refund(self, one: Placed) -> None:
        code = one.order_codes[0]
        self.attempt(
            lambda: orders.refund(order_code=code, reason="faulty", natural_key=f"ops:{code}", at=self.now),
            NotPossibleNow,
        )

    # --- what always holds ---------------------------------------------------------------------------------

    def orders(self) -> list[OrderView]:
        return order_queries.list_orders(self.codes)

    @invariant()
    def stock_is_what_live_orders_need(self) -> None:
        row = Stock.objects.get(variant_id=self.scene.variant_id)
        live = sum(order.quantity for order in self.orders() if order.state in NEEDS_STOCK)
        gone = sum(order.quantity for order in self.orders() if order.shipped_at is not None)
        assert (row.on_hand, row.reserved) == (STOCK - gone, live)
        assert 0 <= row.reserved <= row.on_hand

    @invariant()
    def captured_money_is_somewhere_exactly_once(self) -> None:
        for order in self.orders():
            refunded = sum(item.amount_minor for item in payment_queries.list_refunds(order.code))
            assert refunded in (0, order.total_minor)
            holding = escrow_queries.find_holding(order.code)
            if order.state in HOLDS_MONEY:
                assert holding is not None and holding.held_minor == order.total_minor and not refunded
            if order.state == "received":
                assert holding is not None and holding.released_minor == order.total_minor and not refunded
            if order.state in ("refunding", "refunded"):
                assert holding is not None and holding.refunded_minor == refunded == order.total_minor
            if order.state in ("expired", "cancelled", "awaiting_payment"):
                assert holding is None

    @invariant()
    def the_books_sum_to_zero(self) -> None:
        for line in ledger_queries.trial_balance():
            assert line.total_minor == 0

    @invariant()
    def a_perk_is_used_as_often_as_it_exists(self) -> None:
        assert perk.uses() <= PERKS

    @invariant()
    def histories_are_legal(self) -> None:
        assert order_queries.list_broken_histories() == []


@pytest.mark.django_db
def test_orders_payments_and_stock_agree_after_any_moves():
    run_state_machine_as_test(
        Trade,
        settings=settings(
            max_examples=15,
            stateful_step_count=18,
            deadline=None,
            # Every step is a dozen statements: making a failure smaller would take minutes.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            suppress_health_check=list(HealthCheck),
        ),
    )
