"""What team work keeps about people of the team, and what becomes of it when they leave.

The work stays, as the house's own record; the names go.
"""

from datetime import datetime
from typing import Any

from jishi.growth.teamwork import operations as teamwork
from jishi.growth.teamwork import queries
from jishi.people.accounts.contracts import PersonalField


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("teamwork_task", "who works on something", "blank", "owner_id", "by_id"),
    *_fields("teamwork_change", "who moved a task", "blank", "before_owner_id", "owner_id", "by_id"),
    *_fields("teamwork_comment", "who said something about work", "blank", "by_id"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "teamwork_task": frozenset(
        {"id", "code", "subject", "title", "state", "due_at", "natural_key", "created_at", "closed_at"}
    ),
    "teamwork_change": frozenset({"id", "task_id", "verb", "before", "after", "at"}),
    "teamwork_comment": frozenset({"id", "code", "subject", "text", "at"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what somebody of the team was given to do and said."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take the name off; the work stays."""
    teamwork.forget(person_id=person_id)
