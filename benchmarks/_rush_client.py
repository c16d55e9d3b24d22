"""A crowd over HTTP: keep-alive connections, one request each at a time, everybody asks once per round."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

GIVE_UP_S = 180.0
ANSWER_S = 15.0


@dataclass
class Run:
    """What the crowd was told."""

    statuses: Counter[str] = field(default_factory=Counter)
    orders: dict[int, str] = field(default_factory=dict)  # person → acknowledged order
    answers_ms: list[float] = field(default_factory=list)
    took_s: float = 0.0
    retried: int = 0

    @property
    def won(self) -> int:
        """Acknowledged orders that were new."""
        return self.statuses["won"]

    def at_ms(self, share: float) -> float:
        """Return a quantile of the answer times."""
        ordered = sorted(self.answers_ms)
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1) if ordered else 0.0


@dataclass(frozen=True)
class Caller:
    """One person with everything that proves who they are, as a whole HTTP request."""

    person_id: int
    request: bytes


class Talker(asyncio.Protocol):
    """One connection; the next request leaves when the answer is complete."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Tell whoever waits."""
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionError("closed"))

    def data_received(self, data: bytes) -> None:
        """Collect an answer until it is whole."""
        found = _whole(self._buffer + data)
        self._buffer = found[2] if found else self._buffer + data
        if found and self.waiting is not None:
            self.waiting.set_result(found[:2])

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Send one request and return (status, body)."""
        assert self.transport is not None
        loop = asyncio.get_running_loop()
        self.waiting = loop.create_future()
        self.transport.write(request)
        late = loop.call_later(ANSWER_S, self.transport.abort)
        try:
            return await self.waiting
        finally:
            late.cancel()


class Walker(asyncio.Protocol):
    """One connection of people who each ask once: the next request leaves from where the answer arrives.

    Nothing is awaited per request, because the crowd shares the cores with whom it measures.
    """

    def __init__(self, run: Run, callers: Iterator[Caller], over: asyncio.Future[None]) -> None:
        self._run = run
        self._callers = callers
        self._over = over
        self._caller: Caller | None = None
        self._asked = 0.0
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast(asyncio.Transport, transport)
        self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        """End; whoever was not answered counts as retried, as nobody knows what became of them."""
        self._run.retried += self._caller is not None
        if not self._over.done():
            self._over.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Note an answer when it is whole, and ask the next."""
        found = _whole(self._buffer + data)
        if found is None or self._caller is None:
            self._buffer += data
            return
        status, body, self._buffer = found
        self._run.answers_ms.append((time.monotonic() - self._asked) * 1000)
        _note(self._run, self._caller, status, body)
        self._ask()

    def _ask(self) -> None:
        assert self._transport is not None
        self._caller = next(self._callers, None)
        if self._caller is None:
            self._transport.close()
            return
        self._asked = time.monotonic()
        self._transport.write(self._caller.request)


async def walk(port: int, callers: Sequence[Caller], *, connections: int) -> Run:
    """Have everybody ask once."""
    run, queue = Run(), iter(callers)
    loop = asyncio.get_running_loop()
    ends = [loop.create_future() for _ in range(min(connections, len(callers)))]
    began = time.monotonic()
    for over in ends:
        await loop.create_connection(lambda over=over: Walker(run, queue, over), "127.0.0.1", port)
    await asyncio.wait(ends, timeout=GIVE_UP_S)
    run.took_s = time.monotonic() - began
    return run


def _whole(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Return status, body and what follows of a whole answer."""
    head, mark, rest = data.partition(b"\r\n\r\n")
    if not mark:
        return None
    place = head.lower().find(b"content-length:")
    length = int(head[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0
    return None if len(rest) < length else (int(head[9:12]), rest[:length], rest[length:])


async def insist(port: int, callers: Sequence[Caller], *, connections: int) -> Run:
    """Have everybody ask until there is an answer; one that never came, or a 503, is asked for again."""
    run = Run()
    queue = iter(callers)
    began = time.monotonic()
    until = began + GIVE_UP_S

    async def work() -> None:
        talker: Talker | None = None
        for caller in queue:
            while time.monotonic() < until:
                try:
                    if talker is None:
                        loop = asyncio.get_running_loop()
                        _, talker = await loop.create_connection(Talker, "127.0.0.1", port)
                    asked = time.monotonic()
                    status, body = await talker.ask(caller.request)
                except (OSError, TimeoutError):
                    talker = None
                    run.retried += 1
                    await asyncio.sleep(0.1)
                    continue
                if status in (202, 503):
                    run.retried += 1
                    await asyncio.sleep(0.2)
                    continue
                run.answers_ms.append((time.monotonic() - asked) * 1000)
                _note(run, caller, status, body)
                break
        if talker is not None and talker.transport is not None:
            talker.transport.close()

    await asyncio.gather(*(work() for _ in range(connections)))
    run.took_s = time.monotonic() - began
    return run


def _note(run: Run, caller: Caller, status: int, body: bytes) -> None:
    if status not in (200, 201):
        run.statuses[str(status)] += 1
        return
    answer = json.loads(body)
    code = answer.get("order_code") or answer.get("reserved_until") or answer["order_codes"][0]
    run.orders[caller.person_id] = code
    run.statuses["yours" if answer.get("replayed") else "won"] += 1


def play(port: int, callers: Sequence[Caller], *, connections: int, insisting: bool = False) -> Run:
    """Run a crowd to its end, on uvloop if it is there."""
    story = (insist if insisting else walk)(port, callers, connections=connections)
    try:
        import uvloop
    except ImportError:
        return asyncio.run(story)
    return uvloop.run(story)
