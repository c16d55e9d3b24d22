"""The rush lane's adapter for the last seats of teams: `POST /lane/teams/TEAM/join` reserves one.

What is won here is a place for some minutes, not an order yet: the checkout takes it over, with the goods,
the address and all checks of an ordinary purchase.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jishi.kernel import ids
from jishi.people.accounts.contracts import LaneClaims
from jishi.promotions.plays import settle
from jishi.promotions.plays.contracts import SeatOutcome, Seeker
from jishi.surfaces.lane.rush import Answer, Key

STATES: dict[str, tuple[int, str, str]] = {
    "won": (200, "reserved", ""),
    "yours": (200, "reserved", ""),
    "member": (200, "ordered", ""),
    "full": (409, "full_team", "Every seat of this team is taken."),
    "closed": (409, "closed", "This team is not open any more."),
    "sold_out": (409, "sold_out", "Nothing is left of this offer."),
    "limit": (409, "limit", "You have as many of this offer as one person may have."),
    "many": (409, "many", "Seats in other teams are waiting for you: order with one or let it go first."),
    "newcomers": (409, "newcomers", "This seat is for people who are buying here for the first time."),
    "spent": (409, "ordinary", "You let your seat go before. Please join through the checkout."),
    "ordinary": (409, "ordinary", "Please join through the checkout."),
    "stranger": (401, "stranger", "Please sign in again."),
    "unknown": (404, "unknown", "There is no such team."),
}


@dataclass(frozen=True, slots=True)
class SeatWish:
    """Who wants a seat in which team."""

    team_code: str
    claims: LaneClaims

    @property
    def key(self) -> Key:
        """One place per team and person."""
        return self.team_code, self.claims.person_id


class SeatAdapter:
    """Settles wishes for seats."""

    name = "seats"
    area = "teams"
    verb = "join"
    asks = "Send an empty object."

    def read(
        self, code: str, claims: LaneClaims, data: Mapping[str, Any], language: Callable[[], str]
    ) -> SeatWish | None:
        """There is nothing to choose: a seat is a seat."""
        return SeatWish(code, claims)

    async def settle(self, connection: Any, wishes: Sequence[SeatWish]) -> list[SeatOutcome]:
        """Hand a batch to the domain's settler."""
        seekers = [
            Seeker(wish.team_code, wish.claims.person_id, wish.claims.epoch, seat_code)
            for wish, seat_code in zip(wishes, ids.new_codes(len(wishes)), strict=True)
        ]
        return await settle.settle(connection, seekers=seekers)

    def again(self, outcome: SeatOutcome) -> bool:
        """Every wish is decided at once."""
        return False

    def answer(self, wish: SeatWish | None, outcome: SeatOutcome) -> Answer:
        """Say what became of a wish."""
        status, state, title = STATES[outcome.kind]
        if status == 200:
            content: dict[str, Any] = {"state": state, "replayed": outcome.kind != "won"}
            if outcome.until is not None:
                content["reserved_until"] = outcome.until.isoformat()
            return 200, content | ({"order_code": outcome.order_code} if outcome.order_code else {}), []
        may_return = outcome.held if outcome.kind == "full" else 0
        content = {"title": title, "code": f"team.{state}", "state": state, "may_return": may_return}
        return status, content, [(b"retry-after", b"2")] if may_return else []

    async def find(self, connection: Any, code: str, person_id: int) -> SeatOutcome | None:
        """Return the seat that somebody has in a team."""
        return await settle.find(connection, team_code=code, person_id=person_id)
