"""Reading price trials: pairs of blocks that are over, kept for good. Heavy: loads numpy.

A guardrail that is passed, or a budget that is used up, pauses the trial in the transaction that keeps the
reading. When the last block has settled the trial is over by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from jishi.insight.experiments import blocks, rows, switching
from jishi.insight.experiments.contracts import (
    LEAST_PAIRS,
    RATIO,
    Block,
    Estimate,
    Guarded,
    Guardrail,
    Measure,
    State,
    SwitchDraft,
    SwitchReading,
    SwitchReadOut,
)
from jishi.insight.experiments.errors import ExperimentNotFound
from jishi.insight.experiments.models import Switchback, SwitchReadOutRow
from jishi.insight.experiments.operations import switchbacks
from jishi.insight.experiments.operations.reading import AT_ONCE, EVERY
from jishi.kernel import clock
from jishi.people.notifications import operations as notifications
from jishi.promotions.timed_prices import operations as timed_prices
from jishi.promotions.timed_prices import queries as timed_queries

Pairs = Sequence[tuple[Block, Block]]
Sums = Mapping[str, Mapping[int, float]]


def compute_due_switchbacks(at: datetime) -> int:
    """Read every price trial whose time has come; returns how many."""
    with transaction.atomic():
        due = Switchback.objects.select_for_update(skip_locked=True).filter(read_due_at__lte=at)
        found = list(due.order_by("read_due_at")[:AT_ONCE])
        for row in found:
            is_last = row.state != State.RUNNING
            Switchback.objects.filter(pk=row.pk).update(read_due_at=None if is_last else at + EVERY)
    for row in found:
        _read(row, at)
    return len(found)


def compute_switchback(*, code: str, at: datetime | None = None) -> SwitchReadOut:
    """Read one price trial now, whatever is due.

    :raises ExperimentNotFound: there is none, or it never started.
    """
    row = Switchback.objects.filter(code=code, started_at__isnull=False).first()
    if row is None:
        raise ExperimentNotFound
    return _read(row, clock.at_or_now(at))


def _read(row: Switchback, at: datetime) -> SwitchReadOut:
    with transaction.atomic():
        row = switchbacks.locked(row.code)
        draft, plan = rows.switch_draft(row), rows.switch_blocks(row)
        before = SwitchReadOutRow.objects.filter(switchback=row).order_by("-id").first()
        earlier = rows.switch_read_out(before.at, before.body) if before else None
        found = _compute(row, draft, plan, earlier, at)
        SwitchReadOutRow.objects.create(switchback=row, at=at, body=rows.keep_switch_read_out(found))
        if row.state == State.RUNNING:
            _act(row, draft, plan, found, at)
    return found


def _act(
    row: Switchback, draft: SwitchDraft, plan: Sequence[Block], found: SwitchReadOut, at: datetime
) -> None:
    """Pause what passed its limits; end what is through."""
    passed = next((one.measure for one in found.guarded if one.state == "passed"), "")
    is_spent = 0 < draft.budget_minor <= found.spent_minor and switchbacks.BUDGET not in row.accepted
    reason = passed or (switchbacks.BUDGET if is_spent else "")
    if plan[-1].ends_at + switching.SETTLES <= at:
        timed_prices.end(code=row.price_code, by=None)
        ended = {"state": State.STOPPED, "stopped_at": at, "read_due_at": None}
        Switchback.objects.filter(pk=row.pk).update(**ended)
    elif reason and switchbacks.pause_switchback(code=row.code, by=None, reason=reason, at=at):
        _tell(row, at)


def _compute(
    row: Switchback,
    draft: SwitchDraft,
    plan: Sequence[Block],
    earlier: SwitchReadOut | None,
    at: datetime,
) -> SwitchReadOut:
    pairs, left_out = switching.whole_pairs(plan, rows.gaps(row), until=at)
    sums = _sums(draft, pairs)
    readings, guarded = [], []
    if len(pairs) >= LEAST_PAIRS:
        kept = {one.measure: one.always_p for one in earlier.readings} if earlier else {}
        readings = [
            _reading(key, draft, pairs, sums, row.scale.get(key, {}), kept.get(key, 1.0))
            for key in draft.measures
            if _is_there(blocks.MEASURES[key], pairs, sums)
        ]
    for rail in draft.guardrails:
        one = _guarded(rail, draft, pairs, sums, row.scale.get(rail.measure, {}), row.accepted)
        guarded.append(one)
    return SwitchReadOut(
        at=at,
        pairs=len(pairs),
        left_out=left_out,
        spent_minor=blocks.spent(timed_queries.window_codes(row.price_code)),
        readings=tuple(readings),
        guarded=tuple(guarded),
    )


def _is_there(measure: Measure, pairs: Pairs, sums: Sums) -> bool:
    """A ratio over nothing on either side says nothing."""
    if measure.form != RATIO:
        return True
    return all(sum(sums[measure.over][both[side].no] for both in pairs) > 0 for side in (0, 1))


def _sums(draft: SwitchDraft, pairs: Pairs) -> Sums:
    """Every source that is needed, in every block that counts."""
    those = [block for both in pairs for block in both]
    goods = blocks.Goods(draft.product_ids, timedelta(minutes=draft.washout_min))
    found: dict[str, Mapping[int, float]] = {}
    for key in {*draft.measures, *(one.measure for one in draft.guardrails)}:
        for source in filter(None, (blocks.MEASURES[key].source, blocks.MEASURES[key].over)):
            if source not in found:
                found[source] = blocks.sums(source, those, goods)
    return found


def _arrays(source: str, pairs: Pairs, sums: Sums, hours: float) -> tuple[Any, Any]:
    """What was on and what was off, pair by pair and by the hour."""
    import numpy as np  # noqa: PLC0415 - heavy

    on = np.array([sums[source][one.no] for one, _ in pairs], dtype=float)
    off = np.array([sums[source][one.no] for _, one in pairs], dtype=float)
    return on / hours, off / hours


def _both(
    measure: Measure, draft: SwitchDraft, pairs: Pairs, sums: Sums, ratio: float
) -> tuple[tuple[Any, Any], tuple[Any, Any] | None, tuple[Any, Any]]:
    """Outcome, denominator of a ratio, and what the coins are tossed over."""
    if measure.form != RATIO:
        y = _arrays(measure.source, pairs, sums, draft.block_h - draft.washout_min / 60)
        return y, None, y
    y, x = _arrays(measure.source, pairs, sums, 1.0), _arrays(measure.over, pairs, sums, 1.0)
    # Against the ratio of the time before, which no coin can have moved.
    return y, x, (y[0] - ratio * x[0], y[1] - ratio * x[1])


def _reading(
    key: str, draft: SwitchDraft, pairs: Pairs, sums: Sums, scale: Mapping[str, float], kept_p: float
) -> SwitchReading:
    from jishi.insight.experiments import paired  # noqa: PLC0415 - heavy

    measure, rho = blocks.MEASURES[key], scale.get("rho", 1.0)
    y, x, tossed = _both(measure, draft, pairs, sums, scale.get("ratio", 0.0))
    d = tossed[0] - tossed[1]
    always = None
    if x is None:
        low, high, p = paired.interval(d)
        on, off = y[0].mean(), y[1].mean()
        least, most = paired.always(d, rho)
        if abs(float(least)) < float("inf") and abs(float(most)) < float("inf"):
            always = Estimate(_number(on - off), _number(least), _number(most), 1.0)
    else:
        on, off, low, high, p = paired.ratio(y, x)
    more, least_more, most_more = paired.lift(*y) if x is None else (on / off - 1 if off else 0.0, 0.0, 0.0)
    return SwitchReading(
        measure=key,
        pairs=len(pairs),
        mean_on=_number(on),
        mean_off=_number(off),
        once=Estimate(_number(on - off), _number(low), _number(high), _number(p, 1.0)),
        flipped=_number(paired.flipped(d), 1.0),
        always_p=min(kept_p, _number(paired.always_p(d, rho), 1.0)),
        always=always,
        lift=Estimate(_number(more), _number(least_more), _number(most_more), 1.0),
    )


def _guarded(
    rail: Guardrail,
    draft: SwitchDraft,
    pairs: Pairs,
    sums: Sums,
    scale: Mapping[str, float],
    accepted: Mapping[str, float],
) -> Guarded:
    """One side only: is it certainly worse than allowed, looked at every hour?"""
    from jishi.insight.experiments import paired  # noqa: PLC0415 - heavy

    if len(pairs) < LEAST_PAIRS:
        return Guarded(rail.measure, "on", rail.margin_bps, 0.0, 0.0, "waiting")
    measure, margin = blocks.MEASURES[rail.measure], rail.margin_bps / 10_000
    ratio, rho = scale.get("ratio", 0.0), scale.get("rho", 1.0)
    y, x, tossed = _both(measure, draft, pairs, sums, ratio)
    worse = (tossed[0] - tossed[1]) * -measure.good
    # What is allowed: a share of the other block's own figure, or for a ratio of the ratio before.
    allowed = margin * (y[1] if x is None else ratio * x[0])
    harm = worse.mean() if x is None else worse.sum() / max(float(x[0].sum()), 1.0)
    least = paired.lower_end(worse, rho)
    least = float(least) if x is None else float(least) * len(pairs) / max(float(x[0].sum()), 1.0)
    state = "held"
    if float(paired.at_least_p(worse - allowed, rho)) < 0.05:
        state = "passed"
        if rail.measure in accepted and least <= accepted[rail.measure]:
            state = "accepted"
    return Guarded(rail.measure, "on", rail.margin_bps, _number(harm), _number(least), state)


def _number(value: Any, otherwise: float = 0.0) -> float:
    found = float(value)
    return found if abs(found) < float("inf") else otherwise


def _tell(row: Switchback, at: datetime) -> None:
    if row.owner_id is None:
        return
    notifications.notify(
        person_id=row.owner_id,
        kind="experiment_paused",
        params={"name": row.name},
        url=f"/ops/experiments/prices/{row.code}/",
        natural_key=f"experiment_paused:{row.code}:{at:%Y%m%d%H%M}",
        at=at,
    )
