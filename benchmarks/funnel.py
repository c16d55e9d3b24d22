"""`funnel`: the four-step sliding-window funnel over all people, against a walk through everybody's
events.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from benchmarks import _metrics

NEEDS_DATABASE = False
STEPS = ("product_viewed", "cart_added", "order_placed", "order_paid")
HOURS = 168
WANTED = {10_000_000: 3.0, 50_000_000: 15.0}


def level_of(events: list[tuple[Any, int]], window: timedelta) -> int:
    """The deepest step that any start leads to, tried start by start."""
    events.sort()
    best = 0
    for place, (start, step) in enumerate(events):
        if step != 1:
            continue
        reached = 1
        for at, later in events[place + 1 :]:
            if at - start > window:
                break
            if later == reached + 1:
                reached += 1
        best = max(best, reached)
    return best


def oracle(rows: list[dict[str, Any]], params: dict[str, str]) -> Sequence[tuple[Any, ...]]:
    """The same table, from the definition alone."""
    number = {kind: n for n, kind in enumerate(STEPS, 1)}
    people: dict[int, list[tuple[Any, int]]] = defaultdict(list)
    for row in rows:
        if row["kind"] in number:
            people[row["user_id"]].append((row["ts"], number[row["kind"]]))
    levels = [level_of(events, timedelta(hours=HOURS)) for events in people.values()]
    return [
        (step, sum(1 for level in levels if level >= step), levels.count(step))
        for step in range(1, len(STEPS) + 1)
        if step in levels
    ]


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    params = {"steps": ",".join(STEPS), "window_hours": str(HOURS)}
    return _metrics.run("funnel", "funnel", params, oracle, WANTED, arguments)
