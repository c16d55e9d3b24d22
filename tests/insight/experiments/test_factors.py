"""Factors read together agree with the linear model and rarely see what is not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

import numpy as np
import pytest
from scipy import stats
from tests.factories import trade
from tests.insight.experiments import kit

from jishi.insight.experiments import factors, inference, measures, queries, rules
from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments.contracts import Arm, ArmKind, Factor, Moments
from jishi.insight.experiments.errors import ExperimentInvalid
from jishi.kernel import clock

DAY = timedelta(days=1)
TWO_BY_THREE = (Factor("picture", ("tea", "cup")), Factor("words", ("long", "short", "none")))


def of(y: np.ndarray, x: np.ndarray | None = None) -> Moments:
    x = np.zeros_like(y) if x is None else x
    return Moments(len(y), y.sum(), (y * y).sum(), x.sum(), (x * x).sum(), (x * y).sum())


def robust(y: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least squares with HC2 errors, written out over people (as `cov_type="HC2"` elsewhere)."""
    inverse = np.linalg.inv(design.T @ design)
    fit = inverse @ design.T @ y
    left = y - design @ fit
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    meat = design.T @ (design * (left**2 / (1 - leverage))[:, None])
    return fit, np.sqrt(np.diag(inverse @ meat @ inverse))


@pytest.mark.parametrize("seed", range(3))
def test_every_effect_is_the_one_of_the_linear_model_of_all_combinations(seed: int) -> None:
    """Sum coding of the factor that is averaged over, treatment coding of the one that is asked for."""
    chance = np.random.default_rng(seed)
    cells = factors.grid(TWO_BY_THREE)
    people = [(cell, chance.gamma(2, 10 + 3 * place, 130 + 20 * place)) for place, cell in enumerate(cells)]
    y = np.concatenate([values for _, values in people])
    picture = np.repeat([cell[0] == "cup" for cell, _ in people], [len(v) for _, v in people]).astype(float)
    words = np.repeat([TWO_BY_THREE[1].levels.index(c[1]) for c, _ in people], [len(v) for _, v in people])
    short, none = (words == 1).astype(float), (words == 2).astype(float)
    ones = np.ones_like(y)
    plain = np.column_stack((ones, picture, short, none, picture * short, picture * none))
    a, b = short - (words == 0), none - (words == 0)
    summed = np.column_stack((ones, picture, a, b, picture * a, picture * b))
    half = picture - 0.5
    centred = np.column_stack((ones, half, short, none, half * short, half * none))

    found = factors.read(measures.MEASURES["revenue"], TWO_BY_THREE, {c: of(v) for c, v in people}, 2_000)

    by_name = {(one.factors, one.levels): one for one in found.effects}
    wanted = {
        (("picture",), ("cup",)): (summed, 1),
        (("words",), ("short",)): (centred, 2),
        (("words",), ("none",)): (centred, 3),
        (("picture", "words"), ("cup", "short")): (plain, 4),
        (("picture", "words"), ("cup", "none")): (plain, 5),
    }
    assert set(by_name) == set(wanted)
    for key, (design, column) in wanted.items():
        fit, errors = robust(y, design)
        weights = next(w for names, ways, w in factors.contrasts(TWO_BY_THREE) if (names, ways) == key)
        mine = inference.contrast([of(v) for _, v in people], weights)
        assert by_name[key].once.value == pytest.approx(fit[column], abs=1e-6)
        assert (mine.value, mine.error) == pytest.approx((fit[column], errors[column]), abs=1e-6)
    assert inference.holm([one.always.p for one in found.effects]) == pytest.approx(
        [one.p_corrected for one in found.effects]
    )
    for cell, (_, values) in zip(found.cells, people, strict=True):
        assert (cell.n, cell.mean) == (len(values), pytest.approx(values.mean(), abs=1e-9))


def test_a_contrast_of_two_cells_is_welchs_and_the_time_before_is_one_slope() -> None:
    chance = np.random.default_rng(5)
    before = [chance.gamma(2, 20, 300 + 40 * n) for n in range(4)]
    after = [0.6 * x + chance.normal(3 * n, 9, len(x)) for n, x in enumerate(before)]

    low, high, p = inference.welch_contrast([of(after[1]), of(after[0])], [1, -1])
    used = inference.adjust_all([of(y, x) for y, x in zip(after, before, strict=True)])

    theirs = stats.ttest_ind(after[1], after[0], equal_var=False)
    ends = theirs.confidence_interval(0.95)
    assert (low, high, p) == pytest.approx((ends.low, ends.high, theirs.pvalue), abs=1e-6)
    arms = np.repeat(range(4), [len(x) for x in before])
    design = np.column_stack([(arms == n).astype(float) for n in range(4)] + [np.concatenate(before)])
    fit = np.linalg.lstsq(design, np.concatenate(after), rcond=None)[0]
    for n in (1, 2, 3):
        found = inference.contrast(used, [-1 if m == 0 else float(m == n) for m in range(4)])
        assert found.value == pytest.approx(fit[n] - fit[0], abs=1e-6)


def test_no_effect_of_any_kind_is_seen_in_one_of_twenty_under_daily_looks_and_a_real_one_is() -> None:
    """Nine effects of 3 × 2 × 2 cells, looked at on every day: whether any of them alarms."""
    three = (Factor("a", ("0", "1", "2")), Factor("b", ("0", "1")), Factor("c", ("0", "1")))
    runs, days, daily = 600, 14, 60
    chance = np.random.default_rng(21)

    def alarms(rates: np.ndarray, wanted: int | None = None) -> tuple[float, float]:
        done = chance.binomial(daily, rates[:, None, None], (12, days, runs)).cumsum(1)
        planned, lowest, naive = 12 * daily * days, np.ones((9, runs)), np.ones((9, runs))
        asked = factors.contrasts(three)
        for day in range(days):
            cells = [Moments(np.full(runs, daily * (day + 1.0)), one[day], one[day]) for one in done]
            for place, (_, _, weights) in enumerate(asked):
                found = inference.contrast(cells, weights)
                lowest[place] = np.minimum(lowest[place], inference.always(found, planned)[2])
                naive[place] = np.minimum(naive[place], inference.once(found)[2])
        corrected = np.array([inference.holm(list(one)) for one in lowest.T]).T
        seen = corrected.min(0) if wanted is None else corrected[wanted]
        return float((seen < 0.05).mean()), float((naive.min(0) < 0.05).mean())

    assert len(factors.contrasts(three)) == 4 + 5
    same, naive = alarms(np.full(12, 0.2))
    assert same <= 0.05
    assert naive > 0.5  # what nine effects and fourteen looks do to ordinary p-values
    crossed = np.array([0.15 + 0.2 * (b == c) for _, b, c in product(range(3), range(2), range(2))])
    place = [names for names, _, _ in factors.contrasts(three)].index(("b", "c"))
    assert alarms(crossed, place)[0] > 0.95


def four(**changes: dict[str, str]) -> tuple[Arm, ...]:
    ways = {
        "control": {"picture": "tea", "words": "long"}, "variant": {"picture": "cup", "words": "long"},
        "other": {"picture": "tea", "words": "short"}, "fourth": {"picture": "cup", "words": "short"},
    } | changes  # fmt: skip
    return tuple(
        Arm(key, ArmKind.CONTROL if key == "control" else ArmKind.VARIANT, 1, {"shows": "x", "factors": one})
        for key, one in ways.items()
    )


def test_arms_are_every_combination_once_or_none_at_all() -> None:
    def fault(*arms: Arm) -> str:
        draft = replace(kit.DRAFT, arms=arms)
        return rules.fault(draft, slots={"cart.empty": 1}, measures=measures.known())

    assert fault(*four()) == fault(*four(), Arm("nobody", ArmKind.HOLDOUT)) == ""
    assert rules.factors_of(four())[0] == Factor("picture", ("tea", "cup"))
    assert fault(*four()[:3]) == fault(*four(fourth={"picture": "cup", "words": "long"})) == "factors"
    assert fault(*four(fourth={"picture": "cup"})) == fault(*four()[:3], Arm("fourth")) == "factors"
    assert fault(*four(fourth={"picture": "cup", "words": "x" * 21})) == "factors"


@pytest.mark.django_db
def test_the_combinations_of_one_place_and_of_two_experiments_are_read_from_the_tables() -> None:
    shop_id, now = trade.scene().shop.id, clock.now()
    with pytest.raises(ExperimentInvalid):
        experiments.create(draft=replace(kit.DRAFT, arms=four()[:2]), owner_id=None)
    code = kit.start(at=now - 9 * DAY, arms=four(), guardrails=(), measures=("buyers", "revenue"))
    crossed = kit.start(at=now - 9 * DAY, slot="slot.me.card", layer="me", guardrails=())
    people = kit.people(1_000)
    got = kit.show(code, people, at=now - 3 * DAY)
    beside = [queries.assign("slot.me.card", person_id=one) for one in people[:900]]
    experiments.expose([one for one in beside if one is not None], at=now - 2 * DAY)
    theirs = {one.person_id: one.arm for one in beside if one is not None}
    for n, (person, arm) in enumerate(got.items()):
        share = 2 if arm == "fourth" else 5
        if n % share == 0:
            kit.buy(person, shop_id, at=now - 3 * DAY + timedelta(hours=1), total=1_000 + n % 7)
        if n % 3 == 0:  # after the second one was seen as well
            kit.buy(person, shop_id, at=now - 2 * DAY + timedelta(hours=1))

    found = experiments.compute_now(code=code, at=now)

    assert queries.read_out(code) == found
    own, money, both = found.factorials
    assert (own.partner, own.measure, money.measure) == ("", "buyers", "revenue")
    assert (both.partner, both.measure, len(both.cells)) == (crossed, "buyers", 8)
    assert {frozenset(one.factors) for one in own.effects} == {
        frozenset(names) for names in (("picture",), ("words",), ("picture", "words"))
    }
    together = next(one for one in own.effects if len(one.factors) == 2)
    assert together.once.value > 0.15
    counted = {cell.levels: cell.n for cell in both.cells}
    assert sum(counted.values()) == 900
    seen = [n for n, one in enumerate(got) if (got[one], theirs.get(one)) == ("fourth", "taste")]
    assert counted["fourth", "taste"] == len(seen)
    if cells := [one for one in both.cells if one.levels == ("fourth", "taste") and both.effects]:
        assert cells[0].mean == pytest.approx(sum(n % 3 == 0 for n in seen) / len(seen))
    assert both.ratio_p > 0.001
    again = experiments.compute_now(code=code, at=now + timedelta(hours=1))
    assert again.factorials[0].effects == own.effects
    few = experiments.compute_now(code=crossed, at=now).factorials[0]
    assert (few.partner, sum(cell.n for cell in few.cells)) == (code, 900)
