"""The running town: the front process's own app under uvicorn, a worker beside it, and one Chromium.

Everything is as `jishi up` runs it (lane, web and the sandbox provider behind one address; relay and sweeps
in a thread of their own), but on this test's database and on a free port.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
import uvicorn
from django.db import connection
from django.test import Client
from playwright.sync_api import Browser, sync_playwright
from tests.factories import shopfront, trade
from tests.journeys import phone as phones

from jishi import verification
from jishi.kernel import sweeps
from jishi.kernel.outbox import relay
from jishi.money.payments import providers
from jishi.money.payments.providers.sandbox import from_settings as sandbox_of_settings
from jishi.people.accounts.models import User

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
]
BACKEND = "django.contrib.auth.backends.ModelBackend"
START_WITHIN_S = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every story as one."""
    for item in items:
        if "journeys" in item.path.parts:
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One Chromium for all stories; each person in them has a context of their own."""
    found = shutil.which(CHROMIUM) or shutil.which("chromium")
    if found is None:
        pytest.fail("The journeys need Chromium: install your system's package 'chromium'.", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=ARGUMENTS, headless=True)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def front(django_db_setup: None) -> Iterator[str]:
    """The front process's app on a free port; returns its address."""
    from jishi.config.asgi import Front

    server = uvicorn.Server(
        uvicorn.Config(
            Front(),
            host="127.0.0.1",
            port=0,
            lifespan="on",
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=2,
        )
    )
    thread = threading.Thread(target=server.run, name="front", daemon=True)
    thread.start()
    until = time.monotonic() + START_WITHIN_S
    while not server.started and thread.is_alive() and time.monotonic() < until:
        time.sleep(0.02)
    assert server.started, "the front process did not start"
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


class Worker(threading.Thread):
    """Relay and sweeps, over and over, as `jishi work` does."""

    def __init__(self) -> None:
        super().__init__(name="worker", daemon=True)
        self.over = threading.Event()
        self.troubles: list[Exception] = []

    def run(self) -> None:
        """Work until told to stop."""
        try:
            while not self.over.is_set():
                if not (relay.run_once() + sweeps.run_due()):
                    self.over.wait(0.05)
        except Exception as error:
            self.troubles.append(error)
        finally:
            connection.close()

    def stop(self) -> None:
        """Finish what is in hand; a worker that broke fails the story."""
        self.over.set()
        self.join(30)
        assert not self.troubles, self.troubles


@dataclass
class Town:
    """A street of shops that is open for business, and phones to visit it with."""

    url: str
    street: shopfront.Street
    browser: Browser
    phones: list[phones.Phone] = field(default_factory=list)

    def phone_of(
        self, who: trade.Buyer | int | None, *, scripts: bool = True, language: str = "zh-hans"
    ) -> phones.Phone:
        """A phone whose owner is signed in; nobody's for None."""
        person_id = who.id if isinstance(who, trade.Buyer) else who
        session = ""
        if person_id is not None:
            User.objects.filter(pk=person_id).update(language=language)
            client = Client()
            client.force_login(User.objects.get(pk=person_id), backend=BACKEND)
            session = client.cookies["jishi_session"].value
        phone = phones.take_out(self.browser, self.url, session=session, scripts=scripts, language=language)
        self.phones.append(phone)
        return phone

    def product(self, number: int) -> str:
        """The path of a product's page."""
        return f"/p/{shopfront.slug_of(self.street, number)}/"

    def catch_up(self, at: datetime | None = None) -> None:
        """Do all due work now, as of ``at``, and what follows from it."""
        for _ in range(3):
            sweeps.run_all(at)
            relay.drain()

    def assert_books_are_whole(self) -> None:
        """Every invariant holds, and no event was given up."""
        self.catch_up()
        assert relay.list_dead() == []
        assert [one for one in verification.run() if one.broken] == []


@pytest.fixture
def town(transactional_db: None, settings: Any, front: str, chromium: Browser) -> Iterator[Town]:
    """Open the town; close it before the database is wiped."""
    settings.JISHI_BASE_URL = front
    settings.JISHI_SANDBOX_PSP_URL = f"{front}/psp"
    # Other tests of this process may have named another peer, or made the breaker give this one up.
    providers.register("sandbox", sandbox_of_settings)
    town = Town(front, shopfront.build(goods=4), chromium)
    worker = Worker()
    worker.start()
    yield town
    for phone in town.phones:
        phone.page.context.close()
    worker.stop()
    providers.register("sandbox", sandbox_of_settings)
