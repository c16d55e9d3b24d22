"""Readings of pairs of blocks. Every function takes arrays whose last axis is the pair, so that ten thousand
simulated trials are read by the code that reads the real one. Loaded in the heavy process alone.

What they lean on is the coin of each pair and nothing else: if the price did nothing, swapping on and off
within a pair changes nothing, and every difference might as well have had the other sign.
"""

from typing import Any

import numpy as np
from scipy import special, stats

from jishi.insight.experiments.contracts import LEVEL

Array = Any
EXACT_UP_TO = 14
DRAWS = 4_096
TINY = 1e-300
STEPS = 60


def interval(d: Array, level: float = LEVEL) -> tuple[Array, Array, Array]:
    """Student's t over the pairs' differences: low, high, p. For one look, at the planned end."""
    n = d.shape[-1]
    middle = d.mean(-1)
    error = d.std(-1, ddof=1) / np.sqrt(n)
    half = stats.t.isf(level / 2, n - 1) * error
    p = 2 * stats.t.sf(np.abs(middle) / np.maximum(error, TINY), n - 1)
    return middle - half, middle + half, np.where(error > 0, p, 1.0)


def lift(on: Array, off: Array, level: float = LEVEL) -> tuple[Array, Array, Array]:
    """Mean on over mean off, less one: value, low, high. Delta method over the pairs."""
    return _ratio_of_means(on, off, level, less=1.0)


def _ratio_of_means(a: Array, b: Array, level: float, less: float) -> tuple[Array, Array, Array]:
    n = a.shape[-1]
    top, under = a.mean(-1), b.mean(-1)
    safe = np.where(under == 0, np.nan, under)
    value = top / safe
    left = (a - value[..., None] * b) / safe[..., None]
    half = stats.t.isf(level / 2, n - 1) * left.std(-1, ddof=1) / np.sqrt(n)
    return value - less, value - less - half, value - less + half


def ratio(y: tuple[Array, Array], x: tuple[Array, Array], level: float = LEVEL) -> tuple[Array, ...]:
    """Σy/Σx on less Σy/Σx off, with its interval and p: the pair is the unit, the order is not."""
    parts = []
    for up, down in zip(y, x, strict=True):
        under = down.mean(-1)
        safe = np.where(under == 0, np.nan, under)
        value = up.mean(-1) / safe
        parts.append((value, (up - value[..., None] * down) / safe[..., None]))
    n = y[0].shape[-1]
    left = parts[0][1] - parts[1][1]
    found = parts[0][0] - parts[1][0]
    error = left.std(-1, ddof=1) / np.sqrt(n)
    half = stats.t.isf(level / 2, n - 1) * error
    p = 2 * stats.t.sf(np.abs(found) / np.maximum(error, TINY), n - 1)
    return parts[0][0], parts[1][0], found - half, found + half, np.where(error > 0, p, 1.0)


def flipped(d: Array, seed: int = 0) -> Array:
    """p of the randomisation test: how often swapped coins give a sum as far from zero. Exact where there
    are few pairs, else over drawn coins with the seen ones among them, so that it is valid either way.
    """
    n = d.shape[-1]
    if n <= EXACT_UP_TO:
        signs = 1.0 - 2.0 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
    else:
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(DRAWS, n))
        signs[0] = 1.0
    seen = np.abs(d.sum(-1))
    scale = np.abs(d).sum(-1)
    sums = np.abs(d @ signs.T)
    # What differs by rounding alone is the same sum.
    return (sums >= (seen - 1e-9 * scale)[..., None]).mean(-1)


def always_p(d: Array, rho: float) -> Array:
    """p that stays right at every look: one over a martingale of coins.

    For differences that might have had either sign exp(λS - λ²V/2), S their sum and V the sum of their
    squares, has mean at most one however many there are (de la Peña, Klass & Lai 2004, "Self-normalized
    processes", lemma 1.4); λ is mixed over a normal law of variance 1/ρ, and Ville's inequality bounds all
    looks together. ρ has to be known before the first block.
    """
    total, squares = d.sum(-1), (d * d).sum(-1) + rho
    return np.minimum(1.0, np.sqrt(squares / rho) * np.exp(-(total**2) / (2 * squares)))


def at_least_p(d: Array, rho: float) -> Array:
    """The same for one side: how hard it is to believe that the differences are not above zero."""
    total, squares = d.sum(-1), (d * d).sum(-1) + rho
    grown = 2 * special.ndtr(total / np.sqrt(squares)) * np.sqrt(rho / squares)
    return np.minimum(1.0, np.exp(-(total**2) / (2 * squares)) / np.maximum(grown, TINY))


def always(d: Array, rho: float, level: float = LEVEL) -> tuple[Array, Array]:
    """The effects, the same in every pair, that `always_p` does not exclude, around the mean; an end that
    cannot be told is infinite.
    """
    return _end(d, rho, level, -1), _end(d, rho, level, 1)


def lower_end(d: Array, rho: float, level: float = LEVEL) -> Array:
    """The lowest effect that `at_least_p` leaves."""
    return _end(d, rho, level, -1, one_sided=True)


def _end(d: Array, rho: float, level: float, side: int, *, one_sided: bool = False) -> Array:
    read = at_least_p if one_sided else always_p
    middle, spread = d.mean(-1), d.std(-1)
    best = np.full(np.shape(middle), np.inf)
    # Far away the squares outgrow the sum and nothing is excluded, so the nearest excluded point is sought.
    for step in np.linspace(0.05, 8, 160):
        point = middle + side * step * np.maximum(spread, TINY)
        out = (read(d - point[..., None], rho) < level) & np.isinf(best)
        best = np.where(out, step, best)
    known = np.isfinite(best)
    reach = np.where(known, best, 0.0)
    near = middle + side * np.maximum(reach - 0.05, 0.0) * spread
    far = middle + side * reach * np.maximum(spread, TINY)
    for _ in range(STEPS // 2):
        point = (near + far) / 2
        out = read(d - point[..., None], rho) < level
        near, far = np.where(out, near, point), np.where(out, point, far)
    return np.where(known, far, side * np.inf)
