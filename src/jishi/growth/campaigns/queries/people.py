"""The people behind a campaign's numbers, and what single people got."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.growth.campaigns.contracts import Arm, Received
from jishi.growth.campaigns.models import Click, Effect, Enrolment, Objection, Pressure
from jishi.people.accounts import queries as accounts

PAGE = 50
_PEOPLE = """
SELECT e.id, e.person_id, e.arm, e.state, e.step, e.entered_at, e.goal_at FROM campaigns_enrolment e
JOIN campaigns_campaign c ON c.id = e.campaign_id
WHERE c.code = %(code)s AND e.arm <> 'test' AND (%(arm)s = '' OR e.arm = %(arm)s) AND e.id > %(after)s
    AND (%(step)s = '' OR %(outcome)s <> '' OR (e.step = %(step)s AND e.state = 'active'))
    AND (%(step)s = '' OR %(outcome)s = '' OR EXISTS (SELECT 1 FROM campaigns_effect f
        WHERE f.enrolment_id = e.id AND f.step = %(step)s AND f.outcome = %(outcome)s))
ORDER BY e.id LIMIT %(limit)s
"""

_RECEIVED = """
SELECT c.code, c.name, coalesce(n.params->>'text', ''), f.at FROM campaigns_enrolment e
JOIN campaigns_campaign c ON c.id = e.campaign_id
JOIN campaigns_effect f ON f.enrolment_id = e.id AND f.kind = 'send' AND f.outcome = 'sent'
JOIN notifications_notice n ON n.person_id = e.person_id
    AND n.natural_key = 'campaign:' || e.id || ':' || f.step
WHERE e.person_id = %s ORDER BY f.at DESC, f.step LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class WayLine:
    """Somebody on the way, for lists."""

    code: str
    name: str
    arm: str
    state: str
    step: str
    entered_at: datetime
    goal_at: datetime | None


def page_people(
    code: str, *, step: str = "", outcome: str = "", arm: str = "", after: int = 0
) -> tuple[tuple[WayLine, ...], int | None]:
    """Who stands at a step, or left it with an outcome; and where the next page begins."""
    params: dict[str, Any] = {
        "code": code, "step": step, "outcome": outcome, "arm": arm, "after": after, "limit": PAGE + 1
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, params)
        ways = cursor.fetchall()
    cards = accounts.list_people([way[1] for way in ways])
    lines = tuple(
        WayLine(cards[person_id].code, cards[person_id].nickname, *rest)
        for _, person_id, *rest in ways[:PAGE]
        if person_id in cards
    )
    return lines, ways[PAGE - 1][0] if len(ways) > PAGE else None


def list_received(*, person_id: int, limit: int = 30) -> tuple[Received, ...]:
    """The messages of campaigns that somebody got, as they were worded then, the newest first."""
    with connection.cursor() as cursor:
        cursor.execute(_RECEIVED, [person_id, limit])
        return tuple(Received(*found) for found in cursor.fetchall())


def has_objected(person_id: int) -> bool:
    """Whether somebody wants no messages of campaigns."""
    return Objection.objects.filter(person_id=person_id, kind="stop", lifted_at=None).exists()


def export_person(*, person_id: int) -> dict[str, Any]:
    """What is kept about somebody: their ways, what each step did, clicks and objections."""
    ways = Enrolment.objects.filter(person_id=person_id).select_related("campaign").order_by("pk")
    done: dict[int, list[dict[str, Any]]] = {}
    for one in Effect.objects.filter(enrolment__person_id=person_id).order_by("at", "step"):
        done.setdefault(one.enrolment_id, []).append(
            {"step": one.step, "kind": one.kind, "outcome": one.outcome, "at": one.at.isoformat()}
        )
    pressure = Pressure.objects.filter(pk=person_id).first()
    return {
        "ways": [
            {
                "campaign": way.campaign.name,
                "arm": way.arm,
                "is_test": way.arm == Arm.TEST,
                "entered_at": way.entered_at.isoformat(),
                "goal_at": way.goal_at and way.goal_at.isoformat(),
                "steps": done.get(way.pk, []),
            }
            for way in ways
        ],
        "clicks": _moments(Click.objects.filter(person_id=person_id).order_by("pk")),
        "objections": _moments(Objection.objects.filter(person_id=person_id).order_by("pk")),
        "reached_lately": [one.isoformat() for one in pressure.sent] if pressure else [],
    }


def _moments(those: Any) -> Sequence[dict[str, Any]]:
    return [
        {"campaign": one.campaign.name if one.campaign else "", "at": one.at.isoformat()}
        for one in those.select_related("campaign")
    ]
