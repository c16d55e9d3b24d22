"""Days worth planning for: festivals, solar terms, days of the world, shopping days. Data: `days.toml`."""

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from jishi.growth.publishing.contracts import Day

FIRST_YEAR, LAST_YEAR = 2025, 2030
LAST = date(LAST_YEAR, 12, 31)


def between(first: date, last: date) -> tuple[Day, ...]:
    """The days of a span, both ends included, in order; outside 2025 to 2030 there are none."""
    return tuple(one for one in _all() if first <= one.on <= last)


def of_code(code: str) -> tuple[Day, ...]:
    """Every day of a code, in order."""
    return tuple(one for one in _all() if one.code == code)


def find(code: str, year: int) -> Day | None:
    """A day by its code in a year."""
    return next((one for one in _all() if one.code == code and one.on.year == year), None)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876)."""
    golden, (century, rest) = year % 19, divmod(year, 100)
    leaps, left = divmod(century, 4)
    moon = (19 * golden + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * left + 2 * (rest // 4) - moon - rest % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


@cache
def _all() -> tuple[Day, ...]:
    file = resources.files("jishi.growth.publishing") / "days.toml"
    rows = tomllib.loads(file.read_text(encoding="utf-8"))["day"]
    found = [
        Day(
            row["code"],
            on,
            {"zh-hans": row["zh-hans"], "en": row["en"]},
            row["kind"],
            tuple(row.get("regions", ())),
        )
        for row in rows
        for on in _dates(row)
    ]
    return tuple(sorted(found, key=lambda one: (one.on, one.code)))


def _dates(row: dict[str, Any]) -> Iterator[date]:
    if "on" in row:
        yield from (date.fromisoformat(text) for text in row["on"])
        return
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        if "every" in row:
            yield date.fromisoformat(f"{year}-{row['every']}")
        elif "easter" in row:
            yield easter(year) + timedelta(days=row["easter"])
        else:
            month, weekday, which = row["nth"]
            first = date(year, month, 1)
            ahead = (weekday - first.isoweekday()) % 7
            yield first + timedelta(days=ahead + 7 * (which - 1) + row.get("later", 0))
