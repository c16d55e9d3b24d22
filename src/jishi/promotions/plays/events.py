"""What happened to teams, told to whoever stands above promotions. Keyed by team, so a team's facts stay in
order.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamEvent(DomainEvent):
    """The facts every team event carries."""

    topic: ClassVar[str] = "promotions.team"
    team_code: str
    offer_code: str
    mechanic: str
    shop_id: int
    product_id: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one team's events stay in sequence."""
        return self.team_code


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamStarted(TeamEvent):
    """The leader paid: the team is open and can be joined until the deadline."""

    topic: ClassVar[str] = "promotions.team.started"
    leader_id: int
    size: int
    deadline_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatTaken(TeamEvent):
    """Somebody paid and is in the team; `moved_from` names the team the seat was first wanted in."""

    topic: ClassVar[str] = "promotions.team.seat_taken"
    person_id: int
    order_code: str
    missing: int
    moved_from: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatFreed(TeamEvent):
    """A member left before the team formed; the seat is free again."""

    topic: ClassVar[str] = "promotions.team.seat_freed"
    person_id: int
    order_code: str
    leader_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFormed(TeamEvent):
    """The team is complete: everybody keeps the price and the goods may go out."""

    topic: ClassVar[str] = "promotions.team.formed"
    person_ids: list[int] = field(default_factory=list)
    order_codes: list[str] = field(default_factory=list)
    virtual: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamExpired(TeamEvent):
    """The deadline passed with seats missing; every payment goes back."""

    topic: ClassVar[str] = "promotions.team.expired"
    person_ids: list[int] = field(default_factory=list)
    order_codes: list[str] = field(default_factory=list)
    missing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFailed(TeamEvent):
    """The team ended for another reason (`reason`) before its deadline; every payment goes back."""

    topic: ClassVar[str] = "promotions.team.failed"
    person_ids: list[int] = field(default_factory=list)
    order_codes: list[str] = field(default_factory=list)
    reason: str = ""
