"""What happened to lotteries. Keyed by lottery."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class LotteryEvent(DomainEvent):
    """The facts every event of a lottery carries."""

    topic: ClassVar[str] = "promotions.lottery"
    lottery_code: str
    shop_id: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one lottery's events stay in sequence."""
        return self.lottery_code


@dataclass(frozen=True, slots=True, kw_only=True)
class LotteryEntered(LotteryEvent):
    """Somebody takes part."""

    topic: ClassVar[str] = "promotions.lottery.entered"
    person_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotteryDrawn(LotteryEvent):
    """The draw is done: who won (again, if prizes were not claimed), and until when they claim."""

    topic: ClassVar[str] = "promotions.lottery.drawn"
    winner_ids: list[int] = field(default_factory=list)
    claim_by_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PrizeClaimed(LotteryEvent):
    """A winner ordered their prize."""

    topic: ClassVar[str] = "promotions.lottery.claimed"
    person_id: int
    order_code: str
