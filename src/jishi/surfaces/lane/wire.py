"""HTTP of the lane's own process: a rush request is answered without a task or messages of its own.

uvicorn's protocol does everything about connections, parsing and order of answers. Only what happens between
"the request is whole" and "here are the bytes" is shorter here, for the addresses that a
:class:`Shortcut` takes; whatever it does not take goes the ordinary way, and so does everything unusual: a
large or slow body, a pipelined request, an expected `100-continue`. Behind `jishi up` the same addresses are
answered by the same code through ASGI.
"""

from __future__ import annotations

import json
from collections.abc import MutableMapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from jishi.surfaces.lane.rush import Answer, Reply

MOST_BODY = 1_000


class Shortcut(Protocol):
    """Takes whole requests."""

    def takes(self, method: str, path: str) -> bool:
        """Say by the address alone whether :meth:`answer` knows it."""

    def answer(self, scope: MutableMapping[str, Any], body: bytes, reply: Reply) -> None:
        """Answer, now or later, by one call of `reply`."""


def protocol(shortcut: Shortcut) -> type[HttpToolsProtocol]:
    """Return the protocol class that asks this shortcut first."""

    class Quick(HttpToolsProtocol):
        """One connection."""

        _quick: RequestResponseCycle | None = None

        def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
            scope = cycle.scope
            is_plain = cycle is self.cycle and cycle.more_body and not cycle.waiting_for_100_continue
            if is_plain and shortcut.takes(scope["method"], scope["path"]):
                self._quick = cycle
                return
            super()._start_asgi_task(cycle, app)

        def on_body(self, body: bytes) -> None:
            super().on_body(body)
            cycle = self._quick
            if cycle is not None and len(cycle.body) > MOST_BODY:
                self._quick = None
                super()._start_asgi_task(cycle, self.app)

        def on_message_complete(self) -> None:
            super().on_message_complete()
            cycle, self._quick = self._quick, None
            if cycle is not None:
                scope: MutableMapping[str, Any] = cycle.scope  # type: ignore[assignment]
                shortcut.answer(scope, bytes(cycle.body), lambda answer: _write(cycle, answer))

    return Quick


def encode(answer: Answer) -> tuple[bytes, bytes, list[tuple[bytes, bytes]]]:
    """Return content type and body of an answer, with the headers it wants besides."""
    status, content, more = answer
    if status < 400:
        return b"application/json", json.dumps(content).encode(), more
    return b"application/problem+json", json.dumps({"status": status, **content}).encode(), more


def _write(cycle: RequestResponseCycle, answer: Answer) -> None:
    """Send a whole answer at once, and let the connection go on."""
    if cycle.disconnected or cycle.response_complete:
        return
    kind, body, more = encode(answer)
    lines = b"".join(b"%b: %b\r\n" % pair for pair in more)
    end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
    head = _head(answer[0], kind)
    cycle.transport.write(b"%bcontent-length: %d\r\n%b%b%b" % (head, len(body), lines, end, body))
    cycle.response_started = cycle.response_complete = True
    if not cycle.keep_alive:
        cycle.transport.close()
    cycle.on_response()


@lru_cache(maxsize=32)
def _head(status: int, kind: bytes) -> bytes:
    return b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\n" % (status, HTTPStatus(status).phrase.encode(), kind)
