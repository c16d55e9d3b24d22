"""`retention`: twelve weekly cohorts by twelve later weeks over all people, against sets of people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from benchmarks import _events, _metrics

NEEDS_DATABASE = False
WEEKS = 12
WANTED = {10_000_000: 1.0}


def oracle(rows: list[dict[str, Any]], params: dict[str, str]) -> Sequence[tuple[Any, ...]]:
    """The same table from sets of people per week."""
    from jishi.insight.metrics import rules

    weeks: dict[int, set[int]] = defaultdict(set)
    for row in rows:
        weeks[row["user_id"]].add((row["day"] - _events.FIRST).days // 7)
    first_week = rules.bucket_of(_events.FIRST, "week")
    cells: dict[tuple[int, int], int] = defaultdict(int)
    sizes: dict[int, int] = defaultdict(int)
    for seen in weeks.values():
        cohort = min(seen)
        if cohort >= WEEKS:
            continue
        sizes[cohort] += 1
        for week in seen:
            if week - cohort < WEEKS:
                cells[cohort, week - cohort] += 1
    return [
        (first_week + cohort, later, sizes[cohort], people, people * 10_000 // sizes[cohort])
        for (cohort, later), people in sorted(cells.items())
    ]


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    return _metrics.run("retention", "retention", {"periods": str(WEEKS)}, oracle, WANTED, arguments)
