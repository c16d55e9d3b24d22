"""Sending a line, taking it back, and hiding it. A client's key sends once, however often it is sent."""

import hashlib
from datetime import datetime
from typing import Any

from django.db import transaction

from jishi.kernel import clock, limits
from jishi.people.accounts import queries as accounts
from jishi.people.notifications import operations as notifications
from jishi.social.graph import queries as graph
from jishi.social.messaging import rules
from jishi.social.messaging.contracts import ConversationKind, Draft, MessageKind, Sent
from jishi.social.messaging.errors import (
    AwaitingAnswer,
    CannotWrite,
    CardUnknown,
    LinkFromNewAccount,
    MessageEmpty,
    MessageNotFound,
    MessageTooLong,
    RecallTooLate,
)
from jishi.social.messaging.models import Conversation, Member, Message
from jishi.social.messaging.operations import lines
from jishi.social.messaging.rules import Door


def send(
    *,
    sender_id: int,
    conversation_code: str,
    draft: Draft,
    key: str | None = None,
    at: datetime | None = None,
) -> Sent:
    """Add a line to a conversation. A picture is stored before (`kernel.media`), never in here.

    :raises ConversationNotFound: the sender is not in it.
    :raises MessageEmpty: nothing, or several things at once.
    :raises MessageTooLong: the text is too long.
    :raises CardUnknown: no such kind of card.
    :raises CannotWrite: one has blocked the other.
    :raises AwaitingAnswer: a stranger wrote before and was not answered.
    :raises LinkFromNewAccount: a link to somebody who does not know this new account.
    :raises RateLimited: too many lines, too many strangers, or the same text again and again.
    """
    moment = clock.at_or_now(at)
    if (before := _sent_before(sender_id, key)) is not None:
        return before
    fields = _checked(draft)
    _limit(sender_id, draft)
    with transaction.atomic():
        conversation = lines.locked(conversation_code)
        if (before := _sent_before(sender_id, key)) is not None:
            return before
        member = lines.seat(conversation, sender_id)
        if conversation.kind == ConversationKind.DIRECT:
            _pass_door(conversation, sender_id, draft, moment)
        from_shop = member is None
        line = lines.add(
            conversation, sender_id=sender_id, at=moment, client_key=key, from_shop=from_shop, **fields
        )
        _has_read(conversation, member, line.no)
    notifications.withdraw(person_id=sender_id, natural_key=f"talk:{conversation_code}")
    return Sent(conversation_code, line.no, line.code, is_repeat=False)


def recall(*, person_id: int, message_code: str, at: datetime | None = None) -> None:
    """Take back one's own line within two minutes; its content is gone for everybody.

    :raises MessageNotFound: no such line of theirs.
    :raises RecallTooLate: the two minutes are over.
    """
    moment = clock.at_or_now(at)
    found = Message.objects.filter(code=message_code, sender_id=person_id).exclude(kind=MessageKind.EVENT)
    conversation_code = found.values_list("conversation__code", flat=True).first()
    if conversation_code is None:
        raise MessageNotFound
    with transaction.atomic():
        conversation = lines.locked(conversation_code)
        lines.seat(conversation, person_id)
        row = Message.objects.get(code=message_code)
        if row.recalled_at is not None:
            return
        if moment - row.sent_at > rules.RECALL_WITHIN:
            raise RecallTooLate
        row.recalled_at, row.text, row.picture, row.card_kind, row.card_code = moment, "", None, "", ""
        row.save(update_fields=["recalled_at", "text", "picture", "card_kind", "card_code"])
        _mention(conversation, "recalled", row.no, person_id, moment)


def hide(*, message_code: str, at: datetime | None = None) -> None:
    """Hide a line from everybody but a moderator; called by moderation.

    :raises MessageNotFound: there is none.
    """
    _set_hidden(message_code, at, is_hidden=True)


def restore(*, message_code: str, at: datetime | None = None) -> None:
    """Show a hidden line again.

    :raises MessageNotFound: there is none.
    """
    _set_hidden(message_code, at, is_hidden=False)


def _set_hidden(message_code: str, at: datetime | None, *, is_hidden: bool) -> None:
    moment = clock.at_or_now(at)
    code = Message.objects.filter(code=message_code).values_list("conversation__code", flat=True).first()
    if code is None:
        raise MessageNotFound
    with transaction.atomic():
        conversation = lines.locked(code)
        row = Message.objects.get(code=message_code)
        if (row.hidden_at is not None) == is_hidden:
            return
        row.hidden_at = moment if is_hidden else None
        row.save(update_fields=["hidden_at"])
        _mention(conversation, "hidden" if is_hidden else "restored", row.no, None, moment)


def _mention(conversation: Conversation, event: str, no: int, by_id: int | None, at: datetime) -> None:
    """Say in the conversation's own sequence that an earlier line changed, so that open pages hear of it."""
    lines.add(conversation, sender_id=by_id, at=at, kind=MessageKind.EVENT, event=event, about_no=no)


def _checked(draft: Draft) -> dict[str, Any]:
    kind = rules.kind_of(draft)
    if kind is None:
        raise MessageEmpty
    text = draft.text.strip().replace("\x00", "")
    if len(text) > rules.TEXT_MOST:
        raise MessageTooLong(most=rules.TEXT_MOST)
    if draft.card is not None and (not rules.is_card_known(draft.card.kind) or not draft.card.code):
        raise CardUnknown
    return {
        "kind": kind,
        "text": text,
        "picture": dict(draft.picture) if draft.picture is not None else None,
        "card_kind": draft.card.kind if draft.card else "",
        "card_code": draft.card.code[:64] if draft.card else "",
    }


def _sent_before(sender_id: int, key: str | None) -> Sent | None:
    if not key:
        return None
    row = Message.objects.select_related("conversation").filter(sender_id=sender_id, client_key=key).first()
    return None if row is None else Sent(row.conversation.code, row.no, row.code, is_repeat=True)


def _limit(sender_id: int, draft: Draft) -> None:
    limits.hit(bucket="messages.sent", key=str(sender_id), limit=rules.PER_MINUTE, window_s=60)
    text = "".join(draft.text.split()).casefold()
    if len(text) >= rules.SAME_TEXT_FROM:
        digest = hashlib.sha256(text.encode()).hexdigest()[:32]
        limits.hit(
            bucket="messages.same",
            key=f"{sender_id}:{digest}",
            limit=rules.SAME_TEXT_PER_HOUR,
            window_s=3600,
        )


def _pass_door(conversation: Conversation, sender_id: int, draft: Draft, at: datetime) -> None:
    """Check what strangers may send; an answer opens the door for good."""
    other_id = conversation.high_id if conversation.low_id == sender_id else conversation.low_id
    assert other_id is not None, "a constraint gives a direct conversation two people"
    relation = graph.relations(sender_id, [other_id])[other_id]
    standing = rules.Standing(
        is_friend=relation.is_friend,
        is_followed_by=relation.followed_by,
        is_blocked=relation.blocked or relation.blocked_by,
    )
    door = rules.door(
        standing=standing,
        sender_id=sender_id,
        requested_by=conversation.requested_by_id,
        is_accepted=conversation.accepted_at is not None,
    )
    if door is Door.SHUT:
        raise CannotWrite
    if door is Door.WAIT:
        raise AwaitingAnswer
    if door is Door.ANSWER:
        conversation.accepted_at = at
    if door is Door.KNOCK:
        is_new = at - accounts.get_profile(sender_id).joined_at < rules.NEW_ACCOUNT
        if is_new and rules.has_link(draft.text):
            raise LinkFromNewAccount
        limits.hit(
            bucket="messages.strangers", key=str(sender_id), limit=rules.STRANGERS_PER_DAY, window_s=86_400
        )
        conversation.requested_by_id = sender_id


def _has_read(conversation: Conversation, member: Member | None, no: int) -> None:
    """Whoever writes has read what stands above."""
    if member is not None:
        Member.objects.filter(pk=member.pk).update(read_no=no)
    else:
        Conversation.objects.filter(pk=conversation.pk).update(shop_read_no=no)
