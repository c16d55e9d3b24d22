"""Readings from sums agree with readings from the people themselves, and keep their promises."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from jishi.insight.experiments import inference, rules
from jishi.insight.experiments.contracts import Moments

Array = np.ndarray


def moments(y: Array, x: Array | None = None, axis: int | None = None) -> Moments:
    x = np.zeros_like(y) if x is None else x
    n = y.size if axis is None else y.shape[axis]
    return Moments(n, y.sum(axis), (y * y).sum(axis), x.sum(axis), (x * x).sum(axis), (x * y).sum(axis))


def world(seed: int, n: int = 500) -> tuple[Array, Array, Array, Array]:
    chance = np.random.default_rng(seed)
    before = chance.gamma(2.0, 20.0, 2 * n)
    after = 0.7 * before + chance.normal(0, 15, 2 * n)
    return after[:n] + 4, before[:n], after[n : 2 * n - 60], before[n : 2 * n - 60]


@pytest.mark.parametrize("seed", range(5))
def test_welch_from_sums_is_welch_of_scipy(seed: int) -> None:
    y1, _, y0, _ = world(seed)

    low, high, p = inference.welch(moments(y1), moments(y0))

    theirs = stats.ttest_ind(y1, y0, equal_var=False)
    ends = theirs.confidence_interval(0.95)
    assert (low, high, p) == pytest.approx((ends.low, ends.high, theirs.pvalue), abs=1e-6, rel=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_cuped_is_the_analysis_of_covariance(seed: int) -> None:
    """The common slope within arms is the one of the linear model y ~ arm + x."""
    y1, x1, y0, x0 = world(seed)

    one, two, share = inference.adjust(moments(y1, x1), moments(y0, x0))

    design = np.column_stack(
        (np.ones(len(y1) + len(y0)), np.r_[np.ones(len(y1)), np.zeros(len(y0))], np.r_[x1, x0])
    )
    fit = np.linalg.lstsq(design, np.r_[y1, y0], rcond=None)[0]
    slope = fit[2]
    centre = np.r_[x1, x0].mean()
    a, b = y1 - slope * (x1 - centre), y0 - slope * (x0 - centre)
    assert inference.difference(one, two).value == pytest.approx(fit[1], abs=1e-6)
    assert inference.difference(one, two).error == pytest.approx(
        math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b)), rel=1e-6
    )
    correlation = np.corrcoef(np.r_[x1, x0], np.r_[y1 - y1.mean(), y0 - y0.mean()])[0, 1]
    assert share == pytest.approx(1 - correlation**2, abs=0.02)


def test_cuped_without_a_pre_period_changes_nothing() -> None:
    y1, _, y0, _ = world(1)

    one, two, share = inference.adjust(moments(y1), moments(y0))

    assert float(share) == 1.0
    assert inference.difference(one, two).value == pytest.approx(y1.mean() - y0.mean())


def test_a_ratio_is_the_regression_through_people_not_orders() -> None:
    """The delta method is the first-order expansion: compared with the same written out over people."""
    chance = np.random.default_rng(3)
    orders = chance.poisson(2, 4000).astype(float)
    money = orders * chance.gamma(3, 30, 4000)

    value, variance = inference.ratio(moments(money, orders))

    residual = money - value * orders
    assert value == pytest.approx(money.sum() / orders.sum(), rel=1e-9)
    assert variance == pytest.approx(residual.var(ddof=1) / 4000 / orders.mean() ** 2, rel=1e-6)


def test_the_error_of_a_lift_is_that_of_many_repetitions() -> None:
    chance = np.random.default_rng(4)
    y1, y0 = chance.gamma(2, 11, (400, 4000)), chance.gamma(2, 10, (300, 4000))

    found = inference.lift(moments(y1, axis=0), moments(y0, axis=0))

    assert float(np.mean(found.error)) == pytest.approx(float(np.std(found.value)), rel=0.05)
    assert float(np.mean(found.value)) == pytest.approx(0.1, abs=0.01)


def test_chi_square_of_the_split_is_scipys() -> None:
    p = inference.sample_ratio([5_120, 4_880, 9_900], [1, 1, 2])

    assert float(p) == pytest.approx(
        stats.chisquare([5_120, 4_880, 9_900], [4_975, 4_975, 9_950]).pvalue, abs=1e-9
    )
    assert float(inference.sample_ratio([0, 0], [1, 1])) == 1.0


def test_corrections_agree_with_the_definitions_and_scipy() -> None:
    values = [0.01, 0.04, 0.03, 0.005, 0.5]

    assert inference.holm(values) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.5])
    assert inference.benjamini_hochberg(values) == pytest.approx(
        list(stats.false_discovery_control(values, method="bh"))
    )
    assert inference.holm([]) == [] and inference.benjamini_hochberg([]) == []


def test_the_always_valid_p_value_is_where_zero_leaves_the_interval() -> None:
    y1, _, y0, _ = world(7)
    found = inference.difference(moments(y1), moments(y0))
    p = float(inference.always(found, 2_000)[2])

    # The mixture is tuned by the usual level; the interval is asked for at exactly p.
    spread = found.n * inference.tuning(2_000)
    half = found.error * math.sqrt((spread + 1) / spread * 2 * math.log(math.sqrt(spread + 1) / p))

    assert 0 < p < 1
    assert abs(found.value) == pytest.approx(half, rel=1e-6)


def test_always_valid_is_wider_than_one_look_and_as_wide_as_the_planner_says() -> None:
    y1, _, y0, _ = world(8)
    found = inference.difference(moments(y1), moments(y0))

    low, high, _ = inference.always(found, float(found.n))

    assert (high - low) / 2 / found.error == pytest.approx(rules.mixture_width(0.05), rel=1e-6)
    assert rules.mixture_width(0.05) == pytest.approx(3.03, abs=0.01)


def test_peeking_every_day_at_two_equal_arms_alarms_at_most_one_in_twenty() -> None:
    runs, days, daily = 2_000, 30, 200
    chance = np.random.default_rng(11)
    one = chance.binomial(daily, 0.1, (days, runs)).cumsum(0)
    two = chance.binomial(daily, 0.1, (days, runs)).cumsum(0)
    n = (daily * np.arange(1, days + 1))[:, None]

    found = inference.difference(Moments(n, one, one), Moments(n, two, two))
    always = (inference.always(found, 2 * daily * days)[2] < 0.05).any(0).mean()
    once = (inference.once(found)[2] < 0.05).any(0).mean()

    assert always <= 0.05
    assert once > 0.15  # what daily peeking does to an ordinary p-value: the test can fail


def test_a_guardrail_alarms_for_real_harm_and_not_for_none() -> None:
    chance = np.random.default_rng(12)
    base, same, worse = (chance.binomial(1, p, (4_000, 300)) for p in (0.10, 0.10, 0.16))
    control = moments(base, axis=0)

    def alarms(arm: Array) -> float:
        passed = inference.harm(moments(arm, axis=0), control, good=-1, margin=0.05)
        return float((inference.at_least(passed, 8_000) > 0).mean())

    assert alarms(same) <= 0.02
    assert alarms(worse) > 0.95


def test_harm_of_a_figure_that_should_rise_is_its_fall() -> None:
    low, high = Moments(100, 40, 40), Moments(100, 50, 50)

    assert float(inference.harm(low, high, good=1, margin=0.0).value) == pytest.approx(0.1)
    assert float(inference.harm(low, high, good=1, margin=0.2).value) == pytest.approx(0.0)
    assert float(inference.harm(high, low, good=-1, margin=0.0).value) == pytest.approx(0.1)


def test_nothing_at_all_is_no_finding() -> None:
    empty = Moments(0, 0, 0)

    assert float(inference.welch(empty, empty)[2]) == 1.0
    assert float(inference.always(inference.difference(empty, empty), 100)[2]) == 1.0
