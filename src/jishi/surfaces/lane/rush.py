"""The rush lane: many people want one thing at the same instant, and one settler writes for all of them.

A request becomes an entry of a bounded queue, first come first served; one settler per adapter takes what
arrived while its last batch was being committed, and settles it with one statement of the owning domain.
There is no timer: an idle shop answers in one round trip, a rush batches itself. An answer is given when it
is durable. Whoever waits longer than a request should gets a token with their true position and comes back
for the answer; beyond the bound everybody is sent away with a time to come again. Several processes are safe
beside each other, because the database decides; a repeated wish gets the order it got the first time.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import logging
import secrets
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

QUEUE_MOST = 20_000
BATCH_MOST = 500
WAIT_S = 2.5
REMEMBER_S = 120.0
RETRY_AFTER_S = 0.5
DRAIN_S = 10.0
TOKEN_S = 600
ANSWERS_AT_ONCE = 32
SETTLERS = 2
BESIDE = 64
"""So many must wait before a second batch is sent behind one that is being written: it waits for the rows of
the first inside the database, which has something to do the moment that one is durable."""
CONNECT_S = 5.0
# Planned once per connection, and never for a table that was still empty then: a sequential scan per buyer
# would turn a rush that begins with no orders into one that gets slower with each.
OPTIONS = (
    "-c lock_timeout=3s -c statement_timeout=20s"
    " -c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off"
)

log = logging.getLogger("jishi.lane")

Answer = tuple[int, dict[str, Any], list[tuple[bytes, bytes]]]
Key = tuple[str, int]
Reply = Callable[[Answer], None]
"""Takes one answer; called once, from the loop. It must not raise: the answers of others come after it."""


class Wish(Protocol):
    """What somebody wants; `key` is (what, who): one entry at a time for each."""

    @property
    def key(self) -> Key:
        """Return what keeps a person from standing in the line twice."""


class Adapter(Protocol):
    """How one kind of rush is settled and answered. Written in the lane, its SQL in the owning domain."""

    name: str

    async def settle(self, connection: Any, wishes: Sequence[Any]) -> list[Any]:
        """Decide a batch; durable when it returns. One outcome per wish."""

    def again(self, outcome: Any) -> bool:
        """Whether a wish goes into the next batch instead of being answered."""

    def answer(self, wish: Any, outcome: Any) -> Answer:
        """Put an outcome into words for the page or program that asked."""


class Full(Exception):
    """The line is as long as it may be, or the process is stopping."""


class Failed(Exception):
    """A wish could not be settled by itself either; nothing was written for it."""


@dataclass(slots=True, eq=False)
class Entry:
    """One place in the line; many requests of one person may wait for it."""

    wish: Any
    number: int
    since: float
    replies: list[Reply] = field(default_factory=list)


class Line:
    """The queue of one adapter in this process, and its settler."""

    def __init__(
        self,
        adapter: Adapter,
        pool: AsyncConnectionPool[Any],
        in_line: Callable[[Line, Entry], Answer],
        *,
        most: int = QUEUE_MOST,
        batch: int = BATCH_MOST,
    ) -> None:
        self.adapter = adapter
        self._in_line = in_line
        self.most = most
        self.batch = batch
        self.settled = 0
        self.batches = 0
        self._pool = pool
        self._queue: deque[Entry] = deque()
        self._entries: dict[Key, Entry] = {}
        self._past: OrderedDict[Key, tuple[float, Any]] = OrderedDict()
        self._waiting: deque[tuple[float, Entry, Reply]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._arrived = asyncio.Event()
        self._number = 0
        self._closing = False
        self._busy = 0
        self._per_s = 0.0

    def join(self, wish: Wish) -> Entry:
        """Take a place in the line, or the place that this person has already.

        :raises Full: there is none.
        """
        entry = self._entries.get(wish.key)
        if entry is not None:
            return entry
        if self._closing or len(self._entries) >= self.most:
            raise Full
        self._number += 1
        entry = Entry(wish, self._number, time.monotonic())
        self._entries[wish.key] = entry
        self._queue.append(entry)
        if self._may_take():
            self._arrived.set()
        return entry

    def wait(self, entry: Entry, reply: Reply) -> None:
        """Answer through `reply`: what was decided, or after a while that it takes longer.

        One timer for everybody: whoever came first is the first for whom it gets late.
        """
        entry.replies.append(reply)
        until = time.monotonic() + WAIT_S
        self._waiting.append((until, entry, reply))
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(WAIT_S, self._tell_late)

    def _tell_late(self) -> None:
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            _, entry, reply = self._waiting.popleft()
            if reply in entry.replies:
                entry.replies.remove(reply)
                reply(self._in_line(self, entry))
        after = self._waiting[0][0] - now if self._waiting else None
        loop = asyncio.get_running_loop()
        self._timer = None if after is None else loop.call_later(max(after, 0.01), self._tell_late)

    def find(self, key: Key) -> Entry | None:
        """Return the place of somebody who waits."""
        return self._entries.get(key)

    def find_past(self, key: Key) -> Any | None:
        """Return what somebody who waited too long for one request was given meanwhile."""
        kept = self._past.get(key)
        return None if kept is None or kept[0] < time.monotonic() - REMEMBER_S else kept[1]

    def position(self, entry: Entry) -> int:
        """Return how many are before somebody, plus one; true, as the line is served in its order."""
        head = self._queue[0].number if self._queue else entry.number
        return max(1, entry.number - head + 1)

    def wait_s(self, places: int) -> int:
        """Return after how many seconds so many places will have been served, at the pace of late."""
        return max(1, min(60, round(places / self._per_s))) if self._per_s else 1

    def __len__(self) -> int:
        return len(self._entries)

    async def serve(self) -> None:
        """Settle batch after batch until :meth:`drain` closed the line and it is empty."""
        while not (self._closing and not self._queue):
            if not self._may_take():
                self._arrived.clear()
                await self._arrived.wait()
                continue
            taken = [self._queue.popleft() for _ in range(min(self.batch, len(self._queue)))]
            began = time.monotonic()
            self._busy += 1
            try:
                await self._settle(taken)
            finally:
                self._busy -= 1
            if self._queue:
                self._arrived.set()
            self.batches += 1
            pace = len(taken) / max(time.monotonic() - began, 1e-6)
            self._per_s = pace if not self._per_s else 0.8 * self._per_s + 0.2 * pace

    def _may_take(self) -> bool:
        """Whether a settler that has nothing to do should take a batch now."""
        return bool(self._queue) and (not self._busy or len(self._queue) >= BESIDE)

    async def drain(self) -> None:
        """Take nobody in any more, and let those who wait be served."""
        self._closing = True
        self._arrived.set()
        until = time.monotonic() + DRAIN_S
        while self._entries and time.monotonic() < until:
            await asyncio.sleep(0.01)
        for entry in list(self._entries.values()):
            self._finish(entry, Full())

    async def _settle(self, entries: list[Entry]) -> None:
        """Settle entries; a batch that fails is halved until the one that breaks it stands alone."""
        try:
            outcomes = await self._run([entry.wish for entry in entries])
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
            # Away, restarting or busy: whatever was committed answers as a repeat the next time.
            log.error("lane.rush_database_away: %s %s", self.adapter.name, type(error).__name__)
            self._put_back(entries)
            await asyncio.sleep(RETRY_AFTER_S)
            return
        except psycopg.Error as error:
            if len(entries) == 1:
                log.error("lane.rush_failed: %s %s", self.adapter.name, type(error).__name__)
                self._finish(entries[0], Failed())
                return
            half = len(entries) // 2
            await self._settle(entries[:half])
            await self._settle(entries[half:])
            return
        pairs = list(zip(entries, outcomes, strict=True))
        self._put_back([entry for entry, outcome in pairs if self.adapter.again(outcome)])
        decided = [pair for pair in pairs if not self.adapter.again(pair[1])]
        self.settled += len(decided)
        self._finish_some(decided)

    def _finish_some(self, decided: list[tuple[Entry, Any]]) -> None:
        """Answer a few, and the others afterwards: the next batch is on its way to the database meanwhile."""
        for entry, outcome in decided[:ANSWERS_AT_ONCE]:
            self._finish(entry, outcome)
        if len(decided) > ANSWERS_AT_ONCE:
            asyncio.get_running_loop().call_soon(self._finish_some, decided[ANSWERS_AT_ONCE:])

    async def _run(self, wishes: list[Any]) -> list[Any]:
        async with self._pool.connection() as connection:
            return await self.adapter.settle(connection, wishes)

    def _put_back(self, entries: list[Entry]) -> None:
        late = time.monotonic() - REMEMBER_S
        for entry in reversed(entries):
            if entry.since < late:
                self._finish(entry, Full())
            else:
                self._queue.appendleft(entry)

    def _finish(self, entry: Entry, outcome: Any) -> None:
        self._entries.pop(entry.wish.key, None)
        replies, entry.replies = entry.replies, []
        if replies:
            answer = self.decided(entry.wish, outcome)
            for reply in replies:
                reply(answer)
        waited = time.monotonic() - entry.since
        if waited >= WAIT_S and not isinstance(outcome, Exception):
            self._past[entry.wish.key] = (time.monotonic(), outcome)
            if len(self._past) > self.most:
                self._past.popitem(last=False)

    def decided(self, wish: Any, outcome: Any) -> Answer:
        """Put what became of a wish into words, failures of the line included."""
        if isinstance(outcome, Full):
            return 503, {"title": "Please try again.", "code": "rush.full"}, [(b"retry-after", b"2")]
        if isinstance(outcome, Failed):
            return 500, {"title": "Something went wrong. Nothing was ordered.", "code": "rush.failed"}, []
        return self.adapter.answer(wish, outcome)


class Rush:
    """All lines of this process."""

    def __init__(self, database_url: str, secret: bytes, adapters: Sequence[Adapter]) -> None:
        self._pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
            database_url,
            min_size=0,
            max_size=SETTLERS * len(adapters) + 2,
            open=False,
            timeout=CONNECT_S,
            kwargs={"autocommit": True, "options": OPTIONS},
        )
        self._secret = sha256(b"jishi:rush:" + secret).digest()
        self._home = secrets.token_hex(4)
        self.lines = {adapter.name: Line(adapter, self._pool, self._in_line) for adapter in adapters}

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve the lines; on the way out nobody is taken in, and whoever waits is served."""
        await self._pool.open()
        settlers = [
            asyncio.create_task(line.serve()) for line in self.lines.values() for _ in range(SETTLERS)
        ]
        try:
            yield
        finally:
            await asyncio.gather(*(line.drain() for line in self.lines.values()))
            for settler in settlers:
                settler.cancel()
            await asyncio.gather(*settlers, return_exceptions=True)
            await self._pool.close()

    def connection(self) -> contextlib.AbstractAsyncContextManager[psycopg.AsyncConnection[Any]]:
        """Return one of the pool's connections, for looking something up."""
        return self._pool.connection()

    def stand(self, name: str, wish: Wish, reply: Reply) -> None:
        """Stand in the line for a wish; `reply` gets the answer, or after a while a true place."""
        line = self.lines[name]
        try:
            entry = line.join(wish)
        except Full:
            after = line.wait_s(len(line))
            content = {"title": "Too many people at once.", "code": "rush.full", "retry_after_s": after}
            reply((503, content, [(b"retry-after", str(after).encode())]))
            return
        line.wait(entry, reply)

    async def ask(self, name: str, wish: Wish) -> Answer:
        """Do what :meth:`stand` does, and wait for the answer."""
        return await answered(lambda reply: self.stand(name, wish, reply))

    async def look(self, name: str, key: Key, token: str) -> Answer | None:
        """Answer somebody who comes back with a token; None when this process knows nothing of them."""
        if not self._is_good(name, key, token):
            return 403, {"title": "This place in the line is not yours.", "code": "rush.token"}, []
        line = self.lines[name]
        entry = line.find(key)
        if entry is not None:
            place = entry
            return await answered(lambda reply: line.wait(place, reply))
        past = line.find_past(key)
        return None if past is None else line.adapter.answer(None, past)

    def _in_line(self, line: Line, entry: Entry) -> Answer:
        position = line.position(entry)
        after = line.wait_s(position)
        content = {
            "state": "in_line",
            "token": self._token(line.adapter.name, entry.wish.key),
            "position": position,
            "retry_after_s": after,
        }
        return 202, content, [(b"retry-after", str(after).encode())]

    def _token(self, name: str, key: Key) -> str:
        body = f"{int(time.time()) + TOKEN_S}"
        return f"{body}.{self._mac(name, key, body)}"

    def _is_good(self, name: str, key: Key, token: str) -> bool:
        body, _, mac = token.partition(".")
        if not hmac.compare_digest(self._mac(name, key, body).encode(), mac.encode()):
            return False
        return int(body) > time.time()

    def _mac(self, name: str, key: Key, body: str) -> str:
        said = f"{name}|{key[0]}|{key[1]}|{body}".encode()
        return hmac.new(self._secret, said, sha256).hexdigest()[:32]


async def answered(start: Callable[[Reply], object]) -> Answer:
    """Wait for the one answer that `start` arranges."""
    found: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    start(lambda answer: None if found.done() else found.set_result(answer))
    return await found
