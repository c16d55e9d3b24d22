"""Leading people on: batches of ways whose time has come, each step's work done for all of them at once.

Invariant: the rows of the ways are locked, and everything a batch does (the effects' marks, notices, slots,
tasks, grants, money spent, the next due moment) is one transaction. A worker that dies leaves nothing, and
the next one begins the same batch again; so every effect happens exactly once. Since a step leads to later
ones only, one pass over the steps in order moves everybody as far as they can go.

Locks: a share of the campaign's row, the ways (those that somebody else holds are skipped), the purse, the
pressures in order of person.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import connection, transaction

from jishi.growth.campaigns import rows
from jishi.growth.campaigns.contracts import Arm, Flow, State
from jishi.growth.campaigns.models import Campaign, Enrolment, JourneyVersion
from jishi.growth.campaigns.operations import acting, running
from jishi.growth.campaigns.operations.ways import Batch, Way

BATCH = 500
ROUNDS = 40
TRIES_MOST = 5
AGAIN = timedelta(minutes=10)

log = structlog.get_logger("campaigns")

_DUE = """
SELECT e.id, e.person_id, e.version_id, e.key, e.step, e.step_at, e.entered_at, e.goal_at, e.arm,
    u.language, coalesce(r.time_zone, 'Asia/Shanghai'), r.quiet_from, r.quiet_to
FROM campaigns_enrolment e JOIN accounts_user u ON u.id = e.person_id
LEFT JOIN notifications_reach r ON r.person_id = e.person_id
WHERE e.campaign_id = %s AND e.state = 'active' AND e.due_at <= %s {some}
ORDER BY e.due_at, e.id LIMIT %s FOR UPDATE OF e SKIP LOCKED
"""
_EFFECTS = """
INSERT INTO campaigns_effect (enrolment_id, step, kind, outcome, cost_minor, at)
SELECT *, %s FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[])
"""
_MOVED = """
UPDATE campaigns_enrolment e SET step = m.step, step_at = m.step_at, due_at = m.due_at, state = m.state,
    ended_at = CASE m.state WHEN 'active' THEN NULL ELSE %s::timestamptz END, tries = 0
FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::text[])
    AS m(id, step, step_at, due_at, state)
WHERE e.id = m.id
"""


def run_due(at: datetime) -> int:
    """Lead on whoever is due in campaigns that run; returns how many were looked at."""
    ids = list(Campaign.objects.filter(state=State.RUNNING).order_by("pk").values_list("pk", flat=True))
    worked = 0
    for campaign_id in ids:
        for _ in range(ROUNDS):
            done = run_batch(campaign_id, at)
            worked += done
            if done < BATCH:
                break
    return worked


def run_batch(campaign_id: int, at: datetime) -> int:
    """One batch of one campaign; what breaks it is done one by one, so that one way holds up no other."""
    try:
        count, trouble = _run(campaign_id, at, BATCH)
    except Exception as error:
        log.error("campaigns.batch_failed", campaign=campaign_id, exc_info=error)
        return _one_by_one(campaign_id, at)
    if trouble:
        code = Campaign.objects.values_list("code", flat=True).get(pk=campaign_id)
        running.pause(code=code, by=None, reason=trouble, at=at)
    return count


def run_test(enrolment_id: int, at: datetime) -> None:
    """Lead one trial way to its end in the caller's transaction; waiting takes no time on it."""
    campaign_id = Enrolment.objects.values_list("campaign_id", flat=True).get(pk=enrolment_id)
    _lead(Campaign.objects.get(pk=campaign_id), _due(campaign_id, at, 1, only=enrolment_id), at)


def _run(campaign_id: int, at: datetime, limit: int, only: int | None = None) -> tuple[int, str]:
    """Lead a batch on; returns how many, and why the campaign has to pause if it does."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM campaigns_campaign WHERE id = %s AND state = 'running' FOR SHARE",
                [campaign_id],
            )
            if cursor.fetchone() is None:
                return 0, ""
        ways = _due(campaign_id, at, limit, only)
        return len(ways), _lead(Campaign.objects.get(pk=campaign_id), ways, at)


def _due(campaign_id: int, at: datetime, limit: int, only: int | None = None) -> list[Way]:
    some = "" if only is None else f"AND e.id = {int(only)}"
    with connection.cursor() as cursor:
        cursor.execute(_DUE.format(some=some), [campaign_id, at, limit])
        return [Way(*found) for found in cursor.fetchall()]


def _lead(campaign: Campaign, ways: Sequence[Way], at: datetime) -> str:
    trouble = ""
    versions = JourneyVersion.objects.in_bulk({way.version_id for way in ways})
    for number, version in sorted(versions.items()):
        steps = rows.steps(version.steps)
        mine = [way for way in ways if way.version_id == number]
        batch = Batch(campaign, version, steps, mine, at)
        _settle_in(batch)
        for place, step in enumerate(steps):
            here = [way for way in mine if way.place == place and way.due_at is None]
            if here:
                acting.act(batch, step, here)
        trouble = trouble or batch.trouble
        _write(batch)
    return trouble


def _settle_in(batch: Batch) -> None:
    """Find where everybody stands; who has reached the goal already is through."""
    places = {step.key: place for place, step in enumerate(batch.steps)}
    for way in batch.ways:
        way.place = places.get(way.step, len(batch.steps))
        if batch.campaign.exits_on_goal and way.goal_at is not None and way.arm != Arm.TEST:
            way.place, way.reached = len(batch.steps), True


def _write(batch: Batch) -> None:
    """Keep what was done, and where everybody is now. The keys refuse what was kept before."""
    marks = [(way.id, *mark) for way in batch.ways for mark in way.marks]
    moved: list[tuple[Any, ...]] = []
    for way in batch.ways:
        if way.place < len(batch.steps):
            step, state = batch.steps[way.place].key, Flow.ACTIVE
            moved.append((way.id, step, way.step_at, way.due_at or batch.at, str(state)))
        else:
            state = Flow.GOAL if way.reached else Flow.DONE
            moved.append((way.id, "", batch.at, None, str(state)))
    with connection.cursor() as cursor:
        if marks:
            columns = [list(column) for column in zip(*marks, strict=True)]
            cursor.execute(_EFFECTS, [batch.at, *columns])
        if moved:
            cursor.execute(_MOVED, [batch.at, *(list(column) for column in zip(*moved, strict=True))])


def _one_by_one(campaign_id: int, at: datetime) -> int:
    due = Enrolment.objects.filter(campaign_id=campaign_id, state=Flow.ACTIVE, due_at__lte=at)
    ids = list(due.order_by("due_at", "id").values_list("pk", flat=True)[:BATCH])
    for number in ids:
        try:
            _run(campaign_id, at, 1, only=number)
        except Exception as error:
            log.error("campaigns.way_failed", enrolment=number, exc_info=error)
            _put_back(number, at)
    return len(ids)


def _put_back(number: int, at: datetime) -> None:
    """Try this way again later, and give it up after some tries; the console counts those."""
    with transaction.atomic():
        row = Enrolment.objects.select_for_update().get(pk=number)
        row.tries += 1
        if row.tries >= TRIES_MOST:
            row.state, row.due_at, row.ended_at = Flow.FAILED, None, at
        else:
            row.due_at = at + AGAIN * row.tries
        row.save(update_fields=["tries", "state", "due_at", "ended_at"])
