"""Personal columns of messages, and what becomes of them when a person asks to be forgotten."""

from jishi.people.accounts.contracts import PersonalField

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *(
        PersonalField("notifications_inboxmessage", column, "demo inbox", "delete")
        for column in ("channel", "recipient", "recipient_index", "subject", "text", "sent_at")
    ),
    *(
        PersonalField("notifications_notice", column, "telling people what happened", "delete")
        for column in ("kind", "params", "url", "created_at", "read_at")
    ),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "notifications_inboxmessage": frozenset({"id"}),
    "notifications_notice": frozenset({"id", "person_id", "natural_key"}),
}
