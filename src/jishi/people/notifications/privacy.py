"""Personal columns of messages, and what becomes of them when a person asks to be forgotten."""

from datetime import datetime
from typing import Any

from jishi.people.accounts import queries as people
from jishi.people.accounts.contracts import PersonalField
from jishi.people.notifications import operations as notifications
from jishi.people.notifications import queries

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *(
        PersonalField("notifications_inboxmessage", column, "demo inbox", "delete")
        for column in ("channel", "recipient", "recipient_index", "subject", "text", "sent_at")
    ),
    *(
        PersonalField("notifications_notice", column, "telling people what happened", "delete")
        for column in ("kind", "params", "url", "created_at", "read_at")
    ),
    *(
        PersonalField("notifications_reach", column, "when somebody may be disturbed", "delete")
        for column in ("time_zone", "quiet_from", "quiet_to", "digest_minute")
    ),
    *(
        PersonalField("notifications_choice", column, "how somebody wants to be told", "delete")
        for column in ("topic", "channel", "mode")
    ),
    *(
        PersonalField("notifications_pushtarget", column, "telling a browser", "delete")
        for column in ("endpoint", "endpoint_index", "p256dh", "auth", "created_at")
    ),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "notifications_inboxmessage": frozenset({"id"}),
    "notifications_notice": frozenset({"id", "person_id", "natural_key", "is_listed", "plan_due_at"}),
    "notifications_reach": frozenset({"person_id", "digest_due_at", "digested_at"}),
    "notifications_choice": frozenset({"id", "person_id"}),
    "notifications_pushtarget": frozenset({"id", "person_id"}),
    "notifications_delivery": frozenset(
        {
            "id", "notice_id", "person_id", "channel", "digest_on", "state", "due_at", "attempts", "error",
            "created_at", "claimed_at", "sent_at",
        }
    ),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person was told."""
    return queries.export_notices(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Delete what the person was told, and caught messages to their addresses."""
    contacts = tuple(contact for contact in people.get_contacts(person_id) if contact)
    notifications.erase(person_id=person_id, contacts=contacts)
