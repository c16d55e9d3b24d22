"""`rfm`: all buyers in fifths by recency, frequency and money, against sorted lists."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from benchmarks import _metrics

NEEDS_DATABASE = False
WANTED = {10_000_000: 0.5, 50_000_000: 3.5}


def fifths(values: dict[int, Any]) -> dict[int, int]:
    """Every person's fifth; the first fifths are larger by one when the number of people does not divide."""
    order = sorted(values, key=lambda person: (values[person], person))
    size, rest = divmod(len(order), 5)
    found, at = {}, 0
    for part in range(1, 6):
        width = size + (part <= rest)
        found.update(dict.fromkeys(order[at : at + width], part))
        at += width
    return found


def oracle(rows: list[dict[str, Any]], params: dict[str, str]) -> Sequence[tuple[Any, ...]]:
    """The same table from sorted lists."""
    orders: dict[int, set[str]] = defaultdict(set)
    money: dict[int, int] = defaultdict(int)
    last: dict[int, Any] = {}
    for row in rows:
        if row["kind"] == "order_paid":
            person = row["user_id"]
            orders[person].add(row["order_code"])
            money[person] += row["amount_minor"]
            last[person] = max(last.get(person, row["ts"]), row["ts"])
    recency, often = fifths(last), fifths({person: len(found) for person, found in orders.items()})
    much = fifths(dict(money))
    cells: dict[tuple[int, int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for person in orders:
        cell = cells[recency[person], often[person], much[person]]
        cell[0] += 1
        cell[1] += len(orders[person])
        cell[2] += money[person]
    return [(*key, *values) for key, values in sorted(cells.items())]


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    return _metrics.run("rfm", "rfm", {"currency": "CNY"}, oracle, WANTED, arguments)
