"""The rush lane's adapter for flash sales: `POST /lane/flash/ITEM/buy`.

Nothing here remembers that an item is sold out: in a batch that question costs next to nothing, and an
answer that is not kept cannot be wrong when units return.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jishi.kernel import ids
from jishi.people.accounts.contracts import LaneClaims
from jishi.promotions.flash_sales import settle
from jishi.promotions.flash_sales.contracts import Buyer, Outcome
from jishi.surfaces.lane.rush import Answer, Key

STATES: dict[str, tuple[int, str, str]] = {
    "won": (200, "ordered", ""),
    "yours": (200, "ordered", ""),
    "sold_out": (409, "sold_out", "Everything at the flash price is taken."),
    "returning": (409, "returning", "Everything is taken; units that nobody pays for return."),
    "upcoming": (409, "upcoming", "The sale has not started yet."),
    "ended": (409, "ended", "The sale is over."),
    "limit": (422, "limit", "More units than one person may have."),
    "unpaid": (409, "unpaid", "Too many unpaid orders: pay or cancel one first."),
    "repriced": (409, "repriced", "The price is being updated. Please try again in a moment."),
    "stranger": (401, "stranger", "Please sign in again."),
    "unknown": (404, "unknown", "There is no such item."),
}


@dataclass(frozen=True, slots=True)
class FlashWish:
    """Who wants how many of which item."""

    item_code: str
    claims: LaneClaims
    quantity: int
    language: str

    @property
    def key(self) -> Key:
        """One place per item and person."""
        return self.item_code, self.claims.person_id


class FlashAdapter:
    """Settles wishes for flash items."""

    name = area = "flash"
    verb = "buy"
    asks = 'Say how many as {"quantity": 1}.'

    def read(
        self, code: str, claims: LaneClaims, data: Mapping[str, Any], language: Callable[[], str]
    ) -> FlashWish | None:
        """Return who wants how many, and the language of their order."""
        quantity = data.get("quantity", 1)
        if type(quantity) is not int or not 1 <= quantity <= 99:
            return None
        said = str(data.get("language") or language()).lower()
        return FlashWish(code, claims, quantity, "en" if said.startswith("en") else "zh-hans")

    async def settle(self, connection: Any, wishes: Sequence[FlashWish]) -> list[Outcome]:
        """Hand a batch to the domain's settler."""
        names = zip(ids.new_codes(len(wishes)), ids.uuid7s(len(wishes)), strict=True)
        buyers = [
            Buyer(
                item_code=wish.item_code,
                person_id=wish.claims.person_id,
                epoch=wish.claims.epoch,
                quantity=wish.quantity,
                order_code=order_code,
                event_id=event_id,
                language=wish.language,
            )
            for wish, (order_code, event_id) in zip(wishes, names, strict=True)
        ]
        return await settle.settle(connection, buyers=buyers)

    def again(self, outcome: Outcome) -> bool:
        """A smaller wish that still fits goes once more."""
        return outcome.kind == "again"

    def answer(self, wish: FlashWish | None, outcome: Outcome) -> Answer:
        """Say what became of a wish."""
        status, state, title = STATES[outcome.kind]
        if status == 200:
            content = {"state": state, "order_code": outcome.order_code, "replayed": outcome.kind == "yours"}
            return 200, content, []
        content = {"title": title, "code": f"flash.{state}", "state": state, "may_return": outcome.held}
        if outcome.kind == "limit":
            content["limit"] = outcome.detail
        more = [(b"retry-after", b"2")] if outcome.kind in ("returning", "repriced") else []
        return status, content, more

    async def find(self, connection: Any, code: str, person_id: int) -> Outcome | None:
        """Return the order that somebody has of an item."""
        order = await settle.find(connection, item_code=code, person_id=person_id)
        return order if order is not None and order.order_code else None
