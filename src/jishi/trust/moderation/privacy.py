"""What moderation keeps about people, and what becomes of it when they ask to be forgotten.

A decision and the words it was about stay: they are the evidence of why something was taken down.
"""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.trust.moderation.models import Case, Fingerprint, Report, Suspension


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "moderation_case", "what a decision was about", "keep", "snapshot", "appeal_text", "appealed_at"
    ),
    *_fields("moderation_report", "why something was reported", "keep", "reason", "text", "created_at"),
    *_fields("moderation_suspension", "a suspension", "keep", "starts_at", "ends_at", "lifted_at"),
    *_fields("moderation_entry", "the log of decisions", "keep", "act", "detail", "at"),
    *_fields("moderation_fingerprint", "recognising floods, for a day", "delete", "simhash", "length"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "moderation_case": frozenset(
        {
            *("id", "code", "kind", "object_code", "author_id", "community", "source", "state", "reason"),
            *("report_count", "believed_count", "is_hidden", "opened_at", "claimed_by_id", "claimed_until"),
            *("decided_at", "decided_by_id", "action", "note", "proposed", "proposed_by_id"),
            *("appeal_by_id", "appeal_decided_at", "appeal_note", "appeal_outcome"),
        }
    ),
    "moderation_report": frozenset(
        {"id", "code", "case_id", "reporter_id", "kind", "object_code", "state", "is_believed", "closed_at"}
    ),
    "moderation_suspension": frozenset({"id", "case_id", "person_id"}),
    "moderation_entry": frozenset({"id", "case_id", "actor_id"}),
    "moderation_fingerprint": frozenset({"id", "author_id", "kind", "created_at"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return decisions about the person, their appeals, what they reported, and suspensions."""
    cases = Case.objects.filter(author_id=person_id).order_by("pk")
    reports = Report.objects.filter(reporter_id=person_id).order_by("pk")
    held = Suspension.objects.filter(person_id=person_id).order_by("pk")
    prints = Fingerprint.objects.filter(author_id=person_id).order_by("pk")
    return {
        "decisions": [
            {
                "case": row.code,
                "snapshot": row.snapshot,
                "reason": row.reason,
                "appeal": row.appeal_text,
                "appealed_at": row.appealed_at.isoformat() if row.appealed_at else None,
            }
            for row in cases
        ],
        "reports": [
            {"reason": row.reason, "text": row.text, "at": row.created_at.isoformat()} for row in reports
        ],
        "suspensions": [
            {
                "starts_at": row.starts_at.isoformat(),
                "ends_at": row.ends_at.isoformat() if row.ends_at else None,
                "lifted_at": row.lifted_at.isoformat() if row.lifted_at else None,
            }
            for row in held
        ],
        "fingerprints": [{"simhash": row.simhash, "length": row.length} for row in prints],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Forget the fingerprints of their words; decisions stay as evidence."""
    Fingerprint.objects.filter(author_id=person_id).delete()
