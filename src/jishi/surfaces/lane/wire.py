"""HTTP of the lane's own process: a rush request that is quite plain is answered without anything in between.

uvicorn's protocol does everything about connections and HTTP. Only a request that arrives whole, in one
piece, on a connection where nothing else is under way, and in exactly the form that browsers and proxies
send, is read here by one pattern, for the addresses that a :class:`Shortcut` takes. Everything else goes the
ordinary way through the parser: another method, a body in pieces or of no stated length, several requests at
once, a header given twice that must be given once, `Expect`, `Connection: close`, a byte that has no place
there. Behind `jishi up` the same addresses are answered by the same code through ASGI.
"""

from __future__ import annotations

import json
import re
from collections.abc import MutableMapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Protocol

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from jishi.surfaces.lane.rush import Answer, Reply

MOST = 8_192
"""A request that is longer is none of a crowd."""
MOST_AFTER = 65_536
"""So many bytes may come behind a request that is being answered; then nothing more is read."""

PLAIN = re.compile(
    rb"(?P<method>POST) (?P<path>/lane/[0-9a-z/]+) HTTP/1\.1\r\n"
    rb"(?P<headers>(?:[!#$%&'*+.^_`|~0-9A-Za-z-]++:[^\x00-\x08\x0a-\x1f\x7f]*+\r\n)++)\r\n"
)
"""RFC 9112: a request line, and fields of a token, a colon and visible text, none of them folded. What was
read is never gone back over, so nobody can make it slow."""
ONCE = (b"host", b"content-length", b"cookie", b"origin", b"authorization", b"sec-fetch-site")
NEVER = frozenset({b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer"})

Scope = MutableMapping[str, Any]


class Shortcut(Protocol):
    """Takes whole requests."""

    def takes(self, method: str, path: str) -> bool:
        """Say by the address alone whether :meth:`answer` knows it."""

    def answer(self, scope: Scope, body: bytes, reply: Reply) -> None:
        """Answer, now or later, by one call of `reply`."""


class Quick(HttpToolsProtocol):
    """One connection, which asks its shortcut before the parser."""

    _is_between = True
    """The parser waits for the first byte of a request."""
    _is_asked = False
    """A request that was read here has no answer yet."""
    _is_last = False
    _after = b""
    _answered_at = 0.0

    def __init__(self, *given: Any, shortcut: Shortcut, **named: Any) -> None:
        super().__init__(*given, **named)
        self._shortcut = shortcut

    def data_received(self, data: bytes) -> None:
        if self._is_asked:
            self._keep(data)
            return
        whole = self._is_between and (self.cycle is None or self.cycle.response_complete)
        plain = read_plain(data) if whole else None
        if plain is None or not self._shortcut.takes(plain[0]["method"], plain[0]["path"]):
            super().data_received(data)
            return
        self._is_asked = True
        self._shortcut.answer(*plain, self._write)

    def _keep(self, data: bytes) -> None:
        self._after += data
        if len(self._after) > MOST_AFTER:
            self.flow.pause_reading()

    def _write(self, answer: Answer) -> None:
        """Send a whole answer at once, and let the connection go on."""
        self._is_asked = False
        if self.transport.is_closing():
            return
        self.server_state.total_requests += 1
        self.transport.write(written(answer, is_last=self._is_last))
        if self._is_last:
            self.transport.close()
            return
        self._answered_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._watch(self.timeout_keep_alive)
        if self._after:
            self.flow.resume_reading()
            data, self._after = self._after, b""
            self.data_received(data)

    def _watch(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def timeout_keep_alive_handler(self) -> None:
        """One timer for many answers: a connection is idle since the last of them."""
        left = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if self._is_asked or left > 0:
            self._watch(max(left, 1.0))
        else:
            super().timeout_keep_alive_handler()

    def on_message_begin(self) -> None:
        self._is_between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._is_between = True
        super().on_message_complete()

    def shutdown(self) -> None:
        """Let who waits for an answer have it before the connection ends."""
        if self._is_asked:
            self._is_last = True
        else:
            super().shutdown()


def read_plain(data: bytes) -> tuple[Scope, bytes] | None:
    """Return a request and its body, if these bytes are exactly one in its plainest form; None otherwise."""
    found = PLAIN.match(data) if len(data) <= MOST else None
    if found is None:
        return None
    headers = []
    for line in found["headers"].split(b"\r\n")[:-1]:
        name, _, value = line.partition(b":")
        headers.append((name.lower(), value.strip(b" \t")))
    names = [name for name, _ in headers]
    if not NEVER.isdisjoint(names) or any(names.count(name) > 1 for name in ONCE):
        return None
    given, body = dict(headers), data[found.end() :]
    if given.get(b"content-length") != b"%d" % len(body) or b"host" not in given:
        return None
    if given.get(b"connection", b"keep-alive").lower() != b"keep-alive":
        return None
    path = found["path"].decode()
    return {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}, body


def encode(answer: Answer) -> tuple[bytes, bytes, list[tuple[bytes, bytes]]]:
    """Return content type and body of an answer, with the headers it wants besides."""
    status, content, more = answer
    if status < 400:
        return b"application/json", json.dumps(content).encode(), more
    return b"application/problem+json", json.dumps({"status": status, **content}).encode(), more


def written(answer: Answer, *, is_last: bool) -> bytes:
    """Return an answer as it goes over the connection."""
    kind, body, more = encode(answer)
    lines = b"".join(b"%b: %b\r\n" % pair for pair in more)
    end = b"connection: close\r\n\r\n" if is_last else b"\r\n"
    return b"%bcontent-length: %d\r\n%b%b%b" % (_head(answer[0], kind), len(body), lines, end, body)


@lru_cache(maxsize=32)
def _head(status: int, kind: bytes) -> bytes:
    return b"HTTP/1.1 %d %b\r\ncontent-type: %b\r\n" % (status, HTTPStatus(status).phrase.encode(), kind)
