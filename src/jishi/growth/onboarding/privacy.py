"""What is kept about how people begin, and what becomes of it when they ask to be forgotten."""

from datetime import datetime
from typing import Any

from jishi.growth.onboarding import operations as onboarding
from jishi.growth.onboarding import queries
from jishi.people.accounts.contracts import PersonalField


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("onboarding_path", "who laid out a path", "blank", "owner_id"),
    *_fields(
        "onboarding_newcomer",
        "helping somebody to begin",
        "delete",
        *("person_id", "path_number", "joined_at", "finished_at", "put_away_at"),
    ),
    *_fields("onboarding_mark", "counting first steps", "delete", "person_id", "kind", "subject", "at"),
    *_fields(
        "onboarding_reward",
        "giving what belongs to a first step once",
        "delete",
        *("person_id", "kind", "path_number", "gift", "outcome", "cost_minor", "at"),
    ),
    *_fields("onboarding_done", "counting first steps", "delete", "person_id", "kind", "at"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "onboarding_path": frozenset({"number", "steps", "made_at"}),
    "onboarding_newcomer": frozenset(),
    "onboarding_mark": frozenset(),
    "onboarding_done": frozenset(),
    "onboarding_reward": frozenset(),
    "onboarding_purse": frozenset({"path_number", "budget_minor", "spent_minor"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """How somebody began."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Remove it."""
    onboarding.forget(person_id=person_id)
