"""What people chose for their feeds, told to whoever stands above."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestsChosen(DomainEvent):
    """Somebody picked the topics they like to read about; `count` is how many they are now."""

    topic: ClassVar[str] = "social.feed.interests_chosen"
    person_id: int
    count: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: what a person does stays in sequence."""
        return f"person:{self.person_id}"
