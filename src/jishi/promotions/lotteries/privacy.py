"""An entry stays, or a draw could not be checked any more; it names a nameless account afterwards."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.promotions.lotteries.models import Entry, Win


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("lotteries_entry", "taking part in a draw", "keep", "code", "who", "source", "at"),
    *_fields("lotteries_win", "a prize", "keep", "state", "order_code", "awarded_at", "closed_at"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "lotteries_entry": frozenset({"id", "lottery_id", "number", "person_id", "turn"}),
    "lotteries_win": frozenset(
        {"id", "code", "lottery_id", "prize_id", "unit", "entry_id", "person_id", "round", "claim_by_at"}
    ),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person took part in and won."""
    entries = Entry.objects.filter(person_id=person_id).select_related("lottery").order_by("pk")
    wins = Win.objects.filter(person_id=person_id).select_related("lottery", "prize").order_by("pk")
    return {
        "entries": [
            {"lottery": row.lottery.code, "entry": row.code, "at": row.at.isoformat()} for row in entries
        ],
        "wins": [
            {
                "lottery": row.lottery.code,
                "prize": row.prize.title,
                "state": row.state,
                "order": row.order_code,
            }
            for row in wins
        ],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Nothing: entries and wins are records that others can check."""
