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
class SeatMatched(TeamEvent):
    """A member of a team that could not fill alone is in this one now; seat, price and order are the same."""

    topic: ClassVar[str] = "promotions.team.seat_matched"
    person_id: int
    order_code: str
    from_team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamFormed(TeamEvent):
    """The team is complete: everybody keeps the price and the goods may go out.

    In a draw the lists are those who won, and `lost_ids` the others, whose money goes back. `back_ids` get a
    difference back, because the team reached a better price.
    """

    topic: ClassVar[str] = "promotions.team.formed"
    person_ids: list[int] = field(default_factory=list)
    order_codes: list[str] = field(default_factory=list)
    virtual: int = 0
    lost_ids: list[int] = field(default_factory=list)
    back_ids: list[int] = field(default_factory=list)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class RallyEvent(DomainEvent):
    """The facts every event of a rally carries. Keyed by rally."""

    topic: ClassVar[str] = "promotions.rally"
    rally_code: str
    offer_code: str
    mechanic: str
    shop_id: int
    product_id: int
    starter_id: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one rally's events stay in sequence."""
        return self.rally_code


@dataclass(frozen=True, slots=True, kw_only=True)
class RallyStarted(RallyEvent):
    """Somebody gathers friends."""

    topic: ClassVar[str] = "promotions.rally.started"
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RallyHelped(RallyEvent):
    """A friend helped, and it counts; `rest` is still to be gathered."""

    topic: ClassVar[str] = "promotions.rally.helped"
    person_id: int
    amount: int
    rest: int
    is_newcomer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RallyWon(RallyEvent):
    """The goal is reached; it may be bought until `pay_by_at`."""

    topic: ClassVar[str] = "promotions.rally.won"
    pay_by_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RallyBought(RallyEvent):
    """The starter paid."""

    topic: ClassVar[str] = "promotions.rally.bought"
    order_code: str
    price_minor: int
    helps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RallyEnded(RallyEvent):
    """It is over without a purchase; `reason`: "deadline", "unpaid", "stopped"."""

    topic: ClassVar[str] = "promotions.rally.ended"
    reason: str
