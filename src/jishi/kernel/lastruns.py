"""When each piece of work by the clock last ran, how long it took and whether it failed.

A sweep that silently stopped is the trouble nobody sees; its row grows old, and the console and the metrics
show it. Runs are written down together, at most every few seconds, and at once when one begins to fail or is
well again.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.kernel import clock
from jishi.kernel.models import LastRun

WRITE_EVERY_S = 10.0
GRACE_S = 60.0
PATIENCE = 5

_UPSERT = """
INSERT INTO kernel_lastrun (name, ran_at, seconds, worked, failures, failure)
SELECT * FROM unnest(%s::text[], %s::timestamptz[], %s::float8[], %s::bigint[], %s::int[], %s::text[])
ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at, seconds = excluded.seconds,
    worked = excluded.worked, failure = excluded.failure,
    failures = CASE WHEN excluded.failures = 0 THEN 0 ELSE kernel_lastrun.failures + excluded.failures END
WHERE kernel_lastrun.ran_at <= excluded.ran_at
"""


@dataclass(slots=True)
class _Note:
    ran_at: datetime
    seconds: float
    worked: int
    failures: int
    failure: str


class Diary:
    """What one thread has run and not written down yet."""

    def __init__(self) -> None:
        self._notes: dict[str, _Note] = {}
        self._failing: set[str] = set()
        self._written_at = 0.0
        self._is_urgent = False

    def note(self, name: str, *, seconds: float, worked: int, failure: str) -> None:
        """Remember a run; ``failure`` is the kind of error, never its words, which may hold personal data."""
        before = self._notes.get(name)
        failures = 1 + (before.failures if before else 0) if failure else 0
        self._notes[name] = _Note(clock.now(), seconds, worked, failures, failure)
        self._is_urgent |= bool(failure) != (name in self._failing)
        (self._failing.add if failure else self._failing.discard)(name)

    def write_due(self) -> None:
        """Write down what was noted, when it is time."""
        now = time.monotonic()
        if not self._notes or not (self._is_urgent or now - self._written_at >= WRITE_EVERY_S):
            return
        # Rows in one order, so that several workers cannot wait for each other in a circle.
        notes = sorted(self._notes.items())
        columns: list[list[Any]] = [
            [name for name, _ in notes],
            [note.ran_at for _, note in notes],
            [note.seconds for _, note in notes],
            [note.worked for _, note in notes],
            [note.failures for _, note in notes],
            [note.failure for _, note in notes],
        ]
        with connection.cursor() as cursor:
            cursor.execute(_UPSERT, columns)
        self._notes, self._is_urgent, self._written_at = {}, False, now


@dataclass(frozen=True)
class Run:
    """A piece of work by the clock; ``ran_at`` is None when no worker has ever run it."""

    name: str
    every_s: float
    ran_at: datetime | None
    seconds: float
    worked: int
    failures: int
    failure: str
    is_late: bool

    @property
    def is_well(self) -> bool:
        """Ran when it should, and without an error."""
        return self.ran_at is not None and not self.is_late and not self.failures


def list_runs(those: Mapping[str, float]) -> list[Run]:
    """Return what is known of pieces of work, given as names with the seconds between their runs."""
    kept = {row.name: row for row in LastRun.objects.filter(name__in=list(those))}
    now = clock.now()
    return [_run(name, every_s, kept.get(name), now) for name, every_s in those.items()]


def _run(name: str, every_s: float, row: LastRun | None, now: datetime) -> Run:
    if row is None:
        return Run(name, every_s, None, 0.0, 0, 0, "", False)
    is_late = (now - row.ran_at).total_seconds() > PATIENCE * every_s + GRACE_S
    return Run(name, every_s, row.ran_at, row.seconds, row.worked, row.failures, row.failure, is_late)
