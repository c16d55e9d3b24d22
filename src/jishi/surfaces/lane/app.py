"""The lane as an ASGI application: health, streams of team changes, and people's own streams. No Django here.

A team's stream and a person's carry only "this has reached number N"; whoever hears it re-reads the page.
That is why one slot per listener is queue enough: a newer number replaces an older one that was not sent yet.
A conversation's stream carries its lines (see :mod:`jishi.surfaces.lane.talks`).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import psycopg
from psycopg_pool import PoolTimeout

from jishi.people.accounts import settle as accounts
from jishi.people.accounts.contracts import LaneClaims
from jishi.surfaces.lane import identity, wire
from jishi.surfaces.lane.collect import Collector
from jishi.surfaces.lane.desk import Desk
from jishi.surfaces.lane.flash import FlashAdapter
from jishi.surfaces.lane.notices import Board, Full, Listener
from jishi.surfaces.lane.rush import Answer, Reply, Rush
from jishi.surfaces.lane.seats import SeatAdapter
from jishi.surfaces.lane.talks import Reader, Talks

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

TEAM_EVENTS = re.compile(r"^/lane/teams/([0-9a-z]{4,32})/events$")
TALK_EVENTS = re.compile(r"^/lane/talks/([0-9a-z]{4,32})/events$")
OWN_EVENTS = "/lane/me/events"
COLLECT = "/lane/events"
RUSHES = ("/lane/flash/", "/lane/teams/")
KEEP_ALIVE_S = 15.0
CHECK_AGAIN_S = 600.0
SEND_WITHIN_S = 20.0
RETRY_MS = 3000

STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-encoding", b"identity"),  # a compressing proxy would hold the events back
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


@dataclass(slots=True)
class _Stream:
    """One open stream of a signed-in person."""

    code: str
    reader: Reader
    listener: Listener
    claims: LaneClaims
    upto: int


_running: set[Lane] = set()


class Lane:
    """Answers under `/lane/`; `running()` keeps the one listening connection of this process."""

    def __init__(self, database_url: str, field_key: str) -> None:
        self.talks = Talks(database_url)
        self.board = Board(database_url, heard=self._heard, lost=self.talks.look_again)
        self._secret = accounts.lane_secret(field_key)
        self.collector = Collector(database_url, self._secret)
        kinds = (FlashAdapter(), SeatAdapter())
        self.rush = Rush(database_url, self._secret, kinds)
        self.desks = [Desk(self.rush, kind, self._secret) for kind in kinds]

    def _heard(self, channel: str) -> None:
        kind, _, code = channel.partition(":")
        if kind == "talk":
            self.talks.heard(code)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen to the database while the process serves."""
        task = asyncio.create_task(self.board.listen())
        _running.add(self)
        async with self.talks.running(), self.collector.running(), self.rush.running():
            try:
                yield
            finally:
                _running.discard(self)
                self.board.close()
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        path = scope["path"]
        if path == "/lane/health":
            await self._health(send)
        elif path == COLLECT and scope["method"] == "POST":
            status, content, more = await self.collector.take(scope, receive)
            await _answer(send, status, content, more)
        elif path.startswith(RUSHES) and (found := await self._rush(scope, receive)):
            await _answer(send, *found)
        elif scope["method"] != "GET":
            await _answer(send, 405, {"title": "Only GET is answered here."})
        elif match := TEAM_EVENTS.match(path):
            await self._stream(f"team:{match[1]}", scope, receive, send)
        elif path == OWN_EVENTS or (match := TALK_EVENTS.match(path)):
            await self._own(match[1] if match else "", scope, receive, send)
        else:
            await _answer(send, 404, {"title": "There is nothing here."})

    async def _rush(self, scope: Scope, receive: Receive) -> Answer | None:
        for desk in self.desks:
            if found := await desk.answer(scope, receive):
                return found
        return None

    async def _health(self, send: Send) -> None:
        ready = self.board.connected.is_set()
        await _answer(send, 200 if ready else 503, {"ready": ready, "listeners": self.board.count})

    async def _stream(self, channel: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Send changes of one channel until the reader leaves or the process stops."""
        try:
            listener = self.board.join(channel, _last_seen(scope))
        except Full:
            await _answer(send, 503, {"title": "Too many open streams."}, [(b"retry-after", b"30")])
            return
        gone = asyncio.create_task(_until_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
            await _send_text(send, f"retry: {RETRY_MS}\n\n")
            await self._pump(listener, gone, send)
        except OSError:
            pass  # the reader went away in the middle of a line
        finally:
            gone.cancel()
            self.board.leave(listener)
        with contextlib.suppress(OSError):
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _pump(self, listener: Listener, gone: asyncio.Task[None], send: Send) -> None:
        while not gone.done() and not self.board.closing:
            waiter = asyncio.create_task(listener.changed.wait())
            await asyncio.wait({waiter, gone}, timeout=KEEP_ALIVE_S, return_when=asyncio.FIRST_COMPLETED)
            waiter.cancel()
            number = listener.take()
            if gone.done() or self.board.closing:
                return
            if number is None:
                await _send_text(send, ": still here\n\n")
            else:
                data = json.dumps({"channel": listener.channel, "number": number})
                await _send_text(send, f"id: {number}\nevent: changed\ndata: {data}\n\n")

    async def _own(self, code: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a person what concerns them, and the lines of one conversation if they are in it.

        Origin first, then who it is, then whether they may: nothing is joined before all three are settled.
        """
        if not identity.is_own_origin(scope):
            await _answer(send, 403, {"title": "This stream belongs to another page."})
            return
        claims = identity.caller(scope, self._secret)
        if claims is None:
            await _answer(send, 401, {"title": "Please sign in first."})
            return
        try:
            seat = await self.talks.may_listen(code, claims.person_id, claims.epoch) if code else (0, 0)
            listener = self.board.join(f"person:{claims.person_id}", None) if seat else None
        except (Full, psycopg.Error, PoolTimeout):
            await _answer(send, 503, {"title": "Too many open streams."}, [(b"retry-after", b"30")])
            return
        if seat is None or listener is None:
            await _answer(send, 404, {"title": "There is nothing here."})
            return
        newest, since = seat
        last_seen = _last_seen(scope)
        sent_no = max(since, newest if last_seen is None else last_seen)
        reader = Reader(claims.person_id, sent_no, listener.changed)
        upto = self.talks.join(code, reader, newest) if code else 0
        await self._serve(_Stream(code, reader, listener, claims, upto), receive, send)

    async def _serve(self, stream: _Stream, receive: Receive, send: Send) -> None:
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: stream.reader.changed.set())
        pump = asyncio.create_task(self._pump_own(stream, gone, send))
        try:
            await pump
        except (OSError, TimeoutError):
            pass  # the reader went away, or takes nothing any more
        finally:
            gone.cancel()
            pump.cancel()
            self.board.leave(stream.listener)
            self.talks.leave(stream.code, stream.reader)
        with contextlib.suppress(OSError, TimeoutError):
            await asyncio.wait_for(send({"type": "http.response.body", "body": b"", "more_body": False}), 1)

    async def _pump_own(self, stream: _Stream, gone: asyncio.Task[None], send: Send) -> None:
        reader, checked_at = stream.reader, time.monotonic()
        await send({"type": "http.response.start", "status": 200, "headers": STREAM_HEADERS})
        await _send_text(send, f"retry: {RETRY_MS}\n\n")
        while stream.code and (chunks := await self.talks.missed(stream.code, reader, stream.upto)):
            await _send_within(send, b"".join(chunks))
        while not (gone.done() or self.board.closing or reader.is_out):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader.changed.wait(), KEEP_ALIVE_S)
            number, chunks = stream.listener.take(), reader.take()
            if gone.done() or self.board.closing or reader.is_out:
                return
            if number is not None:
                chunks.append(b"event: badge\ndata: {}\n\n")
            await _send_within(send, b"".join(chunks) or b": still here\n\n")
            if time.monotonic() - checked_at > CHECK_AGAIN_S:
                checked_at = time.monotonic()
                if not await self.talks.is_current(stream.claims.person_id, stream.claims.epoch):
                    return

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        async with contextlib.AsyncExitStack() as stack:
            while True:
                message = await receive()
                if message["type"] == "lifespan.startup":
                    await stack.enter_async_context(self.running())
                    await send({"type": "lifespan.startup.complete"})
                elif message["type"] == "lifespan.shutdown":
                    await stack.aclose()
                    await send({"type": "lifespan.shutdown.complete"})
                    return


class RushShortcut:
    """Whole requests for what people rush for, straight to the desk that answers them."""

    def takes(self, method: str, path: str) -> bool:
        """Only what comes in crowds."""
        return method == "POST" and path.startswith(RUSHES)

    def answer(self, scope: Scope, body: bytes, reply: Reply) -> None:
        """Stand in the line, or say that there is nothing here."""
        if not any(desk.ask(scope, body, reply) for desk in _own_lane().desks):
            reply((404, {"title": "There is nothing here."}, []))


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the lane alone (`jishi serve lane`)."""
    await _own_lane()(scope, receive, send)


_lanes: list[Lane] = []


def end_streams() -> None:
    """Close every stream of this process, so that a stopping server need not wait for its readers."""
    for lane in list(_running):
        lane.board.close()


def _own_lane() -> Lane:
    """Return the one lane of this process, made when it is first asked for."""
    if not _lanes:
        keys = [key for key in os.environ["JISHI_FIELD_KEYS"].split(",") if key]
        _lanes.append(Lane(os.environ["DATABASE_URL"], keys[-1]))
    return _lanes[0]


def _last_seen(scope: Scope) -> int | None:
    """Return the number after which the reader wants to continue: from a break, or from what a page shows."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("after", [""])[0]
    value = identity.header(scope, b"last-event-id") or asked
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_text(send: Send, words: str) -> None:
    await send({"type": "http.response.body", "body": words.encode(), "more_body": True})


async def _send_within(send: Send, data: bytes) -> None:
    """Send some bytes; a reader that takes none of them for long is given up."""
    message = {"type": "http.response.body", "body": data, "more_body": True}
    await asyncio.wait_for(send(message), SEND_WITHIN_S)


async def _answer(
    send: Send, status: int, content: dict[str, Any], more: list[tuple[bytes, bytes]] | None = None
) -> None:
    kind, body, others = wire.encode((status, content, more or []))
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *others]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
