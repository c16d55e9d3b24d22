"""What other parts see of conversations: frozen views for one reader, and what can be sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from jishi.people.accounts.contracts import PersonCard


class ConversationKind(StrEnum):
    """Two people, a group, or a shopper and a shop."""

    DIRECT = "direct"
    GROUP = "group"
    SHOP = "shop"


class MessageKind(StrEnum):
    """What a line of a conversation is; an event says what happened to the conversation itself."""

    TEXT = "text"
    PICTURE = "picture"
    CARD = "card"
    EVENT = "event"


class CardKind(StrEnum):
    """What can be handed on as a card; whoever shows it asks its domain with the reader's rights."""

    PRODUCT = "product"
    ORDER = "order"
    NOTE = "note"
    COMMUNITY = "community"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class Card:
    """A thing shown in a conversation, by its public code (slug for a community)."""

    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to send: a text, a picture (`kernel.media.as_json`) or a card."""

    text: str = ""
    picture: Mapping[str, Any] | None = None
    card: Card | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that is stored: its number in the conversation, and whether it had been sent before."""

    conversation_code: str
    no: int
    code: str
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class MessageView:
    """One line as its reader sees it. `event` and `subject` say what happened, for events."""

    no: int
    code: str
    kind: str
    text: str
    picture: Mapping[str, Any] | None
    card: Card | None
    sender: PersonCard | None
    is_own: bool
    from_shop: bool
    is_recalled: bool
    is_hidden: bool
    can_recall: bool
    event: str
    subject: PersonCard | None
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation in somebody's list. `other` is the person, `shop_id` the shop on the far side."""

    code: str
    kind: str
    title: str
    other: PersonCard | None
    shop_id: int | None
    owner_id: int | None
    members: int
    is_request: bool
    is_muted: bool
    is_staff_side: bool
    assigned_to: PersonCard | None
    unread: int
    last: MessageView | None
    last_no: int
    read_no: int
    since_no: int
    read_by_others_no: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class MemberView:
    """Somebody in a conversation."""

    person: PersonCard
    is_owner: bool


@dataclass(frozen=True, slots=True)
class OpenTalk:
    """A conversation with its people and some of its lines."""

    conversation: ConversationView
    members: tuple[MemberView, ...]
    lines: tuple[MessageView, ...]


@dataclass(frozen=True, slots=True)
class QuickReply:
    """A text a shop's staff send often."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class ReportedMessage:
    """A message as a moderator sees it, with what stands before it."""

    code: str
    sender_id: int | None
    text: str
    picture: Mapping[str, Any] | None
    is_hidden: bool
    sent_at: datetime
