"""What merchandising keeps about people, and what becomes of it when they ask to be forgotten."""

from datetime import datetime
from typing import Any

from jishi.growth.merchandising import operations as merchandising
from jishi.growth.merchandising import queries
from jishi.people.accounts.contracts import PersonalField


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "merchandising_placement", "who placed something, who asked", "blank", "owner_id", "asked_by_id"
    ),
    *_fields("merchandising_landingpage", "who made a page, who asked", "blank", "owner_id", "asked_by_id"),
    *_fields(
        "merchandising_chosen",
        "that something is shown to somebody",
        "delete",
        *("person_id", "natural_key", "until", "chosen_at", "withdrawn_at"),
    ),
    *_fields(
        "merchandising_seen",
        "not showing the same thing too often",
        "delete",
        *("viewer", "person_id", "on_day", "today", "total", "last_at", "clicked_at", "dismissed_at"),
    ),
    *_fields(
        "merchandising_pace",
        "not showing too many things on one day",
        "delete",
        *("viewer", "on_day", "person_id", "shown"),
    ),
    *_fields(
        "merchandising_signup",
        "writing to somebody who signed up",
        "delete",
        *("person_id", "version", "words", "at", "withdrawn_at"),
    ),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "merchandising_placement": frozenset(
        {
            *("id", "code", "natural_key", "slot", "state", "title", "text", "picture", "url", "starts_at"),
            *("ends_at", "priority", "audiences", "is_for_chosen", "regions", "seasons", "per_day"),
            *("in_all", "product_ids", "campaign_code", "revision", "created_at", "changed_at"),
        }
    ),
    "merchandising_landingpage": frozenset(
        {
            *("id", "code", "slug", "state", "title", "summary", "picture", "blocks", "ends_at"),
            *("campaign_code", "version", "revision", "is_changed", "has_promised_end", "sign_ups"),
            *("created_at", "published_at"),
        }
    ),
    "merchandising_landingversion": frozenset(
        {"id", "page_id", "number", "title", "summary", "picture", "blocks", "published_at"}
    ),
    "merchandising_chosen": frozenset({"id", "placement_id"}),
    "merchandising_seen": frozenset({"id", "placement_id", "per_day", "in_all"}),
    "merchandising_pace": frozenset({"slot", "most"}),
    "merchandising_signup": frozenset({"id", "page_id"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """What somebody was shown and closed, what was chosen for them, and where they signed up."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Remove all of it; the counts of pages move along."""
    merchandising.forget(person_id=person_id)
