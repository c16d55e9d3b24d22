"""What the heavy process does for the lake, piece by piece; the wiring says how often."""

from datetime import datetime

from jishi.insight.behavior import operations as behavior
from jishi.kernel import heavy

COMPACT_EVERY_S = 1.0
GATHER_EVERY_S = 5.0
HELPINGS = 20


def compact(at: datetime) -> int:
    """Empty the inbox into files, some helpings at a time so that a stop is heard."""
    worked = 0
    for _ in range(HELPINGS):
        done = behavior.compact()
        worked += done.batches
        if not done.batches:
            break
    return worked


def gather(at: datetime) -> int:
    """Note new accounts and share links."""
    return behavior.gather()


def merge_hours(at: datetime) -> int:
    """Keep the number of small files small."""
    return behavior.merge_hours(at=at).days


def merge_days(at: datetime) -> int:
    """One sorted file for each day that is over, with the names that became known."""
    return behavior.merge_days(at=at).days


def erase_due(at: datetime) -> int:
    """Forget who asked for it."""
    return len(behavior.erase_due(at=at))


def forget_old(at: datetime) -> int:
    """Remove what is past its keeping."""
    return behavior.forget_old(at=at)


WORK = (
    ("compact", compact, COMPACT_EVERY_S),
    ("gather", gather, GATHER_EVERY_S),
    ("erase_due", erase_due, 30.0),
    ("merge_hours", merge_hours, 20.0),
    ("merge_days", merge_days, 600.0),
    ("forget_old", forget_old, 300.0),
)


def register() -> None:
    """Put the lake's work on lines of its own: compacting waits for nothing, merging only for itself."""
    for name, run, every_s in WORK:
        line = "ingest" if name in ("compact", "gather") else "lake"
        heavy.register(f"behavior.{name}", run, every_s=every_s, line=line)
