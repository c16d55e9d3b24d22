"""Readings from sufficient statistics. Every function takes floats or arrays of them, so that ten thousand
simulated experiments are read by the code that reads the real one.

numpy and scipy are loaded where figures are computed, never where pages are answered: only the heavy process
imports this module.

Invariant: nothing here looks at single people; six sums per arm (`Moments`) are enough for every reading.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special, stats

from jishi.insight.experiments.contracts import LEVEL, Moments

Number = Any
"""A float, or an array of floats with one entry per experiment."""
TINY = 1e-300


@dataclass(frozen=True, slots=True)
class Difference:
    """A variant minus the control, its standard error, and the units behind it."""

    value: Number
    error: Number
    n: Number
    variance_ratio: Number = 1.0


def mean(one: Moments) -> Number:
    """The mean of the outcome."""
    return one.y / np.maximum(one.n, 1)


def variance(one: Moments) -> Number:
    """The unbiased variance of the outcome."""
    return _covariance(one.n, one.yy, one.y, one.y)


def _covariance(n: Number, product: Number, a: Number, b: Number) -> Number:
    """Unbiased covariance from sums; rounding below zero is zero for equal columns."""
    found = (product - a * b / np.maximum(n, 1)) / np.maximum(np.asarray(n, dtype=float) - 1, 1)
    return np.maximum(found, 0.0) if a is b else found


def difference(variant: Moments, control: Moments) -> Difference:
    """Difference of means with each arm's own variance (Welch 1947)."""
    squared = variance(variant) / np.maximum(variant.n, 1) + variance(control) / np.maximum(control.n, 1)
    return Difference(mean(variant) - mean(control), np.sqrt(squared), variant.n + control.n)


def welch(variant: Moments, control: Moments, level: float = LEVEL) -> tuple[Number, Number, Number]:
    """Interval and p-value of one single look: Welch's t with Satterthwaite's degrees of freedom (1946)."""
    a = variance(variant) / np.maximum(variant.n, 1)
    b = variance(control) / np.maximum(control.n, 1)
    freedom = (a + b) ** 2 / np.maximum(
        a**2 / np.maximum(variant.n - 1, 1) + b**2 / np.maximum(control.n - 1, 1), TINY
    )
    found = difference(variant, control)
    p = 2 * stats.t.sf(np.abs(found.value) / np.maximum(found.error, TINY), np.maximum(freedom, 1))
    half = stats.t.isf(level / 2, np.maximum(freedom, 1)) * found.error
    return found.value - half, found.value + half, np.where(found.error > 0, p, 1.0)


def once(found: Difference, level: float = LEVEL) -> tuple[Number, Number, Number]:
    """Interval and p-value of one single look, by the normal law."""
    half = stats.norm.isf(level / 2) * found.error
    p = 2 * stats.norm.sf(np.abs(found.value) / np.maximum(found.error, TINY))
    return found.value - half, found.value + half, np.where(found.error > 0, p, 1.0)


def contrast(cells: Sequence[Moments], weights: Sequence[float]) -> Difference:
    """A weighted sum of the means of independent cells, each with its own variance: in the linear model of
    all combinations this is the estimate with the errors HC2 (MacKinnon & White 1985).
    """
    pairs = [(one, weight) for one, weight in zip(cells, weights, strict=True) if weight]
    value = sum(weight * mean(one) for one, weight in pairs)
    squared = sum(weight**2 * variance(one) / np.maximum(one.n, 1) for one, weight in pairs)
    return Difference(value, np.sqrt(squared), sum(one.n for one, _ in pairs))


def welch_contrast(
    cells: Sequence[Moments], weights: Sequence[float], level: float = LEVEL
) -> tuple[Number, Number, Number]:
    """Interval and p-value of one look at a contrast, with Satterthwaite's degrees of freedom (1946)."""
    pairs = [(one, weight) for one, weight in zip(cells, weights, strict=True) if weight]
    parts = [weight**2 * variance(one) / np.maximum(one.n, 1) for one, weight in pairs]
    under = sum(part**2 / np.maximum(one.n - 1, 1) for part, (one, _) in zip(parts, pairs, strict=True))
    freedom = np.maximum(sum(parts) ** 2 / np.maximum(under, TINY), 1)
    found = contrast(cells, weights)
    half = stats.t.isf(level / 2, freedom) * found.error
    p = 2 * stats.t.sf(np.abs(found.value) / np.maximum(found.error, TINY), freedom)
    return found.value - half, found.value + half, np.where(found.error > 0, p, 1.0)


def ratio_contrast(cells: Sequence[Moments], weights: Sequence[float]) -> Difference:
    """A weighted sum of ratios of sums, each with its variance by the delta method."""
    pairs = [(ratio(one), one.n, weight) for one, weight in zip(cells, weights, strict=True) if weight]
    value = sum(weight * found[0] for found, _, weight in pairs)
    squared = sum(weight**2 * found[1] for found, _, weight in pairs)
    return Difference(value, np.sqrt(squared), sum(n for _, n, _ in pairs))


def lift(variant: Moments, control: Moments) -> Difference:
    """The relative difference of means, variant / control - 1, by the delta method.

    Deng, Knoblich & Lu (2018), "Applying the delta method in metric analytics", section 3.1.
    """
    base, other = mean(control), mean(variant)
    safe = np.where(base == 0, np.nan, base)
    squared = (
        variance(variant) / np.maximum(variant.n, 1) / safe**2
        + other**2 * variance(control) / np.maximum(control.n, 1) / safe**4
    )
    return Difference(other / safe - 1, np.sqrt(squared), variant.n + control.n)


def ratio(one: Moments) -> tuple[Number, Number]:
    """A ratio of sums (outcome over `x`) and its variance, by the delta method: the person is the unit, the
    order is not. Deng, Knoblich & Lu (2018), section 3.2.
    """
    n = np.maximum(one.n, 1)
    under = one.x / n
    safe = np.where(under == 0, np.nan, under)
    value = (one.y / n) / safe
    spread = (
        _covariance(one.n, one.yy, one.y, one.y)
        - 2 * value * _covariance(one.n, one.xy, one.x, one.y)
        + value**2 * _covariance(one.n, one.xx, one.x, one.x)
    )
    return value, np.maximum(spread, 0.0) / n / safe**2


def ratio_difference(variant: Moments, control: Moments) -> Difference:
    """Difference of two ratios of sums."""
    (a, va), (b, vb) = ratio(variant), ratio(control)
    return Difference(a - b, np.sqrt(va + vb), variant.n + control.n)


def ratio_lift(variant: Moments, control: Moments) -> Difference:
    """Relative difference of two ratios of sums."""
    (a, va), (b, vb) = ratio(variant), ratio(control)
    safe = np.where(b == 0, np.nan, b)
    return Difference(a / safe - 1, np.sqrt(va / safe**2 + a**2 * vb / safe**4), variant.n + control.n)


def adjust(variant: Moments, control: Moments) -> tuple[Moments, Moments, Number]:
    """CUPED: both arms with the pre-period taken out, and the share of the variance that is left.

    Deng, Xu, Kohavi & Walker (2013), "Improving the sensitivity of online controlled experiments by utilizing
    pre-experiment data". One slope for both arms, from the variances within them, so that the arms' own
    difference does not lean on it; the share left is 1 - correlation² in theory. The common mean of the
    pre-period is added back, so that means keep their meaning.
    """
    one, two = adjust_all((variant, control))
    before = difference(variant, control).error ** 2
    after = difference(one, two).error ** 2
    share = np.where(before > 0, after / np.maximum(before, TINY), 1.0)
    return one, two, share


def adjust_all(arms: Sequence[Moments]) -> list[Moments]:
    """The same for any number of arms: one slope from the variances within all of them."""
    over = sum(_covariance(one.n, one.xy, one.x, one.y) * np.maximum(one.n - 1, 0) for one in arms)
    under = sum(_covariance(one.n, one.xx, one.x, one.x) * np.maximum(one.n - 1, 0) for one in arms)
    slope = np.where(under > 0, over / np.maximum(under, TINY), 0.0)
    centre = sum(one.x for one in arms) / np.maximum(sum(one.n for one in arms), 1)
    return [_without(one, slope, centre) for one in arms]


def _without(one: Moments, slope: Number, centre: Number) -> Moments:
    """The moments of y - slope (x - centre); `x` stays as it was."""
    shift = slope * centre
    y = one.y - slope * one.x + one.n * shift
    yy = (
        one.yy
        + slope**2 * one.xx
        + one.n * shift**2
        - 2 * slope * one.xy
        + 2 * shift * one.y
        - 2 * shift * slope * one.x
    )
    xy = one.xy - slope * one.xx + shift * one.x
    return Moments(one.n, y, yy, one.x, one.xx, xy)


def tuning(planned: float, level: float = LEVEL) -> float:
    """The squared width of the mixture that makes the interval tightest at the planned size."""
    return float((-2 * np.log(level) + np.log(-2 * np.log(level) + 1)) / max(planned, 1))


def always(found: Difference, planned: float, level: float = LEVEL) -> tuple[Number, Number, Number]:
    """Interval and p-value that stay right however often one looks and whenever one stops.

    Asymptotic confidence sequence with a normal mixture: Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas
    (2024), "Time-uniform central limit theory and asymptotic confidence sequences", Annals of Statistics 52
    (arXiv:2103.06476), theorem 2.2; for a randomised difference t is all units and the variance is that of
    the influence function, t times the squared standard error (section 3). The p-value is the level at which
    zero leaves the interval: it inverts the same mixture (Robbins 1970).
    """
    spread = np.maximum(found.n, 1) * tuning(planned, level)
    half = found.error * np.sqrt((spread + 1) / spread * 2 * np.log(np.sqrt(spread + 1) / level))
    z = found.value / np.maximum(found.error, TINY)
    p = np.minimum(1.0, np.sqrt(spread + 1) * np.exp(-(z**2) * spread / (2 * (spread + 1))))
    return found.value - half, found.value + half, np.where(found.error > 0, p, 1.0)


def at_least(found: Difference, planned: float, level: float = LEVEL) -> Number:
    """A lower end that stays right however often one looks: the one-sided sequence of the same paper
    (appendix B.1; Howard et al. 2021, section 3.2).
    """
    spread = np.maximum(found.n, 1) * tuning(planned, 2 * level)
    return found.value - found.error * np.sqrt(
        (spread + 1) / spread * 2 * np.log1p(np.sqrt(spread + 1) / (2 * level))
    )


def harm(variant: Moments, control: Moments, *, good: int, margin: float) -> Difference:
    """How far a guardrail is passed: the worsening less what is allowed, `margin` times the control's mean.

    Linear in the means, so its error is exact to first order also where the control is near zero.
    """
    base, other = mean(control), mean(variant)
    factor = 1 - margin if good > 0 else 1 + margin
    passed = factor * base - other if good > 0 else other - factor * base
    squared = variance(variant) / np.maximum(variant.n, 1) + factor**2 * variance(control) / np.maximum(
        control.n, 1
    )
    return Difference(passed, np.sqrt(squared), variant.n + control.n)


def ratio_harm(variant: Moments, control: Moments, *, good: int, margin: float) -> Difference:
    """The same for a ratio of sums."""
    (a, va), (b, vb) = ratio(variant), ratio(control)
    factor = 1 - margin if good > 0 else 1 + margin
    passed = factor * b - a if good > 0 else a - factor * b
    return Difference(passed, np.sqrt(va + factor**2 * vb), variant.n + control.n)


def sample_ratio(counts: Sequence[Number], weights: Sequence[float]) -> Number:
    """How likely a split as uneven as this is under the planned shares: Pearson's chi-square.

    Fabijan et al. (2019), "Diagnosing sample ratio mismatch in online controlled experiments".
    """
    seen = np.asarray(counts, dtype=float)
    parts = np.asarray(weights, dtype=float).reshape((-1,) + (1,) * (seen.ndim - 1))
    expected = parts / parts.sum() * seen.sum(axis=0)
    found = ((seen - expected) ** 2 / np.maximum(expected, TINY)).sum(axis=0)
    return np.where(seen.sum(axis=0) > 0, special.chdtrc(len(weights) - 1, found), 1.0)


def holm(values: Sequence[float]) -> list[float]:
    """p-values corrected so that no false finding at all is likely (Holm 1979), in the order given."""
    order = sorted(range(len(values)), key=lambda place: values[place])
    corrected, most = [0.0] * len(values), 0.0
    for rank, place in enumerate(order):
        most = max(most, min(1.0, (len(values) - rank) * values[place]))
        corrected[place] = most
    return corrected


def benjamini_hochberg(values: Sequence[float]) -> list[float]:
    """p-values corrected so that the share of false findings stays low (Benjamini & Hochberg 1995)."""
    order = sorted(range(len(values)), key=lambda place: -values[place])
    corrected, least = [0.0] * len(values), 1.0
    for rank, place in enumerate(order):
        least = min(least, values[place] * len(values) / (len(values) - rank))
        corrected[place] = least
    return corrected
