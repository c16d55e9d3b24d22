"""Work that is due by the clock: columns that say when, swept by whoever is running.

A deadline is never a timer in a process or a broker; it is a row. A sweep claims due rows with SKIP LOCKED
and does the work in the transaction of the claim, so that it can be run by any number of workers at any time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from jishi.kernel import clock

log = structlog.get_logger("sweeps")


@dataclass(slots=True)
class Sweep:
    """A named sweep: ``run(at)`` returns how many rows it worked; due again ``every_s`` after it ended."""

    name: str
    run: Callable[[datetime], int]
    every_s: float
    next_at: float = 0.0


_sweeps: dict[str, Sweep] = {}


def register(name: str, run: Callable[[datetime], int], *, every_s: float) -> None:
    """Add a sweep. Called by the wiring only."""
    _sweeps[name] = Sweep(name, run, every_s)


def registered() -> tuple[str, ...]:
    """The names of all sweeps, in order of wiring."""
    return tuple(_sweeps)


def run_due() -> int:
    """Run the sweeps whose turn it is; one that fails is logged and does not stop the others."""
    worked = 0
    for sweep in _sweeps.values():
        if time.monotonic() < sweep.next_at:
            continue
        try:
            worked += sweep.run(clock.database_now())
        except Exception as error:
            log.error("sweep.failed", sweep=sweep.name, exc_info=error)
        sweep.next_at = time.monotonic() + sweep.every_s
    return worked


def run_all(at: datetime | None = None) -> int:
    """Run every sweep now, as of ``at``; failures are raised. For tests, the demo and imports."""
    moment = at or clock.database_now()
    return sum(sweep.run(moment) for sweep in _sweeps.values())
