"""Conversations and news as the API shows and takes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.kernel import media
from jishi.people.notifications.contracts import NoticeView, ReachView
from jishi.social.messaging.contracts import ConversationView, MessageView
from jishi.surfaces.api.v1.schemas.people import Person, person

Code = Annotated[str, Field(min_length=1, max_length=64)]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class TalkIn(Schema):
    """Whom to talk to: a person by code, or a shop by slug."""

    model_config = ConfigDict(extra="forbid")

    person: Code | None = None
    shop: Code | None = None


class GroupIn(Schema):
    """A new group of friends, by their codes."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, Field(min_length=1, max_length=40)]
    members: Annotated[list[Code], Field(max_length=199)] = []


class CardIn(Schema):
    """A thing to hand on."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["product", "order", "note", "community", "team"]
    code: Code


class MessageIn(Schema):
    """A text or a card; pictures are sent through the pages."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(max_length=2000)] = ""
    card: CardIn | None = None


class ReadIn(Schema):
    """Up to which line somebody has read."""

    model_config = ConfigDict(extra="forbid")

    no: Annotated[int, Field(ge=0, le=2**62)]


class ChoiceIn(Schema):
    """How one topic reaches me on one channel."""

    model_config = ConfigDict(extra="forbid")

    topic: Code
    channel: Literal["mail", "push", "sms"]
    mode: Literal["now", "digest", "off"]


class ChoicesIn(Schema):
    """Several choices at once."""

    model_config = ConfigDict(extra="forbid")

    choices: Annotated[list[ChoiceIn], Field(max_length=30)]


@dataclass(frozen=True, slots=True)
class Card:
    """A thing in a conversation; ask its own endpoint for what it is."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Message:
    """A line. `event` says what happened where `kind` is "event"."""

    no: int
    code: str
    kind: str
    text: str
    picture_url: str
    card: Card | None
    sender: Person | None
    is_own: bool
    from_shop: bool
    is_recalled: bool
    can_recall: bool
    event: str
    subject: Person | None
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Messages:
    """Lines in order."""

    items: list[Message]


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation."""

    code: str
    kind: str
    title: str
    other: Person | None
    members: int
    is_request: bool
    is_muted: bool
    unread: int
    last: Message | None
    last_no: int
    read_no: int
    read_by_others_no: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Talks:
    """Conversations, the latest first."""

    items: list[Talk]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """Where a line stands."""

    no: int
    code: str


@dataclass(frozen=True, slots=True)
class LanePass:
    """Ten minutes of streams: send `token` as bearer to `/lane/talks/{code}/events` or `/lane/me/events`."""

    token: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something I was told, in my language."""

    id: int
    kind: str
    text: str
    url: str
    created_at: datetime | None
    is_read: bool
    others: int


@dataclass(frozen=True, slots=True)
class Notices:
    """News, the latest first, and how much is unread."""

    items: list[Notice]
    unread: int
    unread_messages: int


@dataclass(frozen=True, slots=True)
class Reach:
    """What reaches me: topic to channel to mode, and when nothing rings."""

    topics: dict[str, dict[str, str]]
    time_zone: str
    quiet_from: str
    quiet_to: str
    digest_at: str


def message(view: MessageView) -> Message:
    """A line without our own numbers."""
    return Message(
        no=view.no,
        code=view.code,
        kind=view.kind,
        text=view.text,
        picture_url=media.view(view.picture).url if view.picture else "",
        card=Card(view.card.kind, view.card.code) if view.card else None,
        sender=person(view.sender) if view.sender else None,
        is_own=view.is_own,
        from_shop=view.from_shop,
        is_recalled=view.is_recalled or view.is_hidden,
        can_recall=view.can_recall,
        event=view.event,
        subject=person(view.subject) if view.subject else None,
        sent_at=view.sent_at,
    )


def talk(view: ConversationView) -> Talk:
    """A conversation without our own numbers."""
    fields: dict[str, Any] = {
        name: getattr(view, name)
        for name in (
            "code", "kind", "title", "members", "is_request", "is_muted", "unread", "last_no", "read_no",
            "read_by_others_no", "last_at",
        )
    }  # fmt: skip
    return Talk(
        **fields,
        other=person(view.other) if view.other else None,
        last=message(view.last) if view.last else None,
    )


def notice(view: NoticeView, text: str) -> Notice:
    """Something I was told."""
    return Notice(view.id, view.kind, text, view.url, view.created_at, view.is_read, view.others)


def reach(view: ReachView) -> Reach:
    """What reaches me."""
    topics = {one.topic: one.modes for one in view.topics}
    return Reach(topics, view.time_zone, view.quiet_from, view.quiet_to, view.digest_at)
