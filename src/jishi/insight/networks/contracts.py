"""What leaves this domain: where people stand in the network, its communities, and when it was looked at."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RunView:
    """One look at the whole network."""

    made_at: datetime
    people: int
    links: int
    communities: int
    modularity: float
    seconds: float


@dataclass(frozen=True, slots=True)
class StandingView:
    """Where somebody stands. `influence` is a share of all attention in millionths, `bridge` of all shortest
    ways; `doubts` are reasons to look twice before their numbers are believed.
    """

    person_id: int
    rank: int
    influence: int
    followers: int
    reach: int
    brought_orders: int
    bridge: int
    spread_bps: int
    notes: int
    engaged: int
    role: str
    doubts: tuple[str, ...]
    community: int
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class GroupView:
    """A community that the links themselves make."""

    number: int
    size: int
    inner_bps: int
    topic_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TieView:
    """How close somebody is, from 1 to 1000."""

    other_id: int
    strength: int
