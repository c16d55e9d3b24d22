"""The front process of `jishi up`: the lane in the event loop, Django in four threads, split by path.

In the demo the sandbox payment provider is mounted too, and machines other than this one need the pass link.
"""

from __future__ import annotations

import contextlib
import hmac
import importlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qs

from a2wsgi import WSGIMiddleware
from django.conf import settings

from jishi.config.wsgi import application as web
from jishi.surfaces.lane.app import Lane

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

WEB_THREADS = 4
PASS_COOKIE = "jishi_pass"  # noqa: S105 - a name
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost", "[::1]"})


class Front:
    """Splits requests by path and carries the lifespan to the parts that have one."""

    def __init__(self) -> None:
        self.lane = Lane(os.environ["DATABASE_URL"], settings.JISHI_FIELD_KEYS[-1])
        self.web: Any = WSGIMiddleware(web, workers=WEB_THREADS)  # type: ignore[arg-type]
        self.provider: Any = _sandbox_provider() if settings.JISHI_DEMO else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to its part."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
        elif settings.JISHI_PASS and not _may_enter(scope):
            await _at_the_gate(scope, send)
        elif scope["path"].startswith("/lane/"):
            await self.lane(scope, receive, send)
        elif self.provider is not None and scope["path"].startswith("/psp/"):
            await self.provider({**scope, "path": scope["path"][4:], "root_path": "/psp"}, receive, send)
        else:
            await self.web(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        async with contextlib.AsyncExitStack() as parts:
            while True:
                message = await receive()
                if message["type"] == "lifespan.startup":
                    await parts.enter_async_context(self.lane.running())
                    if self.provider is not None:
                        await parts.enter_async_context(_provider_running(self.provider))
                    await send({"type": "lifespan.startup.complete"})
                elif message["type"] == "lifespan.shutdown":
                    await parts.aclose()
                    await send({"type": "lifespan.shutdown.complete"})
                    return


def _sandbox_provider() -> Any:
    """Load the demo's payment provider: a peer of its own that imports nothing of ours."""
    return importlib.import_module("jishi.simulation.sandbox_psp").create_app()


def _provider_running(provider: Any) -> contextlib.AbstractAsyncContextManager[Any]:
    """Return the provider's own start and stop."""

    @contextlib.asynccontextmanager
    async def running() -> AsyncIterator[None]:
        await provider.startup()
        try:
            yield
        finally:
            await provider.shutdown()

    return running()


def _may_enter(scope: Scope) -> bool:
    """Say whether the caller is this very machine, or carries the pass.

    The host name counts as well: a page on this machine could be led here under a foreign name.
    """
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    peer = (scope.get("client") or ("", 0))[0]
    name = headers.get(b"host", "").rsplit(":", 1)[0]
    if peer in LOOPBACK and name in LOOPBACK:
        return True
    cookies = dict(part.strip().partition("=")[::2] for part in headers.get(b"cookie", "").split(";"))
    return hmac.compare_digest(cookies.get(PASS_COOKIE, "").encode(), settings.JISHI_PASS.encode())


async def _at_the_gate(scope: Scope, send: Send) -> None:
    """Turn the pass link into a cookie; everybody else is told how to get in."""
    given = parse_qs(scope["query_string"].decode("latin-1")).get("pass", [""])[0]
    if hmac.compare_digest(given.encode(), settings.JISHI_PASS.encode()):
        cookie = f"{PASS_COOKIE}={given}; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000"
        headers = [(b"location", b"/"), (b"set-cookie", cookie.encode())]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
        return
    words = "This demo is open to its own machine only. Use the pass link that `jishi up` printed.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": words.encode()})


application = Front()
