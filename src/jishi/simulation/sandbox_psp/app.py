"""The provider as an ASGI app: routes, start-up at the first request, and a clean stop.

It works under any mount point, with or without lifespan messages: whoever hosts it need not know either.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from importlib import resources
from urllib.parse import unquote

from jishi.simulation.sandbox_psp import api, pages, signing, store
from jishi.simulation.sandbox_psp.web import (
    Answer,
    Receive,
    Request,
    Scope,
    Send,
    TooLarge,
    json_answer,
    read_request,
    send_answer,
)
from jishi.simulation.sandbox_psp.webhooks import Postman

STATIC = {"pay.css": "text/css; charset=utf-8", "mark.svg": "image/svg+xml"}


def make_app(dsn: str, secret: str, base_path: str = "/psp") -> "SandboxPsp":
    """The provider on a database, with the secret it shares with the shop."""
    return SandboxPsp(dsn, secret, base_path)


def create_app() -> "SandboxPsp":
    """The provider as a server of its own, for ``uvicorn --factory`` or a host process."""
    return make_app(
        os.environ["DATABASE_URL"],
        os.environ["JISHI_SANDBOX_PSP_SECRET"],
        os.environ.get("JISHI_SANDBOX_PSP_PATH", "/psp"),
    )


class SandboxPsp:
    """An ASGI application. Its pool and its webhook loop start with the first message it gets."""

    def __init__(self, dsn: str, secret: str, base_path: str) -> None:
        self.base_path = "/" + base_path.strip("/") if base_path.strip("/") else ""
        self._dsn = dsn
        self._secret = secret
        self._api_key = signing.derive_key(secret, "api")
        self._starting = asyncio.Lock()
        self._pool: store.Pool | None = None
        self._postman: Postman | None = None
        folder = resources.files(__package__).joinpath("static")
        self._static = {name: folder.joinpath(name).read_bytes() for name in STATIC}

    async def startup(self) -> None:
        """Open the pool and start delivering; harmless when done already."""
        async with self._starting:
            if self._pool is None:
                self._pool = await store.open_pool(self._dsn)
                self._postman = Postman(self._pool, self._secret)

    async def shutdown(self) -> None:
        """Stop delivering and close the pool."""
        async with self._starting:
            if self._postman is not None:
                await self._postman.close()
            if self._pool is not None:
                await self._pool.close()
            self._pool = self._postman = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.startup()
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.shutdown()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = unquote(scope["path"])
        if self.base_path and path.startswith(self.base_path + "/"):
            path = path[len(self.base_path) :]
        try:
            request = await read_request(scope, receive, path)
        except TooLarge:
            await send_answer(send, json_answer(413, {"reason": "too_large"}))
            return
        await send_answer(send, await self._answer(request))

    async def _answer(self, request: Request) -> Answer:
        parts = request.path.strip("/").split("/")
        if parts[0] == "static" and parts[-1] in self._static:
            kind = {"content-type": STATIC[parts[-1]], "cache-control": "max-age=3600"}
            return Answer(200, self._static[parts[-1]], {**kind, "x-content-type-options": "nosniff"})
        if parts == ["healthz"]:
            return json_answer(200, {"ok": True})
        await self.startup()
        assert self._pool is not None and self._postman is not None
        handler: Callable[[store.Connection, Request, str, list[str]], Awaitable[Answer]]
        if parts[0] == "api":
            if not signing.is_authorized(self._api_key, request.headers.get("authorization", "")):
                return json_answer(401, {"reason": "unauthorized"})
            handler = api.answer
        elif parts[0] == "pay" and len(parts) == 2:
            handler = pages.answer
        else:
            return json_answer(404, {"reason": "not_found"})
        async with self._pool.connection() as connection:
            answer = await handler(connection, request, self.base_path, parts[1:])
        if request.method == "POST":
            self._postman.wake()
        return answer
