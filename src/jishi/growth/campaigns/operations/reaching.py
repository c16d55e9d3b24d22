"""Telling people what a step says, as notices in their language, and counting what reaches one person.

Invariant: the caps are decided on the person's own row of `Pressure` under its lock, so that campaigns which
run side by side share them. Whether a notice also goes out by mail, push or text is decided by the people's
choices under the topic of offers; there nothing leaves the house unless they turned it on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from jishi.growth.campaigns import values, variables
from jishi.growth.campaigns.contracts import DAY_CAP, WEEK_CAP, Step
from jishi.growth.campaigns.operations.ways import Batch, Way
from jishi.growth.campaigns.queries.finding import draft_of
from jishi.kernel.text import pick
from jishi.people.notifications import operations as notifications

DAY, WEEK = timedelta(days=1), timedelta(days=7)
_TAKE = """
INSERT INTO campaigns_pressure AS p (person_id, sent)
SELECT id, ARRAY[%(at)s::timestamptz] FROM unnest(%(people)s::bigint[]) AS id ORDER BY id
ON CONFLICT (person_id) DO UPDATE SET sent = ARRAY(
    SELECT s FROM unnest(p.sent) s WHERE s > %(at)s::timestamptz - %(week)s::interval ORDER BY s
) || %(at)s::timestamptz
WHERE (SELECT count(*) FILTER (WHERE s > %(at)s::timestamptz - %(day)s::interval) FROM unnest(p.sent) s)
        < %(day_cap)s
    AND (SELECT count(*) FILTER (WHERE s > %(at)s::timestamptz - %(week)s::interval) FROM unnest(p.sent) s)
        < %(week_cap)s
RETURNING person_id
"""
_SENT = "SELECT person_id, sent FROM campaigns_pressure WHERE person_id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Who may be reached now, and when the others may be at the earliest."""

    taken: frozenset[int]
    free_at: Mapping[int, datetime]


def take_pressure(people: Sequence[int], at: datetime) -> Allowed:
    """Count one message for everybody whom the caps allow one."""
    wanted = sorted(set(people))
    if not wanted:
        return Allowed(frozenset(), {})
    params: dict[str, Any] = {
        "at": at, "people": wanted, "day": DAY, "week": WEEK, "day_cap": DAY_CAP, "week_cap": WEEK_CAP
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, params)
        taken = frozenset(person_id for (person_id,) in cursor.fetchall())
        rest = [one for one in wanted if one not in taken]
        free: dict[int, datetime] = {}
        if rest:
            cursor.execute(_SENT, [rest])
            free = {person_id: _free_at(sent) for person_id, sent in cursor.fetchall()}
    return Allowed(taken, free)


def _free_at(sent: Sequence[datetime]) -> datetime:
    """When both caps have room again."""
    newest = sorted(sent)
    day = newest[-DAY_CAP] + DAY if len(newest) >= DAY_CAP else newest[-1]
    week = newest[-WEEK_CAP] + WEEK if len(newest) >= WEEK_CAP else newest[-1]
    return max(day, week)


def tell(batch: Batch, step: Step, ways: Sequence[Way]) -> None:
    """Make the notices of a step: one per way, in the language of the person."""
    if not ways:
        return
    campaign, at = batch.campaign, batch.at
    place = next(n for n, one in enumerate(batch.steps) if one.key == step.key)
    scene = values.Scene(draft_of(campaign), batch.steps[:place], at)
    asked = [values.Asked(way.person_id, way.key, way.entered_at, way.zone) for way in ways]
    known = values.read(variables.used(step), asked, scene)
    told = {}
    for way in ways:
        text = variables.fill(
            pick(step.params["text"], way.language),
            known[way.person_id],
            language=way.language,
            zone=way.zone,
        )
        told[way.person_id] = (f"campaign:{way.id}:{step.key}", {"text": text, "campaign": campaign.name})
    notifications.notify_each(
        kind="campaign_message", told=told, url=f"/go/{campaign.code}/{step.key}/", at=at
    )
