"""Which of two interleaved orders people prefer, readable at any time.

Each reader has one vote: for the order whose picks they opened more often over all their lists; as often of
both is no vote. Under no preference a vote is a fair coin, so the evidence against it is a mixture of
likelihood ratios with a flat prior, a martingale of expectation one (Robbins, "Statistical methods related to
the law of the iterated logarithm", 1970). Looking at it daily keeps its promise.
"""

import math
from dataclasses import dataclass

LEVEL = 0.05
STEPS = 60


@dataclass(frozen=True, slots=True)
class Preference:
    """The share of votes for the second order, where it may lie, and how surprising it is without one."""

    share: float
    low: float
    high: float
    p_value: float


def preference(one: int, two: int, level: float = LEVEL) -> Preference:
    """What votes say: ``one`` for the first order, ``two`` for the second. The interval and the p-value hold
    at every moment of looking, at once.
    """
    if one + two == 0:
        return Preference(0.5, 0.0, 1.0, 1.0)
    share = two / (one + two)
    return Preference(
        share,
        _edge(one, two, share, 0.0, level),
        _edge(one, two, share, 1.0, level),
        p_value(one, two),
    )


def p_value(one: int, two: int) -> float:
    """How surprising the votes are if nobody prefers either; it may be looked at after every vote."""
    return min(1.0, math.exp(-_evidence(one, two, 0.5)))


def _evidence(one: int, two: int, share: float) -> float:
    """The logarithm of the mixture's likelihood ratio against a true share."""
    mixture = math.lgamma(one + 1) + math.lgamma(two + 1) - math.lgamma(one + two + 2)
    if share <= 0.0:
        return math.inf if two else mixture
    if share >= 1.0:
        return math.inf if one else mixture
    return mixture - two * math.log(share) - one * math.log(1 - share)


def _edge(one: int, two: int, inside: float, outside: float, level: float) -> float:
    """Where the evidence against a share reaches the level, between what was seen and the end."""
    wanted = math.log(1 / level)
    if _evidence(one, two, outside) < wanted:
        return outside
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        if _evidence(one, two, middle) < wanted:
            inside = middle
        else:
            outside = middle
    return inside
