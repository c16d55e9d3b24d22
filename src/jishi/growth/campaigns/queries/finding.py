"""Campaigns as the team sees them: what there is, its versions, who stands where, what was read."""

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Count

from jishi.growth.campaigns import ports, rows
from jishi.growth.campaigns.contracts import (
    Arm,
    Asked,
    CampaignView,
    Draft,
    Flow,
    Part,
    ReadOut,
    StepCount,
    VersionView,
)
from jishi.growth.campaigns.errors import CampaignNotFound
from jishi.growth.campaigns.models import Campaign, Enrolment, JourneyVersion, ReadOutRow

SHOWN = 200
_COUNTS = """
SELECT c.id, coalesce(p.spent_minor, 0), coalesce(n.treated, 0), coalesce(n.held, 0), coalesce(n.goals, 0),
    (SELECT jsonb_agg(jsonb_build_array(t.kind, t.code) ORDER BY t.id) FROM campaigns_part t
        WHERE t.campaign_id = c.id)
FROM campaigns_campaign c LEFT JOIN campaigns_purse p ON p.campaign_id = c.id
LEFT JOIN (
    SELECT campaign_id, count(*) FILTER (WHERE arm = 'treated') AS treated,
        count(*) FILTER (WHERE arm = 'holdout') AS held,
        count(*) FILTER (WHERE arm = 'treated' AND goal_at IS NOT NULL) AS goals
    FROM campaigns_enrolment WHERE campaign_id = ANY(%s) GROUP BY 1
) n ON n.campaign_id = c.id WHERE c.id = ANY(%s)
"""
_OUTCOMES = """
SELECT f.step, f.outcome, count(*) FROM campaigns_effect f JOIN campaigns_enrolment e ON e.id = f.enrolment_id
JOIN campaigns_campaign c ON c.id = e.campaign_id
WHERE c.code = %s AND e.arm <> 'test' GROUP BY 1, 2 ORDER BY 1, 2
"""


def get_campaign(code: str) -> CampaignView:
    """One campaign.

    :raises CampaignNotFound: there is none.
    """
    return _views([found(code)])[0]


def found(code: str) -> Campaign:
    """The row of a campaign.

    :raises CampaignNotFound: there is none.
    """
    row = Campaign.objects.select_related("live").filter(code=code).first()
    if row is None:
        raise CampaignNotFound
    return row


def list_campaigns(*, state: str = "", kind: str = "") -> tuple[CampaignView, ...]:
    """Every campaign, or those of a state or kind; the newest first."""
    those = Campaign.objects.select_related("live").order_by("-id")
    those = those.filter(state=state) if state else those
    those = those.filter(kind=kind) if kind else those
    return _views(list(those[:SHOWN]))


def count_states() -> dict[str, int]:
    """How many campaigns there are of each state."""
    return dict(Campaign.objects.values_list("state").annotate(n=Count("id")).order_by())


def list_versions(code: str) -> tuple[VersionView, ...]:
    """The versions of a campaign's steps, the newest first, with who is on the way in each."""
    counts = dict(
        Enrolment.objects.filter(campaign__code=code, state=Flow.ACTIVE)
        .exclude(arm=Arm.TEST)
        .values_list("version_id")
        .annotate(n=Count("id"))
        .order_by()
    )
    those = JourneyVersion.objects.filter(campaign__code=code).order_by("-number")
    return tuple(
        VersionView(one.number, rows.steps(one.steps), one.published_at, counts.get(one.pk, 0))
        for one in those
    )


def step_counts(code: str) -> dict[str, StepCount]:
    """By step: how many stand there now, and with which outcomes the others left it. Trials do not count."""
    ways = Enrolment.objects.filter(campaign__code=code, state=Flow.ACTIVE).exclude(arm=Arm.TEST)
    here = dict(ways.values_list("step").annotate(n=Count("id")).order_by())
    outcomes: dict[str, dict[str, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OUTCOMES, [code])
        for step, outcome, count in cursor.fetchall():
            outcomes.setdefault(step, {})[outcome] = count
    return {
        key: StepCount(key, here.get(key, 0), outcomes.get(key, {})) for key in sorted({*here, *outcomes})
    }


def read_out(code: str) -> ReadOut | None:
    """What was read last; None if nothing was read yet."""
    newest = ReadOutRow.objects.filter(campaign__code=code).order_by("-id").first()
    return rows.read_out(code, newest.at, newest.body) if newest else None


def list_grants() -> tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]:
    """What can be given now: kind, name (English), and what there is of it."""
    return tuple((one.kind, one.name, one.choices()) for one in ports.grants().values())


def _views(those: Sequence[Campaign]) -> tuple[CampaignView, ...]:
    ids = [row.pk for row in those]
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [ids, ids])
        known = {number: rest for number, *rest in cursor.fetchall()}
    return tuple(_view(row, known[row.pk]) for row in those)


def _view(row: Campaign, known: Sequence[Any]) -> CampaignView:
    asked = None
    if row.asked_verb and row.asked_at is not None:
        asked = Asked(row.asked_verb, row.asked_by_id, row.asked_at)
    spent, treated, held, goals, parts = known
    parts = json.loads(parts) if isinstance(parts, str) else parts
    return CampaignView(
        code=row.code,
        draft=draft_of(row),
        state=row.state,
        owner_id=row.owner_id,
        asked=asked,
        holdout_bps=row.holdout_bps,
        holdout_reason=row.holdout_reason,
        pause_reason=row.pause_reason,
        spent_minor=spent,
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        live=row.live.number if row.live else None,
        parts=tuple(Part(*one) for one in parts or ()),
        treated=treated,
        held=held,
        goals=goals,
    )


def draft_of(row: Campaign) -> Draft:
    """What a campaign is about, as it was written."""
    return Draft(**{name: getattr(row, name) for name in Draft.__slots__})
