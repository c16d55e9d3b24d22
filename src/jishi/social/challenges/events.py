"""What happened to challenges, told to whoever stands above. Keyed by challenge."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeEnded(DomainEvent):
    """The winners are known."""

    topic: ClassVar[str] = "social.challenge.ended"
    code: str
    host_id: int
    winner_ids: list[int]
    entry_count: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one challenge's events stay in sequence."""
        return self.code
