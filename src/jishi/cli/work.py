"""`jishi work`: carries events to their handlers, runs due work, and runs jobs, until asked to stop.

Three loops that fail apart: the relay and the sweeper in a thread each, procrastinate in the main thread.
What needs much memory runs in a child process of its own (see :mod:`jishi.cli.heavy_child`).
Any number of workers may run at once; each loop claims what it works on in the database.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from jishi.cli import heavy_child, home
from jishi.cli.failure import Failure
from jishi.config import environment

RELAY_EVERY_S = 0.1
SWEEP_EVERY_S = 0.5
AFTER_TROUBLE_S = 2.0
STOP_WITHIN_S = 8


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--once", action="store_true", help="work what is due now, then end")
    parser.add_argument("--heavy", action="store_true", help="only the heavy part (`jishi work` starts it)")


def run(options: argparse.Namespace) -> int:
    """Work until SIGTERM or SIGINT; what is in hand is finished first."""
    home.load_secrets(environment.home(), create=False)
    if options.once:
        with home.database(filled=True):
            home.django()
            return _once()
    if not os.environ.get("DATABASE_URL"):
        raise Failure(
            "DATABASE_URL is not set: `jishi up` brings its own database, `jishi work` expects yours."
        )
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.config.settings")
    home.django()
    return heavy_child.keep() if options.heavy else serve(ready=None)


def _once() -> int:
    from jishi.kernel import heavy, sweeps
    from jishi.kernel.outbox import relay

    delivered, swept = relay.drain(), sweeps.run_all()
    delivered += relay.drain()
    print(f"{delivered} events delivered, {swept} rows of due work, {heavy.run_all()} of heavy work.")
    return 0


def serve(*, ready: int | None) -> int:
    """Run the three loops; write to the pipe ``ready`` when each has shown that it works."""
    from jishi.kernel import sweeps
    from jishi.kernel.outbox import relay

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _end(stop))
    first_passes = [threading.Event(), threading.Event()]
    loops = [
        threading.Thread(
            target=_loop, args=(relay.run_once, RELAY_EVERY_S, stop, first_passes[0]), name="relay"
        ),
        threading.Thread(
            target=_loop, args=(sweeps.run_due, SWEEP_EVERY_S, stop, first_passes[1]), name="sweeper"
        ),
    ]
    child = heavy_child.Child()
    child.start()
    for loop in loops:
        loop.start()
    try:
        asyncio.run(_jobs(stop, first_passes, ready))
    finally:
        stop.set()
        child.stop(STOP_WITHIN_S / 2)
        for loop in loops:
            loop.join(STOP_WITHIN_S / 2)
    return 0


def _end(stop: threading.Event) -> None:
    """Ask the loops to end; a job library that waits for a database which is gone is not waited for."""
    stop.set()
    watchdog = threading.Timer(STOP_WITHIN_S, os._exit, (1,))
    watchdog.daemon = True
    watchdog.start()


def _loop(
    work: Callable[[], int], every_s: float, stop: threading.Event, first_pass: threading.Event
) -> None:
    """Repeat ``work``, without a pause while there is some; after trouble (a database away) wait."""
    import structlog
    from django.db import connection

    log = structlog.get_logger("worker")
    while not stop.is_set():
        try:
            worked = work()
            first_pass.set()
        except Exception as error:
            log.error("worker.trouble", loop=threading.current_thread().name, exc_info=error)
            with contextlib.suppress(Exception):
                connection.close()
            stop.wait(AFTER_TROUBLE_S)
            continue
        if not worked:
            stop.wait(every_s)
    connection.close()


async def _jobs(stop: threading.Event, first_passes: list[threading.Event], ready: int | None) -> None:
    """Run procrastinate's worker, and tell the supervisor when all three loops have shown that they work."""
    from procrastinate.contrib.django import app

    connector: Any = app.connector
    async with app.with_connector(connector.get_worker_connector()).open_async() as opened:
        worker = asyncio.create_task(
            opened.run_worker_async(
                concurrency=4, install_signal_handlers=False, shutdown_graceful_timeout=STOP_WITHIN_S / 2
            )
        )
        while not stop.is_set() and not worker.done():
            await asyncio.sleep(0.05)
            if ready is not None and all(event.is_set() for event in first_passes):
                with contextlib.suppress(OSError):  # nobody may be waiting any more
                    os.write(ready, b"ready")
                    os.close(ready)
                ready = None
        worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await worker
