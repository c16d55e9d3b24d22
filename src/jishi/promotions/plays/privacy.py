"""A seat in a team is a record of the trade; the account it names is nameless afterwards."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.promotions.plays.models import Seat


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "plays_seat",
        "record of the trade",
        "keep",
        "order_code",
        "quantity",
        "state",
        "is_leader",
        "move_ok",
        "keeps_place",
        "held_at",
        "paid_at",
        "left_at",
        "refunded_at",
    ),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "plays_seat": frozenset(
        {"id", "team_id", "person_id", "variant_id", "moved_from_id", "held_until", "lapses_at"}
    ),
    "plays_team": frozenset(
        {
            "id", "code", "offer_id", "leader_id", "size", "state", "seats_taken", "seats_held",
            "seats_virtual", "created_at", "opened_at", "deadline_at", "formed_at", "closed_at",
            "close_reason",
        }
    ),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return the teams the person joined."""
    rows = Seat.objects.filter(person_id=person_id).select_related("team").order_by("pk")
    return {
        "seats": [
            {"team": r.team.code, "order": r.order_code, "state": r.state, "held_at": r.held_at.isoformat()}
            for r in rows
        ]
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Nothing: the seat belongs to an order that has to be kept."""
