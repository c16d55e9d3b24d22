"""What happened in community purchase, told to whoever stands above. Keyed by leader or round."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaderDecided(DomainEvent):
    """An operator approved, refused or suspended a leader."""

    topic: ClassVar[str] = "promotions.community_buys.leader_decided"
    leader_code: str
    person_id: int
    state: str
    reason: str
    at: datetime

    def key(self) -> str:
        """Return the ordering shard."""
        return self.leader_code


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundFact(DomainEvent):
    """The facts every event of a round carries."""

    topic: ClassVar[str] = "promotions.community_buys.round"
    round_code: str
    shop_id: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard."""
        return self.round_code


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundCut(RoundFact):
    """No more orders; what was paid became one purchase demand (empty code: nothing was)."""

    topic: ClassVar[str] = "promotions.community_buys.cut"
    demand_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesEnded(RoundFact):
    """A round does not come again: nothing of it can be offered any more at its prices."""

    topic: ClassVar[str] = "promotions.community_buys.series_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionReady(RoundFact):
    """Goods can be collected; `short_minor` of the money is on its way back because too few came."""

    topic: ClassVar[str] = "promotions.community_buys.ready"
    order_code: str
    person_id: int
    short_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionEnded(RoundFact):
    """Goods were collected, or nobody came for them."""

    topic: ClassVar[str] = "promotions.community_buys.ended"
    order_code: str
    person_id: int
    outcome: str
