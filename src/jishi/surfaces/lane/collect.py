"""`POST /lane/events`: what a page of ours saw. Answered 202 when it is durable in the inbox, never before.

Who sent it is taken from cookies, never from the body. A browser that asks not to be followed (Global Privacy
Control, Do Not Track) is answered, and nothing is kept.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from jishi.insight.behavior import settle
from jishi.insight.behavior.contracts import Sender
from jishi.surfaces.lane import identity

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Answer = tuple[int, dict[str, Any], list[tuple[bytes, bytes]]]

VISITOR = re.compile(r"(?:^|;\s*)jishi_visitor=([0-9a-z]{12,32})(?:;|$)")
CONNECTIONS = 4
WAIT_S = 5.0
BATCHES_A_MINUTE = 120
MOST_KNOWN = 50_000

log = logging.getLogger("jishi.lane")


class Full(Exception):
    """The body is larger than a batch may be, or its sender went away."""


class Pace:
    """How many batches each browser sent in this minute; forgotten with the minute."""

    def __init__(self, most: int = BATCHES_A_MINUTE) -> None:
        self.most = most
        self._minute = 0
        self._counts: dict[str, int] = {}

    def allows(self, visitor: str, now_s: float) -> bool:
        """Count one batch; false when it is one too many."""
        minute = int(now_s // 60)
        if minute != self._minute or len(self._counts) > MOST_KNOWN:
            self._minute, self._counts = minute, {}
        count = self._counts[visitor] = self._counts.get(visitor, 0) + 1
        return count <= self.most


class Collector:
    """Takes batches of one process."""

    def __init__(self, database_url: str, secret: bytes) -> None:
        self._secret = secret
        self.pace = Pace()
        self._pool = AsyncConnectionPool(
            database_url,
            min_size=0,
            max_size=CONNECTIONS,
            open=False,
            timeout=WAIT_S,
            kwargs={"autocommit": True},
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Hold the connections while the process serves."""
        await self._pool.open()
        try:
            yield
        finally:
            await self._pool.close()

    async def take(self, scope: Scope, receive: Receive) -> Answer:
        """Answer one batch: origin, wish not to be followed, who, pace, size, form, and then the inbox."""
        if not identity.is_own_origin(scope):
            return 403, {"title": "Events are taken from our own pages only."}, []
        if identity.header(scope, b"sec-gpc") == "1" or identity.header(scope, b"dnt") == "1":
            return 200, {"accepted": 0, "why": "not followed"}, []
        found = VISITOR.search(identity.header(scope, b"cookie"))
        if found is None:
            return 403, {"title": "A page of ours has to be opened first."}, []
        if not self.pace.allows(found[1], time.monotonic()):
            return 429, {"title": "Too many batches."}, [(b"retry-after", b"60")]
        try:
            raw = await _body(receive)
        except Full:
            return 413, {"title": "A batch may have up to 512 KB."}, []
        try:
            batch = settle.read(raw, self._sender(scope, found[1]))
        except settle.Malformed as error:
            return 400, {"title": "This is no batch of events.", "detail": str(error)}, []
        return await self._store(batch)

    async def _store(self, batch: settle.Batch) -> Answer:
        try:
            async with self._pool.connection() as connection:
                is_new = await settle.accept(connection, batch=batch)
        except (psycopg.Error, PoolTimeout) as error:
            log.error("lane.events_not_stored: %s", type(error).__name__)
            return 503, {"title": "Not stored. Please send it again."}, [(b"retry-after", b"5")]
        return (202 if is_new else 200), {"accepted": batch.count if is_new else 0}, []

    def _sender(self, scope: Scope, visitor: str) -> Sender:
        claims = identity.caller(scope, self._secret)
        return Sender(
            source="web",
            visitor=visitor,
            person_id=claims.person_id if claims else None,
            agent=identity.header(scope, b"user-agent"),
            language=identity.header(scope, b"accept-language")[:5],
        )


async def _body(receive: Receive) -> bytes:
    """Read the whole body.

    :raises Full: it is too large, or its sender went away.
    """
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Full
        part = message.get("body", b"")
        size += len(part)
        if size > settle.MOST_BYTES:
            raise Full
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)
