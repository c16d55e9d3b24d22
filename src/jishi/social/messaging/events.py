"""What happened in conversations, told to whoever stands above."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSent(DomainEvent):
    """A line was added to a conversation; `recipients` are those who have not muted it."""

    topic: ClassVar[str] = "social.message.sent"

    conversation_code: str
    no: int
    kind: str
    sender_id: int | None
    recipients: tuple[int, ...]
    is_request: bool
    sent_at: datetime

    def key(self) -> str:
        """All lines of a conversation are told in order."""
        return self.conversation_code
