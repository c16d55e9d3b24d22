"""Ringing for those who are away: once per conversation until they have read it."""

from collections.abc import Sequence
from datetime import datetime

from jishi.people.accounts import queries as accounts
from jishi.people.notifications import operations as notifications


def nudge(
    *,
    conversation_code: str,
    sender_id: int | None,
    recipients: Sequence[int],
    is_request: bool,
    at: datetime | None = None,
) -> int:
    """Tell those who are away that somebody wrote; returns to how many that applies.

    The key is the conversation, and reading takes the notice back, so a stream of lines rings once.
    """
    if sender_id is None or not recipients:
        return 0
    sender = accounts.list_people([sender_id]).get(sender_id)
    return notifications.notify_many(
        person_ids=recipients,
        kind="message_requested" if is_request else "message_received",
        params={"nickname": sender.nickname if sender else ""},
        url=f"/messages/{conversation_code}/",
        natural_key=f"talk:{conversation_code}",
        at=at,
        is_listed=False,
    )
