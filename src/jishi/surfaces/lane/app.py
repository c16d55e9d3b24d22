"""The lane as an ASGI application: health, and public streams of team changes. No Django here.

A stream carries only "this team has reached number N"; whoever hears it re-reads the page. That is why one
slot per listener is queue enough: a newer number replaces an older one that was not sent yet.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any

from jishi.surfaces.lane.notices import Board, Full, Listener

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

TEAM_EVENTS = re.compile(r"^/lane/teams/([0-9a-z]{4,32})/events$")
KEEP_ALIVE_S = 15.0
RETRY_MS = 3000

STREAM_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"content-encoding", b"identity"),  # a compressing proxy would hold the events back
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


class Lane:
    """Answers under `/lane/`; `running()` keeps the one listening connection of this process."""

    def __init__(self, database_url: str) -> None:
        self.board = Board(database_url)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen to the database while the process serves."""
        task = asyncio.create_task(self.board.listen())
        try:
            yield
        finally:
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
        elif scope["method"] != "GET":
            await _answer(send, 405, {"title": "Only GET is answered here."})
        elif match := TEAM_EVENTS.match(path):
            await self._stream(f"team:{match[1]}", scope, receive, send)
        else:
            await _answer(send, 404, {"title": "There is nothing here."})

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


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Serve the lane alone (`jishi serve lane`)."""
    await _own_lane()(scope, receive, send)


_lanes: list[Lane] = []


def _own_lane() -> Lane:
    """Return the one lane of this process, made when it is first asked for."""
    if not _lanes:
        _lanes.append(Lane(os.environ["DATABASE_URL"]))
    return _lanes[0]


def _last_seen(scope: Scope) -> int | None:
    """Return the number after which the reader wants to continue."""
    for name, value in scope["headers"]:
        if name == b"last-event-id" and value.isdigit() and len(value) < 19:
            return int(value)
    return None


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_text(send: Send, words: str) -> None:
    await send({"type": "http.response.body", "body": words.encode(), "more_body": True})


async def _answer(
    send: Send, status: int, content: dict[str, Any], more: list[tuple[bytes, bytes]] | None = None
) -> None:
    kind = b"application/json" if status < 400 else b"application/problem+json"
    body = json.dumps(content if status < 400 else {"status": status, **content}).encode()
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *(more or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
