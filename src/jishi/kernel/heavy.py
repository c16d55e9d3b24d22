"""Work that needs much memory or much time: compacting files, computing metrics, fitting models.

It runs in a process of its own (`jishi work` starts it, with a limit on memory), never where requests are
answered. Pieces of work on one `line` follow each other; lines run side by side. Each piece claims what it
works on in the database, so that any number of machines may run it.
"""

from collections.abc import Callable
from datetime import datetime

from jishi.kernel import clock, lastruns, sweeps
from jishi.kernel.sweeps import Sweep

_lines: dict[str, dict[str, Sweep]] = {}
_diaries: dict[str, lastruns.Diary] = {}


def register(name: str, run: Callable[[datetime], int], *, every_s: float, line: str = "runs") -> None:
    """Add a piece of heavy work: ``run(at)`` returns how much it did. Called by the wiring only."""
    _lines.setdefault(line, {})[name] = Sweep(name, run, every_s)
    _diaries.setdefault(line, lastruns.Diary())


def lines() -> tuple[str, ...]:
    """The lines there are, in order of wiring."""
    return tuple(_lines)


def registered() -> dict[str, float]:
    """All pieces of heavy work, with the seconds between their runs."""
    return {name: sweep.every_s for line in _lines.values() for name, sweep in line.items()}


def run_due(line: str) -> int:
    """Run what is due on a line; a piece that fails is logged and does not stop the others."""
    return sweeps.run_turn(_lines[line].values(), diary=_diaries[line]) if line in _lines else 0


def run_all(at: datetime | None = None) -> int:
    """Run every piece once, in order, as of ``at``; failures are raised. For tests, the demo and imports."""
    moment = at or clock.database_now()
    return sum(sweep.run(moment) for line in _lines.values() for sweep in line.values())
