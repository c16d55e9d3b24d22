"""What surveys keep about people, and what becomes of it when they ask to be forgotten.

Answers under a name lose it together with their words; answers without names were never anybody's.
"""

from datetime import datetime
from typing import Any

from jishi.insight.surveys import operations as surveys
from jishi.insight.surveys import queries
from jishi.people.accounts.contracts import PersonalField


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("surveys_survey", "who made a survey", "blank", "owner_id"),
    *_fields("surveys_answer", "what somebody answered", "blank", "person_id", "values", "language"),
    *_fields("surveys_part", "that somebody took part", "delete", "taker", "person_id"),
    *_fields(
        "surveys_invitation",
        "asking somebody, and not asking again too soon",
        "delete",
        *("taker", "person_id", "order_code", "due_at", "told_at", "shown_at", "dismissed_at"),
    ),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "surveys_survey": frozenset(
        {
            *("id", "code", "kind", "state", "title", "intro", "thanks", "trigger", "page", "delay_h"),
            *("audience_kind", "audience_key", "is_anonymous", "allows_visitors", "closes_at", "version"),
            *("answer_count", "created_at", "opened_at", "closed_at"),
        }
    ),
    "surveys_version": frozenset({"id", "survey_id", "number", "questions", "created_at", "is_frozen"}),
    "surveys_answer": frozenset({"id", "code", "version_id", "is_visitor", "on_day"}),
    "surveys_box": frozenset({"version_id", "bundle"}),
    "surveys_part": frozenset({"survey_id"}),
    "surveys_invitation": frozenset({"id", "survey_id"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what somebody answered under their name, and where they took part."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take name and words away; the choices stay as numbers of nobody."""
    surveys.forget(person_id=person_id)
