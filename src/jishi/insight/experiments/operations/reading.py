"""Reading what experiments did: sums from the database, intervals from them, kept for good.

Heavy: runs in the heavy process, and loads numpy there. A guardrail that is passed pauses the experiment in
the transaction that keeps the reading; a reading that a process died over is made again an hour later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count

from jishi.insight.experiments import factors, measures, rows, rules, sums
from jishi.insight.experiments.contracts import (
    LEAST_EVENTS,
    LEAST_UNITS,
    RATIO,
    SHARE,
    Arm,
    Estimate,
    Factorial,
    Guarded,
    Guardrail,
    Measure,
    Moments,
    Reading,
    ReadOut,
    State,
)
from jishi.insight.experiments.errors import ExperimentNotFound
from jishi.insight.experiments.models import Experiment, Exposure, ReadOutRow
from jishi.insight.experiments.operations import crossing, running
from jishi.insight.experiments.sums import Window
from jishi.kernel import clock
from jishi.people.notifications import operations as notifications

EVERY = timedelta(hours=1)
AT_ONCE = 20
GUARD_WINDOW = timedelta(hours=24)


def compute_due(at: datetime) -> int:
    """Read every experiment whose time has come; returns how many."""
    with transaction.atomic():
        due = Experiment.objects.select_for_update(skip_locked=True).filter(read_due_at__lte=at)
        found = list(due.order_by("read_due_at")[:AT_ONCE])
        for row in found:
            is_last = row.state == State.STOPPED
            Experiment.objects.filter(pk=row.pk).update(read_due_at=None if is_last else at + EVERY)
    for row in found:
        _read(row, at)
    return len(found)


def compute_now(*, code: str, at: datetime | None = None) -> ReadOut:
    """Read one experiment now, whatever is due.

    :raises ExperimentNotFound: there is none, or it never started.
    """
    row = Experiment.objects.filter(code=code, started_at__isnull=False).first()
    if row is None:
        raise ExperimentNotFound
    return _read(row, clock.at_or_now(at))


def _read(row: Experiment, at: datetime) -> ReadOut:
    with transaction.atomic():
        before = ReadOutRow.objects.filter(experiment=row).order_by("-id").first()
        earlier = rows.read_out(row.code, before.at, before.body) if before else None
        sums.open_people(row.pk)
        found = _compute(row, at, earlier)
        ReadOutRow.objects.create(experiment=row, at=at, body=rows.keep_read_out(found))
        passed = next((one for one in found.guarded if one.state == "passed"), None)
        if passed is not None and running.pause(code=row.code, by=None, reason=passed.measure, at=at):
            _tell(row, at)
    return found


def _compute(row: Experiment, at: datetime, earlier: ReadOut | None) -> ReadOut:
    known, arms = measures.known(), rows.arms(row.arms)
    window = Window(timedelta(hours=row.window_h), timedelta(days=row.before_days), at)
    guard_window = replace(window, after=min(window.after, GUARD_WINDOW))
    counts = _counts(row)
    found_readings: list[Reading] = []
    together: list[Factorial] = []
    for key in row.measures:
        if key in known:
            found = sums.moments(known[key], window)
            by_arm = {arm: one for (arm, _), one in found.items()}
            found_readings += readings(known[key], by_arm, arms, row.planned_n, earlier)
            together += factors.of_arms(known[key], by_arm, arms, row.planned_n, earlier)
    found_guarded: list[Guarded] = []
    for rail in rows.guardrails(row.guardrails):
        if rail.measure in known:
            found = sums.moments(known[rail.measure], guard_window)
            by_arm = {arm: one for (arm, _), one in found.items()}
            found_guarded += [
                _as_accepted(one, row.accepted)
                for one in guarded(known[rail.measure], rail, by_arm, arms, row.planned_n)
            ]
    found_out = ReadOut(
        code=row.code,
        at=at,
        counts=counts,
        ripe=sums.count_ripe(window),
        ratio_p=_ratio_p(counts, arms),
        readings=tuple(found_readings),
        guarded=tuple(found_guarded),
        segments=tuple(_segments(row, known, arms, window)),
    )
    # Last, because it puts other people into the table of this transaction.
    return replace(found_out, factorials=(*together, *crossing.read(row, window, earlier)))


def readings(
    measure: Measure,
    by_arm: Mapping[str, Moments],
    arms: Sequence[Arm],
    planned: int,
    earlier: ReadOut | None = None,
    *,
    segment: str = "",
) -> list[Reading]:
    """Every arm against the control. What was once seen stays seen: the running p-value never rises."""
    base, found = rules.control_of(arms), []
    control = by_arm.get(base.key)
    for arm in arms:
        variant = by_arm.get(arm.key)
        if arm.key == base.key or control is None or variant is None:
            continue
        if not _is_enough(measure, variant, control):
            continue
        reading = _reading(measure, arm.key, variant, control, planned)
        kept = next(
            (
                r
                for r in (earlier.readings if earlier else ())
                if (r.measure, r.arm) == (measure.key, arm.key)
            ),
            None,
        )
        if kept is not None:
            always = replace(reading.always, p=min(reading.always.p, kept.always.p))
            reading = replace(reading, always=always)
        found.append(replace(reading, segment=segment))
    return found


def _is_enough(measure: Measure, variant: Moments, control: Moments) -> bool:
    if min(variant.n, control.n) < LEAST_UNITS:
        return False
    if measure.form == RATIO:
        return min(variant.x, control.x) >= LEAST_EVENTS
    return measure.form != SHARE or variant.y + control.y >= LEAST_EVENTS


def _reading(measure: Measure, arm: str, variant: Moments, control: Moments, planned: int) -> Reading:
    from jishi.insight.experiments import inference  # noqa: PLC0415 - heavy

    share = 1.0
    if measure.form == RATIO:
        found = inference.ratio_difference(variant, control)
        relative = inference.ratio_lift(variant, control)
        once = inference.once(found)
        values = inference.ratio(variant)[0], inference.ratio(control)[0]
    else:
        one, two, share = inference.adjust(variant, control)
        found, relative = inference.difference(one, two), inference.lift(one, two)
        once = inference.welch(one, two)
        values = inference.mean(variant), inference.mean(control)
    return Reading(
        measure=measure.key,
        arm=arm,
        n=int(variant.n),
        n_control=int(control.n),
        mean=_finite(values[0]),
        mean_control=_finite(values[1]),
        once=_estimate(found.value, once),
        always=_estimate(found.value, inference.always(found, planned)),
        lift=_estimate(relative.value, inference.always(relative, planned)),
        variance_ratio=_finite(share, 1.0),
    )


def guarded(
    measure: Measure, rail: Guardrail, by_arm: Mapping[str, Moments], arms: Sequence[Arm], planned: int
) -> list[Guarded]:
    """One side only: is it worse by more than is allowed? Level shared between the arms."""
    from jishi.insight.experiments import inference  # noqa: PLC0415 - heavy

    base, found = rules.control_of(arms), []
    control = by_arm.get(base.key)
    for arm in arms:
        variant = by_arm.get(arm.key)
        if arm.key == base.key or control is None or variant is None:
            continue
        state, harm, least = "waiting", 0.0, 0.0
        if _is_enough(measure, variant, control):
            read = inference.ratio_harm if measure.form == RATIO else inference.harm
            plain = read(variant, control, good=measure.good, margin=0.0)
            beyond = read(variant, control, good=measure.good, margin=rail.margin_bps / 10_000)
            level = 0.05 / (len(arms) - 1)
            is_passed = float(inference.at_least(beyond, planned, level)) > 0
            harm, least = _finite(plain.value), _finite(inference.at_least(plain, planned, level))
            state = "passed" if is_passed else "held"
        found.append(Guarded(measure.key, arm.key, rail.margin_bps, harm, least, state))
    return found


def _as_accepted(found: Guarded, accepted: Mapping[str, float]) -> Guarded:
    """A guardrail that is passed, but not certainly by more than two people let go on."""
    if found.state == "passed" and found.measure in accepted and found.at_least <= accepted[found.measure]:
        return replace(found, state="accepted")
    return found


def _segments(
    row: Experiment, known: Mapping[str, Measure], arms: Sequence[Arm], window: Window
) -> list[Reading]:
    """The first measure by parts of people, all p-values corrected together."""
    from jishi.insight.experiments import inference  # noqa: PLC0415 - heavy

    key = row.measures[0]
    if key not in known:
        return []
    found: list[Reading] = []
    for name in ("known", "language"):
        by_part: dict[str, dict[str, Moments]] = {}
        for (arm, part), one in sums.moments(known[key], window, segment=name).items():
            if part:
                by_part.setdefault(part, {})[arm] = one
        for part, by_arm in sorted(by_part.items()):
            found += readings(known[key], by_arm, arms, row.planned_n, segment=part)
    corrected = inference.holm([one.always.p for one in found])
    return [replace(one, p_corrected=p) for one, p in zip(found, corrected, strict=True)]


def _counts(row: Experiment) -> dict[str, int]:
    counts: dict[str, int] = {arm["key"]: 0 for arm in row.arms}
    shown = Exposure.objects.filter(experiment=row).values_list("arm")
    return counts | dict(shown.annotate(n=Count("unit")).order_by())


def _ratio_p(counts: Mapping[str, int], arms: Sequence[Arm]) -> float:
    from jishi.insight.experiments import inference  # noqa: PLC0415 - heavy

    return float(
        inference.sample_ratio([counts.get(arm.key, 0) for arm in arms], [arm.weight for arm in arms])
    )


def _estimate(value: Any, bounds: tuple[Any, Any, Any]) -> Estimate:
    return Estimate(_finite(value), _finite(bounds[0]), _finite(bounds[1]), _finite(bounds[2], 1.0))


def _finite(value: Any, otherwise: float = 0.0) -> float:
    """A plain number for JSON; a ratio over nothing has none and says so by its p-value of one."""
    number = float(value)
    return number if abs(number) < float("inf") else otherwise


def _tell(row: Experiment, at: datetime) -> None:
    if row.owner_id is None:
        return
    notifications.notify(
        person_id=row.owner_id,
        kind="experiment_paused",
        params={"name": row.name},
        url=f"/ops/experiments/{row.code}/",
        natural_key=f"experiment_paused:{row.code}:{at:%Y%m%d%H%M}",
        at=at,
    )
