"""Stories of people who order, pay, call off and let time pass: what every stateful search here shares.

A story is a world of its own that is rolled back. After each step everything that `jishi verify` asks of the
story's subject holds, and the books balance. `JISHI_STORIES` makes the searches that many times longer.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.factories import trade
from tests.factories.goods import NOON

from jishi.kernel.errors import DomainError
from jishi.kernel.outbox import relay
from jishi.money.ledger import queries as ledger_queries
from jishi.money.payments import operations as payments
from jishi.money.payments import queries as payment_queries
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.contracts import Placed
from jishi.trade.orders import operations as orders
from jishi.verification import books, deals, shelves

PEOPLE, LONGER = 4, int(os.environ.get("JISHI_STORIES", "1"))
STORIES = settings(
    max_examples=3 * LONGER, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def asked(*checks: Any) -> list[str]:
    """What `jishi verify` would complain of."""
    found = []
    with connection.cursor() as cursor:
        for check in checks:
            cursor.execute(check.broken)
            found += [f"{check.title}: {row}" for row in cursor.fetchall()]
    return found


@dataclass
class Payment:
    """Something that was or could be paid for: the order's or reservation's code, and when it was."""

    code: str
    intent: str
    amount: int
    paid_at: datetime | None = None


class Story(RuleBasedStateMachine):
    """A world of its own that is rolled back, with a clock, people and payments."""

    CHECKS: ClassVar[tuple[Any, ...]] = ()
    """What `verify` asks of the story's subject, after each step."""
    PACE: ClassVar[tuple[int, ...]] = (1, 16, 180, 1500)
    """By how many minutes time may jump."""

    def begin(self) -> None:
        self.world: Any = transaction.atomic()
        self.world._from_testcase = True
        self.world.__enter__()
        self.now: datetime = NOON
        self.people = [trade.buyer() for _ in range(PEOPLE)]
        self.placed: list[Placed] = []
        self.payments: list[Payment] = []

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            self.finish()
            relay.drain()
            assert not asked(*self.CHECKS, *books.CHECKS, *deals.CHECKS, *shelves.CHECKS)
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    def finish(self) -> None:
        """Let everything come to its end, and look at it."""

    def attempt(self, work: Callable[[], object]) -> None:
        """Do something that may be refused; whoever reacts to it does so at once."""
        try:
            with transaction.atomic():
                work()
        except DomainError:
            return
        relay.drain()

    def keep(self, placed: Placed) -> None:
        self.placed.append(placed)
        self.payments.append(Payment(placed.order_codes[0], placed.intent_code, placed.total_minor))

    def hear(self, one: Payment) -> None:
        assert one.paid_at is not None
        checkout.apply_payment(
            intent_code=one.intent,
            allocations={one.code: one.amount},
            paid_at=one.paid_at,
            at=self.now,
        )
        relay.drain()

    @precondition(lambda self: any(one.paid_at is None for one in self.payments))
    @rule(which=st.integers(0, 9), delay=st.sampled_from([0, 0, 0, 40, 3000]))
    def pay(self, which: int, delay: int) -> None:
        """The buyer pays now, in time or not; the news of it come after so many minutes."""
        waiting = [one for one in self.payments if one.paid_at is None]
        self.settle(waiting[which % len(waiting)], delay)

    def settle(self, one: Payment, delay: int = 0) -> None:
        one.paid_at = self.now
        payments.record_paid(intent_code=one.intent, paid_at=self.now, at=self.now)
        self.now += timedelta(minutes=delay)
        if delay:
            self.lapse()
        self.hear(one)

    @precondition(lambda self: any(one.paid_at for one in self.payments))
    @rule(which=st.integers(0, 9))
    def news_comes_again(self, which: int) -> None:
        paid = [one for one in self.payments if one.paid_at]
        self.hear(paid[which % len(paid)])

    @precondition(lambda self: self.placed)
    @rule(which=st.integers(0, 9))
    def cancel(self, which: int) -> None:
        code = self.placed[which % len(self.placed)].order_codes[0]
        self.attempt(lambda: orders.cancel(order_code=code, by=None, reason="no", at=self.now))

    @rule(jump=st.integers(0, 3))
    def time_passes(self, jump: int) -> None:
        self.now += timedelta(minutes=self.PACE[jump])
        self.sweep()

    def sweep(self) -> None:
        """What is due, and everybody hears of it."""
        self.lapse()
        relay.drain()

    def lapse(self) -> None:
        """What is due; nobody has heard of it yet."""
        for placed in self.placed:
            orders.expire(checkout_code=placed.checkout_code, at=self.now)
        self.due()

    def due(self) -> None:
        """What the clock asks of the domain."""

    @invariant()
    def verify_has_no_complaint(self) -> None:
        if hasattr(self, "world"):
            assert not asked(*self.CHECKS)
            assert all(
                line.total_minor == line.drifted_accounts == 0 for line in ledger_queries.trial_balance()
            )

    def back(self, code: str) -> int:
        return sum(one.amount_minor for one in payment_queries.list_refunds(code))
