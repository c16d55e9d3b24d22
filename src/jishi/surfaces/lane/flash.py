"""`POST /lane/flash/ITEM/buy`, `GET /lane/flash/ITEM/place?token=`: the rush lane's adapter for flash sales.

Origin, identity and form are looked at without a query; what follows is one place in the line. Nothing here
remembers that an item is sold out: in a batch that question costs next to nothing, and an answer that is not
kept cannot be wrong when units return.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from jishi.kernel import ids
from jishi.people.accounts.contracts import LaneClaims
from jishi.promotions.flash_sales import settle
from jishi.promotions.flash_sales.contracts import Buyer, Outcome
from jishi.surfaces.lane import identity
from jishi.surfaces.lane.rush import Answer, Key, Reply, Rush, answered

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

BUY = re.compile(r"^/lane/flash/([0-9a-z]{4,12})/buy$")
PLACE = re.compile(r"^/lane/flash/([0-9a-z]{4,12})/place$")
MOST_BODY = 1_000

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

    name = "flash"

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


class FlashDesk:
    """The addresses of flash sales in the lane."""

    def __init__(self, rush: Rush, adapter: FlashAdapter, secret: bytes) -> None:
        self._rush = rush
        self._adapter = adapter
        self._secret = secret

    async def answer(self, scope: Scope, receive: Receive) -> Answer | None:
        """Answer a request if it is one of these."""
        path, method = scope["path"], scope["method"]
        if BUY.match(path):
            if method != "POST":
                return 405, {"title": "Only POST is answered here."}, [(b"allow", b"POST")]
            body = await read_body(receive)
            return await answered(lambda reply: self.buy(scope, body, reply))
        if (match := PLACE.match(path)) and method == "GET":
            return await self._place(match[1], scope)
        return None

    def buy(self, scope: Scope, body: bytes | None, reply: Reply) -> bool:
        """Answer a whole request to buy through `reply`; false when it is another address."""
        match = BUY.match(scope["path"])
        if match is None or scope["method"] != "POST":
            return False
        claims = self._caller(scope)
        if isinstance(claims, tuple):
            reply(claims)
        elif (wish := _read(body, match[1], claims, scope)) is None:
            reply((400, {"title": 'Say how many as {"quantity": 1}.', "code": "flash.body"}, []))
        else:
            self._rush.stand(self._adapter.name, wish, reply)
        return True

    async def _place(self, item_code: str, scope: Scope) -> Answer:
        claims = self._caller(scope)
        if isinstance(claims, tuple):
            return claims
        token = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0][:200]
        found = await self._rush.look(self._adapter.name, (item_code, claims.person_id), token)
        if found is not None:
            return found
        # Another process serves that line, or it is long over: the database knows whether there is an order.
        async with self._rush.connection() as connection:
            order = await settle.find(connection, item_code=item_code, person_id=claims.person_id)
        if order is not None and order.order_code:
            return self._adapter.answer(None, order)
        content = {"title": "Your place in the line is gone. Please press once more.", "code": "rush.gone"}
        return 410, content, []

    def _caller(self, scope: Scope) -> LaneClaims | Answer:
        """Who asks, known without a query; a refusal otherwise."""
        if not identity.is_own_origin(scope):
            return 403, {"title": "Only our own pages may buy here.", "code": "rush.origin"}, []
        claims = identity.caller(scope, self._secret)
        if claims is None:
            return 401, {"title": "Please sign in first.", "code": "rush.sign_in"}, []
        return claims


def _read(raw: bytes | None, item_code: str, claims: LaneClaims, scope: Scope) -> FlashWish | None:
    try:
        data = json.loads(raw) if raw else {}
    except ValueError:
        return None
    if raw is None or not isinstance(data, dict):
        return None
    quantity = data.get("quantity", 1)
    if type(quantity) is not int or not 1 <= quantity <= 99:
        return None
    said = str(data.get("language") or identity.header(scope, b"accept-language")).lower()
    return FlashWish(item_code, claims, quantity, "en" if said.startswith("en") else "zh-hans")


async def read_body(receive: Receive) -> bytes | None:
    """Read a small body; None when it is too large or its sender went away."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        part = message.get("body", b"")
        size += len(part)
        if size > MOST_BODY:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
