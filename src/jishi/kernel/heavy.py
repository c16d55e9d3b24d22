"""Work that needs much memory or much time: compacting files, computing metrics, fitting models.

It runs in a process of its own (`jishi work` starts it, with a limit on memory), never where requests are
answered. Pieces of work on one `line` follow each other; lines run side by side. Each piece claims what it
works on in the database, so that any number of machines may run it.
"""

import time
from collections.abc import Callable
from datetime import datetime

import structlog
from django.db import connection

from jishi.kernel import clock
from jishi.kernel.sweeps import Sweep

log = structlog.get_logger("heavy")

_lines: dict[str, dict[str, Sweep]] = {}


def register(name: str, run: Callable[[datetime], int], *, every_s: float, line: str = "runs") -> None:
    """Add a piece of heavy work: ``run(at)`` returns how much it did. Called by the wiring only."""
    _lines.setdefault(line, {})[name] = Sweep(name, run, every_s)


def lines() -> tuple[str, ...]:
    """The lines there are, in order of wiring."""
    return tuple(_lines)


def registered() -> tuple[str, ...]:
    """The names of all pieces of heavy work."""
    return tuple(name for sweeps in _lines.values() for name in sweeps)


def run_due(line: str) -> int:
    """Run what is due on a line; a piece that fails is logged and does not stop the others."""
    worked = 0
    for sweep in _lines.get(line, {}).values():
        if time.monotonic() < sweep.next_at:
            continue
        try:
            worked += sweep.run(clock.database_now())
        except Exception as error:
            log.error("heavy.failed", work=sweep.name, exc_info=error)
            connection.close_if_unusable_or_obsolete()  # the database may have been away
        sweep.next_at = time.monotonic() + sweep.every_s
    return worked


def run_all(at: datetime | None = None) -> int:
    """Run every piece once, in order, as of ``at``; failures are raised. For tests, the demo and imports."""
    moment = at or clock.database_now()
    return sum(sweep.run(moment) for sweeps in _lines.values() for sweep in sweeps.values())
