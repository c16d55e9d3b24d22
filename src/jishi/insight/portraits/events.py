"""What happened to segments and stages. People come in batches, each person once per change."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, kw_only=True)
class SegmentFact(DomainEvent):
    """Something about the members of a segment; `is_initial` marks its very first computation."""

    topic: ClassVar[str] = "insight.segment"
    segment: str
    person_ids: tuple[int, ...]
    at: datetime
    is_initial: bool = False

    def key(self) -> str:
        """Return the ordering shard: one segment's facts stay in sequence."""
        return self.segment


@dataclass(frozen=True, kw_only=True)
class SegmentEntered(SegmentFact):
    """These people came into a segment."""

    topic: ClassVar[str] = "insight.segment.entered"


@dataclass(frozen=True, kw_only=True)
class SegmentLeft(SegmentFact):
    """These people left a segment."""

    topic: ClassVar[str] = "insight.segment.left"


@dataclass(frozen=True, kw_only=True)
class StageChanged(DomainEvent):
    """These people moved to another stage, with the platform (`shop_id` None) or with one shop."""

    topic: ClassVar[str] = "insight.stage.changed"
    shop_id: int | None
    before: str
    after: str
    person_ids: tuple[int, ...]
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one shop's movements stay in sequence."""
        return f"stage:{self.shop_id or 0}"
