"""Held money is somewhere at every moment: held + released + refunded = captured, to the minor unit."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests.money.conftest import assert_books_balance, paid_intent

from jishi.kernel import clock
from jishi.kernel.money import Money, share_bps
from jishi.money.escrow import operations as escrow
from jishi.money.escrow import queries, rules
from jishi.money.escrow.contracts import HoldingView, HoldRow, Split
from jishi.money.escrow.errors import (
    HoldingClosed,
    HoldingConflict,
    HoldingNotFound,
    NothingToRefund,
    SplitsDisagree,
)
from jishi.money.escrow.models import Holding
from jishi.money.ledger import operations as ledger
from jishi.money.ledger import queries as ledger_queries
from jishi.money.ledger.contracts import AccountRef, TransferSpec
from jishi.money.ledger.errors import InsufficientBalance
from jishi.money.payments import operations as payments
from jishi.money.payments import queries as payment_queries
from jishi.money.payments import rules as payment_rules
from jishi.money.payments.contracts import Allocation
from jishi.money.payments.models import Refund

Race = Callable[..., list[Any]]
SHOP = AccountRef("shop", "7", "payable", "CNY")
COMMISSION = AccountRef("platform", "commission", "revenue", "CNY")
FRIEND = AccountRef("person", "9", "earnings", "CNY")


def splits_of(amount: int, bps: int = 500, friend: int = 0) -> tuple[Split, ...]:
    commission = share_bps(amount, bps)
    splits = [
        Split(SHOP, amount - commission - friend, "merchant"),
        Split(COMMISSION, commission, "commission", bps),
    ]
    return (*splits, Split(FRIEND, friend, "beneficiary")) if friend else tuple(splits)


def held(amount: int = 10_000, *, bps: int = 500, friend: int = 0) -> HoldingView:
    intent = paid_intent((amount,))
    return escrow.hold(
        order_code=intent.allocations[0].order_code,
        intent_code=intent.code,
        amount=Money(amount, "CNY"),
        splits=splits_of(amount, bps, friend),
    )


def refund(holding: HoldingView, amount: int | None = None, key: str = "") -> Any:
    return escrow.refund(
        order_code=holding.order_code,
        amount_minor=amount,
        natural_key=key or f"refund:{holding.order_code}:{amount}",
        reason="test",
    )


def balances() -> dict[str, int]:
    refs = {
        "unapplied": payment_rules.unapplied("CNY"),
        "held": rules.held("CNY"),
        "due": payment_rules.refunds_due("CNY"),
        "shop": SHOP,
        "commission": COMMISSION,
    }
    return {name: ledger_queries.get_balance(ref) for name, ref in refs.items()}


def assert_whole(order_code: str) -> None:
    view = queries.get_holding(order_code)
    assert view.held_minor + view.released_minor + view.refunded_minor == view.captured_minor
    assert sum(split.amount_minor for split in view.splits) == view.captured_minor
    assert sum(split.released_minor for split in view.splits) == view.released_minor
    assert sum(split.refunded_minor for split in view.splits) == view.refunded_minor
    assert_books_balance()


@pytest.mark.django_db
def test_captured_money_is_held_and_then_shared() -> None:
    holding = held(10_000, friend=300)
    before = balances()

    released = escrow.release(order_code=holding.order_code)

    assert before == {"unapplied": 0, "held": 10_000, "due": 0, "shop": 0, "commission": 0}
    assert balances() == {"unapplied": 0, "held": 0, "due": 0, "shop": 9200, "commission": 500}
    assert ledger_queries.get_balance(FRIEND) == 300
    assert (released.state, released.released_minor, released.held_minor) == ("released", 10_000, 0)
    assert queries.total_held("CNY") == 0
    assert_whole(holding.order_code)


@pytest.mark.django_db
def test_mon_007_holding_and_releasing_twice_books_once() -> None:
    holding = held()
    again = escrow.hold(
        order_code=holding.order_code,
        intent_code=holding.intent_code,
        amount=Money(10_000, "CNY"),
        splits=splits_of(10_000),
    )
    escrow.release(order_code=holding.order_code)
    twice = escrow.release(order_code=holding.order_code)

    assert again == holding
    assert twice.released_minor == 10_000
    assert balances()["shop"] == 9500
    with pytest.raises(HoldingConflict):
        escrow.hold(
            order_code=holding.order_code,
            intent_code=holding.intent_code,
            amount=Money(10_000, "CNY"),
            splits=splits_of(10_000, bps=600),
        )


@pytest.mark.django_db
def test_what_was_not_captured_cannot_be_held() -> None:
    intent = paid_intent((100,))

    with pytest.raises(InsufficientBalance):
        escrow.hold(
            order_code="more", intent_code=intent.code, amount=Money(101, "CNY"), splits=splits_of(101)
        )

    assert Holding.objects.count() == 0
    assert_books_balance()


BAD_SPLITS = [
    (),
    (Split(SHOP, 99, "merchant"),),
    (Split(SHOP, 101, "merchant"),),
    (Split(SHOP, 150, "merchant"), Split(COMMISSION, -50, "commission")),
    (Split(SHOP, 50, "merchant"), Split(SHOP, 50, "merchant")),
    (Split(SHOP, 100, "owner"),),
    (Split(SHOP, 100, "merchant", 10_001),),
    (Split(AccountRef("shop", "7", "payable", "JPY"), 100, "merchant"),),
    (Split(SHOP, 100.0, "merchant"),),  # type: ignore[arg-type]
]


@pytest.mark.django_db
@pytest.mark.parametrize("splits", BAD_SPLITS, ids=str)
def test_mon_016_shares_that_do_not_add_up_are_refused(splits: tuple[Split, ...]) -> None:
    intent = paid_intent((100,))

    with pytest.raises(SplitsDisagree):
        escrow.hold(order_code="o", intent_code=intent.code, amount=Money(100, "CNY"), splits=splits)

    assert Holding.objects.count() == 0


@pytest.mark.django_db
def test_a_refund_before_release_takes_from_escrow_and_keeps_the_rest_for_the_shares() -> None:
    holding = held(10_000)

    view = refund(holding, 4000)
    after = queries.get_holding(holding.order_code)
    escrow.release(order_code=holding.order_code)

    assert (view.state, view.amount_minor) == ("due", 4000)
    assert [split.refunded_minor for split in after.splits] == [3800, 200]
    assert balances() == {"unapplied": 0, "held": 0, "due": 4000, "shop": 5700, "commission": 300}
    payments.send_refunds(clock.now())
    assert balances()["due"] == 0
    assert payment_queries.get_intent(holding.intent_code).state == "partially_refunded"
    assert_whole(holding.order_code)


@pytest.mark.django_db
def test_a_whole_refund_closes_the_holding_and_the_shop_gets_nothing() -> None:
    holding = held(10_000)

    refund(holding)

    assert queries.get_holding(holding.order_code).state == "refunded"
    assert balances() == {"unapplied": 0, "held": 0, "due": 10_000, "shop": 0, "commission": 0}
    with pytest.raises(HoldingClosed):
        escrow.release(order_code=holding.order_code)
    with pytest.raises(NothingToRefund):
        refund(holding, 1, "again")
    assert_whole(holding.order_code)


@pytest.mark.django_db
def test_ref_051_the_same_refund_clicked_twice_moves_money_once() -> None:
    holding = held(10_000)

    first, second = refund(holding, 2500, "click"), refund(holding, 2500, "click")

    assert first == second
    assert balances()["due"] == 2500
    assert Refund.objects.count() == 1
    assert_whole(holding.order_code)


@pytest.mark.django_db
def test_ref_054_a_refund_returns_commission_at_the_rate_it_was_taken() -> None:
    early, late = held(10_000, bps=500), held(10_000, bps=1200)

    refund(early)
    refund(late, 5000)

    parts = [
        [split.refunded_minor for split in queries.get_holding(h.order_code).splits] for h in (early, late)
    ]
    assert parts == [[9500, 500], [4400, 600]]
    assert_whole(early.order_code)
    assert_whole(late.order_code)


@pytest.mark.django_db
def test_ref_055_a_refund_after_release_lowers_what_the_shop_is_owed() -> None:
    holding = held(10_000)
    escrow.release(order_code=holding.order_code)

    refund(holding, 4000)

    assert balances() == {"unapplied": 0, "held": 0, "due": 4000, "shop": 5700, "commission": 300}
    assert queries.get_holding(holding.order_code).released_minor == 6000
    assert_whole(holding.order_code)


@pytest.mark.django_db
def test_ref_055_money_that_was_refunded_cannot_be_paid_out_as_well() -> None:
    holding = held(10_000)
    escrow.release(order_code=holding.order_code)
    bank = AccountRef("provider", "bank", "clearing", "CNY")
    refund(holding, 4000)

    with pytest.raises(InsufficientBalance):
        ledger.post(natural_key="payout", kind="test.payout", transfers=[TransferSpec(SHOP, bank, 9500)])

    assert balances()["shop"] == 5700


@pytest.mark.django_db
def test_a_refund_that_the_shop_can_no_longer_give_is_refused_whole() -> None:
    holding = held(10_000)
    escrow.release(order_code=holding.order_code)
    bank = AccountRef("provider", "bank", "clearing", "CNY")
    ledger.post(natural_key="payout", kind="test.payout", transfers=[TransferSpec(SHOP, bank, 9500)])

    with pytest.raises(InsufficientBalance):
        refund(holding, 4000)

    assert Refund.objects.count() == 0
    assert queries.get_holding(holding.order_code).refunded_minor == 0
    assert_whole(holding.order_code)


@pytest.mark.django_db(transaction=True)
def test_mon_018_release_and_refund_at_once_end_in_one_way(race: Race) -> None:
    endings = []
    for _ in range(6):
        holding = held(10_000)

        outcomes = race(
            2,
            lambda n, h=holding: escrow.release(order_code=h.order_code) if n else refund(h),
        )

        view = queries.get_holding(holding.order_code)
        assert_whole(holding.order_code)
        # Released first: the refund takes it back from the shares. Refunded first: nothing is left.
        assert (view.state, view.refunded_minor) == ("refunded", 10_000)
        endings.append([type(outcome).__name__ for outcome in outcomes])
    assert all(
        ending in (["RefundView", "HoldingView"], ["RefundView", "HoldingClosed"]) for ending in endings
    )
    assert balances() == {"unapplied": 0, "held": 0, "due": 60_000, "shop": 0, "commission": 0}


@pytest.mark.django_db(transaction=True)
def test_mon_018_two_refunds_at_once_never_exceed_what_is_held(race: Race) -> None:
    holding = held(10_000)

    outcomes = race(4, lambda number: refund(holding, 6000, f"r{number}"))

    assert [type(outcome).__name__ for outcome in outcomes].count("NothingToRefund") == 3
    assert balances()["due"] == 6000
    assert_whole(holding.order_code)


@pytest.mark.django_db(transaction=True)
def test_mon_008_many_orders_are_held_and_released_at_once(race: Race) -> None:
    def deal(number: int) -> None:
        for _ in range(5):
            holding = held(1000 + number)
            escrow.release(order_code=holding.order_code)

    outcomes = race(6, deal)

    assert outcomes == [None] * 6
    assert balances()["held"] == 0
    assert balances()["shop"] + balances()["commission"] == sum(5 * (1000 + n) for n in range(6))
    assert_books_balance()


@pytest.mark.django_db
def test_the_database_itself_refuses_a_holding_that_lost_money() -> None:
    holding = held(10_000)

    with pytest.raises(IntegrityError), transaction.atomic():
        Holding.objects.filter(order_code=holding.order_code).update(held_minor=9999)
    with pytest.raises(IntegrityError), transaction.atomic():
        Holding.objects.filter(order_code=holding.order_code).update(state="released")


@pytest.mark.django_db
def test_past_orders_are_settled_in_one_batch_like_one_by_one() -> None:
    at = clock.now()
    first = paid_intent((100,))
    codes = payments.record_paid_batch(
        [
            payments.PaidElsewhere(
                first.buyer_id, Money(1000 + n, "CNY"), (Allocation(f"past{n}", 1000 + n),), f"k{n}", at
            )
            for n in range(20)
        ]
    )
    rows = [
        HoldRow(f"past{n}", code, Money(1000 + n, "CNY"), splits_of(1000 + n)) for n, code in enumerate(codes)
    ]

    counts = [escrow.settle_batch(rows[:12], at=at), escrow.settle_batch(rows, at=at)]

    assert counts == [12, 8]
    assert balances()["held"] == 0
    assert balances()["shop"] + balances()["commission"] == sum(1000 + n for n in range(20))
    assert escrow.release(order_code="past3").state == "released"
    refund(queries.get_holding("past3"), 1003, "later")
    for n in range(20):
        assert_whole(f"past{n}")


@pytest.mark.django_db
def test_an_order_without_money_is_held_without_bookings() -> None:
    intent = paid_intent((0, 500))

    holding = escrow.hold(
        order_code=intent.allocations[0].order_code,
        intent_code=intent.code,
        amount=Money.zero("CNY"),
        splits=[Split(SHOP, 0, "merchant")],
    )

    assert escrow.release(order_code=holding.order_code).state == "released"
    assert ledger_queries.list_journals(key_prefix="escrow:") == []
    with pytest.raises(HoldingNotFound):
        escrow.release(order_code="unknown")


@given(
    amount=st.integers(0, 10**9),
    weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=9).filter(any),
    seed=st.integers(0, 2**32),
)
def test_mon_016_refunding_in_any_steps_takes_back_exactly_everything(
    amount: int, weights: list[int], seed: int
) -> None:
    shares = [part.amount_minor for part in Money(amount, "CNY").allocate(weights)]
    left, chance = list(shares), random.Random(seed)

    while sum(left):
        step = chance.randint(1, sum(left))
        parts = rules.take_back(step, left)
        assert sum(parts) == step
        assert all(0 <= part <= rest for part, rest in itertools.zip_longest(parts, left))
        left = [rest - part for rest, part in zip(left, parts, strict=True)]

    assert sum(shares) == amount
