"""Drawings of answers that are neither lines nor bars: ways, steps, cohorts and fifths.

Beside the period before, steps and fifths say what they were; cohorts, whose people are others, are compared
as a whole, each later bucket by all who could have come back by then.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from jishi.insight.metrics.contracts import Metric, Result, RunView
from jishi.surfaces.ops import charts
from jishi.surfaces.ops.insight_words import Cell, Names, behind, event_word, language, word
from jishi.surfaces.shell import formats


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a funnel: people, shares in words, who is behind it, and what it was before."""

    name: str
    people: int
    of_first: str
    of_before: str
    href: str
    was: str = ""


def flow(run: RunView, metric: Metric, result: Result) -> charts.Flow:
    """The ways of visits from one thing to the next."""
    edges = [
        (
            row["step"],
            event_word(row["source_node"]),
            event_word(row["target_node"]) if row["target_node"] else "",
            int(row["visits"]),
            behind(run, metric, "people", row),
        )
        for row in result.as_dicts()
    ]
    return charts.flow(edges)


def steps(run: RunView, metric: Metric, result: Result, before: Result | None) -> tuple[Step, ...]:
    """The steps of a funnel with how many reached each."""
    names = run.params.get("steps", "").split(",")
    rows = {row["step"]: row for row in result.as_dicts()}
    counts = _reached(result, len(names))
    earlier = _reached(before, len(names)) if before is not None and before.rows else []
    return tuple(
        Step(
            name=event_word(name),
            people=counts[place],
            of_first=_share(counts[place], counts[0]),
            of_before=_share(counts[place], counts[max(0, place - 1)]),
            href=behind(run, metric, "people", rows[place + 1]) if place + 1 in rows else "",
            was=f"{formats.number(earlier[place], language())} · {_share(earlier[place], earlier[0])}"
            if earlier
            else "",
        )
        for place, name in enumerate(names)
    )


def _reached(result: Result, length: int) -> list[int]:
    """How many came to each step; a step without a row of its own was passed by all who came further."""
    rows = {row["step"]: int(row["people"]) for row in result.as_dicts()}
    counts = [0] * (length + 1)
    for number in range(length, 0, -1):
        counts[number - 1] = rows.get(number, counts[number])
    return counts[:length]


def grid(metric: Metric, result: Result, before: Result | None) -> tuple[tuple[Cell, ...], ...]:
    """Fifths by fifths of the first two keys, the best corner at the top right: people, and their share."""
    down, across = metric.columns[0], metric.columns[1]
    people = _by_place(metric, result)
    earlier = _by_place(metric, before) if before is not None else {}
    whole, most, was_whole = sum(people.values()), max(people.values()), sum(earlier.values())
    head = [Cell(f"{gettext(down.label)} ↓ {gettext(across.label)} →")]
    table = [(*head, *(Cell(str(fifth), is_number=True) for fifth in range(1, 6)))]
    for high in range(5, 0, -1):
        line = [Cell(str(high))]
        for wide in range(1, 6):
            count = people.get((high, wide), 0)
            text = f"{formats.number(count, language())} · {_share(count, whole)}"
            was = _share(earlier.get((high, wide), 0), was_whole) if was_whole else ""
            line.append(Cell(text, "", True, min(9, count * 10 // (most + 1)), was))
        table.append(tuple(line))
    return tuple(table)


def _by_place(metric: Metric, result: Result) -> dict[tuple[int, int], int]:
    down, across = metric.columns[0].code, metric.columns[1].code
    found: dict[tuple[int, int], int] = {}
    for row in result.as_dicts():
        place = (row[down], row[across])
        found[place] = found.get(place, 0) + int(row["people"])
    return found


def cohorts(
    run: RunView, metric: Metric, result: Result, names: Names, before: Result | None
) -> tuple[tuple[Cell, ...], ...]:
    """The heat map: a row per cohort with its size, a cell per later bucket; beside a period before, all
    cohorts together first, and those of then.
    """
    found: dict[int, dict[int, dict[str, Any]]] = {}
    for row in result.as_dicts():
        found.setdefault(row["cohort"], {})[row["later"]] = row
    widest = max((max(cells) for cells in found.values()), default=0)
    column = metric.column("cohort")
    assert column is not None
    table = []
    if before is not None and before.rows and result.rows:
        table.append(_together(gettext("All of these"), result, widest))
        table.append(_together(gettext("All of the period before"), before, widest))
    for cells in found.values():
        some = next(iter(cells.values()))
        line = [Cell(word(run, column, some, names)), _plain(formats.number(some["size"], language()))]
        for later in range(widest + 1):
            here = cells.get(later)
            if here is None:
                line.append(_plain(""))
                continue
            href = behind(run, metric, "people", here)
            line.append(_rate(here["rate_bps"], href))
        table.append(tuple(line))
    return tuple(table)


def _together(label: str, result: Result, widest: int) -> tuple[Cell, ...]:
    """All cohorts as one row: who came back of all whose cohort is old enough for that bucket."""
    sizes: dict[int, int] = {}
    came: dict[int, int] = {}
    known: dict[int, int] = {}
    for row in result.as_dicts():
        known[row["cohort"]] = row["size"]
        sizes[row["later"]] = sizes.get(row["later"], 0) + row["size"]
        came[row["later"]] = came.get(row["later"], 0) + row["people"]
    cells = [
        _rate(came[later] * 10_000 // sizes[later]) if sizes.get(later) else _plain("")
        for later in range(widest + 1)
    ]
    return Cell(label), _plain(formats.number(sum(known.values()), language())), *cells


def _plain(text: str) -> Cell:
    return Cell(text, "", True)


def _rate(bps: int, href: str = "") -> Cell:
    return Cell(formats.percent(bps, language()), href, True, min(9, bps // 1000))


def _share(part: int, whole: int) -> str:
    return formats.percent(part * 10_000 // max(1, whole), language())
