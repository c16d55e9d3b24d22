"""MON-014: random lives of payments; after every step the books equal a model that only counts."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from tests.money.conftest import make_buyer, open_intent
from tests.money.escrow.test_escrow import COMMISSION, SHOP, splits_of

from jishi.kernel import clock
from jishi.kernel.money import Money
from jishi.money.escrow import operations as escrow
from jishi.money.escrow import queries, rules
from jishi.money.escrow.errors import HoldingClosed, NothingToRefund
from jishi.money.ledger import operations as ledger
from jishi.money.ledger import queries as ledger_queries
from jishi.money.ledger.contracts import AccountRef, TransferSpec
from jishi.money.ledger.errors import InsufficientBalance
from jishi.money.payments import operations as payments
from jishi.money.payments import rules as payment_rules

BANK = AccountRef("provider", "bank", "clearing", "CNY")


class MoneyLives(RuleBasedStateMachine):
    """Deposit, hold, release, refund, send, pay out, in any order; the model counts five numbers."""

    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        # Rolled back after every example like a test of its own, so the sweep may run inside it.
        self.block._from_testcase = True
        self.block.__enter__()
        self.numbers = itertools.count(1)
        self.captured = self.sent = self.paid_out = 0
        self.parts: dict[str, list[int]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize()
    def a_buyer(self) -> None:
        self.buyer = make_buyer()

    @rule(
        target=orders,
        amounts=st.lists(st.integers(1, 5000), min_size=1, max_size=3),
        bps=st.integers(0, 3000),
    )
    def capture_and_hold(self, amounts: list[int], bps: int) -> Any:
        intent = open_intent(tuple(amounts), buyer_id=self.buyer)
        payments.record_paid(intent_code=intent.code)
        for part in intent.allocations:
            escrow.hold(
                order_code=part.order_code,
                intent_code=intent.code,
                amount=Money(part.amount_minor, "CNY"),
                splits=splits_of(part.amount_minor, bps),
            )
            self.parts[part.order_code] = [part.amount_minor, 0, 0]
        self.captured += sum(amounts)
        return multiple(*(part.order_code for part in intent.allocations))

    @rule(order=orders)
    def release(self, order: str) -> None:
        held, released, refunded = self.parts[order]
        if refunded and not held and not released:
            with pytest.raises(HoldingClosed):
                escrow.release(order_code=order)
            return
        escrow.release(order_code=order)
        self.parts[order] = [0, released + held, refunded]

    @rule(order=orders, amount=st.integers(1, 6000))
    def refund_a_part(self, order: str, amount: int) -> None:
        self._refund(order, amount)

    @rule(order=consumes(orders))
    def refund_everything(self, order: str) -> None:
        self._refund(order, None)

    def _refund(self, order: str, amount: int | None) -> None:
        held, released, refunded = self.parts[order]
        wanted = held + released if amount is None else amount
        key = f"machine:{next(self.numbers)}"
        try:
            view = escrow.refund(order_code=order, amount_minor=amount, natural_key=key, reason="machine")
        except NothingToRefund:
            assert wanted > held + released or wanted == 0
            return
        except InsufficientBalance:
            assert released, "held money is always there"
            return
        assert view.amount_minor == wanted <= held + released
        self.parts[order] = [
            held - wanted if held else 0,
            0 if held else released - wanted,
            refunded + wanted,
        ]

    @rule()
    def send(self) -> None:
        due = ledger_queries.get_balance(payment_rules.refunds_due("CNY"))
        payments.send_refunds(clock.now(), limit=1000)
        self.sent += due

    @rule(amount=st.integers(1, 4000))
    def pay_out(self, amount: int) -> None:
        has = ledger_queries.get_balance(SHOP)
        move = [TransferSpec(SHOP, BANK, amount)]
        try:
            ledger.post(natural_key=f"machine:{next(self.numbers)}", kind="test.payout", transfers=move)
            self.paid_out += amount
        except InsufficientBalance:
            assert amount > has

    @invariant()
    def books_balance(self) -> None:
        for line in ledger_queries.trial_balance():
            assert (line.total_minor, line.drifted_accounts) == (0, 0)

    @invariant()
    def every_unit_is_where_the_model_says(self) -> None:
        held = sum(part[0] for part in self.parts.values())
        released = sum(part[1] for part in self.parts.values())
        refunded = sum(part[2] for part in self.parts.values())
        balance = ledger_queries.get_balance
        assert held + released + refunded == self.captured
        assert balance(rules.held("CNY")) == held == queries.total_held("CNY")
        assert balance(SHOP) + balance(COMMISSION) == released - self.paid_out
        assert balance(payment_rules.refunds_due("CNY")) == refunded - self.sent
        assert balance(payment_rules.unapplied("CNY")) == 0


@pytest.mark.django_db
def test_mon_014_stored_balances_equal_recomputed_ones_after_every_step() -> None:
    run_state_machine_as_test(
        MoneyLives, settings=settings(max_examples=12, stateful_step_count=14, deadline=None, print_blob=True)
    )
