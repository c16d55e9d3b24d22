"""`jishi demo`: the demo world, built through the same operations that people's clicks run."""

from __future__ import annotations

import argparse
import importlib
import json
import time
from collections.abc import Callable
from typing import Any

from jishi.cli import home, serve
from jishi.cli.failure import Failure
from jishi.cli.progress import Progress

REPORT_EVERY_S = 0.2


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--seed", type=int, default=20250101, help="the number the world grows from")


def run(options: argparse.Namespace) -> int:
    """Build the world, unless somebody lives here already."""
    progress = Progress()
    with home.database(filled=True):
        home.django()
        if not is_empty():
            raise Failure("The shop is not empty: the demo world is only built in an empty one.")
        with progress.step("Demo world"):
            build(options.seed, progress.count)
    return 0


def is_empty() -> bool:
    """Say whether nobody lives in this shop yet."""
    from jishi.people.accounts import queries as account_queries

    return not account_queries.count_people()


def build(seed: int, progress: Callable[..., None]) -> None:
    """Call the builder of the simulation. Nothing of a half-built world is kept, so its writes need not
    reach the disk one by one.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
    module = importlib.import_module("jishi.simulation.demo")
    serve.spare_the_collector()
    module.build(seed=seed, progress=progress)


def log_ins() -> dict[str, str]:
    """Return what to type for each role, as the demo world tells it."""
    module = importlib.import_module("jishi.simulation.demo")
    return {role: str(words) for role, words in getattr(module, "LOG_INS", {}).items()}


def reporter(pipe: Any) -> Callable[..., None]:
    """Return a progress function that writes into the supervisor's pipe, a few times a second."""
    last = 0.0

    def report(words: str, done: int, total: int | None = None) -> None:
        nonlocal last
        if time.monotonic() - last >= REPORT_EVERY_S:
            last = time.monotonic()
            pipe.write(json.dumps([words, done, total]) + "\n")  # in one piece: painters report as well

    return report
