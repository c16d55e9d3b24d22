"""What listening keeps about people, and what becomes of it when they ask to be forgotten.

The words go with the person; that something was said about a theme stays as a number.
"""

from datetime import datetime
from typing import Any

from jishi.growth.listening import operations as listening
from jishi.growth.listening import queries
from jishi.people.accounts.contracts import PersonalField


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "listening_item",
        "what somebody told us",
        "blank",
        *("person_id", "text", "picture", "about", "natural_key"),
    ),
    *_fields("listening_item", "who looks after feedback", "blank", "owner_id"),
    *_fields("listening_answer", "what was answered, and by whom", "blank", "text", "by_id"),
    *_fields("listening_change", "who changed something", "blank", "by_id"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "listening_item": frozenset(
        {
            *("id", "code", "source", "state", "is_unnamed", "score", "change_id"),
            "created_at",
        }
    ),
    "listening_answer": frozenset({"id", "item_id", "at"}),
    "listening_change": frozenset(
        {
            *("id", "code", "title", "what", "measure", "theme_id", "made_at", "told_at", "figures"),
            "measured_at",
        }
    ),
    "listening_theme": frozenset({"id", "slug", "name", "words", "is_archived", "is_due"}),
    "listening_tag": frozenset({"item_id", "theme_id", "by_hand", "is_off"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what somebody told us and was answered."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Blank their words and take their name off; numbers stay."""
    listening.forget(person_id=person_id)
