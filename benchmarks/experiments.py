"""`experiments`: what the readings promise, checked by simulation. Vectorised; needs no database.

Each simulated experiment is six sums per arm, read by the functions that read the real ones: false
positives of two equal arms under a look every day, coverage of the intervals, power at the planned size, the
sample-ratio check with a leak, what CUPED leaves of the variance, guardrails at their margin, factors read
together (no effect of any kind, intervals, a real interaction), price trials
(equal prices under a look after every pair, coverage, guardrails, the coin test), scipy.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from benchmarks import _result
from scipy import stats

from jishi.insight.experiments import factors, inference, paired, rules, switching
from jishi.insight.experiments.contracts import LEAST_UNITS, LEVEL, RATIO_ALARM, Factor, Moments

NEEDS_DATABASE = False
Array = np.ndarray
Draw = Callable[[np.random.Generator, int, int], Moments]
"""One day's sums of so many units in so many experiments."""


def shares(p: float) -> Draw:
    """People who do something, or not."""

    def draw(chance: np.random.Generator, units: int, runs: int) -> Moments:
        done = chance.binomial(units, p, runs).astype(float)
        return Moments(np.full(runs, float(units)), done, done)

    return draw


def money(p: float, worth: float = 1.0) -> Draw:
    """Few buy, and some of them for very much: a share `p` of log-normal amounts, the rest nothing."""

    def draw(chance: np.random.Generator, units: int, runs: int) -> Moments:
        buyers = chance.binomial(units, p, runs)
        run = np.repeat(np.arange(runs), buyers)
        amount = worth * chance.lognormal(3.0, 1.0, len(run))
        y = np.bincount(run, amount, minlength=runs)
        yy = np.bincount(run, amount * amount, minlength=runs)
        return Moments(np.full(runs, float(units)), y, yy)

    return draw


def added(one: Moments | None, two: Moments) -> Moments:
    """Sums of two days are sums."""
    if one is None:
        return two
    return Moments(one.n + two.n, one.y + two.y, one.yy + two.yy)


def peeking(
    control: Draw, variant: Draw, *, runs: int, days: int, daily: tuple[int, int], truth: float, seed: int
) -> dict[str, float]:
    """Look every day. How often does some look say "different", and how often is the truth ever outside?"""
    chance = np.random.default_rng(seed)
    planned = days * sum(daily)
    alarmed, naive, outside = (np.zeros(runs, bool) for _ in range(3))
    a: Moments | None = None
    b: Moments | None = None
    for _ in range(days):
        a = added(a, control(chance, daily[0], runs))
        b = added(b, variant(chance, daily[1], runs))
        if min(a.n[0], b.n[0]) < 100:
            continue
        found = inference.difference(b, a)
        low, high, p = inference.always(found, planned)
        alarmed |= p < LEVEL
        naive |= inference.once(found)[2] < LEVEL
        outside |= (truth < low) | (truth > high)
    return {
        "alarms": float(alarmed.mean()),
        "alarms_of_an_ordinary_p": float(naive.mean()),
        "truth_always_inside": float(1 - outside.mean()),
    }


def pairs(chance: np.random.Generator, units: int, runs: int, rho: float, lift: float) -> Moments:
    """People with a pre-period that goes along with the outcome."""
    x = chance.normal(10, 2, (units, runs))
    y = lift + 10 + 2 * (rho * (x - 10) / 2 + np.sqrt(1 - rho**2) * chance.normal(size=(units, runs)))
    return Moments(
        np.full(runs, float(units)), y.sum(0), (y * y).sum(0), x.sum(0), (x * x).sum(0), (x * y).sum(0)
    )


def baskets(chance: np.random.Generator, units: int, runs: int, worth: float) -> Moments:
    """Orders per person and money per order, where those who order much pay more each time."""
    orders = chance.poisson(1.5, (units, runs)).astype(float)
    paid = orders * worth * chance.gamma(2.0, 1.0 + 0.2 * orders)
    return Moments(
        np.full(runs, float(units)),
        paid.sum(0),
        (paid * paid).sum(0),
        orders.sum(0),
        (orders * orders).sum(0),
        (orders * paid).sum(0),
    )


def covered(low: Array, high: Array, truth: float) -> float:
    """In how many intervals the truth lies."""
    return float(((low <= truth) & (truth <= high)).mean())


def coverage(runs: int) -> dict[str, float]:
    """Of each kind of interval at one look, 300 to 400 units an arm."""
    chance = np.random.default_rng(2)
    a, b = pairs(chance, 400, runs, 0.6, 0.0), pairs(chance, 300, runs, 0.6, 0.5)
    low, high, _ = inference.welch(b, a)
    one, two, _ = inference.adjust(b, a)
    low2, high2, _ = inference.welch(one, two)
    low3, high3, _ = inference.once(inference.lift(b, a))
    # The true ratio, from as many people as all runs together, drawn apart.
    wide = np.random.default_rng(3)
    truth = [float(inference.ratio(baskets(wide, 4000, 500, worth))[0].mean()) for worth in (1.1, 1.0)]
    c, d = baskets(chance, 400, runs, 1.0), baskets(chance, 300, runs, 1.1)
    low4, high4, _ = inference.once(inference.ratio_difference(d, c))
    return {
        "welch": covered(low, high, 0.5),
        "cuped": covered(low2, high2, 0.5),
        "lift": covered(low3, high3, 0.05),
        "ratio": covered(low4, high4, truth[0] - truth[1]),
    }


def power(runs: int) -> dict[str, float]:
    """Of the planner's sizes for ten against twelve percent: one look, and a look every day."""
    plan, chance = rules.plan_share(base=0.10, change=0.02), np.random.default_rng(4)
    half = plan.once // 2
    a, b = shares(0.10)(chance, half, runs), shares(0.12)(chance, half, runs)
    seen_once = float((inference.once(inference.difference(b, a))[2] < LEVEL).mean())
    days = 30
    looked = peeking(
        shares(0.10),
        shares(0.12),
        runs=runs,
        days=days,
        daily=(plan.control // days, plan.per_arm // days),
        truth=0.02,
        seed=5,
    )
    return {
        "planned_once": plan.once,
        "seen_once": seen_once,
        "planned_most": plan.most,
        "seen_looking_daily": looked["alarms"],
    }


def leaks(runs: int) -> dict[str, float]:
    """How often the check finds that one arm loses one person in a hundred, and that nothing is lost."""
    chance, found = np.random.default_rng(6), {}
    for people in (100_000, 500_000, 1_000_000):
        first = chance.binomial(people, 0.5, runs)
        second = people - first
        kept = second - chance.binomial(second, 0.01)
        found[f"found_at_{people}"] = float(
            (inference.sample_ratio([first, kept], [1, 1]) < RATIO_ALARM).mean()
        )
        found[f"false_at_{people}"] = float(
            (inference.sample_ratio([first, second], [1, 1]) < RATIO_ALARM).mean()
        )
    return found


def spared(runs: int) -> dict[str, dict[str, float]]:
    """What CUPED leaves of the variance of the estimate, against theory: 1 - correlation²."""
    chance, found = np.random.default_rng(7), {}
    for rho in (0.3, 0.5, 0.7, 0.9):
        a, b = pairs(chance, 200, runs, rho, 0.0), pairs(chance, 200, runs, rho, 0.3)
        one, two, said = inference.adjust(b, a)
        before, after = inference.difference(b, a).value, inference.difference(one, two).value
        found[str(rho)] = {
            "theory": round(1 - rho**2, 4),
            "measured": float(after.var() / before.var()),
            "said": float(said.mean()),
            "bias": float(after.mean() - 0.3),
        }
    return found


def guardrails(runs: int) -> dict[str, float]:
    """Alarms under daily looks: exactly at the margin (the worst that is allowed), and far beyond it."""
    found = {}
    for name, p in (("at_the_margin", 0.105), ("far_beyond", 0.14)):
        chance, alarmed = np.random.default_rng(8), np.zeros(runs, bool)
        a: Moments | None = None
        b: Moments | None = None
        for _ in range(30):
            a, b = added(a, shares(0.10)(chance, 200, runs)), added(b, shares(p)(chance, 200, runs))
            passed = inference.harm(b, a, good=-1, margin=0.05)
            alarmed |= inference.at_least(passed, 12_000) > 0
        found[name] = float(alarmed.mean())
    return found


def together(runs: int, days: int = 30, daily: int = 40) -> dict[str, float]:
    """Factors read together, 3 × 2 × 2 cells and nine effects under a look every day: how often any of them
    is claimed where there are none, how often an interval of a real one leaves it out at any look, and how
    often a real interaction (seven points) is seen.
    """
    design = [Factor(key, tuple(map(str, range(ways)))) for key, ways in (("a", 3), ("b", 2), ("c", 2))]
    asked, cells = factors.contrasts(design), factors.grid(design)
    crossed = next(place for place, (names, _, _) in enumerate(asked) if names == ("b", "c"))
    planned, found = len(cells) * daily * days, dict[str, float]()
    for name, gain in (("claimed_where_there_is_none", 0.0), ("interaction_seen", 0.07)):
        chance = np.random.default_rng(77)
        rates = [0.15 + gain * (cell[1] == cell[2] == "1") for cell in cells]
        truth = [sum(w * rate for w, rate in zip(weights, rates, strict=True)) for _, _, weights in asked]
        done = [np.zeros(runs) for _ in cells]
        least, out = np.ones((len(asked), runs)), np.zeros(runs, bool)
        for day in range(1, days + 1):
            done = [one + chance.binomial(daily, rate, runs) for one, rate in zip(done, rates, strict=True)]
            sums = [Moments(np.full(runs, float(daily * day)), one, one) for one in done]
            for place, (_, _, weights) in enumerate(asked):
                read = inference.contrast(sums, weights)
                least[place] = np.minimum(least[place], inference.always(read, planned)[2])
                low, high, _ = inference.always(read, planned, LEVEL / len(asked))
                if daily * day >= LEAST_UNITS:  # with fewer in a cell nothing is said
                    out |= (truth[place] < low) | (truth[place] > high)
        corrected = np.array([inference.holm(list(one)) for one in least.T])
        seen = corrected.min(1) if gain == 0 else corrected[:, crossed]
        found[name] = float((seen < LEVEL).mean())
        found[f"truth_left_out_{'of_some' if gain else 'of_none'}"] = float(out.mean())
    return found


def days_of_sales(chance: np.random.Generator, runs: int, count: int) -> Array:
    """Sales of the two blocks of each pair: the hour of the pair, a drift of weeks, heavy-tailed baskets."""
    hour = 20 + 60 * chance.random((1, count, 1))
    drift = 1 + 0.3 * np.sin(np.linspace(0, 3, count))[None, :, None]
    orders = chance.poisson(hour * drift * np.ones((runs, count, 2)))
    return orders * chance.lognormal(3.0, 0.5, (runs, count, 2))


def price_trials(runs: int, count: int = 28) -> dict[str, float]:
    """Blocks of equal prices, with a coin in each pair, read after every pair from the eighth on."""
    chance = np.random.default_rng(12)
    both = days_of_sales(chance, runs, count)
    coins = chance.random((runs, count)) < 0.5
    on = np.where(coins, both[..., 0], both[..., 1])
    off = np.where(coins, both[..., 1], both[..., 0])
    d, usual = on - off, float(off.mean())
    before = days_of_sales(np.random.default_rng(13), 1, count)[0]
    rho = switching.tuned(switching.expected_squares(list(before[:, 0] - before[:, 1]), usual))
    looks = range(8, count + 1)
    # Exactly a tenth worse than the other block would have been: the most that is allowed.
    at_margin = off - 0.9 * on - 0.1 * off
    shifted = d + 0.1 * usual
    low, high, p = paired.interval(shifted)
    least, most = paired.always(shifted, rho)
    inside = np.ones(runs, bool)
    for n in looks:
        inside &= paired.always_p(shifted[:, :n] - 0.1 * usual, rho) >= LEVEL
    moved = 1.25 * on - off
    some = min(runs, 2_000)
    return {
        "alarms": float(np.any([paired.always_p(d[:, :n], rho) < LEVEL for n in looks], axis=0).mean()),
        "alarms_of_an_ordinary_t": float(
            np.any([paired.interval(d[:, :n])[2] < LEVEL for n in looks], axis=0).mean()
        ),
        "alarms_of_the_coin_test_at_the_end": float((paired.flipped(d[:some]) < LEVEL).mean()),
        "guardrail_alarms_at_the_margin": float(
            np.any([paired.at_least_p(at_margin[:, :n], rho) < LEVEL for n in looks], axis=0).mean()
        ),
        "t_interval_covers": covered(low, high, 0.1 * usual),
        "always_interval_covers": covered(least, most, 0.1 * usual),
        "truth_never_excluded": float(inside.mean()),
        "a_quarter_more_is_seen": float(
            np.any([paired.always_p(moved[:, :n], rho) < LEVEL for n in looks], axis=0).mean()
        ),
        "mean_p": float(p.mean()),
    }


def coins_agree() -> float:
    """The largest difference of the interval and the exact coin test from scipy, over 40 small trials."""
    chance, worst = np.random.default_rng(14), 0.0
    for _ in range(40):
        d = chance.gamma(2, 10, int(chance.integers(8, 12))) - 15
        theirs = stats.ttest_1samp(d, 0)
        ends = theirs.confidence_interval(0.95)
        exact = stats.permutation_test((d,), np.sum, permutation_type="samples", n_resamples=10_000)
        ours = (*paired.interval(d), paired.flipped(d))
        expected = (ends.low, ends.high, theirs.pvalue, exact.pvalue)
        worst = max(worst, *(abs(float(x) - float(y)) for x, y in zip(ours, expected, strict=True)))
    return worst


def agreement() -> float:
    """The largest difference from scipy's Welch test over 300 random samples."""
    chance, worst = np.random.default_rng(9), 0.0
    for _ in range(300):
        y1, y0 = chance.gamma(2, 10, int(chance.integers(20, 900))), chance.gamma(2, 10, 400)
        ours = inference.welch(*(Moments(len(y), y.sum(), (y * y).sum()) for y in (y1, y0)))
        theirs = stats.ttest_ind(y1, y0, equal_var=False)
        ends = theirs.confidence_interval(0.95)
        expected = (ends.low, ends.high, theirs.pvalue)
        worst = max(worst, *(abs(float(x) - y) for x, y in zip(ours, expected, strict=True)))
    return worst


def main(arguments: Sequence[str]) -> int:
    """Run every check; 1 if a promise is broken."""
    parser = argparse.ArgumentParser(prog="experiments")
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    runs, days, began = options.runs, options.days, time.monotonic()
    equal = {
        "shares": peeking(
            shares(0.05), shares(0.05), runs=runs, days=days, daily=(200, 200), truth=0.0, seed=0
        ),
        "money": peeking(money(0.1), money(0.1), runs=runs, days=days, daily=(200, 200), truth=0.0, seed=1),
        "one_to_four": peeking(
            shares(0.05), shares(0.05), runs=runs, days=days, daily=(400, 100), truth=0.0, seed=10
        ),
    }
    report: dict[str, Any] = {
        "runs": runs,
        "days": days,
        "equal_arms": equal,
        "coverage": coverage(min(runs, 4_000)),
        "power": power(runs),
        "leak_of_one_percent": leaks(runs),
        "cuped": spared(min(runs, 4_000)),
        "guardrail": guardrails(runs),
        "factors": together(runs, days),
        "price_trials": price_trials(runs),
        "from_scipy": max(agreement(), coins_agree()),
    }
    report["seconds"] = round(time.monotonic() - began, 1)
    return _result.show("experiments", report, broken(report), as_json=options.json)


def _holds(found: dict[str, float]) -> bool:
    """No more than one false finding in twenty, at any look; intervals that hold the truth."""
    calm = max(found["alarms"], found["guardrail_alarms_at_the_margin"]) <= LEVEL
    fair = found["alarms_of_the_coin_test_at_the_end"] <= LEVEL + 0.015
    return (
        calm
        and fair
        and 0.93 <= found["t_interval_covers"] <= 0.97
        and min(found["always_interval_covers"], found["truth_never_excluded"]) >= 0.95
    )


def broken(report: dict[str, Any]) -> dict[str, int]:
    """The promises, each 1 if it was not kept."""
    checks = {
        "false positives": all(one["alarms"] <= LEVEL for one in report["equal_arms"].values()),
        "coverage": all(0.935 <= value <= 0.965 for value in report["coverage"].values()),
        "power": report["power"]["seen_once"] >= 0.78 and report["power"]["seen_looking_daily"] >= 0.8,
        "leak": report["leak_of_one_percent"]["found_at_1000000"] >= 0.9,
        "cuped": all(abs(one["measured"] - one["theory"]) < 0.03 for one in report["cuped"].values()),
        "guardrail": report["guardrail"]["at_the_margin"] <= LEVEL,
        "factors": report["factors"]["claimed_where_there_is_none"] <= LEVEL
        and max(report["factors"]["truth_left_out_of_none"], report["factors"]["truth_left_out_of_some"])
        <= LEVEL
        and report["factors"]["interaction_seen"] >= 0.8,
        "price trials": _holds(report["price_trials"]),
        "scipy": report["from_scipy"] < 1e-6,
    }
    return {name: int(not holds) for name, holds in checks.items()}
