"""What challenges keep about people, and what becomes of it when they ask to be forgotten.

A voice stays: results could not be checked without it. It says nothing but a number.
"""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.social.challenges.models import Challenge, Entry, Judge, Voice


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("challenges_voice", "a vote in a challenge", "keep", "points", "day", "at"),
    *_fields("challenges_entry", "taking part", "keep", "created_at", "rank"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "challenges_challenge": frozenset(
        {
            "called_off",
            "hidden_at",
            *("id", "code", "host_id", "title", "topic", "rules", "prize", "method", "winner_count"),
            *("starts_at", "ends_at", "ended_at", "judged_at", "created_at"),
        }
    ),
    "challenges_judge": frozenset({"id", "challenge_id", "person_id"}),
    "challenges_entry": frozenset({"id", "code", "challenge_id", "note_id", "person_id"}),
    "challenges_voice": frozenset({"id", "challenge_id", "entry_id", "person_id"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person entered, judged, hosted and voted for."""
    entries = Entry.objects.filter(person_id=person_id).order_by("pk").select_related("challenge")
    voices = Voice.objects.filter(person_id=person_id).order_by("pk").select_related("entry")
    judged = Judge.objects.filter(person_id=person_id).order_by("pk").select_related("challenge")
    return {
        "hosted": list(
            Challenge.objects.filter(host_id=person_id).order_by("pk").values_list("code", flat=True)
        ),
        "judge_in": [row.challenge.code for row in judged],
        "entries": [
            {"challenge": row.challenge.code, "at": row.created_at.isoformat(), "rank": row.rank}
            for row in entries
        ],
        "votes": [
            {"entry": row.entry.code, "points": row.points, "day": row.day, "at": row.at.isoformat()}
            for row in voices
        ],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Nothing: what stays are numbers of an account that has no name any more."""
