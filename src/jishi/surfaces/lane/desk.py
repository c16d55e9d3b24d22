"""Addresses of one kind of rush in the lane: `POST /lane/AREA/CODE/VERB`, `GET /lane/AREA/CODE/place?token=`.

Origin, identity and form are looked at without a query; what follows is one place in the line of the kind. A
kind says which addresses, how a form becomes a wish, and how its owning domain settles and finds; everything
else is the same for whatever people rush for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import parse_qs

from jishi.people.accounts.contracts import LaneClaims
from jishi.surfaces.lane import identity
from jishi.surfaces.lane.rush import Adapter, Answer, Reply, Rush, Wish, answered

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

MOST_BODY = 1_000
GONE = "Your place in the line is gone. Please press once more."


class Kind(Adapter, Protocol):
    """An adapter with addresses: `/lane/area/CODE/verb`."""

    area: str
    verb: str
    asks: str
    """What is said to whoever sends something that is no wish."""

    def read(
        self, code: str, claims: LaneClaims, data: Mapping[str, Any], language: Callable[[], str]
    ) -> Wish | None:
        """Return the wish that a form makes, or None when it makes none."""

    async def find(self, connection: Any, code: str, person_id: int) -> Any | None:
        """Return what somebody has got already, for whoever lost their place in the line."""


class Desk:
    """Answers the addresses of one kind."""

    def __init__(self, rush: Rush, kind: Kind, secret: bytes) -> None:
        self._rush = rush
        self._kind = kind
        self._secret = secret
        self._ask = re.compile(rf"^/lane/{kind.area}/([0-9a-z]{{4,12}})/{kind.verb}$")
        self._place = re.compile(rf"^/lane/{kind.area}/([0-9a-z]{{4,12}})/place$")

    def takes(self, path: str) -> bool:
        """Say by the address alone whether it is a wish of this kind."""
        return self._ask.match(path) is not None

    async def answer(self, scope: Scope, receive: Receive) -> Answer | None:
        """Answer a request if it is one of these."""
        path, method = scope["path"], scope["method"]
        if self.takes(path):
            if method != "POST":
                return 405, {"title": "Only POST is answered here."}, [(b"allow", b"POST")]
            body = await read_body(receive)
            return await answered(lambda reply: self.ask(scope, body, reply))
        if (match := self._place.match(path)) and method == "GET":
            return await self._look(match[1], scope)
        return None

    def ask(self, scope: Scope, body: bytes | None, reply: Reply) -> bool:
        """Answer a whole request through `reply`; false when it is another address."""
        match = self._ask.match(scope["path"])
        if match is None or scope["method"] != "POST":
            return False
        claims = self._caller(scope)
        if isinstance(claims, tuple):
            reply(claims)
        elif (wish := self._read(body, match[1], claims, scope)) is None:
            reply((400, {"title": self._kind.asks, "code": f"{self._kind.name}.body"}, []))
        else:
            self._rush.stand(self._kind.name, wish, reply)
        return True

    def _read(self, raw: bytes | None, code: str, claims: LaneClaims, scope: Scope) -> Wish | None:
        data = None if raw is None else _parsed(raw)
        if data is None:
            return None
        return self._kind.read(code, claims, data, lambda: identity.header(scope, b"accept-language"))

    async def _look(self, code: str, scope: Scope) -> Answer:
        claims = self._caller(scope)
        if isinstance(claims, tuple):
            return claims
        token = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0][:200]
        answer = await self._rush.look(self._kind.name, (code, claims.person_id), token)
        if answer is not None:
            return answer
        # Another process serves that line, or it is long over: the database knows what they have got.
        async with self._rush.connection() as connection:
            found = await self._kind.find(connection, code, claims.person_id)
        return (
            (410, {"title": GONE, "code": "rush.gone"}, [])
            if found is None
            else self._kind.answer(None, found)
        )

    def _caller(self, scope: Scope) -> LaneClaims | Answer:
        """Who asks, known without a query; a refusal otherwise."""
        if not identity.is_own_origin(scope):
            return 403, {"title": "Only our own pages may ask here.", "code": "rush.origin"}, []
        claims = identity.caller(scope, self._secret)
        if claims is None:
            return 401, {"title": "Please sign in first.", "code": "rush.sign_in"}, []
        return claims


@lru_cache(maxsize=256)
def _parsed(raw: bytes) -> Mapping[str, Any] | None:
    """Return the object that a body is, or None. In a crowd everybody sends one of a few bodies."""
    try:
        data = json.loads(raw.decode()) if raw else {}
    except ValueError:
        return None
    return data if isinstance(data, dict) else None


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
