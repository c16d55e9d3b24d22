"""Estimates with their uncertainty, in plain Python: a web process needs no numerical library to read out.

Shares: Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22, as
recommended by Brown, Cai and DasGupta (2001), "Interval estimation for a binomial proportion", Statistical
Science 16: it never leaves 0…1 and keeps its promise for small numbers.

Net promoter score: a difference of two multinomial shares p - d, with variance (p + d - (p - d)²) / n. Rocks
(2016), "Interval estimation for the net promoter score", The American Statistician 70, found the plain
interval too short for small n and extreme scores, and that three invented answers, spread as ¼, ½, ¼ over
promoters, passives and detractors, repair it. The score that is shown is the plain one.

Means: Student (1908), with the quantile's expansion of Abramowitz and Stegun 26.7.5.
"""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

from jishi.insight.surveys.contracts import Interval

LEVEL = 0.95
Z = NormalDist().inv_cdf(0.5 + LEVEL / 2)
INVENTED = 3.0


def share(count: int, total: int) -> Interval:
    """The share of `count` in `total`, by Wilson."""
    if total <= 0:
        return Interval(0.0, 0.0, 1.0)
    p = count / total
    shrink = 1 + Z * Z / total
    middle = (p + Z * Z / (2 * total)) / shrink
    half = Z * sqrt(p * (1 - p) / total + Z * Z / (4 * total * total)) / shrink
    return Interval(p, max(0.0, middle - half), min(1.0, middle + half))


def promoters(scores: Sequence[int]) -> Interval:
    """The net promoter score of answers 0…10: promoters (9, 10) minus detractors (0…6), -100…100."""
    total = len(scores)
    if not total:
        return Interval(0.0, -100.0, 100.0)
    up = sum(1 for score in scores if score >= 9)
    down = sum(1 for score in scores if score <= 6)
    size = total + INVENTED
    p, d = (up + INVENTED / 4) / size, (down + INVENTED / 4) / size
    half = Z * sqrt((p + d - (p - d) ** 2) / size)
    middle, plain = p - d, (up - down) / total
    low, high = min(plain, middle - half), max(plain, middle + half)
    return Interval(100 * plain, 100 * max(-1.0, low), 100 * min(1.0, high))


def mean(values: Sequence[int], *, low: int, high: int) -> Interval | None:
    """The mean of answers on a scale; None without two of them."""
    total = len(values)
    if total < 2:
        return None
    middle = sum(values) / total
    variance = sum((value - middle) ** 2 for value in values) / (total - 1)
    half = student(total - 1) * sqrt(variance / total)
    return Interval(middle, max(float(low), middle - half), min(float(high), middle + half))


def student(freedom: int) -> float:
    """The two-sided 95 % quantile of Student's distribution."""
    small = {1: 12.7062, 2: 4.3027, 3: 3.1824, 4: 2.7764}
    if freedom in small:
        return small[freedom]
    z, v = Z, float(freedom)
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )
