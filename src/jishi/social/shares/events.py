"""What happened through share links, told to whoever stands above."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareVisited(DomainEvent):
    """Somebody opened a link for the first time."""

    topic: ClassVar[str] = "social.share.visited"
    share_code: str
    sharer_id: int | None
    person_id: int | None
    depth: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one link's visits stay in sequence."""
        return self.share_code


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareOrdered(DomainEvent):
    """A paid order came through a link."""

    topic: ClassVar[str] = "social.share.ordered"
    share_code: str
    sharer_id: int | None
    order_code: str
    amount_minor: int
    currency: str
    depth: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one link's orders stay in sequence."""
        return self.share_code
