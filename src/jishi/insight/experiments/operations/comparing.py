"""Reading arms that a higher domain drew itself, such as a campaign's hold-out, with the same statistics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from jishi.insight.experiments import measures, sums
from jishi.insight.experiments.contracts import Arm, Guarded, Guardrail, Reading, ReadOut
from jishi.insight.experiments.operations.reading import GUARD_WINDOW, guarded, readings
from jishi.insight.experiments.sums import Window


@dataclass(frozen=True, slots=True)
class Groups:
    """People and their arms: a statement of `person_id, arm, first_at`, each person once; the first arm of
    kind control or hold-out is what the others are compared with."""

    people: str
    params: Sequence[Any]
    arms: tuple[Arm, ...]
    window_h: int
    before_days: int = 28
    planned_n: int = 2000


def compare(
    *,
    groups: Groups,
    wanted: Sequence[str],
    rails: Sequence[Guardrail] = (),
    earlier: Sequence[Reading] = (),
    at: datetime,
) -> tuple[tuple[Reading, ...], tuple[Guarded, ...]]:
    """Read figures of the arms against each other, and guardrails. Heavy: loads numpy.

    Readings of the same arms from before keep their running p-value, which never rises.
    """
    known = measures.known()
    window = Window(timedelta(hours=groups.window_h), timedelta(days=groups.before_days), at)
    guard_window = Window(min(window.after, GUARD_WINDOW), window.before, at)
    before = ReadOut("", at, {}, {}, 1.0, tuple(earlier), (), ()) if earlier else None
    found: list[Reading] = []
    harmed: list[Guarded] = []
    with transaction.atomic():
        sums.open_groups(groups.people, groups.params)
        for key in wanted:
            if key in known:
                by_arm = {arm: one for (arm, _), one in sums.moments(known[key], window).items()}
                found += readings(known[key], by_arm, groups.arms, groups.planned_n, before)
        for rail in rails:
            if rail.measure in known:
                read = sums.moments(known[rail.measure], guard_window)
                by_arm = {arm: one for (arm, _), one in read.items()}
                harmed += guarded(known[rail.measure], rail, by_arm, groups.arms, groups.planned_n)
    return tuple(found), tuple(harmed)
