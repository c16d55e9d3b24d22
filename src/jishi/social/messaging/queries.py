"""Reading conversations: lists, lines, badges. A reader who is not in a conversation finds nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from jishi.goods.merchants import queries as merchants
from jishi.kernel import clock
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.people.accounts import queries as accounts
from jishi.people.accounts.contracts import PersonCard
from jishi.social.messaging import rules
from jishi.social.messaging.contracts import (
    Card,
    ConversationKind,
    ConversationView,
    MemberView,
    MessageKind,
    MessageView,
    OpenTalk,
    QuickReply,
    ReportedMessage,
)
from jishi.social.messaging.errors import ConversationNotFound
from jishi.social.messaging.models import Conversation, Member, Message
from jishi.social.messaging.models import QuickReply as QuickReplyRow

PAGE = 30
UNREAD_MOST = 100
QUIET_EVENTS = ("recalled", "hidden", "restored")
"""Events about an earlier line; they are for open pages and are not shown as lines."""

_LIST = """
SELECT c.id, m.read_no, m.since_no, m.is_muted, false AS staff, u.n
FROM messaging_member m JOIN messaging_conversation c ON c.id = m.conversation_id
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM (
        SELECT 1 FROM messaging_message x
        WHERE x.conversation_id = c.id AND x.no > greatest(m.read_no, m.since_no) AND x.kind <> 'event'
          AND x.sender_id IS DISTINCT FROM m.person_id AND x.recalled_at IS NULL
        LIMIT %(most)s) few) u
WHERE m.person_id = %(person)s AND m.left_at IS NULL AND c.last_no > m.since_no
  AND (%(before)s::timestamptz IS NULL OR (c.last_at, c.id) < (%(before)s, %(before_id)s))
  AND CASE %(folder)s
      WHEN 'requests' THEN c.requested_by_id <> m.person_id AND c.accepted_at IS NULL
      WHEN 'shops' THEN c.kind = 'shop'
      ELSE c.requested_by_id IS NULL OR c.requested_by_id = m.person_id OR c.accepted_at IS NOT NULL END
ORDER BY c.last_at DESC, c.id DESC LIMIT %(limit)s
"""
_INBOX = """
SELECT c.id, c.shop_read_no, 0, false, true AS staff, u.n
FROM messaging_conversation c
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM (
        SELECT 1 FROM messaging_message x
        WHERE x.conversation_id = c.id AND x.no > c.shop_read_no AND x.kind <> 'event'
          AND NOT x.from_shop AND x.recalled_at IS NULL
        LIMIT %(most)s) few) u
WHERE c.shop_id = %(shop)s AND c.last_no > 0
  AND (%(before)s::timestamptz IS NULL OR (c.last_at, c.id) < (%(before)s, %(before_id)s))
  AND (NOT %(open)s OR c.last_no > c.shop_read_no)
  AND (NOT %(mine)s OR c.assigned_to_id = %(staff)s)
  AND EXISTS (SELECT 1 FROM merchants_shopstaff s WHERE s.shop_id = c.shop_id AND s.person_id = %(staff)s)
ORDER BY c.last_at DESC, c.id DESC LIMIT %(limit)s
"""
_UNREAD = """
SELECT coalesce(sum(u.n), 0)::int
FROM messaging_member m JOIN messaging_conversation c ON c.id = m.conversation_id
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM (
        SELECT 1 FROM messaging_message x
        WHERE x.conversation_id = c.id AND x.no > greatest(m.read_no, m.since_no) AND x.kind <> 'event'
          AND x.sender_id IS DISTINCT FROM m.person_id AND x.recalled_at IS NULL
        LIMIT %(most)s) few) u
WHERE m.person_id = %(person)s AND m.left_at IS NULL AND NOT m.is_muted AND c.last_no > m.read_no
  AND (c.requested_by_id IS NULL OR c.requested_by_id = m.person_id OR c.accepted_at IS NOT NULL)
"""


def count_unread(person_id: int) -> int:
    """Count the lines a person has not read; muted conversations and requests are quiet."""
    with connection.cursor() as cursor:
        cursor.execute(_UNREAD, {"person": person_id, "most": UNREAD_MOST})
        return int(cursor.fetchone()[0])


def count_requests(person_id: int) -> int:
    """Count strangers who wait for an answer and were not put away."""
    rows = Member.objects.filter(
        person_id=person_id,
        left_at__isnull=True,
        is_muted=False,
        conversation__requested_by__isnull=False,
        conversation__accepted_at__isnull=True,
    )
    return rows.exclude(conversation__requested_by_id=person_id).count()


def count_waiting(shop_id: int) -> int:
    """Count a shop's conversations with something unread."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM messaging_conversation WHERE shop_id = %s AND last_no > shop_read_no",
            [shop_id],
        )
        return int(cursor.fetchone()[0])


def page_conversations(
    *, person_id: int, folder: str = "all", cursor: str | None = None, limit: int = PAGE
) -> Page[ConversationView]:
    """Return a person's conversations (`all`, `requests` or `shops`), the latest first.

    :raises BadCursor: the cursor was not made here.
    """
    return _page(_LIST, {"person": person_id, "folder": folder}, person_id, cursor, limit)


def page_inbox(
    *,
    shop_id: int,
    staff_id: int,
    only_open: bool = False,
    only_mine: bool = False,
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[ConversationView]:
    """Return a shop's conversations for one of its staff, the latest first; to others there are none.

    :raises BadCursor: the cursor was not made here.
    """
    params = {"shop": shop_id, "open": only_open, "mine": only_mine, "staff": staff_id}
    return _page(_INBOX, params, staff_id, cursor, limit)


def get_conversation(code: str, *, viewer_id: int) -> ConversationView:
    """Return one conversation of the viewer's.

    :raises ConversationNotFound: there is none, or the viewer is not in it.
    """
    return open_talk(code, viewer_id=viewer_id, limit=0).conversation


def open_talk(
    code: str,
    *,
    viewer_id: int,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
    at: datetime | None = None,
) -> OpenTalk:
    """Return a conversation with its people and lines, for its page: in four statements.

    Lines are the newest, those before a number, or those after one; then earlier ones that were recalled,
    hidden or restored since come first.

    :raises ConversationNotFound: there is none, or the viewer is not in it.
    """
    row = Conversation.objects.filter(code=code).first()
    if row is None:
        raise ConversationNotFound
    seats = list(row.members.filter(left_at__isnull=True).order_by("joined_at", "pk"))
    seat = next((one for one in seats if one.person_id == viewer_id), None)
    if seat is None and (row.shop_id is None or row.shop_id not in merchants.shops_of(viewer_id)):
        raise ConversationNotFound
    since = seat.since_no if seat else 0
    found = _lines(row, since, before, after, limit) if limit else []
    other_id = _other_id(row, viewer_id)
    ids = {other_id, row.assigned_to_id, *(one.person_id for one in seats)}
    ids |= {one for line in found for one in (line.sender_id, line.subject_id)}
    people = accounts.list_people({one for one in ids if one is not None})
    moment = clock.at_or_now(at)
    lines = tuple(_message_view(line, viewer_id, moment, people) for line in found)
    state = (row.pk, seat.read_no if seat else row.shop_read_no, since, bool(seat and seat.is_muted))
    last = lines[-1] if lines and lines[-1].no == row.last_no else None
    view = _view(row, seats, (*state, seat is None, 0), (other_id, (last, viewer_id)), people)
    seats.sort(key=lambda one: one.person_id != row.owner_id)
    members = tuple(
        MemberView(people[one.person_id], one.person_id == row.owner_id)
        for one in seats
        if one.person_id in people
    )
    return OpenTalk(view, members, lines)


def _lines(row: Conversation, since: int, before: int | None, after: int | None, limit: int) -> list[Message]:
    rows = row.messages.filter(no__gt=since)
    if after is not None:
        about = row.messages.filter(no__gt=after, event__in=QUIET_EVENTS).values("about_no")
        rows = rows.filter(Q(no__gt=after) | Q(no__in=about))
    if before is not None:
        rows = rows.filter(no__lt=before)
    limit = max(1, min(limit, 200))
    shown = rows.exclude(event__in=QUIET_EVENTS)
    found = list(shown.order_by("no" if after is not None else "-no")[:limit])
    return sorted(found, key=lambda one: one.no)


def list_members(code: str, *, viewer_id: int) -> list[MemberView]:
    """Return who is in a conversation, the owner first.

    :raises ConversationNotFound: the viewer is not in it.
    """
    return list(open_talk(code, viewer_id=viewer_id, limit=0).members)


def list_messages(
    code: str,
    *,
    viewer_id: int,
    before: int | None = None,
    after: int | None = None,
    limit: int = PAGE,
    at: datetime | None = None,
) -> list[MessageView]:
    """Return lines in the order they were sent: the newest, those before a number, or those after one.

    :raises ConversationNotFound: the viewer is not in it.
    """
    row, seat = _found(code, viewer_id)
    rows = row.messages.filter(no__gt=max(seat.since_no if seat else 0, after or 0))
    if before is not None:
        rows = rows.filter(no__lt=before)
    shown = rows.exclude(event__in=QUIET_EVENTS).order_by("no" if after is not None else "-no")
    found = list(shown[: max(1, min(limit, 200))])
    return _message_views(sorted(found, key=lambda one: one.no), viewer_id, clock.at_or_now(at))


def list_changed(code: str, *, viewer_id: int, after: int, at: datetime | None = None) -> list[MessageView]:
    """Return earlier lines that were recalled, hidden or restored after a number.

    :raises ConversationNotFound: the viewer is not in it.
    """
    row, seat = _found(code, viewer_id)
    about = row.messages.filter(no__gt=after, event__in=QUIET_EVENTS).values_list("about_no", flat=True)
    rows = row.messages.filter(no__in=list(about), no__gt=seat.since_no if seat else 0).order_by("no")
    return _message_views(list(rows), viewer_id, clock.at_or_now(at))


def search(code: str, *, viewer_id: int, text: str, limit: int = 50) -> list[MessageView]:
    """Return the lines of a conversation that contain a text, the newest first.

    :raises ConversationNotFound: the viewer is not in it.
    """
    row, seat = _found(code, viewer_id)
    wanted = text.strip().replace("\x00", "")[:100]
    if not wanted:
        return []
    rows = row.messages.filter(
        no__gt=seat.since_no if seat else 0, text__icontains=wanted, hidden_at__isnull=True
    ).exclude(kind=MessageKind.EVENT)
    return _message_views(list(rows.order_by("-no")[:limit]), viewer_id, clock.now())


def list_replies(*, shop_id: int, staff_id: int) -> list[QuickReply]:
    """Return the texts that a shop's staff send often; to others there are none."""
    rows = QuickReplyRow.objects.raw(
        """SELECT r.id, r.text FROM messaging_quickreply r WHERE r.shop_id = %s AND EXISTS (
        SELECT FROM merchants_shopstaff s WHERE s.shop_id = r.shop_id AND s.person_id = %s) ORDER BY r.id""",
        [shop_id, staff_id],
    )
    return [QuickReply(row.pk, row.text) for row in rows]


def find_reported(message_code: str) -> ReportedMessage | None:
    """Return a line for a moderator, whoever is in its conversation. The caller has checked the viewer."""
    row = Message.objects.filter(code=message_code).exclude(kind=MessageKind.EVENT).first()
    if row is None:
        return None
    return ReportedMessage(
        row.code, row.sender_id, row.text, row.picture, row.hidden_at is not None, row.sent_at
    )


def can_see_message(message_code: str, *, viewer_id: int) -> bool:
    """Say whether a line stands in a conversation of the viewer's."""
    row = Message.objects.select_related("conversation").filter(code=message_code).first()
    if row is None:
        return False
    try:
        _, seat = _found(row.conversation.code, viewer_id)
    except ConversationNotFound:
        return False
    return row.no > (seat.since_no if seat else 0)


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what a person sent, and the conversations they are in."""
    sent = Message.objects.filter(sender_id=person_id).exclude(kind=MessageKind.EVENT).order_by("pk")
    seats = Member.objects.select_related("conversation").filter(person_id=person_id).order_by("pk")
    return {
        "messages": [
            {
                "conversation": row.conversation.code,
                "text": row.text,
                "picture": (row.picture or {}).get("file", ""),
                "card": f"{row.card_kind}:{row.card_code}" if row.card_kind else "",
                "at": row.sent_at.isoformat(),
            }
            for row in sent.select_related("conversation")
        ],
        "conversations": [
            {"code": seat.conversation.code, "title": seat.conversation.title, "muted": seat.is_muted}
            for seat in seats
        ],
    }


def _found(code: str, viewer_id: int) -> tuple[Conversation, Member | None]:
    row = Conversation.objects.filter(code=code).first()
    if row is None:
        raise ConversationNotFound
    seat = row.members.filter(person_id=viewer_id, left_at__isnull=True).first()
    if seat is None and (row.shop_id is None or row.shop_id not in merchants.shops_of(viewer_id)):
        raise ConversationNotFound
    return row, seat


def _page(
    sql: str, params: dict[str, Any], viewer_id: int, cursor_text: str | None, limit: int
) -> Page[ConversationView]:
    before, before_id = decode_cursor(cursor_text) if cursor_text else (None, None)
    limit = max(1, min(limit, 100))
    params |= {"before": before, "before_id": before_id, "limit": limit + 1, "most": UNREAD_MOST}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        states = cursor.fetchall()
    views = _views(states[:limit], viewer_id)
    if len(states) <= limit or not views:
        return Page(views, None)
    return Page(views, encode_cursor(views[-1].last_at, states[limit - 1][0]))


def _views(states: Sequence[tuple[Any, ...]], viewer_id: int) -> list[ConversationView]:
    """Conversations with their last line and the people that stand on the other side, in four statements."""
    rows = Conversation.objects.in_bulk([state[0] for state in states])
    last = _last_lines(rows)
    seats: dict[int, list[Member]] = {}
    for seat in Member.objects.filter(conversation_id__in=list(rows), left_at__isnull=True):
        seats.setdefault(seat.conversation_id, []).append(seat)
    others = {row.pk: _other_id(row, viewer_id) for row in rows.values()}
    wanted = {*others.values(), *(row.assigned_to_id for row in rows.values())}
    wanted |= {one for line in last.values() for one in (line.sender_id, line.subject_id)}
    people = accounts.list_people({one for one in wanted if one is not None})
    at = clock.now()
    return [
        _view(
            rows[pk],
            seats.get(pk, []),
            state,
            (others[pk], _shown(last.get(pk), viewer_id, at, people)),
            people,
        )
        for state in states
        for pk in [state[0]]
    ]


def _shown(
    line: Message | None, viewer_id: int, at: datetime, people: dict[int, PersonCard]
) -> tuple[MessageView | None, int]:
    return (None if line is None else _message_view(line, viewer_id, at, people)), viewer_id


def _view(
    row: Conversation,
    seats: Sequence[Member],
    state: tuple[Any, ...],
    facing: tuple[int | None, tuple[MessageView | None, int]],
    people: dict[int, PersonCard],
) -> ConversationView:
    other_id, (last, viewer_id) = facing
    _, read_no, since_no, is_muted, is_staff, unread = state
    far = [seat.read_no for seat in seats if seat.person_id != viewer_id or is_staff]
    if row.kind == ConversationKind.SHOP and not is_staff:
        far = [row.shop_read_no]
    return ConversationView(
        code=row.code,
        kind=row.kind,
        title=row.title,
        other=people.get(other_id) if other_id else None,
        shop_id=row.shop_id,
        owner_id=row.owner_id,
        members=len(seats),
        is_request=row.requested_by_id not in (None, viewer_id) and row.accepted_at is None,
        is_muted=is_muted,
        is_staff_side=is_staff,
        assigned_to=people.get(row.assigned_to_id) if row.assigned_to_id else None,
        unread=unread,
        last=last,
        last_no=row.last_no,
        read_no=read_no,
        since_no=since_no,
        read_by_others_no=min(far, default=0),
        last_at=row.last_at,
    )


def _other_id(row: Conversation, viewer_id: int) -> int | None:
    """The person on the far side: of two people the other one, of a shop's conversation its customer."""
    if row.kind == ConversationKind.DIRECT:
        return row.high_id if row.low_id == viewer_id else row.low_id
    return row.customer_id


def _last_lines(rows: dict[int, Conversation]) -> dict[int, Message]:
    """The newest line that is shown as one, per conversation."""
    if not rows:
        return {}
    found = Message.objects.raw(
        """SELECT x.* FROM unnest(%s::bigint[]) AS c(id) CROSS JOIN LATERAL (
        SELECT * FROM messaging_message m WHERE m.conversation_id = c.id
          AND m.event NOT IN ('recalled', 'hidden', 'restored') ORDER BY m.no DESC LIMIT 1) x""",
        [list(rows)],
    )
    return {line.conversation_id: line for line in found}


def _message_views(rows: Sequence[Message], viewer_id: int, at: datetime) -> list[MessageView]:
    ids = {one for row in rows for one in (row.sender_id, row.subject_id) if one is not None}
    people = accounts.list_people(ids) if ids else {}
    return [_message_view(row, viewer_id, at, people) for row in rows]


def _message_view(row: Message, viewer_id: int, at: datetime, people: dict[int, PersonCard]) -> MessageView:
    is_own = row.sender_id == viewer_id
    is_gone = row.recalled_at is not None or row.hidden_at is not None
    return MessageView(
        no=row.no,
        code=row.code,
        kind=row.kind,
        text="" if is_gone else row.text,
        picture=None if is_gone else row.picture,
        card=Card(row.card_kind, row.card_code) if row.card_kind and not is_gone else None,
        sender=people.get(row.sender_id) if row.sender_id else None,
        is_own=is_own,
        from_shop=row.from_shop,
        is_recalled=row.recalled_at is not None,
        is_hidden=row.hidden_at is not None,
        can_recall=rules.can_recall(
            is_own=is_own, kind=row.kind, is_recalled=is_gone, sent_at=row.sent_at, at=at
        ),
        event=row.event,
        subject=people.get(row.subject_id) if row.subject_id else None,
        sent_at=row.sent_at,
    )
