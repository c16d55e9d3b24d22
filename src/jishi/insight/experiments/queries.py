"""Reads of experiments: which arm somebody gets, what was found out, what there is.

Invariant: asking for an arm makes no statement while the short list of running experiments is fresh; where an
audience restricts one, membership is asked for once and remembered as long.
"""

import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from jishi.insight.experiments import blocks, rows, rules, switching
from jishi.insight.experiments.contracts import (
    BUCKETS,
    RATIO,
    Arm,
    Asked,
    Assignment,
    Block,
    Draft,
    ExperimentView,
    Factor,
    Foresight,
    Measure,
    Plan,
    ReadOut,
    Running,
    State,
    SwitchDraft,
    SwitchReadOut,
    SwitchView,
    Unit,
)
from jishi.insight.experiments.errors import ExperimentNotFound
from jishi.insight.experiments.measures import known
from jishi.insight.experiments.models import (
    Claim,
    Experiment,
    Exposure,
    Load,
    ReadOutRow,
    Switchback,
    SwitchReadOutRow,
)
from jishi.kernel import clock
from jishi.people.accounts import ports as audiences
from jishi.people.accounts.contracts import AudienceRef
from jishi.people.accounts.errors import AudienceUnknown
from jishi.promotions.timed_prices import queries as timed_queries
from jishi.promotions.timed_prices.contracts import TimedView

FRESH_S = 5.0
MEMBERS_KEPT = 20_000


class _Board:
    """What this process knows: running experiments by place, and who is in their audiences."""

    def __init__(self) -> None:
        self.read_at = float("-inf")
        self.by_slot: Mapping[str, tuple[Running, ...]] = {}
        self.members: OrderedDict[tuple[str, str, int], tuple[float, bool]] = OrderedDict()


_board = _Board()


def assign(slot: str, *, person_id: int | None = None, visitor: str = "") -> Assignment | None:
    """The arm somebody gets at a place; None if no experiment runs there for them. Writes nothing."""
    for running in _running(slot):
        unit = _unit(running, person_id, visitor)
        if unit is None:
            continue
        found = rules.assign(running, unit=unit, person_id=person_id)
        if found is not None and _is_asked(running, person_id):
            return found
    return None


def forget_running() -> None:
    """Read the running experiments again when next asked."""
    _board.read_at = float("-inf")
    _board.members.clear()


def _unit(running: Running, person_id: int | None, visitor: str) -> str | None:
    if running.unit == Unit.PERSON:
        return rules.person_unit(person_id) if person_id is not None else None
    return rules.visitor_unit(visitor) if visitor else None


def _running(slot: str) -> tuple[Running, ...]:
    now = time.monotonic()
    if now - _board.read_at > FRESH_S:
        found: dict[str, list[Running]] = {}
        for row in Experiment.objects.filter(state=State.RUNNING).order_by("id"):
            found.setdefault(row.slot, []).append(rows.running(row))
        _board.by_slot = {key: tuple(those) for key, those in found.items()}
        _board.read_at = now
    return _board.by_slot.get(slot, ())


def _is_asked(running: Running, person_id: int | None) -> bool:
    if not running.audience_kind:
        return True
    if person_id is None:
        return False
    key, now = (running.audience_kind, running.audience_key, person_id), time.monotonic()
    kept = _board.members.get(key)
    if kept is not None and now - kept[0] < FRESH_S:
        return kept[1]
    try:
        answer = audiences.is_member(AudienceRef(key[0], key[1]), person_id)
    except AudienceUnknown:
        answer = False
    _board.members[key] = (now, answer)
    while len(_board.members) > MEMBERS_KEPT:
        _board.members.popitem(last=False)
    return answer


def get_experiment(code: str) -> ExperimentView:
    """One experiment.

    :raises ExperimentNotFound: there is none.
    """
    row = Experiment.objects.filter(code=code).first()
    if row is None:
        raise ExperimentNotFound
    return _view(row, Exposure.objects.filter(experiment=row).count())


def list_partners(codes: Iterable[str]) -> tuple[ExperimentView, ...]:
    """Experiments by their codes, without how many were exposed."""
    wanted = sorted(set(codes))
    found = Experiment.objects.filter(code__in=wanted).order_by("id") if wanted else ()
    return tuple(_view(row, 0) for row in found)


def list_experiments(*, state: str = "") -> tuple[ExperimentView, ...]:
    """Every experiment, or those of a state; the newest first, with how many were exposed."""
    found = Experiment.objects.order_by("-id")
    found = found.filter(state=state) if state else found
    made = list(found[:200])
    counts = dict(
        Exposure.objects.filter(experiment__in=made)
        .values_list("experiment_id")
        .annotate(n=Count("unit"))
        .order_by()
    )
    return tuple(_view(row, counts.get(row.pk, 0)) for row in made)


def count_states() -> dict[str, int]:
    """How many experiments there are of each state."""
    return dict(Experiment.objects.values_list("state").annotate(n=Count("id")).order_by())


def factors_of(arms: Sequence[Arm]) -> tuple[Factor, ...]:
    """What arms vary that are combinations of two or three factors; nothing if they are not."""
    return rules.factors_of(arms)


def free_share(layer: str) -> int:
    """How many percent of a layer nobody holds."""
    return BUCKETS - Claim.objects.filter(layer=layer).count()


def list_layers() -> tuple[tuple[str, int], ...]:
    """The layers in use, with what is free of each."""
    held = Claim.objects.values_list("layer").annotate(n=Count("bucket")).order_by("layer")
    return tuple((layer, BUCKETS - count) for layer, count in held)


def list_measures() -> dict[str, Measure]:
    """The figures an experiment can be read by."""
    return known()


def plan(draft: Draft, *, base: float, change: float, power: float, daily: int) -> Plan:
    """How many units a draft needs to see its first share change from `base`; `daily` come to the place."""
    control = rules.control_of(draft.arms) if draft.arms else None
    others = [arm.weight for arm in draft.arms if control is not None and arm.key != control.key] or [1]
    return rules.plan_share(
        base=base,
        change=change,
        power=min(max(power, 0.5), 0.99),
        allocation=max(min(others), 1) / max(control.weight if control else 1, 1),
        arms=max(2, len(draft.arms)),
        daily=daily * min(max(draft.share, 0), BUCKETS) // BUCKETS,
        window_h=draft.window_h if 0 < draft.window_h <= 24 * 60 else 0,
    )


def read_out(code: str) -> ReadOut | None:
    """What was read last; None if nothing was read yet.

    :raises ExperimentNotFound: there is none.
    """
    row = Experiment.objects.filter(code=code).first()
    if row is None:
        raise ExperimentNotFound
    newest = ReadOutRow.objects.filter(experiment=row).order_by("-id").first()
    return rows.read_out(code, newest.at, newest.body) if newest else None


def list_history(code: str, *, limit: int = 60) -> tuple[ReadOut, ...]:
    """The newest read-outs, oldest first: how the interval became narrower."""
    found = ReadOutRow.objects.filter(experiment__code=code).order_by("-id")[:limit]
    return tuple(rows.read_out(code, row.at, row.body) for row in reversed(found))


def count_arms(code: str) -> dict[str, int]:
    """How many were exposed to each arm until now."""
    shown = Exposure.objects.filter(experiment__code=code)
    return dict(shown.values_list("arm").annotate(n=Count("unit")).order_by())


def get_switchback(code: str) -> SwitchView:
    """One price trial.

    :raises ExperimentNotFound: there is none.
    """
    row = Switchback.objects.filter(code=code).first()
    if row is None:
        raise ExperimentNotFound
    return _switch_view(row, timed_queries.get_price(row.price_code))


def list_switchbacks() -> tuple[SwitchView, ...]:
    """Every price trial, the newest first; without the state of its price."""
    return tuple(_switch_view(row, None) for row in Switchback.objects.order_by("-id")[:50])


def switch_read_out(code: str) -> SwitchReadOut | None:
    """What was read last of a price trial; None if nothing was."""
    newest = SwitchReadOutRow.objects.filter(switchback__code=code).order_by("-id").first()
    return rows.switch_read_out(newest.at, newest.body) if newest else None


def list_switch_measures() -> Mapping[str, Measure]:
    """The figures a price trial can be read by."""
    return blocks.MEASURES


def foresee(draft: SwitchDraft, plan: Sequence[Block], *, at: datetime | None = None) -> Foresight:
    """What the same hours of the weeks before say about a plan."""
    goods = _before(draft, clock.at_or_now(at))
    money = blocks.sums("goods_money", plan, goods)
    on = {one.no for one in plan if one.is_on}
    sold = sum(value for no, value in money.items() if no in on)
    # The wash-out is sold at the lower price as well.
    counted = 1 - draft.washout_min / (draft.block_h * 60)
    pairs = _pairs_of(plan, money)
    base = switching.mean([value for both in pairs for value in both])
    seen = switching.smallest_seen([a - b for a, b in pairs], base, len(pairs))
    liability = sold / counted * draft.off_bps / 10_000
    return Foresight(sold_minor=round(sold / counted), liability_minor=round(liability), seen=seen)


def preview_switchback(draft: SwitchDraft, *, at: datetime | None = None) -> Foresight | None:
    """What a plan would mean, drawn for the moment and kept nowhere; None if the numbers make none."""
    moment = clock.at_or_now(at)
    whole = replace(draft, name=draft.name or "–", hypothesis=draft.hypothesis or "–")
    if switching.fault(whole, measures=blocks.MEASURES, at=moment):
        return None
    return foresee(draft, switching.schedule(draft, "preview"), at=moment)


def scale_of(draft: SwitchDraft, plan: Sequence[Block], *, at: datetime) -> dict[str, dict[str, float]]:
    """What has to be fixed before the first block: how much pairs differed before, and each ratio then."""
    goods, found = _before(draft, at), {}
    kept: dict[str, dict[int, float]] = {}
    hours = draft.block_h - draft.washout_min / 60
    for key in {*draft.measures, *(one.measure for one in draft.guardrails)}:
        measure = blocks.MEASURES[key]
        for source in filter(None, (measure.source, measure.over)):
            if source not in kept:
                kept[source] = blocks.sums(source, plan, goods)
        up, ratio = kept[measure.source], 0.0
        if measure.form == RATIO:
            down = kept[measure.over]
            ratio = sum(up.values()) / max(sum(down.values()), 1.0)
            value = {no: up[no] - ratio * down[no] for no in up}
        else:
            value = {no: one / hours for no, one in up.items()}
        pairs = _pairs_of(plan, value)
        usual = switching.mean([one / hours for one in up.values()]) if measure.form != RATIO else 0.0
        squares = switching.expected_squares([a - b for a, b in pairs], usual)
        found[key] = {"rho": switching.tuned(squares), "ratio": ratio}
    return found


def _before(draft: SwitchDraft, at: datetime) -> blocks.Goods:
    washout = timedelta(minutes=draft.washout_min)
    return blocks.Goods(draft.product_ids, washout, switching.shift(draft, at=at))


def _pairs_of(plan: Sequence[Block], values: Mapping[int, float]) -> list[tuple[float, float]]:
    both: dict[int, dict[bool, float]] = {}
    for one in plan:
        both.setdefault(one.pair, {})[one.is_on] = values[one.no]
    return [(found[True], found[False]) for found in both.values()]


def _switch_view(row: Switchback, price: TimedView | None) -> SwitchView:
    return SwitchView(
        code=row.code,
        draft=rows.switch_draft(row),
        state=row.state,
        price_code=row.price_code,
        price_state=price.state if price else "",
        seed=row.seed,
        digest=row.digest,
        blocks=rows.switch_blocks(row),
        owner_id=row.owner_id,
        asked=rows.asked(row),
        pause_reason=row.pause_reason,
        decision=row.decision,
        reason=row.reason,
        gaps=rows.gaps(row),
        created_at=row.created_at,
        started_at=row.started_at,
        stopped_at=row.stopped_at,
        decided_at=row.decided_at,
    )


def export_person(*, person_id: int) -> dict[str, Any]:
    """In which experiments somebody was shown which arm, and which ones are theirs."""
    shown = Exposure.objects.filter(person_id=person_id).order_by("experiment_id")
    return {
        "exposures": [
            {"experiment": name, "arm": arm, "first_at": moment.isoformat()}
            for name, arm, moment in shown.values_list("experiment__name", "arm", "first_at")
        ],
        "page_loads": [
            {"at": at.isoformat(), "ms": ms}
            for at, ms in Load.objects.filter(person_id=person_id).order_by("id").values_list("at", "ms")
        ],
        "owned": [
            code
            for kind in (Experiment, Switchback)
            for code in kind.objects.filter(owner_id=person_id).order_by("id").values_list("code", flat=True)
        ],
    }


def _view(row: Experiment, exposed: int) -> ExperimentView:
    draft = Draft(
        name=row.name,
        hypothesis=row.hypothesis,
        slot=row.slot,
        arms=rows.arms(row.arms),
        measures=tuple(row.measures),
        guardrails=rows.guardrails(row.guardrails),
        unit=row.unit,
        layer=row.layer,
        share=row.share,
        audience_kind=row.audience_kind,
        audience_key=row.audience_key,
        window_h=row.window_h,
        before_days=row.before_days,
        planned_n=row.planned_n,
    )
    asked = None
    if row.asked_verb and row.asked_at is not None:
        asked = Asked(row.asked_verb, row.asked_by_id, row.asked_at, row.asked_detail)
    return ExperimentView(
        code=row.code,
        draft=draft,
        state=row.state,
        owner_id=row.owner_id,
        asked=asked,
        pause_reason=row.pause_reason,
        decision=row.decision,
        reason=row.reason,
        created_at=row.created_at,
        started_at=row.started_at,
        stopped_at=row.stopped_at,
        decided_at=row.decided_at,
        buckets=len(row.buckets),
        exposed=exposed,
    )
