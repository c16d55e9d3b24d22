"""What happened to polls, told to whoever stands above. Keyed by poll."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class PollClosed(DomainEvent):
    """Voting ended; for a quiz the winners are drawn."""

    topic: ClassVar[str] = "social.poll.closed"
    code: str
    note_id: int
    author_id: int
    kind: str
    voter_count: int
    winner_ids: list[int]
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one poll's events stay in sequence."""
        return self.code
