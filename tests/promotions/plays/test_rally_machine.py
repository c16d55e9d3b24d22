"""Any order of starting, helping, ordering, paying, expiring and refunding keeps a rally's promises.

A stateful search over rally × order × payment × stock × refund. After each step nothing is oversold, helps
make up
what was gathered and no floor is passed; at the end every payment has its goods or its refund, never both.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from tests.factories import plays as made
from tests.factories import trade
from tests.factories.plays import NOON

from jishi.goods.inventory import queries as inventory_queries
from jishi.kernel.errors import DomainError
from jishi.kernel.outbox import relay
from jishi.money.payments import queries as payment_queries
from jishi.people.accounts.models import User
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import HelpState, RallyState
from jishi.promotions.plays.models import Help, Offer, Rally
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.contracts import Placed
from jishi.trade.orders import operations as orders

PEOPLE = 4
STOCK = 3


class RallyLife(RuleBasedStateMachine):
    """Friends around one offer with two pieces; everybody starts, helps and buys."""

    game: made.Round
    world: Any

    @initialize(
        mechanic=st.sampled_from(["bargain", "like_collect"]),
        aside=st.sampled_from(["start", "order"]),
        late=st.sampled_from(["refund", "honour"]),
    )
    def open_shop(self, mechanic: str, aside: str, late: str) -> None:
        self.world = transaction.atomic()
        self.world.__enter__()
        self.now: datetime = NOON
        self.people = [trade.buyer() for _ in range(PEOPLE)]
        User.objects.update(joined_at=NOON - timedelta(days=9))
        needed = {"helpers": 2} if mechanic == "bargain" else {"goal": 2}
        self.game = made.rally_round(
            mechanic,
            stock=STOCK,
            stock_limit=2,
            budget_minor=1300,
            hours=2,
            pay_hours=2,
            per_person=2,
            helps_per_day=0,
            sets_aside=aside,
            paid_late=late,
            **needed,
        )
        self.placed: list[Placed] = []
        self.paid: dict[str, datetime] = {}

    def teardown(self) -> None:
        if not hasattr(self, "game"):
            return
        try:
            self.settle_everything()
            self.nobody_lost_money()
        finally:
            transaction.set_rollback(True)
            self.world.__exit__(None, None, None)

    # --- What people do -----------------------------------------------------------------------------------

    @rule(who=st.integers(0, PEOPLE - 1))
    def start(self, who: int) -> None:
        self.attempt(lambda: self.game.start(self.people[who], at=self.now))

    @precondition(lambda self: Rally.objects.exists())
    @rule(who=st.integers(0, PEOPLE - 1), which=st.integers(0, 9), device=st.sampled_from(["", "", "one"]))
    def help(self, who: int, which: int, device: str) -> None:
        code = self.rally(which).code
        self.attempt(lambda: self.game.help(code, self.people[who], at=self.now, device=device))

    @precondition(lambda self: Help.objects.filter(state=HelpState.KEPT).exists())
    @rule(counts=st.booleans())
    def look(self, counts: bool) -> None:
        kept = play_queries.list_kept_helps()[0]
        plays.review_help(help_id=kept.id, by=self.people[0].id, counts_now=counts, at=self.now)

    @precondition(lambda self: Rally.objects.exists())
    @rule(which=st.integers(0, 9))
    def order(self, which: int) -> None:
        rally = self.rally(which)
        starter = next(one for one in self.people if one.id == rally.starter_id)
        placed = self.attempt(lambda: self.game.buy(starter, rally.code, at=self.now))
        if placed is not None:
            self.placed.append(placed)
            if not placed.total_minor:
                self.paid[placed.order_codes[0]] = self.now

    @precondition(lambda self: self.placed)
    @rule(which=st.integers(0, 30), delay=st.sampled_from([0, 0, 20, 130]))
    def pay(self, which: int, delay: int) -> None:
        placed = self.placed[which % len(self.placed)]
        if placed.intent_code and placed.intent_code not in self.paid:
            self.paid[placed.intent_code] = self.now
            trade.capture(placed.intent_code, at=self.now)
            self.now += timedelta(minutes=delay)
            self.hear(placed)

    @rule(minutes=st.sampled_from([1, 16, 61, 121]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        for placed in self.placed:
            orders.expire(checkout_code=placed.checkout_code, at=self.now)
        plays.close_due_rallies(self.now)
        relay.drain()

    @precondition(lambda self: self.placed)
    @rule(which=st.integers(0, 30))
    def cancel(self, which: int) -> None:
        code = self.placed[which % len(self.placed)].order_codes[0]
        self.attempt(lambda: orders.cancel(order_code=code, by=None, reason="no", at=self.now))
        relay.drain()

    # --- What always holds --------------------------------------------------------------------------------

    @invariant()
    def nothing_is_oversold(self) -> None:
        if not hasattr(self, "game"):
            return
        offer = Offer.objects.get()
        held = Rally.objects.filter(has_unit=True)
        assert offer.units_claimed == held.count() <= 2
        assert offer.budget_used_minor == (held.aggregate(n=Sum("discount_minor"))["n"] or 0) <= 1300
        assert inventory_queries.list_available([self.game.scene.variant_id])[self.game.scene.variant_id] >= 0

    @invariant()
    def helps_make_up_what_was_gathered(self) -> None:
        if not hasattr(self, "game"):
            return
        for rally in Rally.objects.all():
            counted = Help.objects.filter(rally=rally, state=HelpState.COUNTED)
            assert sum(counted.values_list("amount", flat=True)) == rally.gained <= rally.goal
            assert counted.filter(is_first=False).count() == rally.helps_counted <= rally.helps_most
            assert (rally.gained == rally.goal) == (rally.won_at is not None)

    # --- Steps --------------------------------------------------------------------------------------------

    def attempt(self, work: Any) -> Any:
        try:
            with transaction.atomic():
                return work()
        except DomainError:
            return None

    def rally(self, which: int) -> Rally:
        found = list(Rally.objects.order_by("pk"))
        return found[which % len(found)]

    def hear(self, placed: Placed) -> None:
        checkout.apply_payment(
            intent_code=placed.intent_code,
            allocations={placed.order_codes[0]: placed.total_minor},
            paid_at=self.paid[placed.intent_code],
            at=self.now,
        )
        relay.drain()

    def settle_everything(self) -> None:
        self.now += timedelta(days=3)
        for placed in self.placed:
            orders.expire(checkout_code=placed.checkout_code, at=self.now)
        plays.close_due_rallies(self.now)
        relay.drain()
        assert not Rally.objects.filter(state__in=["open", "won", "ordered"]).exists()

    def nobody_lost_money(self) -> None:
        for placed in self.placed:
            code = placed.order_codes[0]
            back = sum(refund.amount_minor for refund in payment_queries.list_refunds(code))
            paid = placed.total_minor if placed.intent_code in self.paid else 0
            rally = Rally.objects.filter(order_code=code, state=RallyState.BOUGHT).first()
            assert back == (0 if rally else paid), (code, trade.state(code))
            assert rally is None or trade.state(code) == "paid"
            assert rally is None or placed.total_minor >= rally.floor_minor


@pytest.mark.django_db
def test_every_story_of_a_rally_ends_well() -> None:
    run_machine(
        RallyLife,
        settings=settings(
            max_examples=12,
            stateful_step_count=16,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
