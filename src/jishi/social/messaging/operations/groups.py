"""Groups: who made them, who comes and goes. The owner's place goes on to the longest member."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from jishi.kernel import clock
from jishi.social.graph import queries as graph
from jishi.social.messaging import rules
from jishi.social.messaging.contracts import ConversationKind, MessageKind
from jishi.social.messaging.errors import (
    CannotInvite,
    ConversationNotFound,
    GroupFull,
    GroupTitleInvalid,
    NotAGroup,
    NotGroupOwner,
)
from jishi.social.messaging.models import Conversation, Member, Message
from jishi.social.messaging.operations import lines


def create_group(
    *,
    owner_id: int,
    title: str,
    member_ids: Sequence[int],
    key: str | None = None,
    at: datetime | None = None,
) -> str:
    """Make a group of friends and return its code; the same `key` makes it once.

    :raises GroupTitleInvalid: no name, or too long.
    :raises CannotInvite: somebody is not a friend of the owner.
    :raises GroupFull: more than a group holds.
    """
    moment = clock.at_or_now(at)
    people = sorted(set(member_ids) - {owner_id})
    _check_friends(owner_id, people)
    if len(people) + 1 > rules.GROUP_MOST:
        raise GroupFull(most=rules.GROUP_MOST)
    named = _title(title)
    with transaction.atomic():
        made = Message.objects.filter(sender_id=owner_id, client_key=key).first() if key else None
        if made is not None:
            return made.conversation.code
        group = Conversation.objects.create(
            kind=ConversationKind.GROUP, title=named, owner_id=owner_id, last_at=moment, created_at=moment
        )
        rows = [Member(conversation=group, person_id=one, joined_at=moment) for one in (owner_id, *people)]
        Member.objects.bulk_create(rows)
        lines.add(
            group, sender_id=owner_id, at=moment, kind=MessageKind.EVENT, event="created", client_key=key
        )
    return group.code


def add_members(
    *, person_id: int, conversation_code: str, member_ids: Sequence[int], at: datetime | None = None
) -> int:
    """Bring friends into a group; they see what is said from now on. Returns how many are new.

    :raises ConversationNotFound: the person is not in it.
    :raises NotAGroup: it is not a group.
    :raises CannotInvite: somebody is not a friend.
    :raises GroupFull: more than a group holds.
    """
    moment = clock.at_or_now(at)
    wanted = sorted(set(member_ids) - {person_id})
    _check_friends(person_id, wanted)
    with transaction.atomic():
        group = _locked_group(conversation_code, person_id)
        inside = set(group.members.filter(left_at__isnull=True).values_list("person_id", flat=True))
        new = [one for one in wanted if one not in inside]
        if len(inside) + len(new) > rules.GROUP_MOST:
            raise GroupFull(most=rules.GROUP_MOST)
        for one in new:
            since = group.last_no
            fields = {"since_no": since, "read_no": since, "left_at": None, "joined_at": moment}
            Member.objects.update_or_create(conversation=group, person_id=one, defaults=fields)
            _tell(group, person_id, "joined", one, moment)
    return len(new)


def remove_member(
    *, owner_id: int, conversation_code: str, member_id: int, at: datetime | None = None
) -> None:
    """Take somebody out of a group; they see nothing of it any more.

    :raises NotGroupOwner: only the owner may.
    :raises ConversationNotFound: one of the two is not in it.
    :raises NotAGroup: it is not a group.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        group = _locked_group(conversation_code, owner_id)
        if group.owner_id != owner_id or member_id == owner_id:
            raise NotGroupOwner
        _out(group, member_id, moment)
        _tell(group, owner_id, "removed", member_id, moment)


def leave(*, person_id: int, conversation_code: str, at: datetime | None = None) -> None:
    """Leave a group. An owner's place goes to the member who has been there longest.

    :raises ConversationNotFound: the person is not in it.
    :raises NotAGroup: it is not a group.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        group = _locked_group(conversation_code, person_id)
        _out(group, person_id, moment)
        if group.owner_id == person_id:
            rest = group.members.filter(left_at__isnull=True).order_by("joined_at", "pk").first()
            group.owner_id = rest.person_id if rest else None
            group.save(update_fields=["owner"])
        _tell(group, person_id, "left", person_id, moment)


def rename(*, owner_id: int, conversation_code: str, title: str, at: datetime | None = None) -> None:
    """Give a group another name.

    :raises NotGroupOwner: only the owner may.
    :raises GroupTitleInvalid: no name, or too long.
    :raises ConversationNotFound: the person is not in it.
    :raises NotAGroup: it is not a group.
    """
    named = _title(title)
    with transaction.atomic():
        group = _locked_group(conversation_code, owner_id)
        if group.owner_id != owner_id:
            raise NotGroupOwner
        if group.title == named:
            return
        group.title = named
        group.save(update_fields=["title"])
        _tell(group, owner_id, "renamed", None, clock.at_or_now(at), text=named)


def _locked_group(code: str, person_id: int) -> Conversation:
    conversation = lines.locked(code)
    lines.seat(conversation, person_id)
    if conversation.kind != ConversationKind.GROUP:
        raise NotAGroup
    return conversation


def _out(group: Conversation, person_id: int, at: datetime) -> None:
    if not group.members.filter(person_id=person_id, left_at__isnull=True).update(left_at=at):
        raise ConversationNotFound


def _tell(
    group: Conversation, by_id: int, event: str, subject_id: int | None, at: datetime, text: str = ""
) -> None:
    lines.add(
        group,
        sender_id=by_id,
        at=at,
        kind=MessageKind.EVENT,
        event=event,
        subject_id=subject_id,
        text=text,
    )


def _title(title: str) -> str:
    named = " ".join(title.split())
    if not named or len(named) > rules.TITLE_MOST:
        raise GroupTitleInvalid(most=rules.TITLE_MOST)
    return named


def _check_friends(person_id: int, others: Sequence[int]) -> None:
    relations = graph.relations(person_id, others)
    if not all(one in relations and relations[one].is_friend for one in others):
        raise CannotInvite
