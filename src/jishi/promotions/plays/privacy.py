"""Seats, rallies and helps are records of the trade; the account they name is nameless afterwards.

What tells devices and networks apart is forgotten with the person: it only served to find abuse.
"""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays.models import Help, Rally, Seat


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
        "counted_on",
        "drawn",
        "reserved_until",
    ),
    *_fields("plays_seat", "one delivery, one limit", "blank", "household"),
    *_fields(
        "plays_rally",
        "what somebody gathered friends for",
        "keep",
        "state",
        "gained",
        "helps_counted",
        "helps_kept",
        "order_code",
        "created_at",
        "won_at",
        "closed_at",
    ),
    *_fields("plays_rally", "telling abuse from friends", "blank", "device", "household"),
    *_fields("plays_help", "helping a friend", "keep", "state", "amount", "is_newcomer", "at", "reviewed_at"),
    *_fields("plays_help", "telling abuse from friends", "blank", "device", "network", "signals"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "plays_seat": frozenset(
        {
            "id", "team_id", "person_id", "variant_id", "moved_from_id", "held_until", "lapses_at",
            "discount_minor", "back_minor", "back_sent_at",
        }
    ),
    "plays_rally": frozenset(
        {
            "id", "code", "offer_id", "starter_id", "variant_id", "alone_minor", "floor_minor", "goal",
            "helps_most", "seed", "has_unit", "discount_minor", "counted_on", "ends_at", "pay_by_at",
            "due_at", "close_reason",
        }
    ),
    "plays_help": frozenset(
        {
            "id", "rally_id", "offer_id", "person_id", "position", "is_first", "once_per_offer",
            "reviewed_by_id",
        }
    ),
    "plays_team": frozenset(
        {
            "id", "code", "offer_id", "leader_id", "size", "state", "seats_taken", "seats_held",
            "seats_virtual", "created_at", "opened_at", "deadline_at", "formed_at", "closed_at",
            "close_reason", "match_at", "seed_hash", "seed", "tier",
        }
    ),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return the teams the person joined, what they gathered friends for, and whom they helped."""
    rows = Seat.objects.filter(person_id=person_id).select_related("team").order_by("pk")
    return {
        "seats": [
            {"team": r.team.code, "order": r.order_code, "state": r.state, "held_at": r.held_at.isoformat()}
            for r in rows
        ],
        "rallies": [
            {"rally": r.code, "state": r.state, "order": r.order_code, "started_at": r.created_at.isoformat()}
            for r in Rally.objects.filter(starter_id=person_id).order_by("pk")
        ],
        "helps": [
            {"rally": r.rally.code, "state": r.state, "amount": r.amount, "at": r.at.isoformat()}
            for r in Help.objects.filter(person_id=person_id).select_related("rally").order_by("pk")
        ],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Forget what told the person's devices and address; seats and helps belong to records that are kept."""
    plays.forget(person_id=person_id)
