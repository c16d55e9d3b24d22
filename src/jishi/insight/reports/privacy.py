"""What reports keep about people of the team, and what becomes of it when they leave."""

from datetime import datetime
from typing import Any

from jishi.insight.reports import operations as reports
from jishi.insight.reports import queries
from jishi.people.accounts.contracts import PersonalField


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("reports_seat", "what somebody of the team looks at first", "delete", "person_id", "role"),
    *_fields("reports_report", "who made a report", "blank", "owner_id"),
    *_fields("reports_reader", "who gets a report", "delete", "person_id"),
    *_fields("reports_mail", "which mails left", "delete", "person_id", "state", "tries", "due_at"),
    *_fields("reports_note", "who explained a note", "blank", "by_id"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "reports_roleboard": frozenset({"id", "role", "board_code", "place"}),
    "reports_report": frozenset(
        {
            *("id", "code", "name", "board_code", "period", "hour", "weekday", "language", "is_on"),
            *("next_at", "created_at"),
        }
    ),
    "reports_reader": frozenset({"report_id"}),
    "reports_issue": frozenset(
        {
            *("id", "code", "report_id", "name", "language", "first_on", "last_on", "state", "runs"),
            *("tables", "notes", "due_at", "made_at"),
        }
    ),
    "reports_mail": frozenset({"issue_id"}),
    "reports_note": frozenset(
        {
            *("id", "code", "kind", "subject", "unit", "on", "value", "expected", "low", "high"),
            *("score_milli", "parts", "behind", "state", "said", "made_at"),
        }
    ),
    "reports_look": frozenset({"on", "at"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what somebody of the team looks at, gets and said."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take them out; reports and notes stay."""
    reports.forget(person_id=person_id)
