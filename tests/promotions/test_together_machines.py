"""Any order of ordering, paying, lapsing, calling off, counting and collecting keeps the promises of
community buys and presales.

Stateful searches over short random stories of round or presale × order × payment × stock × refund. After
each step everything that `jishi verify` asks of them holds, and the books balance; at the end every payment
has its goods or its refund, never both, never neither, and the shelves hold what is nobody's.
`JISHI_STORIES` makes the search that many times longer.
"""

from __future__ import annotations

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from tests.factories import rounds, trade
from tests.factories.goods import NOON
from tests.factories.rounds import ARRIVES, CUTOFF, UNTIL
from tests.factories.stories import DAY, HOUR, PEOPLE, STORIES, Payment, Story

from jishi.goods.inventory.models import Stock
from jishi.kernel.outbox import relay
from jishi.money.escrow import queries as escrow_queries
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys.models import Collection, Portion
from jishi.promotions.presales import operations as presales
from jishi.promotions.presales.contracts import PresalePlan
from jishi.promotions.presales.models import Presale, Reservation
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.orders import operations as orders
from jishi.verification import together


class RoundStory(Story):
    """People around one round of two items that are short in supply, with a leader who may be away."""

    CHECKS = together.CHECKS

    fair: rounds.Fair

    @initialize(shortage=st.sampled_from(["proportional", "even"]), budget=st.sampled_from([150, 9000]))
    def open_round(self, shortage: str, budget: int) -> None:
        self.begin()
        self.fair = rounds.fair(prices=(800, 500), cap=7, limit=4, shortage=shortage, budget=budget)
        self.stand_in = rounds.leader()

    @rule(who=st.integers(0, PEOPLE - 1), first=st.integers(0, 4), second=st.integers(0, 3))
    def order(self, who: int, first: int, second: int) -> None:
        self.attempt(lambda: self.keep(self.fair.order(self.people[who], first, second, at=self.now)))

    @rule(until=st.sampled_from([0, 2, 20]))
    def another_leads(self, until: int) -> None:
        self.attempt(
            lambda: community.name_substitute(
                leader_code=self.fair.leader_code,
                substitute_code=self.stand_in[0] if until else "",
                until=self.now + until * DAY if until else None,
                by=None,
                at=self.now,
            )
        )

    @precondition(lambda self: self.now > CUTOFF)
    @rule(first=st.integers(0, 8), second=st.integers(0, 8))
    def count(self, first: int, second: int) -> None:
        demanded = [item.code for item in self.fair.row.items.filter(demand_line__isnull=False)]
        arrived = {
            code: units
            for code, units in zip(self.fair.items, (first, second), strict=True)
            if code in demanded
        }
        self.attempt(
            lambda: community.count(
                shop_id=self.fair.shop.id, round_code=self.fair.code, arrived=arrived, by=None, at=self.now
            )
        )

    @precondition(lambda self: Collection.objects.filter(state="ready").exists())
    @rule(which=st.integers(0, 9), knows=st.booleans(), leads=st.booleans())
    def collect(self, which: int, knows: bool, leads: bool) -> None:
        ready = list(Collection.objects.filter(state="ready").order_by("pk"))
        one = ready[which % len(ready)]
        secret = one.secret if knows else "000000"
        by = self.fair.leader_person if leads else self.stand_in[1]
        self.attempt(lambda: community.hand_out(order_code=one.order_code, secret=secret, by=by, at=self.now))

    @precondition(lambda self: len(self.payments) > 2)
    @rule(sure=st.integers(0, 5))
    def stop(self, sure: int) -> None:
        if not sure:
            self.attempt(
                lambda: community.stop_round(round_code=self.fair.code, by=None, reason="x", at=self.now)
            )

    def due(self) -> None:
        community.cut_due(self.now)
        community.settle_due(self.now)
        community.remind_due(self.now)
        community.close_due(self.now)

    def finish(self) -> None:
        for moment in (CUTOFF + HOUR, ARRIVES, UNTIL):
            self.now = max(self.now, moment)
            self.sweep()
            if self.fair.row.state == "cut":
                self.count(3, 3)
        self.now += DAY
        self.sweep()
        assert self.fair.row.state in ("closed", "stopped"), self.fair.row.state
        gone = 0
        for one in self.payments:
            collection = Collection.objects.get(order_code=one.code)
            collected = collection.state == "collected"
            kept = one.amount - collection.short_minor if collected else 0
            assert self.back(one.code) == (one.amount - kept if one.paid_at else 0), (one, collection.state)
            assert not collected or one.paid_at
            if collected:
                gone += sum(Portion.objects.filter(collection=collection).values_list("given", flat=True))
        arrived = sum(item.arrived or 0 for item in self.fair.row.items.all())
        assert sum(Stock.objects.values_list("on_hand", flat=True)) == arrived - gone
        assert not any(Stock.objects.values_list("reserved", flat=True))


DEPOSITS_END, BALANCE, END = NOON + 2 * DAY, NOON + 3 * DAY, NOON + 5 * DAY


class PresaleStory(Story):
    """People around five units of one thing, most of whom pay late, twice, or not at all."""

    CHECKS = together.CHECKS

    @initialize(forfeits=st.booleans(), units=st.integers(2, 5))
    def open_presale(self, forfeits: bool, units: int) -> None:
        self.begin()
        self.scene = trade.scene(price=1000, stock=6, free_delivery_from_minor=0)
        wish = PresalePlan(
            self.scene.variant_id,
            900,
            100,
            20_000,
            units,
            NOON,
            DEPOSITS_END,
            BALANCE,
            END,
            limit_per_person=2,
        )
        self.code = presales.open_presale(shop_id=self.scene.shop.id, wish=wish, by=None, at=NOON - HOUR)
        Presale.objects.update(forfeits=forfeits)
        self.deposits: set[str] = set()

    @rule(who=st.integers(0, PEOPLE - 1), quantity=st.integers(1, 2))
    def reserve(self, who: int, quantity: int) -> None:
        def work() -> None:
            one = presales.reserve(
                presale_code=self.code, person_id=self.people[who].id, quantity=quantity, at=self.now
            )
            if one.code not in self.deposits:
                self.deposits.add(one.code)
                self.payments.append(Payment(one.code, one.intent_code, one.deposit_minor))

        self.attempt(work)

    def hear(self, one: Payment) -> None:
        if one.code not in self.deposits:
            super().hear(one)
            return
        assert one.paid_at is not None
        presales.apply_deposit(
            code=one.code, intent_code=one.intent, amount_minor=one.amount, paid_at=one.paid_at, at=self.now
        )
        relay.drain()

    @precondition(lambda self: self.deposits)
    @rule(which=st.integers(0, 9))
    def withdraw(self, which: int) -> None:
        one = self._reservation(which)
        self.attempt(lambda: presales.withdraw(code=one.code, person_id=one.person_id, at=self.now))

    @precondition(lambda self: Reservation.objects.filter(state="deposited").exists())
    @rule(which=st.integers(0, 9))
    def order_the_balance(self, which: int) -> None:
        self.now = max(self.now, BALANCE)
        waiting = list(Reservation.objects.filter(state="deposited").order_by("pk"))
        one = waiting[which % len(waiting)]
        who = next(person for person in self.people if person.id == one.person_id)
        line = (self.scene.variant_id, one.quantity)
        self.attempt(lambda: self.keep(trade.place(who, line, tokens={"presale": one.code}, at=self.now)))

    @precondition(lambda self: Reservation.objects.filter(state="bought").exists())
    @rule(which=st.integers(0, 9))
    def receive(self, which: int) -> None:
        bought = list(Reservation.objects.filter(state="bought").order_by("pk"))
        one = bought[which % len(bought)]
        code = one.order_code or ""

        def work() -> None:
            fulfillment.ship(order_code=code, carrier="sf", tracking_number="SF123456", by=None, at=self.now)
            orders.confirm_receipt(order_code=code, by=one.person_id, at=self.now)

        self.attempt(work)

    @precondition(lambda self: len(self.payments) > 2)
    @rule(sure=st.integers(0, 5))
    def stop(self, sure: int) -> None:
        if not sure:
            self.attempt(
                lambda: presales.stop_presale(presale_code=self.code, by=None, reason="x", at=self.now)
            )

    def due(self) -> None:
        presales.release_due(self.now)
        presales.free_due(self.now)
        presales.close_due(self.now)
        presales.remind_due(self.now)

    def finish(self) -> None:
        for moment in (DEPOSITS_END, END, END + DAY, END + 2 * DAY):
            self.now = max(self.now, moment)
            self.sweep()
        row = Presale.objects.get()
        assert row.state in ("settled", "stopped") and row.held == 0
        here = {one.code: one for one in Reservation.objects.all()}
        shipped = kept = 0
        for one in self.payments:
            if one.code in self.deposits:
                state = here[one.code].state
                assert state in ("bought", "forfeited", "refunded", "released"), state
                stays = state in ("bought", "forfeited")
            else:
                state = trade.state(one.code)
                stays = state in ("paid", "received")
                units = sum(line.quantity for line in trade.order(one.code).lines)
                shipped += units if state == "received" else 0
                kept += units if state == "paid" else 0
            assert self.back(one.code) == (one.amount if one.paid_at and not stays else 0), (one, state)
            assert not stays or one.paid_at
        assert Stock.objects.values_list("on_hand", "reserved").get() in (
            (6 - shipped, kept),
            (6 - shipped - kept, 0),
        )
        for code in self.deposits:
            holding = escrow_queries.find_holding(code)
            if holding is not None and here[code].state == "forfeited":
                assert holding.released_minor == holding.captured_minor == here[code].deposit_minor

    def _reservation(self, which: int) -> Reservation:
        return Reservation.objects.get(code=sorted(self.deposits)[which % len(self.deposits)])


@pytest.mark.django_db
@pytest.mark.parametrize("story", [RoundStory, PresaleStory])
def test_every_story_of_buying_together_ends_well(story: type[Story]) -> None:
    run_machine(story, settings=STORIES)
