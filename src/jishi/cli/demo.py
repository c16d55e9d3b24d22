"""`jishi demo`: the demo world, built through the same operations that people's clicks run.

``--prepare`` is how `jishi up` calls it: migrate first, build only in an empty shop, report into a pipe.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import time
from collections.abc import Callable
from typing import Any

from jishi.cli import home, migrations
from jishi.cli.failure import Failure
from jishi.cli.postgres import APP
from jishi.cli.progress import Progress

REPORT_EVERY_S = 0.2
ROLES = ("shopper", "merchant", "operator")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--seed", type=int, default=20250101, help="the number the world grows from")
    parser.add_argument("--prepare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--empty", action="store_true", help=argparse.SUPPRESS)


def run(options: argparse.Namespace) -> int:
    """Build the world, unless somebody lives here already."""
    if options.prepare:
        return _prepare(options)
    progress = Progress()
    with home.database():
        home.django()
        from jishi.people.accounts import queries as account_queries

        if account_queries.count_people():
            raise Failure("The shop is not empty: the demo world is only built in an empty one.")
        with progress.step("Demo world"):
            build(options.seed, progress.count)
    return 0


def build(seed: int, progress: Callable[..., None]) -> None:
    """Call the builder of the simulation."""
    importlib.import_module("jishi.simulation.demo").build(seed=seed, progress=progress)


def log_ins() -> dict[str, str]:
    """Return what to type for each role, as the demo world tells it."""
    module = importlib.import_module("jishi.simulation.demo")
    return {role: str(words) for role, words in getattr(module, "LOG_INS", {}).items()}


def _prepare(options: argparse.Namespace) -> int:
    """Migrate as the owner, then build as the serving role, in one process."""
    pipe = os.fdopen(int(os.environ["JISHI_READY_FD"]), "w", buffering=1)
    served = os.environ["DATABASE_URL"]
    with home.database(owner=True) as access:
        os.environ["JISHI_DB_POOL"] = "0"  # so that the connection can change its role below
        home.django()
        migrations.apply(owner_url=access.owner_url)
        if options.empty or not os.environ.get("JISHI_DEMO"):
            return 0
        _serve_as(served)
        from jishi.people.accounts import queries as account_queries

        if not account_queries.count_people():
            build(options.seed, _reporter(pipe))
        print(json.dumps({"log_ins": log_ins()}), file=pipe)
    return 0


def _serve_as(url: str) -> None:
    """Turn Django's connection to the serving role."""
    from django.db import connection

    from jishi.config import environment

    connection.close()
    connection.settings_dict.update(
        {
            key: environment.database(url, pool_max=0)[key]
            for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")
        }
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    assert role == APP or "DATABASE_OWNER_URL" in os.environ, role


def _reporter(pipe: Any) -> Callable[..., None]:
    """Return a progress function that writes into the supervisor's pipe, a few times a second."""
    last = 0.0

    def report(words: str, done: int, total: int | None = None) -> None:
        nonlocal last
        if time.monotonic() - last >= REPORT_EVERY_S:
            last = time.monotonic()
            print(json.dumps({"words": words, "done": done, "total": total}), file=pipe)

    return report
