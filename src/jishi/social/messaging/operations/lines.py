"""Adding a numbered line to a conversation, and who is in it. All in the caller's transaction.

Numbers are taken under the row lock, which is held until the commit: a reader who sees number n can see all
numbers before it.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from jishi.goods.merchants import queries as merchants
from jishi.kernel import notices, outbox
from jishi.social.messaging.contracts import ConversationKind, MessageKind
from jishi.social.messaging.errors import ConversationNotFound
from jishi.social.messaging.events import MessageSent
from jishi.social.messaging.models import Conversation, Member, Message


def locked(code: str) -> Conversation:
    """Lock a conversation and return it fresh.

    :raises ConversationNotFound: there is none.
    """
    row = Conversation.objects.select_for_update(of=("self",)).filter(code=code).first()
    if row is None:
        raise ConversationNotFound
    return row


def seat(conversation: Conversation, person_id: int) -> Member | None:
    """Return a member's row, or None for staff of the conversation's shop.

    :raises ConversationNotFound: the person is not in it; to them it does not exist.
    """
    member = conversation.members.filter(person_id=person_id, left_at__isnull=True).first()
    if member is None and not works_here(conversation, person_id):
        raise ConversationNotFound
    return member


def works_here(conversation: Conversation, person_id: int) -> bool:
    """Say whether a person reads a conversation as staff of its shop."""
    return conversation.shop_id is not None and conversation.shop_id in merchants.shops_of(person_id)


def add(conversation: Conversation, *, sender_id: int | None, at: datetime, **fields: Any) -> Message:
    """Add a line under the next number and tell those who are not muted, after the commit."""
    conversation.last_no += 1
    conversation.last_at = max(at, conversation.last_at)
    conversation.save(update_fields=["last_no", "last_at", "requested_by", "accepted_at", "shop_read_no"])
    line = Message.objects.create(
        conversation=conversation, no=conversation.last_no, sender_id=sender_id, sent_at=at, **fields
    )
    outbox.publish(
        MessageSent(
            conversation_code=conversation.code,
            no=line.no,
            kind=line.kind,
            sender_id=sender_id,
            recipients=() if line.kind == MessageKind.EVENT else _recipients(conversation, sender_id),
            is_request=conversation.requested_by_id is not None and conversation.accepted_at is None,
            sent_at=at,
        )
    )
    # The relay says it again: this one is only faster, and a notice that is lost costs nothing.
    channel = (f"talk:{conversation.code}", line.no)
    transaction.on_commit(lambda: notices.send([channel]), robust=True)
    return line


def _recipients(conversation: Conversation, sender_id: int | None) -> tuple[int, ...]:
    rows = conversation.members.filter(left_at__isnull=True, is_muted=False).order_by("person_id")
    people = set(rows.values_list("person_id", flat=True))
    if conversation.kind == ConversationKind.SHOP and conversation.shop_id is not None:
        people |= {person_id for person_id, _ in merchants.list_staff(conversation.shop_id)}
    return tuple(sorted(people - {sender_id}))
