"""Any order of buying in a flash sale, paying, lapsing, calling off, restocking, entering, drawing and
claiming keeps the promises of flash sales and lotteries.

Both draw on one shelf that is too small for everybody. After each step everything that `jishi verify` asks of
them holds and the books balance; at the end every unit is on the shelf, with a buyer, or with a winner, every
payment has its goods or its refund, and nobody has won or claimed twice. `JISHI_STORIES` makes the search
that many times longer.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from tests.factories import flash as made
from tests.factories import trade
from tests.factories.goods import NOON
from tests.factories.stories import DAY, HOUR, LONGER, PEOPLE, STORIES, Story

from jishi.goods.inventory import operations as inventory
from jishi.goods.inventory.models import Hold, Stock
from jishi.kernel import fairdraw
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales.contracts import ItemState
from jishi.promotions.flash_sales.models import Claim
from jishi.promotions.lotteries import operations as lotteries
from jishi.promotions.lotteries import queries as lottery_queries
from jishi.promotions.lotteries.contracts import EntryMode, LotteryDraft, LotteryState, PrizeDraft, WinState
from jishi.promotions.lotteries.models import Lottery, Win
from jishi.trade.checkout.contracts import Placed
from jishi.trade.fulfillment import operations as fulfillment
from jishi.trade.orders import operations as orders
from jishi.verification import plays, sales

SHELF, LOTTERY_ENDS = 6, NOON + HOUR
STANDS = ("paid", "shipped", "received")
WHEN = st.sampled_from(["at once", "at once", "too late", "perhaps"])


class RushStory(Story):
    """People around six pieces: some for a flash sale, some as prizes, the rest at the ordinary price."""

    CHECKS = (*sales.CHECKS, *plays.CHECKS)
    PACE = (1, 11, 16, 70)

    @initialize(
        allocation=st.integers(1, 3),
        limit=st.integers(1, 2),
        prizes=st.integers(1, 2),
        entry=st.sampled_from(list(EntryMode)),
        wins=st.integers(1, 2),
    )
    def open_sale(self, allocation: int, limit: int, prizes: int, entry: str, wins: int) -> None:
        self.begin()
        self.sale = made.running(units=allocation, limit=limit, stock=SHELF, free_delivery_from_minor=0)
        self.scene = self.sale.scene
        self.came = SHELF
        self.prizes: list[Placed] = []
        draft = LotteryDraft(
            title="柿子抽奖",
            starts_at=NOON - DAY,
            ends_at=LOTTERY_ENDS,
            prizes=(PrizeDraft(variant_id=self.scene.variant_id, quantity=prizes),),
            entry_mode=entry,
            per_person=2 if entry == EntryMode.ORDER else 1,
            wins_per_person=wins if entry == EntryMode.ORDER else 1,
            claim_days=1,
        )
        self.lottery_code = lotteries.publish(shop_id=self.scene.shop.id, draft=draft, at=NOON - HOUR)

    def keep(self, placed: Placed) -> None:
        if placed.total_minor:
            super().keep(placed)
        else:
            self.placed.append(placed)
            self.prizes.append(placed)

    # --- What people do -----------------------------------------------------------------------------------

    @rule(who=st.integers(0, PEOPLE - 1), quantity=st.integers(1, 2), pays=WHEN)
    def rush(self, who: int, quantity: int, pays: str) -> None:
        self.order(who, quantity, pays, flash=self.sale.code)

    @rule(who=st.integers(0, PEOPLE - 1), quantity=st.integers(1, 2), pays=WHEN)
    def order_alone(self, who: int, quantity: int, pays: str) -> None:
        self.order(who, quantity, pays)

    def order(self, who: int, quantity: int, pays: str, **tokens: str) -> None:
        line = (self.scene.variant_id, quantity)
        before = len(self.payments)
        self.attempt(lambda: self.keep(trade.place(self.people[who], line, tokens=tokens, at=self.now)))
        if pays == "perhaps" or len(self.payments) == before:
            return
        if pays == "too late":
            self.now += timedelta(minutes=16)
            self.sweep()
        self.settle(self.payments[-1])

    @precondition(lambda self: self.live())
    @rule(which=st.integers(0, 9))
    def cancel(self, which: int) -> None:
        codes = self.live()
        code = codes[which % len(codes)]
        self.attempt(lambda: orders.cancel(order_code=code, by=None, reason="no", at=self.now))

    def live(self) -> list[str]:
        """Orders that can still be called off."""
        codes = [one.order_codes[0] for one in self.placed]
        return [code for code in codes if trade.state(code) in ("awaiting_payment", "paid")]

    @rule(which=st.integers(0, 9))
    def enter(self, which: int) -> None:
        who, source = self.people[which % PEOPLE].id, ""
        if Lottery.objects.get().entry_mode == EntryMode.ORDER and self.payments:
            source = self.payments[which % len(self.payments)].code
            who = trade.order(source).buyer_id
        self.attempt(
            lambda: lotteries.enter(
                lottery_code=self.lottery_code, person_id=who, order_code=source, at=self.now
            )
        )

    @precondition(lambda self: Win.objects.filter(state=WinState.WON).exists())
    @rule(which=st.integers(0, 9), thief=st.booleans())
    def claim(self, which: int, thief: bool) -> None:
        won = list(Win.objects.filter(state=WinState.WON).order_by("pk"))
        one = won[which % len(won)]
        who = next(person for person in self.people if (person.id == one.person_id) != thief)
        line = (self.scene.variant_id, 1)
        self.attempt(
            lambda: self.keep(trade.place(who, line, tokens={"prize": one.code}, at=self.now)),
        )

    @precondition(lambda self: any(trade.state(one.order_codes[0]) == "paid" for one in self.placed))
    @rule(which=st.integers(0, 9))
    def receive(self, which: int) -> None:
        codes = [one.order_codes[0] for one in self.placed]
        paid = [code for code in codes if trade.state(code) == "paid"]
        code = paid[which % len(paid)]

        def work() -> None:
            fulfillment.ship(order_code=code, carrier="sf", tracking_number="SF123456", by=None, at=self.now)
            orders.confirm_receipt(order_code=code, by=trade.order(code).buyer_id, at=self.now)

        self.attempt(work)

    @rule(what=st.sampled_from(["restock"] * 4 + ["stop the sale", "stop the lottery"]))
    def run_the_shop(self, what: str) -> None:
        if what == "stop the sale":
            self.attempt(lambda: flash.stop_item(item_code=self.sale.code, by=None, reason="x", at=self.now))
        elif what == "stop the lottery":
            self.attempt(
                lambda: lotteries.stop(lottery_code=self.lottery_code, reason="no more", at=self.now)
            )
        else:
            shelf = [(self.scene.variant_id, 1)]
            inventory.receive(
                rows=shelf, shop_id=self.scene.shop.id, reference=f"more-{self.came}", at=self.now
            )
            self.came += 1

    # --- What the clock does, and how it ends -------------------------------------------------------------

    def due(self) -> None:
        flash.reprice_open(self.now)
        flash.close_due(self.now)
        lotteries.draw_due(self.now)

    def finish(self) -> None:
        for days in range(7):
            self.now = max(self.now, NOON + 2 * HOUR) + timedelta(days=min(days, 1))
            self.sweep()
        item, lottery = self.sale.item, Lottery.objects.get()
        assert item.state == ItemState.CLOSED and made.adds_up(self.sale)
        assert (item.available, item.held) == (0, 0)
        assert lottery.state in (LotteryState.CLOSED, LotteryState.STOPPED)
        if lottery.state == LotteryState.CLOSED:
            assert fairdraw.check(lottery_queries.get_proof(lottery.code).data) == []
        assert not Hold.objects.filter(state="held").exists()
        self.everybody_has_goods_or_money()
        self.no_unit_is_lost()

    def everybody_has_goods_or_money(self) -> None:
        for one in self.payments:
            stands = trade.state(one.code) in STANDS
            assert self.back(one.code) == (one.amount if one.paid_at and not stands else 0), one
            assert not stands or one.paid_at
        claims = {claim.order_code: claim.state for claim in Claim.objects.all()}
        for code, state in claims.items():
            assert (state == "paid") == (trade.state(code) in STANDS), (code, state)

    def no_unit_is_lost(self) -> None:
        units = {"paid": 0, "received": 0}
        for placed in self.placed:
            order = trade.order(placed.order_codes[0])
            if order.state in units:
                units[order.state] += sum(line.quantity for line in order.lines)
        stock = Stock.objects.get(variant_id=self.scene.variant_id)
        assert stock.reserved in (units["paid"], 0)
        assert stock.on_hand - stock.reserved == self.came - units["received"] - units["paid"]


@pytest.mark.django_db
def test_every_story_of_a_rush_and_its_prizes_ends_well() -> None:
    run_machine(RushStory, settings=settings(STORIES, max_examples=2 * LONGER, stateful_step_count=16))
