"""Personal columns of conversations, and what becomes of them when a person asks to be forgotten."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.social.messaging import operations as messaging
from jishi.social.messaging import queries


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "messaging_message",
        "talking to people and shops",
        "blank",
        "text",
        "picture",
        "card_kind",
        "card_code",
        "client_key",
    ),
    *_fields("messaging_message", "order of a conversation", "keep", "sent_at"),
    *_fields("messaging_member", "reading a conversation", "keep", "read_no", "is_muted", "joined_at"),
    *_fields("messaging_conversation", "name of a group", "keep", "title"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "messaging_conversation": frozenset(
        {
            "id", "code", "kind", "owner_id", "low_id", "high_id", "shop_id", "customer_id", "assigned_to_id",
            "requested_by_id", "accepted_at", "shop_read_no", "last_no", "last_at", "created_at",
        }
    ),
    "messaging_member": frozenset({"id", "conversation_id", "person_id", "since_no", "left_at"}),
    "messaging_message": frozenset(
        {
            "id", "conversation_id", "no", "code", "sender_id", "kind", "event", "subject_id", "about_no",
            "from_shop", "recalled_at", "hidden_at",
        }
    ),
    "messaging_quickreply": frozenset({"id", "shop_id", "text"}),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person sent, and the conversations they are in."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Empty the person's lines and take them out of their conversations."""
    messaging.erase(person_id=person_id)
