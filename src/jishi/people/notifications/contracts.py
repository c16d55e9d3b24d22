"""What a message looks like from outside."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class InboxView:
    """A mail or text message the demo caught; `code` is the sign-in code in it, if any."""

    id: int
    channel: str
    recipient: str
    subject: str
    text: str
    code: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class NoticeView:
    """Something a person was told; `message` is an English text with named parameters, to be translated."""

    id: int
    kind: str
    message: str
    params: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    created_at: datetime | None = None
    is_read: bool = False
    others: int = 0
    """How many more said the same about the same thing, for lists that are grouped."""


@dataclass(frozen=True, slots=True)
class TopicChoice:
    """How one topic reaches a person: channel to "now", "digest" or "off"."""

    topic: str
    name: str
    modes: dict[str, str]


@dataclass(frozen=True, slots=True)
class ReachView:
    """What somebody has chosen; times are "HH:MM" where they live, empty without quiet hours."""

    topics: tuple[TopicChoice, ...]
    time_zone: str
    quiet_from: str
    quiet_to: str
    digest_at: str
    browsers: int
    has_phone: bool


@dataclass(frozen=True, slots=True)
class TroubledDelivery:
    """Something that did not leave for certain: given up (`dead`), or of unknown outcome."""

    id: int
    channel: str
    kind: str
    state: str
    error: str
    attempts: int
    message_id: str
    at: datetime
