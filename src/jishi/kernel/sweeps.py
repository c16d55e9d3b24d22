"""Work that is due by the clock: columns that say when, swept by whoever is running.

A deadline is never a timer in a process or a broker; it is a row. A sweep claims due rows with SKIP LOCKED
and does the work in the transaction of the claim, so that it can be run by any number of workers at any time.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import connection

from jishi.kernel import clock, lastruns

log = structlog.get_logger("sweeps")


@dataclass(slots=True)
class Sweep:
    """A named sweep: ``run(at)`` returns how many rows it worked; due again ``every_s`` after it ended."""

    name: str
    run: Callable[[datetime], int]
    every_s: float
    next_at: float = 0.0


_sweeps: dict[str, Sweep] = {}
_diary = lastruns.Diary()


def register(name: str, run: Callable[[datetime], int], *, every_s: float) -> None:
    """Add a sweep. Called by the wiring only."""
    _sweeps[name] = Sweep(name, run, every_s)


def registered() -> dict[str, float]:
    """All sweeps in order of wiring, with the seconds between their runs."""
    return {sweep.name: sweep.every_s for sweep in _sweeps.values()}


def run_due() -> int:
    """Run the sweeps whose turn it is."""
    return run_turn(_sweeps.values(), diary=_diary)


def run_turn(those: Iterable[Sweep], *, diary: lastruns.Diary) -> int:
    """Run those whose turn it is; one that fails is logged and does not stop the others."""
    worked = 0
    for sweep in those:
        began = time.monotonic()
        if began < sweep.next_at:
            continue
        done, failure = 0, ""
        try:
            done = sweep.run(clock.database_now())
        except Exception as error:
            failure = type(error).__name__
            log.error("sweep.failed", sweep=sweep.name, exc_info=error)
            connection.close_if_unusable_or_obsolete()  # the database may have been away
        worked += done
        ended = time.monotonic()
        sweep.next_at = ended + sweep.every_s
        diary.note(sweep.name, seconds=ended - began, worked=done, failure=failure)
    diary.write_due()
    return worked


def run_all(at: datetime | None = None) -> int:
    """Run every sweep now, as of ``at``; failures are raised. For tests, the demo and imports."""
    moment = at or clock.database_now()
    return sum(sweep.run(moment) for sweep in _sweeps.values())
