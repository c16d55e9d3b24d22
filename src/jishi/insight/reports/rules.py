"""When a report is due, what is unusual in a series of days, and at which step more people stop. Pure.

Unusual days. A day is compared with the same weekday of the eight weeks before it, by medians, so that
neither the week's rhythm nor a few odd days (holidays, earlier alarms) move the yardstick. Counts are
transformed first (Anscombe 1948, "The transformation of Poisson, binomial and negative-binomial data",
Biometrika 35): 2√(x + 3/8) has a spread near 1 however many there are; amounts of money are taken as
logarithms. The spread is the median absolute deviation of the days before from their own weekday's median,
and never less than what pure chance gives; the score is the modified z-score with the limit 3.5 of Iglewicz
and Hoaglin (1993, "How to Detect and Handle Outliers", ASQC). A trend is followed by the median of the
newest fourteen residuals. The median of n days wobbles itself by about π/2n, and the score is widened by
that. A single limit of 3.5 would alarm on about one in two thousand Gaussian days; tails of real counts
make it more, see the test that simulates it.

Steps of a funnel. The share of people who pass a step, now against the four weeks before: two proportions
with the pooled score test, every step of the funnel counted against the error (Bonferroni), and the drop
with Newcombe's interval (1998, "Interval estimation for the difference between independent proportions",
Statistics in Medicine 17, method 10). A drop of less than a tenth of the rate is not worth a note, however
certain.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from math import exp, log1p, pi, sqrt
from statistics import NormalDist, median

from jishi.insight.reports.contracts import Drop, Period, Reading

WEEKS = 8
LEAST_WEEKS = 4
LIMIT = 3.5
LEAST_COUNT = 8
"""A day with fewer, where fewer are expected, is too small to speak of."""
MAD = 1.4826
LEAST_SPREAD = {"count": 1.0, "minor": 0.12}
TREND_DAYS = 14
STEP_ERROR = 0.01
LEAST_DROP = 0.10
LEAST_PEOPLE = 50
Z95 = NormalDist().inv_cdf(0.975)


def read_day(history: Sequence[int], value: int, *, unit: str = "count") -> Reading | None:
    """What a day is against the days before it, the newest last; None while there are too few.

    ``history`` has one value per day without gaps and ends on the day before.
    """
    if len(history) < 7 * LEAST_WEEKS:
        return None
    near = [_to(one, unit) for one in history[-7 * WEEKS :]]
    today = _to(value, unit)
    same = near[-7::-7]
    level = median(same)
    # Residuals of earlier days from the median of their own weekday.
    by_place = [median(near[place::7]) for place in range(7)]
    residuals = [one - by_place[place % 7] for place, one in enumerate(near)]
    drift = median(residuals[-TREND_DAYS:])
    spread = MAD * median([abs(one - median(residuals)) for one in residuals])
    # n same weekdays and the drift wobble, too.
    wobble = sqrt(1 + pi / (2 * len(same)) + pi / (2 * TREND_DAYS))
    scale = max(spread, LEAST_SPREAD.get(unit, 1.0)) * wobble
    expected = level + drift
    return Reading(
        score=(today - expected) / scale,
        expected=_from(expected, unit),
        low=_from(expected - LIMIT * scale, unit),
        high=_from(expected + LIMIT * scale, unit),
    )


def is_worth(reading: Reading, value: int, *, unit: str) -> bool:
    """Whether a reading deserves a note: unusual, and not about a handful."""
    if not reading.is_unusual(LIMIT):
        return False
    return unit != "count" or max(value, reading.expected) >= LEAST_COUNT


def read_step(*, now: int, now_of: int, before: int, before_of: int, steps: int) -> Drop | None:
    """Whether fewer pass a step than before; None when they do not, or when too few came to tell."""
    if min(now_of, before_of) < LEAST_PEOPLE:
        return None
    p, q = now / now_of, before / before_of
    pooled = (now + before) / (now_of + before_of)
    spread = sqrt(pooled * (1 - pooled) * (1 / now_of + 1 / before_of))
    if q == 0 or spread == 0 or p > q * (1 - LEAST_DROP):
        return None
    score = (p - q) / spread
    if NormalDist().cdf(score) > STEP_ERROR / max(1, steps):
        return None
    low, high = _newcombe(now, now_of, before, before_of)
    return Drop(round(p * 10_000), round(q * 10_000), round(low * 10_000), round(high * 10_000), score)


def share_of(part_was: int, part_expected: int, was: int, expected: int) -> int:
    """How much of a difference one part makes, in percent; negative when it goes the other way."""
    whole = was - expected
    return round(100 * (part_was - part_expected) / whole) if whole else 0


def usual(values: Sequence[int]) -> int:
    """What a part usually has: the median of the same weekday."""
    return round(median(values)) if values else 0


def next_due(after: datetime, *, period: str, hour: int, weekday: int, zone: tzinfo) -> datetime:
    """The first due instant after a moment, at an hour of the platform's day."""
    local = after.astimezone(zone)
    day = local.date()
    if period == Period.WEEKLY:
        day += timedelta(days=(weekday - day.weekday()) % 7)
    found = datetime.combine(day, time(hour), zone)
    if found <= after:
        found = datetime.combine(day + timedelta(days=7 if period == Period.WEEKLY else 1), time(hour), zone)
    return found


def span_of(due: datetime, *, period: str, zone: tzinfo) -> tuple[date, date]:
    """The whole days an issue is about: yesterday, or the last week from Monday to Sunday."""
    day = due.astimezone(zone).date()
    if period == Period.DAILY:
        return day - timedelta(days=1), day - timedelta(days=1)
    monday = day - timedelta(days=day.weekday())
    return monday - timedelta(days=7), monday - timedelta(days=1)


def _to(value: int, unit: str) -> float:
    return log1p(max(0, value)) if unit == "minor" else 2 * sqrt(max(0, value) + 0.375)


def _from(value: float, unit: str) -> int:
    if unit == "minor":
        return max(0, round(exp(max(0.0, value)) - 1))
    return max(0, round((max(0.0, value) / 2) ** 2 - 0.375))


def _wilson(count: int, total: int) -> tuple[float, float]:
    p = count / total
    shrink = 1 + Z95 * Z95 / total
    middle = (p + Z95 * Z95 / (2 * total)) / shrink
    half = Z95 * sqrt(p * (1 - p) / total + Z95 * Z95 / (4 * total * total)) / shrink
    return middle - half, middle + half


def _newcombe(now: int, now_of: int, before: int, before_of: int) -> tuple[float, float]:
    p, q = now / now_of, before / before_of
    low_p, high_p = _wilson(now, now_of)
    low_q, high_q = _wilson(before, before_of)
    low = p - q - sqrt((p - low_p) ** 2 + (high_q - q) ** 2)
    high = p - q + sqrt((high_p - p) ** 2 + (q - low_q) ** 2)
    return low, high
