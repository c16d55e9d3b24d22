"""Every column of feeds that says something about a person, and what becomes of it on request."""

from jishi.people.accounts.contracts import PersonalField

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
