"""Who may write to whom and how much; pure."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from jishi.social.messaging.contracts import CardKind, Draft, MessageKind

TEXT_MOST = 2000
TITLE_MOST = 40
GROUP_MOST = 200
RECALL_WITHIN = timedelta(minutes=2)
NEW_ACCOUNT = timedelta(days=3)
QUICK_REPLIES_MOST = 30
QUICK_REPLY_LENGTH = 300

PER_MINUTE = 30
STRANGERS_PER_DAY = 10
SAME_TEXT_PER_HOUR = 5
SAME_TEXT_FROM = 12
"""Shorter texts ("hello") are said to many people without being spam."""

_LINK = re.compile(
    r"(?:https?://|www\.)\S|\b[\w-]+\.(?:com|net|org|cn|top|xyz|vip|shop|io|me|cc)\b", re.IGNORECASE
)


class Door(Enum):
    """How a line gets to the other person."""

    FREE = "free"
    KNOCK = "knock"
    ANSWER = "answer"
    WAIT = "wait"
    SHUT = "shut"


@dataclass(frozen=True, slots=True)
class Standing:
    """How two people stand to each other, from the sender's side."""

    is_friend: bool = False
    is_followed_by: bool = False
    is_blocked: bool = False


def door(*, standing: Standing, sender_id: int, requested_by: int | None, is_accepted: bool) -> Door:
    """Say how a line from one person to another is taken: strangers knock once and wait for an answer."""
    if standing.is_blocked:
        return Door.SHUT
    if is_accepted or standing.is_friend or standing.is_followed_by:
        return Door.FREE
    if requested_by is None:
        return Door.KNOCK
    return Door.WAIT if requested_by == sender_id else Door.ANSWER


def kind_of(draft: Draft) -> MessageKind | None:
    """Return what a draft is, or None when it is nothing or several things at once."""
    parts = [
        (bool(draft.text.strip()), MessageKind.TEXT),
        (draft.picture is not None, MessageKind.PICTURE),
        (draft.card is not None, MessageKind.CARD),
    ]
    given = [kind for is_given, kind in parts if is_given]
    return given[0] if len(given) == 1 else None


def is_card_known(kind: str) -> bool:
    """Say whether such a thing can be sent as a card."""
    return kind in set(CardKind)


def has_link(text: str) -> bool:
    """Say whether a text contains something that looks like an address on the web."""
    return bool(_LINK.search(text))


def can_recall(*, is_own: bool, kind: str, is_recalled: bool, sent_at: datetime, at: datetime) -> bool:
    """Say whether a line may still be taken back by its reader."""
    return is_own and kind != MessageKind.EVENT and not is_recalled and at - sent_at <= RECALL_WITHIN
