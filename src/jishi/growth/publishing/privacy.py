"""What the content plan keeps about people: who works on it. Words of the house stay, names go."""

from datetime import datetime
from typing import Any

from jishi.growth.publishing import operations as content
from jishi.growth.publishing import queries
from jishi.people.accounts.contracts import PersonalField


def _fields(table: str, purpose: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, "blank") for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "publishing_piece",
        "who writes, reviews and signs",
        "author_id",
        "writer_id",
        "reviewer_id",
        "client_key",
    ),
    *_fields("publishing_step", "who did what to a piece", "by_id"),
    *_fields("publishing_asset", "who added a picture", "added_by_id"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "publishing_piece": frozenset(
        {
            *(
                "id",
                "code",
                "state",
                "lane",
                "title",
                "need",
                "brief",
                "audience",
                "source",
                "headline",
                "text",
            ),
            *(
                "form",
                "language",
                "sponsor",
                "is_approved",
                "approved_digest",
                "due_at",
                "revision",
                "trouble",
                "reasons",
            ),
            *("note_code", "published_at", "created_at", "views", "viewers", "counted_at"),
        }
    ),
    "publishing_asset": frozenset(
        {
            *(
                "id",
                "code",
                "digest",
                "picture",
                "film",
                "title",
                "alt",
                "licence",
                "source",
                "credit",
                "proof",
            ),
            *("expires_on", "tags", "created_at", "archived_at"),
        }
    ),
    "publishing_piecepicture": frozenset({"id", "piece_id", "asset_id", "position"}),
    "publishing_pieceproduct": frozenset({"id", "piece_id", "product_id", "position"}),
    "publishing_step": frozenset({"id", "piece_id", "verb", "words", "at"}),
    "publishing_house": frozenset({"id", "themes", "avoided"}),
    "publishing_goal": frozenset({"lane", "weekly"}),
    "publishing_channel": frozenset(
        {
            *("id", "code", "platform", "name", "handle", "url", "weekly_goal", "cost_minor", "currency"),
            *("segments", "themes", "title_limit", "text_limit", "picture_limit", "is_active", "created_at"),
            *("fetch_hours", "fetch_due_at", "fetched_at", "fetch_said"),
        }
    ),
    "publishing_variant": frozenset(
        {
            *("id", "piece_id", "channel_id", "title", "text", "tags", "pictures", "state", "url"),
            *("sending_at", "posted_at"),
        }
    ),
    "publishing_figure": frozenset(
        {
            *("id", "channel_id", "post", "on", "views", "likes", "comments", "shares", "clicks"),
            *("spent_minor", "imported_at"),
        }
    ),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what somebody did for the content plan."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take the name out; the house's words stay."""
    content.forget_person(person_id=person_id)
