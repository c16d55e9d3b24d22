"""Two or more factors read together: what each does, and whether they help or hinder each other.

Every combination is a cell with six sums; an effect is a weighted sum of independent cells. Ways of the other
factors count alike, however many people saw them. Invariant: all effects of a measure are one family, so the
chance that any of them is a false alarm at all stays at five percent (Holm for p, Bonferroni for intervals,
both of readings that stay right at every look).
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from math import prod
from typing import Any

from jishi.insight.experiments import rules
from jishi.insight.experiments.contracts import (
    LEAST_EVENTS,
    LEAST_UNITS,
    LEVEL,
    RATIO,
    SHARE,
    Arm,
    Cell,
    Effect,
    Estimate,
    Factor,
    Factorial,
    Measure,
    Moments,
    ReadOut,
)

Levels = tuple[str, ...]


def of_arms(
    measure: Measure,
    by_arm: Mapping[str, Moments],
    arms: Sequence[Arm],
    planned: int,
    earlier: ReadOut | None,
) -> list[Factorial]:
    """The reading of an experiment whose arms are combinations; none for one whose arms are not."""
    found = rules.factors_of(arms)
    if not found:
        return []
    cells = {
        rules.levels_of(arm, found): by_arm.get(arm.key, Moments(0, 0, 0))
        for arm in arms
        if rules.levels_of(arm, found)
    }
    return [read(measure, found, cells, planned, earlier=earlier)]


def contrasts(factors: Sequence[Factor]) -> list[tuple[Levels, Levels, list[float]]]:
    """Every effect as (factors, their ways, weights of the cells in the order of `grid`)."""
    cells = grid(factors)
    found: list[tuple[Levels, Levels, list[float]]] = []
    for size in (1, 2):
        for chosen in combinations(range(len(factors)), size):
            rest = prod(len(one.levels) for place, one in enumerate(factors) if place not in chosen)
            for ways in product(*(factors[place].levels[1:] for place in chosen)):
                weights = [
                    prod(
                        (cell[place] == way) - (cell[place] == factors[place].levels[0])
                        for place, way in zip(chosen, ways, strict=True)
                    )
                    / rest
                    for cell in cells
                ]
                found.append((tuple(factors[place].key for place in chosen), ways, weights))
    return found


def grid(factors: Sequence[Factor]) -> list[Levels]:
    """Every combination, the ways of the last factor changing fastest."""
    return list(product(*(one.levels for one in factors)))


def read(
    measure: Measure,
    factors: Sequence[Factor],
    by_cell: Mapping[Levels, Moments],
    planned: int,
    *,
    partner: str = "",
    ratio_p: float = 1.0,
    earlier: ReadOut | None = None,
) -> Factorial:
    """One measure of all combinations. Where one of them has too few people there are only counts."""
    cells = [by_cell.get(levels, Moments(0, 0, 0)) for levels in grid(factors)]
    shown: tuple[Cell, ...] = tuple(
        Cell(levels, int(one.n)) for levels, one in zip(grid(factors), cells, strict=True)
    )
    effects: tuple[Effect, ...] = ()
    if _is_enough(measure, cells):
        shown, effects = _figures(measure, factors, cells, planned)
        effects = _corrected(effects, _before(earlier, measure.key, partner))
    return Factorial(measure.key, partner, tuple(factors), shown, effects, ratio_p)


def _is_enough(measure: Measure, cells: Sequence[Moments]) -> bool:
    if min(one.n for one in cells) < LEAST_UNITS:
        return False
    if measure.form == RATIO:
        return min(one.x for one in cells) >= LEAST_EVENTS
    return measure.form != SHARE or sum(one.y for one in cells) >= LEAST_EVENTS * len(cells) / 2


def _figures(
    measure: Measure, factors: Sequence[Factor], cells: Sequence[Moments], planned: int
) -> tuple[tuple[Cell, ...], tuple[Effect, ...]]:
    from jishi.insight.experiments import inference  # noqa: PLC0415 - heavy

    is_ratio = measure.form == RATIO
    used = list(cells) if is_ratio else inference.adjust_all(cells)
    asked = contrasts(factors)
    effects, shown = [], []
    for names, ways, weights in asked:
        found = inference.ratio_contrast(used, weights) if is_ratio else inference.contrast(used, weights)
        once = inference.once(found) if is_ratio else inference.welch_contrast(used, weights)
        low, high, _ = inference.always(found, planned, LEVEL / len(asked))
        p = inference.always(found, planned)[2]
        always = _estimate(found.value, low, high, p)
        effects.append(Effect(names, ways, _estimate(found.value, *once), always, always.p))
    for place, levels in enumerate(grid(factors)):
        alone = [float(place == other) for other in range(len(cells))]
        one = inference.ratio_contrast(used, alone) if is_ratio else inference.contrast(used, alone)
        low, high, _ = inference.once(one)
        shown.append(Cell(levels, int(cells[place].n), _finite(one.value), _finite(low), _finite(high)))
    return tuple(shown), tuple(effects)


def _before(earlier: ReadOut | None, measure: str, partner: str) -> dict[tuple[Levels, Levels], float]:
    """The p-values that these effects had already; they never rise."""
    same = (one for one in (earlier.factorials if earlier else ()) if one.measure == measure)
    return {
        (effect.factors, effect.levels): effect.always.p
        for one in same
        if one.partner == partner
        for effect in one.effects
    }


def _corrected(
    effects: Sequence[Effect], before: Mapping[tuple[Levels, Levels], float]
) -> tuple[Effect, ...]:
    from jishi.insight.experiments import inference  # noqa: PLC0415 - heavy

    running = [min(one.always.p, before.get((one.factors, one.levels), 1.0)) for one in effects]
    return tuple(
        Effect(
            one.factors,
            one.levels,
            one.once,
            Estimate(one.always.value, one.always.low, one.always.high, p),
            corrected,
        )
        for one, p, corrected in zip(effects, running, inference.holm(running), strict=True)
    )


def _estimate(value: Any, low: Any, high: Any, p: Any) -> Estimate:
    return Estimate(_finite(value), _finite(low), _finite(high), _finite(p, 1.0))


def _finite(value: Any, otherwise: float = 0.0) -> float:
    number = float(value)
    return number if abs(number) < float("inf") else otherwise
