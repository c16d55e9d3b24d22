"""Money is exact: whole minor units, one currency, nothing lost in a split."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.kernel.money import (
    MAX_MINOR,
    MixedCurrencies,
    Money,
    NotMoney,
    allocate_minor,
    exponent,
    share_bps,
)

amounts = st.integers(min_value=-(10**15), max_value=10**15)
weights = st.lists(st.integers(min_value=0, max_value=10**9), min_size=1, max_size=30).filter(any)


@pytest.mark.parametrize("amount", [1.5, math.nan, math.inf, 1e400, "1", None, True, MAX_MINOR + 1, -0.0])
def test_mon_017_what_is_not_a_whole_number_of_minor_units_is_refused(amount):
    with pytest.raises(NotMoney):
        Money(amount, "CNY")


@pytest.mark.parametrize("currency", ["", "cny", "XXQ", "人民币", "CN"])
def test_mon_017_an_unknown_currency_is_refused(currency):
    with pytest.raises(NotMoney):
        Money(1, currency)


def test_mon_017_currencies_keep_their_own_number_of_decimals():
    assert (exponent("CNY"), exponent("JPY"), exponent("KWD")) == (2, 0, 3)


def test_mon_017_the_largest_amount_is_kept_exactly():
    assert (Money(MAX_MINOR, "CNY") - Money(1, "CNY")).amount_minor == MAX_MINOR - 1
    with pytest.raises(NotMoney):
        Money(MAX_MINOR, "CNY") + Money(1, "CNY")


@given(amounts, weights)
def test_mon_016_the_parts_of_a_split_are_the_whole(amount, weights):
    parts = allocate_minor(amount, weights)

    assert sum(parts) == amount
    total = sum(weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * total - amount * weight) < total
        assert part * amount >= 0
        assert weight or part == 0


@given(amounts, weights)
def test_mon_016_a_split_refunded_part_by_part_is_what_was_paid(amount, weights):
    paid = Money(amount, "CNY")

    left = paid
    for part in paid.allocate(weights):
        left -= part

    assert left == Money.zero("CNY")


@given(st.integers(0, 10**15), st.integers(0, 10_000))
def test_a_share_is_never_more_than_its_exact_value(amount, bps):
    share = share_bps(amount, bps)

    assert share * 10_000 <= amount * bps < (share + 1) * 10_000


@pytest.mark.parametrize(("amount", "weights"), [(1, [0, 0]), (1, [-1, 2]), (5, [])])
def test_a_split_without_receivers_is_refused(amount, weights):
    with pytest.raises(NotMoney):
        allocate_minor(amount, weights)


def test_two_currencies_never_meet():
    with pytest.raises(MixedCurrencies):
        Money(1, "CNY") + Money(1, "USD")
    with pytest.raises(MixedCurrencies):
        _ = Money(1, "CNY") < Money(1, "USD")


def test_multiplication_is_by_whole_numbers_only():
    assert Money(199, "CNY").times(3) == Money(597, "CNY")
    with pytest.raises(NotMoney):
        Money(199, "CNY").times(1.5)


def test_amounts_compare_within_their_currency():
    assert Money(1, "CNY") < Money(2, "CNY") <= Money(2, "CNY")
    assert Money(3, "CNY") > Money(2, "CNY") >= Money(2, "CNY")
    assert -Money(3, "CNY") == Money(-3, "CNY")


@pytest.mark.parametrize(("amount", "bps"), [(-1, 100), (1, -1), (1, 10_001)])
def test_a_rate_outside_its_range_is_refused(amount, bps):
    with pytest.raises(NotMoney):
        share_bps(amount, bps)


def test_nothing_is_split_into_nothings():
    assert allocate_minor(0, [0, 0]) == [0, 0]
