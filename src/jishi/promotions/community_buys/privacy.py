"""What a leader says about themselves goes with them; what was collected is a record of the trade."""

from datetime import datetime
from typing import Any

from django.db import transaction

from jishi.kernel.errors import N_
from jishi.people.accounts.contracts import PersonalField
from jishi.people.privacy.contracts import Obstacle
from jishi.promotions.community_buys import queries
from jishi.promotions.community_buys.contracts import LeaderState
from jishi.promotions.community_buys.models import Collection, Leader, Point


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("community_buys_leader", "handing goods out", "blank", "name", "phone", "about"),
    *_fields(
        "community_buys_leader", "handing goods out", "keep", "region", "state", "applied_at", "decided_at"
    ),
    *_fields(
        "community_buys_collection",
        "record of the trade",
        "keep",
        "order_code",
        "state",
        "commission_minor",
        "commission_back_minor",
        "short_minor",
        "held_at",
        "paid_at",
        "ready_at",
        "ended_at",
    ),
    *_fields("community_buys_tally", "limits per person", "keep", "quantity"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "community_buys_leader": frozenset(
        {"id", "code", "person_id", "reason", "substitute_id", "substitute_until"}
    ),
    "community_buys_collection": frozenset(
        {
            "id",
            "round_id",
            "point_id",
            "leader_id",
            "person_id",
            "secret",
            "tries",
            "reminded_at",
            "handed_by_id",
        }
    ),
    "community_buys_tally": frozenset({"id", "item_id", "person_id", "most"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person is as a leader, and what they ordered in rounds."""
    leader = queries.find_leader(person_id=person_id)
    rows = Collection.objects.filter(person_id=person_id).select_related("round", "point").order_by("pk")
    return {
        "leader": {
            "name": leader.name,
            "phone": leader.phone,
            "region": leader.region,
            "about": leader.about,
            "state": leader.state,
            "points": [{"name": point.name, "place": point.line} for point in leader.points],
        }
        if leader
        else None,
        "collections": [
            {"order": row.order_code, "round": row.round.code, "point": row.point.name, "state": row.state}
            for row in rows
        ],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Close the points of a leader and forget what they wrote."""
    with transaction.atomic():
        leaders = Leader.objects.filter(person_id=person_id)
        Point.objects.filter(leader__in=leaders).update(is_open=False, name="", line="", hours="")
        leaders.update(name="", phone="", about="", state=LeaderState.REFUSED, reason="left")


def find_waiting_goods(person_id: int) -> Obstacle | None:
    """Say that goods wait to be handed out by this person, if some do."""
    count = len(queries.list_desk(person_id, language="en"))
    if not count:
        return None
    message = N_("%(count)s orders wait at your pick-up points. Hand them out, or name a substitute, first.")
    return Obstacle("community_buys.waiting", message, {"count": count}, "/leader/")
