"""Notes, comments and taps: what is personal in them, how it is handed over and forgotten."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.social.notes import operations as notes
from jishi.social.notes import queries


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "notes_note",
        "what the person wrote",
        "blank",
        *("title", "text", "details", "place", "sponsor", "pictures", "video", "cover"),
        *("visibility", "audience_kind", "audience_key", "reason", "reason_note"),
    ),
    *_fields("notes_comment", "what the person wrote", "blank", "text", "reason", "reason_note"),
    *_fields("notes_like", "what the person likes", "delete", "created_at"),
    *_fields("notes_commentlike", "what the person likes", "delete", "created_at"),
    *_fields("notes_favourite", "what the person keeps", "delete", "created_at", "folder_id"),
    *_fields("notes_folder", "what the person keeps", "delete", "name", "created_at"),
    *_fields("notes_mention", "being named", "delete", "person_id"),
    *_fields("notes_hiddenauthor", "moderation", "delete", "reason", "since_at"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "notes_note": frozenset(
        {
            *("id", "code", "author_id", "form", "state", "state_before", "is_sponsored", "language"),
            *("repost_of_id", "published_no", "published_at", "scheduled_at", "created_at", "edited_at"),
            *("revision", "client_key", "like_count", "comment_count", "favourite_count", "repost_count"),
            "quality",
        }
    ),
    "notes_comment": frozenset(
        {
            *("id", "code", "note_id", "author_id", "parent_id", "reply_to_id", "state", "state_before"),
            *("like_count", "created_at", "client_key"),
        }
    ),
    "notes_like": frozenset({"id", "note_id", "person_id"}),
    "notes_commentlike": frozenset({"id", "comment_id", "person_id"}),
    "notes_favourite": frozenset({"id", "note_id", "person_id"}),
    "notes_folder": frozenset({"id", "code", "person_id"}),
    "notes_mention": frozenset({"id", "note_id"}),
    "notes_hiddenauthor": frozenset({"person_id"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person wrote, liked and keeps."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take their words and taps away."""
    notes.erase(person_id=person_id, at=at)
