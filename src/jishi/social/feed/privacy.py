"""Every column of feeds that says something about a person, and what becomes of it on request."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.social.feed import operations as feed
from jishi.social.feed.models import Choice, Interest

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    PersonalField("feed_choice", "is_personalised", "preference", "delete"),
    PersonalField("feed_choice", "place", "preference", "delete"),
    PersonalField("feed_interest", "topic_id", "preference", "delete"),
)

# Columns that are about the record and not about the person.
IMPERSONAL: dict[str, frozenset[str]] = {
    "feed_choice": frozenset({"person_id"}),
    "feed_interest": frozenset({"id", "person_id"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person chose for their feeds."""
    choice = Choice.objects.filter(person_id=person_id).first()
    topics = Interest.objects.filter(person_id=person_id).order_by("pk").values_list("topic__name", flat=True)
    return {
        "is_personalised": choice.is_personalised if choice else True,
        "place": choice.place if choice else "",
        "topics": list(topics),
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Forget what the person chose."""
    feed.forget(person_id=person_id)
