"""What the heavy process does for the lake, piece by piece; the wiring says how often."""

from datetime import datetime

from jishi.insight.behavior import operations as behavior

COMPACT_EVERY_S = 1.0
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
