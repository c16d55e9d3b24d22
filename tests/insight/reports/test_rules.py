"""What is unusual, by simulation: how often nothing alarms, and how surely something is found."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from math import exp, sqrt

import pytest

from jishi.insight.reports import rules, watched

WEEK = (1.0, 0.9, 0.9, 1.0, 1.2, 1.6, 1.4)
RUNS = 800


def count(mean: float, dice: random.Random) -> int:
    """A Poisson number."""
    if mean > 60:
        return max(0, round(dice.gauss(mean, sqrt(mean))))
    least, number, product = exp(-mean), 0, dice.random()
    while product > least:
        number, product = number + 1, product * dice.random()
    return number


def days(mean: float, dice: random.Random, *, over: float = 0.0, trend: float = 0.0) -> list[int]:
    """Nine weeks with the week's rhythm; `over` adds spread that Poisson does not have."""
    found = []
    for day in range(63):
        wanted = mean * WEEK[day % 7] * (1 + trend * day)
        found.append(count(wanted * (dice.gammavariate(1 / over, over) if over else 1), dice))
    return found


def alarms(mean: float, change: float = 1.0, **shape: float) -> float:
    """The share of last days that deserve a note when the last day is `change` times what it would be."""
    dice, found = random.Random(7), 0
    for _ in range(RUNS):
        values = days(mean, dice, **shape)
        last = round(values[-1] * change)
        reading = rules.read_day(values[:-1], last)
        assert reading is not None
        found += rules.is_worth(reading, last, unit="count")
    return found / RUNS


@pytest.mark.parametrize(
    ("mean", "shape", "most"),
    [(6, {}, 0.005), (120, {"trend": 0.004}, 0.005), (60, {"over": 0.02}, 0.02)],
)
def test_dat_e19_quiet_days_hardly_ever_alarm(mean: float, shape: dict[str, float], most: float) -> None:
    assert alarms(mean, **shape) < most


def test_dat_e19_what_is_really_unusual_is_found_and_a_handful_is_left_alone() -> None:
    assert alarms(60, 0.4) > 0.95
    assert alarms(60, 2.0) > 0.95
    handful = rules.read_day([0, 0, 0, 1] * 14, 7)
    assert handful is not None and handful.is_unusual(rules.LIMIT)
    assert not rules.is_worth(handful, 7, unit="count")
    dice = random.Random(3)
    spoiled = days(60, dice)
    for day in (50, 51, 52):
        spoiled[day] = 900
    reading = rules.read_day(spoiled[:-1], spoiled[-1])
    assert reading is not None and not reading.is_unusual(rules.LIMIT)
    assert rules.read_day([5] * 27, 900) is None


def test_dat_e19_a_step_is_noted_when_fewer_pass_it_for_sure_and_by_a_tenth() -> None:
    drop = rules.read_step(now=200, now_of=1000, before=1400, before_of=4000, steps=3)

    assert drop is not None and (drop.now_bps, drop.before_bps) == (2000, 3500)
    assert drop.low_bps < -1500 < drop.high_bps < 0
    assert rules.read_step(now=340, now_of=1000, before=1400, before_of=4000, steps=3) is None
    assert rules.read_step(now=4, now_of=20, before=1400, before_of=4000, steps=3) is None
    assert rules.read_step(now=400, now_of=1000, before=1400, before_of=4000, steps=3) is None
    dice, false = random.Random(5), 0
    for _ in range(RUNS):
        now = sum(dice.random() < 0.3 for _ in range(300))
        before = sum(dice.random() < 0.3 for _ in range(300))
        false += rules.read_step(now=now, now_of=300, before=before, before_of=300, steps=1) is not None
    assert false / RUNS < 0.02


def test_ops_e19_a_report_is_due_at_its_hour_about_whole_days() -> None:
    at = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)  # a Wednesday, 11 o'clock there

    weekly = rules.next_due(at, period="weekly", hour=8, weekday=0, zone=watched.ZONE)
    daily = rules.next_due(at, period="daily", hour=8, weekday=0, zone=watched.ZONE)

    assert weekly.astimezone(UTC) == datetime(2026, 3, 9, 0, 0, tzinfo=UTC)
    assert daily.astimezone(UTC) == datetime(2026, 3, 5, 0, 0, tzinfo=UTC)
    assert rules.next_due(daily, period="daily", hour=8, weekday=0, zone=watched.ZONE) == daily + timedelta(
        days=1
    )
    assert rules.span_of(weekly, period="weekly", zone=watched.ZONE) == (date(2026, 3, 2), date(2026, 3, 8))
    assert rules.span_of(daily, period="daily", zone=watched.ZONE) == (date(2026, 3, 4), date(2026, 3, 4))
