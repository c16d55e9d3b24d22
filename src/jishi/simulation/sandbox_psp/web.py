"""The little HTTP that this peer needs: a request with its body, an answer with its headers."""

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

MAX_BODY = 64 * 1024


class TooLarge(Exception):
    """The body is longer than anything this peer expects."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request below the mount point."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    scheme: str
    body: bytes

    @property
    def origin(self) -> str:
        """Scheme and host as the caller sees them."""
        return f"{self.scheme}://{self.headers.get('host', '127.0.0.1')}"

    def form(self) -> dict[str, str]:
        """A submitted form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, headers and bytes."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(status: int, body: Mapping[str, Any]) -> Answer:
    """An answer for a program."""
    return Answer(status, json.dumps(body).encode(), {"content-type": "application/json"})


def redirect(url: str) -> Answer:
    """See other."""
    return Answer(303, b"", {"location": url})


async def read_request(scope: Scope, receive: Receive, path: str) -> Request:
    """Read the whole request.

    :raises TooLarge: the body is longer than 64 KB.
    """
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            raise TooLarge
        chunks.append(chunk)
        more = message.get("more_body", False)
    return Request(
        method=scope["method"],
        path=path,
        query=dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"))),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        scheme=scope.get("scheme", "http"),
        body=b"".join(chunks),
    )


async def send_answer(send: Send, answer: Answer) -> None:
    """Send status, headers and body at once."""
    headers = {"content-length": str(len(answer.body)), "cache-control": "no-store", **answer.headers}
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": answer.body})
