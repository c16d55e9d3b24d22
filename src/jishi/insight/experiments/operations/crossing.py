"""Experiments of different layers that ran at the same time: the same people saw an arm of each, by chances
that do not know each other, so every pair is two factors of one experiment.

Whoever saw both counts from the moment they had, and nothing of the time before is taken out, because a part
of it lies behind the first arm. Invariant: only somebody who was exposed to both is counted.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection
from django.db.models import Q

from jishi.insight.experiments import factors, measures, rows, rules, sums
from jishi.insight.experiments.contracts import Arm, Factor, Factorial, ReadOut
from jishi.insight.experiments.models import Experiment
from jishi.insight.experiments.sums import Window

MOST_PARTNERS = 3

_COMMON = """
SELECT b.experiment_id, count(*) AS n FROM experiments_exposure a
JOIN experiments_exposure b ON b.experiment_id = ANY(%s) AND b.unit = a.unit
WHERE a.experiment_id = %s GROUP BY b.experiment_id ORDER BY n DESC, b.experiment_id LIMIT %s
"""


def read(row: Experiment, window: Window, earlier: ReadOut | None) -> list[Factorial]:
    """The first measure beside each of the experiments most people of this one also took part in."""
    known, found = measures.known(), []
    key = row.measures[0]
    if key not in known:
        return []
    since = Window(window.after, timedelta(), window.now)
    for other in _partners(row):
        mine, theirs = rows.arms(row.arms), rows.arms(other.arms)
        both = (_factor(row.code, mine), _factor(other.code, theirs))
        sums.open_crossed(row.pk, other.pk, [list(one.levels) for one in both])
        cells = {_named(place, both): one for (place, _), one in sums.moments(known[key], since).items()}
        found.append(
            factors.read(
                known[key],
                both,
                cells,
                row.planned_n,
                partner=other.code,
                ratio_p=_ratio_p(both, sums.count_ripe(since), mine, theirs),
                earlier=earlier,
            )
        )
    return found


def _partners(row: Experiment) -> list[Experiment]:
    beside = Experiment.objects.filter(unit=row.unit, started_at__isnull=False).exclude(layer=row.layer)
    beside = beside.filter(Q(stopped_at=None) | Q(stopped_at__gt=row.started_at))
    if row.stopped_at is not None:
        beside = beside.filter(started_at__lt=row.stopped_at)
    by_id = {one.pk: one for one in beside}
    if not by_id:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_COMMON, [list(by_id), row.pk, MOST_PARTNERS])
        return [by_id[experiment_id] for experiment_id, _ in cursor.fetchall()]


def _factor(code: str, arms: Sequence[Arm]) -> Factor:
    base = rules.control_of(arms).key
    return Factor(code, (base, *(arm.key for arm in arms if arm.key != base)))


def _named(place: str, both: Sequence[Factor]) -> tuple[str, ...]:
    """Arms are numbers in the table, because two keys would be longer than one may be."""
    return tuple(
        factor.levels[int(number) - 1] for factor, number in zip(both, place.split("."), strict=True)
    )


def _ratio_p(
    both: Sequence[Factor], counts: dict[str, int], mine: Sequence[Arm], theirs: Sequence[Arm]
) -> float:
    """How likely the split over all combinations is, if neither place depends on the other's arm."""
    from jishi.insight.experiments import inference  # noqa: PLC0415 - heavy

    seen = {_named(place, both): n for place, n in counts.items()}
    weighs = [{arm.key: arm.weight for arm in arms} for arms in (mine, theirs)]
    cells = factors.grid(both)
    parts = [float(weighs[0][one] * weighs[1][two]) for one, two in cells]
    return float(inference.sample_ratio([seen.get(cell, 0) for cell in cells], parts))
