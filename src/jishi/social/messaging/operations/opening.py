"""Opening conversations, and how somebody keeps them: read, muted, accepted, assigned."""

from datetime import datetime

from django.db import connection, transaction

from jishi.goods.merchants import queries as merchants
from jishi.kernel import clock
from jishi.people.accounts import queries as accounts
from jishi.people.notifications import operations as notifications
from jishi.social.graph import queries as graph
from jishi.social.messaging.contracts import ConversationKind
from jishi.social.messaging.errors import CannotWrite, ConversationNotFound, WithYourself
from jishi.social.messaging.models import Conversation, Member
from jishi.social.messaging.operations import lines

_READ = """
WITH talk AS (SELECT id, shop_id, last_no FROM messaging_conversation WHERE code = %(code)s),
member AS (
    UPDATE messaging_member m SET read_no = greatest(m.read_no, least(%(no)s, talk.last_no)) FROM talk
    WHERE m.conversation_id = talk.id AND m.person_id = %(person)s AND m.left_at IS NULL
    RETURNING m.read_no
), shop AS (
    UPDATE messaging_conversation c SET shop_read_no = greatest(c.shop_read_no, least(%(no)s, c.last_no))
    FROM talk WHERE c.id = talk.id AND NOT EXISTS (SELECT 1 FROM member) AND EXISTS (
        SELECT 1 FROM merchants_shopstaff s WHERE s.shop_id = talk.shop_id AND s.person_id = %(person)s)
    RETURNING c.shop_read_no
)
SELECT read_no FROM member UNION ALL SELECT shop_read_no FROM shop
"""


def open_direct(*, person_id: int, other_id: int, at: datetime | None = None) -> str:
    """Return the code of the conversation of two people, made when it is first asked for.

    :raises WithYourself: both are the same.
    :raises PersonNotFound: there is no such person.
    :raises CannotWrite: one has blocked the other, and nothing was ever said.
    """
    if person_id == other_id:
        raise WithYourself
    low, high = sorted((person_id, other_id))
    found = Conversation.objects.filter(low_id=low, high_id=high).values_list("code", flat=True).first()
    if found is not None:
        return found
    accounts.get_person(other_id)
    relation = graph.relations(person_id, [other_id])[other_id]
    if relation.blocked or relation.blocked_by:
        raise CannotWrite
    moment = clock.at_or_now(at)
    fields = {"kind": ConversationKind.DIRECT, "last_at": moment, "created_at": moment}
    return _open({"low_id": low, "high_id": high}, fields, [low, high], moment)


def open_shop(*, person_id: int, shop_id: int, at: datetime | None = None) -> str:
    """Return the code of a shopper's conversation with a shop, made when it is first asked for.

    :raises ShopUnknown: there is no such shop.
    """
    found = Conversation.objects.filter(shop_id=shop_id, customer_id=person_id)
    code = found.values_list("code", flat=True).first()
    if code is not None:
        return code
    merchants.get_shop(shop_id)
    moment = clock.at_or_now(at)
    fields = {"kind": ConversationKind.SHOP, "last_at": moment, "created_at": moment}
    return _open({"shop_id": shop_id, "customer_id": person_id}, fields, [person_id], moment)


def _open(pair: dict[str, int], fields: dict[str, object], people: list[int], at: datetime) -> str:
    with transaction.atomic():
        row, is_new = Conversation.objects.get_or_create(**pair, defaults=fields)
        if is_new:
            members = [Member(conversation=row, person_id=one, joined_at=at) for one in people]
            Member.objects.bulk_create(members)
    return row.code


def mark_read(*, person_id: int, conversation_code: str, no: int) -> int:
    """Remember up to which number somebody (or a shop) has read; it only grows. Returns the number.

    One statement, and no lock on the conversation: readers never wait for writers. That a person is staff is
    read from the shop's own table for the same reason.

    :raises ConversationNotFound: the person is not in it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"code": conversation_code, "person": person_id, "no": max(0, no)})
        row = cursor.fetchone()
    if row is None:
        raise ConversationNotFound
    notifications.withdraw(person_id=person_id, natural_key=f"talk:{conversation_code}")
    return int(row[0])


def mute(*, person_id: int, conversation_code: str) -> None:
    """Let a conversation be quiet for somebody: no badge, no push.

    :raises ConversationNotFound: the person is not a member of it.
    """
    _set_muted(person_id, conversation_code, is_muted=True)


def unmute(*, person_id: int, conversation_code: str) -> None:
    """Let a conversation be heard again.

    :raises ConversationNotFound: the person is not a member of it.
    """
    _set_muted(person_id, conversation_code, is_muted=False)


def _set_muted(person_id: int, code: str, *, is_muted: bool) -> None:
    rows = Member.objects.filter(conversation__code=code, person_id=person_id, left_at__isnull=True)
    if not rows.update(is_muted=is_muted):
        raise ConversationNotFound


def accept(*, person_id: int, conversation_code: str, at: datetime | None = None) -> None:
    """Let a stranger write freely; only the one who was asked can.

    :raises ConversationNotFound: there is no such request to this person.
    """
    with transaction.atomic():
        conversation = _request_to(person_id, conversation_code)
        conversation.accepted_at = clock.at_or_now(at)
        conversation.save(update_fields=["accepted_at"])


def decline(*, person_id: int, conversation_code: str) -> None:
    """Put a stranger's request away: read and muted. The stranger is not told and waits for ever.

    :raises ConversationNotFound: there is no such request to this person.
    """
    with transaction.atomic():
        conversation = _request_to(person_id, conversation_code)
        conversation.members.filter(person_id=person_id).update(
            is_muted=True, read_no=conversation.last_no, since_no=conversation.last_no
        )


def _request_to(person_id: int, code: str) -> Conversation:
    conversation = lines.locked(code)
    lines.seat(conversation, person_id)
    if conversation.requested_by_id in (None, person_id) or conversation.accepted_at is not None:
        raise ConversationNotFound
    return conversation


def assign(*, staff_id: int, conversation_code: str, to_id: int | None) -> None:
    """Say which colleague looks after a shopper; nobody with None.

    :raises ConversationNotFound: either does not work for the conversation's shop.
    """
    with transaction.atomic():
        conversation = lines.locked(conversation_code)
        for person_id in (staff_id, *(() if to_id is None else (to_id,))):
            if not lines.works_here(conversation, person_id):
                raise ConversationNotFound
        conversation.assigned_to_id = to_id
        conversation.save(update_fields=["assigned_to"])
