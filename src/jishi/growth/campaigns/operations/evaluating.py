"""Reading what campaigns did, and the guards that pause them.

Heavy: comparing loads numpy, so `evaluate_due` runs in the heavy process. Everybody who was let in counts in
the arm that was drawn, whatever reached them; a campaign without a hold-out has no comparison and says so.
`guard_due` is light and runs with the worker: too many objections among those reached pause at once.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from jishi.growth.campaigns import figures, rows, rules
from jishi.growth.campaigns.contracts import Arm, Kind, ReadOut, State, StepKind
from jishi.growth.campaigns.errors import CampaignNotFound
from jishi.growth.campaigns.models import Campaign, JourneyVersion, ReadOutRow
from jishi.growth.campaigns.operations import running
from jishi.insight.experiments import contracts as stats
from jishi.insight.experiments import operations as experiments
from jishi.kernel import clock

EVERY = timedelta(hours=1)
AT_ONCE = 20
MEASURES = ("buyers", "revenue", "orders", "new_buyers", "sharers", "brought")
RAILS = (
    stats.Guardrail("unsubscribed", 1000),
    stats.Guardrail("complained", 1000),
    stats.Guardrail("left", 1000),
)
OBJECTIONS_MOST = 0.02
"""A campaign pauses when certainly more than this share of the people it reached object within days."""
REACHED_LEAST = 50
GUARD_SPAN = timedelta(days=3)


def evaluate_due(at: datetime) -> int:
    """Read every campaign whose time has come; returns how many."""
    with transaction.atomic():
        due = Campaign.objects.select_for_update(skip_locked=True).filter(read_due_at__lte=at)
        found = list(due.order_by("read_due_at")[:AT_ONCE])
        for row in found:
            is_over = row.ended_at is not None and row.ended_at + timedelta(days=row.goal_days) < at
            Campaign.objects.filter(pk=row.pk).update(read_due_at=None if is_over else at + EVERY)
    for row in found:
        _read(row, at)
    return len(found)


def evaluate(*, code: str, at: datetime | None = None) -> ReadOut:
    """Read one campaign now.

    :raises CampaignNotFound: there is none, or it never started.
    """
    row = Campaign.objects.filter(code=code, started_at__isnull=False).first()
    if row is None:
        raise CampaignNotFound
    return _read(row, clock.at_or_now(at))


def guard_due(at: datetime) -> int:
    """Pause campaigns to which too many of the people they reached objected; returns how many."""
    paused = 0
    for row in Campaign.objects.filter(state=State.RUNNING).order_by("pk"):
        reached, objected = figures.objections(row.pk, since=at - GUARD_SPAN, at=at)
        if reached < REACHED_LEAST or rules.at_least_share(objected, reached) <= OBJECTIONS_MOST:
            continue
        paused += running.pause(code=row.code, by=None, reason="objections", at=at)
    return paused


def _read(row: Campaign, at: datetime) -> ReadOut:
    with transaction.atomic():
        before = ReadOutRow.objects.filter(campaign=row).order_by("-id").first()
        earlier = rows.read_out(row.code, before.at, before.body) if before else None
        found = _compute(row, at, earlier)
        ReadOutRow.objects.create(campaign=row, at=at, body=rows.keep_read_out(found))
        passed = next((one for one in found.guarded if one.state == "passed"), None)
        if passed is not None:
            running.pause(code=row.code, by=None, reason=passed.measure, at=at)
    return found


def _compute(row: Campaign, at: datetime, earlier: ReadOut | None) -> ReadOut:
    people, goals = figures.arms(row.pk)
    readings: tuple[stats.Reading, ...] = ()
    guarded: tuple[stats.Guarded, ...] = ()
    if row.holdout_bps and row.kind == Kind.JOURNEY:
        arms = (
            stats.Arm(Arm.HOLDOUT, stats.ArmKind.HOLDOUT, max(1, row.holdout_bps // 100)),
            stats.Arm(Arm.TREATED, weight=max(1, (10_000 - row.holdout_bps) // 100)),
        )
        kept = earlier.readings if earlier else ()
        readings, guarded = experiments.compare(
            groups=_groups(row, figures.BY_ARM, [row.pk], arms, sum(people.values())),
            wanted=MEASURES,
            rails=RAILS,
            earlier=kept,
            at=at,
        )
    days = figures.days(row.pk, since=row.started_at or at, at=at)
    spread = figures.spread(row.pk)
    reached, objected = figures.objections(row.pk, since=row.started_at or at, at=at)
    return ReadOut(
        code=row.code,
        at=at,
        people=people,
        goals=goals,
        readings=readings,
        guarded=guarded,
        splits=_splits(row, at),
        days=days,
        cost_minor=figures.spent(row.pk) + row.fixed_cost_minor,
        reached=reached,
        objections=objected,
        gained=spread.gained,
        sharers=spread.sharers,
        visits=spread.visits,
        brought=spread.brought,
        onward=spread.onward,
        hops=spread.hops,
        usual=figures.usual(row.pk, since=row.started_at or at, at=at),
        correlation=figures.correlation(row.pk, since=row.started_at or at, at=at),
    )


def _groups(
    row: Campaign, people: str, params: Sequence[Any], arms: tuple[stats.Arm, ...], size: int
) -> experiments.Groups:
    return experiments.Groups(people, params, arms, row.goal_days * 24, planned_n=max(2000, size))


def _splits(row: Campaign, at: datetime) -> dict[str, tuple[stats.Reading, ...]]:
    """The arms of every split against the first one, from the moment of the draw."""
    found: dict[str, tuple[stats.Reading, ...]] = {}
    for key, arms in _drawn(row).items():
        those = tuple(
            stats.Arm(str(arm["key"]), "control" if n == 0 else "variant", int(arm["weight"]))
            for n, arm in enumerate(arms)
        )
        groups = _groups(row, figures.BY_SPLIT, [row.pk, key], those, 0)
        found[key], _ = experiments.compare(groups=groups, wanted=("buyers", "revenue"), at=at)
    return found


def _drawn(row: Campaign) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    newest: dict[str, Sequence[Mapping[str, Any]]] = {}
    versions = JourneyVersion.objects.filter(campaign=row, published_at__isnull=False).order_by("number")
    for version in versions:
        for step in rows.steps(version.steps):
            if step.kind == StepKind.SPLIT:
                newest[step.key] = step.params["arms"]
    return newest
