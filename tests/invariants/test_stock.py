"""Stock under pressure: real connections racing, and a random history against a model in ten lines."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from tests.factories.goods import NOON, SOON, offer, open_shop

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import ListingFilter
from jishi.goods.inventory import operations, queries
from jishi.goods.inventory.errors import (
    CountBelowReserved,
    HoldNotCommitted,
    HoldUnknown,
    OutOfStock,
    StockBusy,
)
from jishi.goods.inventory.models import Hold, Stock

Race = Callable[..., list[Any]]


def _hold(reference: str, *lines: tuple[int, int]) -> str:
    operations.hold(reference=reference, lines=lines, expires_at=SOON, at=NOON)
    return "held"


def _totals() -> tuple[int, int]:
    rows = Stock.objects.values_list("on_hand", "reserved")
    return sum(row[0] for row in rows), sum(row[1] for row in rows)


def _agree() -> None:
    assert queries.audit_stock().broken == ()


def test_stk_058_fifty_buyers_of_the_last_unit(race: Race) -> None:
    saved = offer(open_shop(), stock=1)
    variant = saved.variant_ids[0]

    outcomes = race(50, lambda n: _hold(f"order{n}", (variant, 1)))

    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"str": 1, "SoldOut": 49}
    assert _totals() == (1, 1)
    assert Hold.objects.count() == 1
    page = catalog_queries.page_listings(filter=ListingFilter(product_ids=(saved.product_id,)), language="en")
    assert not page.items[0].in_stock
    _agree()


def test_stk_059_two_allocations_at_once_lose_nothing(race: Race) -> None:
    variant = offer(open_shop(), stock=20).variant_ids[0]

    assert race(10, lambda n: _hold(f"order{n}", (variant, 2))) == ["held"] * 10

    assert _totals() == (20, 20)
    _agree()


def test_stk_061_a_hold_without_any_transaction_of_the_caller_is_safe(race: Race) -> None:
    variant = offer(open_shop(), stock=7).variant_ids[0]

    def straight() -> str:
        assert not connection.in_atomic_block
        return _hold(f"order{threading.get_ident()}", (variant, 2))

    outcomes = race(8, straight)

    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"str": 3, "OutOfStock": 5}
    assert _totals() == (7, 6)
    _agree()


def test_stk_062_the_loser_of_a_race_leaves_no_rows(race: Race) -> None:
    first, last = offer(open_shop(), prices=[100, 200], stock=5).variant_ids
    _hold("earlier", (last, 4))

    def place(n: int) -> str:
        with transaction.atomic():
            return _hold(f"order{n}", (first, 1), (last, 1))

    outcomes = race(5, place)

    assert Counter(type(outcome).__name__ for outcome in outcomes) == {"str": 1, "SoldOut": 4}
    winner = f"order{outcomes.index('held')}"
    assert set(Hold.objects.values_list("reference", flat=True)) == {"earlier", winner}
    _agree()


def test_stk_063_baskets_in_opposite_order_never_deadlock(race: Race) -> None:
    shops = [open_shop() for _ in range(2)]
    variants = [
        variant for shop in shops for variant in offer(shop, prices=[100, 200, 300], stock=2000).variant_ids
    ]
    rounds = 125

    def buy(n: int) -> int:
        ordered = variants if n % 2 else variants[::-1]
        for turn in range(rounds):
            with transaction.atomic():
                _hold(f"order{n}-{turn}", *[(variant, 1) for variant in ordered])
        return rounds

    outcomes = race(8, buy)

    assert outcomes == [rounds] * 8
    assert _totals() == (12_000, 6 * 8 * rounds)
    _agree()


def test_stk_065_the_check_and_the_allocation_are_one(race: Race) -> None:
    shop = open_shop()
    variant = offer(shop, stock=3).variant_ids[0]
    operations.open_warehouse(shop_id=shop.id, code="north", name="North")
    operations.receive(rows=[(variant, 3)], shop_id=shop.id, reference="d", warehouse="north", at=NOON)
    assert queries.list_available([variant]) == {variant: 6}

    outcomes = race(6, lambda n: _hold(f"order{n}", (variant, 2)))

    assert outcomes.count("held") == 3
    assert {held.lines for held in map(queries.find_hold, [f"order{n}" for n in range(6)]) if held} == {
        ((variant, 2),)
    }
    assert queries.list_available([variant]) == {variant: 0}
    _agree()


def test_stk_066_the_same_order_held_many_times_at_once_is_held_once(race: Race) -> None:
    first, second = offer(open_shop(), prices=[100, 200], stock=3).variant_ids

    assert race(8, lambda n: _hold("order1", (first, 3), (second, 1))) == ["held"] * 8

    assert _totals() == (6, 4)
    _agree()


def test_stk_066_an_expired_order_held_anew_many_times_at_once_is_held_once(race: Race) -> None:
    variant = offer(open_shop(), stock=3).variant_ids[0]
    _hold("order1", (variant, 3))
    operations.expire_holds(at=SOON)

    assert race(8, lambda n: _hold("order1", (variant, 3))) == ["held"] * 8

    assert _totals() == (3, 3)
    _agree()


def test_stk_067_webhook_and_checkout_both_reduce(race: Race) -> None:
    variant = offer(open_shop(), stock=10).variant_ids[0]
    _hold("order1", (variant, 4))

    sold = race(6, lambda n: operations.commit(reference="order1", at=NOON))
    shipped = race(6, lambda n: operations.consume(reference="order1", at=NOON))

    assert (sold, shipped) == ([None] * 6, [None] * 6)
    assert _totals() == (6, 0)
    _agree()


def test_stk_069_a_hold_expires_while_its_order_is_paid(race: Race) -> None:
    variant = offer(open_shop(), stock=1).variant_ids[0]
    for turn in range(15):
        order, rival = f"order{turn}", f"rival{turn}"
        _hold(order, (variant, 1))
        work: list[Callable[[], object]] = [
            lambda order=order: operations.commit(reference=order, at=SOON) or "paid",  # type: ignore[misc]
            lambda: operations.expire_holds(at=SOON),
            lambda rival=rival: _hold(rival, (variant, 1)),  # type: ignore[misc]
        ]

        paid, freed, taken = race(3, lambda n, work=work: work[n]())

        assert (paid == "paid") != (taken == "held"), (paid, freed, taken)
        for refused in (paid, taken):
            assert refused in ("paid", "held") or isinstance(refused, OutOfStock)
        assert _totals() == (1, 1)
        _agree()
        operations.release(reference=order, at=SOON)
        operations.release(reference=rival, at=SOON)


def test_stk_070_a_shelf_locked_for_too_long_is_a_clean_busy(race: Race) -> None:
    variant = offer(open_shop(), stock=5).variant_ids[0]
    locked, done = threading.Event(), threading.Event()

    def sit_on_it() -> str:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM inventory_stock FOR UPDATE")
            locked.set()
            done.wait(20)
        return "sat"

    def buy() -> str:
        locked.wait(20)
        begin = time.monotonic()
        try:
            return _hold("order1", (variant, 1))
        finally:
            waits.append(time.monotonic() - begin)
            done.set()

    waits: list[float] = []
    work = [sit_on_it, buy]
    sat, refused = race(2, lambda n: work[n]())

    assert sat == "sat"
    assert isinstance(refused, StockBusy)
    assert refused.retry_after_s == 1
    assert 2.5 < waits[0] < 8
    assert (Hold.objects.count(), _totals()) == (0, (5, 0))
    assert _hold("order1", (variant, 1)) == "held"


def test_the_last_units_of_two_variants_taken_at_once_mark_the_product_sold_out(race: Race) -> None:
    for _ in range(8):
        saved = offer(open_shop(), prices=[100, 200], stock=1)

        outcomes = race(2, lambda n, ids=saved.variant_ids: _hold(f"order{ids[n]}", (ids[n], 1)))

        assert outcomes == ["held", "held"]
        page = catalog_queries.page_listings(
            filter=ListingFilter(product_ids=(saved.product_id,)), language="en"
        )
        assert not page.items[0].in_stock


class StockMachine(RuleBasedStateMachine):
    """Two variants, five orders, any order of verbs; the model is a dictionary and a few sums."""

    variants: tuple[int, ...] = ()
    shop_id = 0
    references = st.sampled_from(["a", "b", "c", "d", "e"])

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.on_hand = dict.fromkeys(self.variants, 6)
        self.orders: dict[str, tuple[dict[int, int], str, int]] = {}
        self.minute = 0
        self.serial = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def _now(self) -> Any:
        return NOON + timedelta(minutes=self.minute)

    def _free(self, variant: int) -> int:
        live = (lines for lines, state, _ in self.orders.values() if state in ("held", "committed"))
        return self.on_hand[variant] - sum(lines.get(variant, 0) for lines in live)

    def _fits(self, lines: dict[int, int]) -> bool:
        return all(self._free(variant) >= quantity for variant, quantity in lines.items())

    @rule(reference=references, first=st.integers(0, 4), second=st.integers(0, 4), minutes=st.integers(1, 9))
    def hold(self, reference: str, first: int, second: int, minutes: int) -> None:
        lines = {v: q for v, q in zip(self.variants, (first, second), strict=True) if q}
        known = self.orders.get(reference)
        if not lines or (known and known[1] != "released" and known[0] != lines):
            return
        call = {"reference": reference, "lines": list(lines.items()), "at": self._now()}
        expires = self.minute + minutes
        call["expires_at"] = NOON + timedelta(minutes=expires)
        if known and known[1] != "released":
            operations.hold(**call)
        elif self._fits(lines):
            operations.hold(**call)
            self.orders[reference] = (lines, "held", expires)
        else:
            with pytest.raises(OutOfStock):
                operations.hold(**call)

    @rule(reference=references)
    def commit(self, reference: str) -> None:
        known = self.orders.get(reference)
        if known is None or (known[1] == "released" and not self._fits(known[0])):
            with pytest.raises((HoldUnknown, OutOfStock)):
                operations.commit(reference=reference, at=self._now())
            return
        operations.commit(reference=reference, at=self._now())
        if known[1] != "consumed":
            self.orders[reference] = (known[0], "committed", 0)

    @rule(reference=references)
    def consume(self, reference: str) -> None:
        known = self.orders.get(reference)
        if known is None or known[1] in ("held", "released"):
            with pytest.raises((HoldUnknown, HoldNotCommitted)):
                operations.consume(reference=reference, at=self._now())
            return
        operations.consume(reference=reference, at=self._now())
        if known[1] == "committed":
            self.orders[reference] = (known[0], "consumed", 0)
            for variant, quantity in known[0].items():
                self.on_hand[variant] -= quantity

    @rule(reference=references)
    def release(self, reference: str) -> None:
        operations.release(reference=reference, at=self._now())
        known = self.orders.get(reference)
        if known and known[1] in ("held", "committed"):
            self.orders[reference] = (known[0], "released", 0)

    @rule(minutes=st.integers(0, 6))
    def time_passes(self, minutes: int) -> None:
        self.minute += minutes
        due = [r for r, (_, state, end) in self.orders.items() if state == "held" and end <= self.minute]
        assert operations.expire_holds(at=self._now()) == len(due)
        for reference in due:
            self.orders[reference] = (self.orders[reference][0], "released", 0)

    @rule(which=st.integers(0, 1), count=st.integers(0, 9))
    def count(self, which: int, count: int) -> None:
        variant = self.variants[which]
        self.serial += 1
        call = {"rows": [(variant, count)], "shop_id": self.shop_id, "reference": f"count{self.serial}"}
        if count < self.on_hand[variant] - self._free(variant):
            with pytest.raises(CountBelowReserved):
                operations.set_stock(**call, at=self._now())
            return
        operations.set_stock(**call, at=self._now())
        self.on_hand[variant] = count

    @invariant()
    def shelves_agree_with_the_model(self) -> None:
        rows = Stock.objects.filter(variant_id__in=self.variants).values_list(
            "variant_id", "on_hand", "reserved"
        )
        assert {v: (on_hand, on_hand - reserved) for v, on_hand, reserved in rows} == {
            v: (self.on_hand[v], self._free(v)) for v in self.variants
        }
        assert queries.audit_stock().broken == ()
        shown = catalog_queries.page_listings(filter=ListingFilter(shop_id=self.shop_id), language="en").items
        assert shown[0].in_stock == any(self._free(v) > 0 for v in self.variants)


@pytest.mark.django_db
def test_any_history_of_verbs_agrees_with_the_model() -> None:
    shop = open_shop()
    saved = offer(shop, prices=[100, 200], stock=6)
    machine = type("Machine", (StockMachine,), {"variants": saved.variant_ids, "shop_id": shop.id})

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
