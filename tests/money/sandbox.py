"""A sandbox provider on an ephemeral port, and a little shop front that takes its webhooks."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import psycopg
import uvicorn
from django.db import connections
from tests import cluster as throw_away

from jishi.cli.postgres import APP
from jishi.money.payments import operations as payments
from jishi.money.payments import providers
from jishi.money.payments.errors import WebhookMalformed, WebhookRefused
from jishi.money.payments.providers.sandbox import SandboxProvider
from jishi.simulation import sandbox_psp

SECRET = "tests-only-psp-secret"


@dataclass
class Delivery:
    """One webhook as it came in."""

    headers: dict[str, str]
    body: bytes
    status: int = 0


@dataclass
class Shop:
    """Receives webhooks over real HTTP in threads of its own; refuses the next ``fail_next`` of them."""

    deliveries: list[Delivery] = field(default_factory=list)
    fail_next: int = 0
    server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.server_address[1]}/hooks/payments/sandbox/"

    def take(self, delivery: Delivery) -> int:
        self.deliveries.append(delivery)
        if self.fail_next > 0:
            self.fail_next -= 1
            return 503
        try:
            payments.receive_webhook(provider="sandbox", headers=delivery.headers, body=delivery.body)
        except (WebhookRefused, WebhookMalformed):
            return 400
        finally:
            connections.close_all()
        return 200

    def forget(self) -> None:
        """Start anew."""
        self.deliveries.clear()
        self.fail_next = 0

    def wait_for(self, count: int, timeout_s: float = 8.0) -> list[Delivery]:
        """The deliveries, once at least ``count`` were answered."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until and sum(d.status != 0 for d in self.deliveries) < count:
            time.sleep(0.02)
        return [delivery for delivery in self.deliveries if delivery.status]


def _handler(shop: Shop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            delivery = Delivery({name.lower(): value for name, value in self.headers.items()}, body)
            delivery.status = shop.take(delivery)
            self.send_response(delivery.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    return Handler


@contextlib.contextmanager
def shop() -> Iterator[Shop]:
    """A shop that listens for webhooks."""
    front = Shop()
    front.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(front))
    thread = threading.Thread(target=front.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield front
    finally:
        front.server.shutdown()
        front.server.server_close()
        thread.join(5)


@contextlib.contextmanager
def served(app: Any) -> Iterator[str]:
    """An ASGI app on a free loopback port; yields its address."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="on", ws="none")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < until and thread.is_alive(), "the provider did not start"
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass
class Sandbox:
    """The provider and what a test does with it."""

    url: str
    shop: Shop
    provider: SandboxProvider

    def act(self, pay_url: str, act: str, **options: str | int) -> httpx.Response:
        """Press a button of the hosted page."""
        form = {"act": act, **{name: str(value) for name, value in options.items()}}
        return httpx.post(pay_url, data=form, trust_env=False)

    @contextlib.contextmanager
    def fresh(self) -> Iterator[None]:
        """Be the provider of one test, with empty tables before it and nothing on its way after it."""
        self.empty()
        providers.register("sandbox", lambda: self.provider)
        try:
            yield
        finally:
            self.empty()
            providers.register("sandbox", providers.from_settings)

    def empty(self) -> None:
        """Forget all payments, and let what is being delivered arrive first."""
        with psycopg.connect(throw_away.cluster.url(APP, throw_away.DATABASE), autocommit=True) as connection:
            for table in ("delivery", "refund", "payment", "answer"):
                connection.execute(f"DELETE FROM sandbox_psp.{table}")
        until = time.monotonic() + 5
        while any(delivery.status == 0 for delivery in self.shop.deliveries) and time.monotonic() < until:
            time.sleep(0.01)
        self.shop.forget()

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Look into the provider's own tables."""
        with throw_away.cluster.connect(APP, throw_away.DATABASE) as connection:
            return connection.execute(query, values).fetchall()


@contextlib.contextmanager
def sandbox(*, read_s: float = 5.0, wrap: Callable[[Any], Any] = lambda app: app) -> Iterator[Sandbox]:
    """A provider over its own tables with a shop to notify; the tests' "sandbox" while it runs."""
    dsn = throw_away.cluster.url(APP, throw_away.DATABASE)
    with shop() as front, served(wrap(sandbox_psp.make_app(dsn, SECRET, "/psp"))) as address:
        provider = SandboxProvider(url=f"{address}/psp", secret=SECRET, webhook_url=front.url, read_s=read_s)
        peer = Sandbox(f"{address}/psp", front, provider)
        try:
            with peer.fresh():
                yield peer
        finally:
            provider.close()
