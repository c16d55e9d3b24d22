"""From a kept result to what a page shows: worded cells, links to who is behind them, and the chart.

Invariant: a number leads to a list made by the same statement, so both cannot disagree.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language, gettext

from jishi.goods.catalog import queries as catalog
from jishi.goods.merchants import queries as merchants
from jishi.insight.metrics import queries as metrics
from jishi.insight.metrics.contracts import Column, Metric, Param, ParamType, Result, RunView, Unit
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import charts
from jishi.surfaces.shell import formats

TOO_SMALL = 10
MOST_PARTS = 8


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    text: str
    href: str = ""
    is_number: bool = False
    heat: int = -1


@dataclass(frozen=True, slots=True)
class Names:
    """Words for numbers: products, shops and people that a result mentions."""

    products: Mapping[int, str]
    shops: Mapping[int, str]
    people: Mapping[int, str]
    categories: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the query bar."""

    code: str
    label: str
    type: str
    value: str
    options: tuple[tuple[str, str], ...]
    hint: str
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A computation as a page shows it."""

    run: RunView
    metric: Metric
    name: str
    meaning: str
    columns: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]
    plot: charts.Plot | None
    flow: charts.Flow | None
    cohorts: tuple[tuple[Cell, ...], ...]
    steps: tuple[tuple[str, int, str, str, str], ...]
    is_small: bool
    error: str
    factors: tuple[tuple[str, str], ...] = ()
    grid: tuple[tuple[Cell, ...], ...] = ()


def fields(metric: Metric, given: Mapping[str, str], clean: Mapping[str, str]) -> tuple[Field, ...]:
    """The query bar: each parameter in words, with what is asked now."""
    return tuple(_field(param, clean.get(param.code) or given.get(param.code, "")) for param in metric.params)


def _field(param: Param, value: str) -> Field:
    options = tuple((code, gettext(label)) for code, label in param.options)
    is_choice = bool(options) and param.type is not ParamType.STEPS
    kind = {ParamType.DAY: "date", ParamType.NUMBER: "number"}.get(param.type, "text")
    hint = gettext(param.hint) if param.hint else ""
    return Field(
        param.code,
        gettext(param.label),
        "select" if is_choice else "steps" if param.type is ParamType.STEPS else kind,
        value,
        options,
        hint,
        param.least,
        param.most,
    )


def show(run: RunView, *, before: RunView | None = None) -> Shown:
    """Word a computation; ``before`` is the same question about the period before."""
    metric = metrics.get_metric(run.metric)
    result = run.result if run.is_ready and run.result is not None else Result((), ())
    names = _names(metric, run, result)
    columns = [column for column in metric.columns if column.code in result.columns]
    rows = tuple(
        tuple(_cell(run, metric, column, row, names) for column in columns) for row in result.as_dicts()
    )
    earlier = before.result if before is not None and before.is_ready else None
    style, _, of = metric.chart.partition(":")
    return Shown(
        run=run,
        metric=metric,
        name=gettext(metric.name),
        meaning=gettext(metric.meaning),
        columns=tuple((gettext(column.label), _is_number(column)) for column in columns),
        rows=rows if style != "cohorts" else (),
        plot=_plot(run, metric, result, of, names, earlier) if style in ("line", "bars") else None,
        flow=_flow(run, metric, result) if style == "sankey" and result.rows else None,
        cohorts=_cohorts(run, metric, result, names) if style == "cohorts" else (),
        steps=_steps(run, metric, result) if style == "funnel" else (),
        is_small=run.is_ready and _size(metric, result) < TOO_SMALL and bool(result.rows),
        error=_error(run),
        factors=_factors(metric, result, earlier),
        grid=_grid(metric, result) if style == "grid" and result.rows else (),
    )


def _error(run: RunView) -> str:
    if run.error == "timeout":
        return gettext("This took longer than a minute. Choose a shorter period.")
    if run.error == "OutOfMemoryException":
        return gettext("This needs more memory than it may use. Choose a shorter period.")
    return gettext("This could not be computed. Ask again in a moment.") if run.error else ""


def _size(metric: Metric, result: Result) -> int:
    """The largest count of the answer: below ten, shares say little."""
    counts = [column.code for column in metric.columns if column.unit is Unit.COUNT]
    return max((int(row[code]) for row in result.as_dicts() for code in counts), default=0)


def _is_number(column: Column) -> bool:
    return column.unit in (Unit.COUNT, Unit.MINOR, Unit.BPS, Unit.PERCENT, Unit.MILLI, Unit.NUMBER)


def _names(metric: Metric, run: RunView, result: Result) -> Names:
    """Look up everything that the rows mention, with one statement per kind of thing."""
    found: dict[str, set[int]] = {"product": set(), "shop": set(), "person": set(), "category": set()}
    by = run.params.get("by", "")
    for row in result.as_dicts():
        for column in metric.columns:
            value = row.get(column.code)
            if column.unit is Unit.PRODUCT and isinstance(value, int):
                found["product"].add(value)
            elif column.unit is Unit.PERSON and isinstance(value, int) and value > 0:
                found["person"].add(value)
            elif column.unit is Unit.PART and by in found and str(value).isdigit():
                found[by].add(int(value or 0))
    language = _language()
    cards = catalog.list_cards(found["product"], language=language) if found["product"] else {}
    shops = merchants.list_shops(found["shop"], language=language) if found["shop"] else {}
    persons = people.list_people(found["person"]) if found["person"] else {}
    tree = catalog.list_categories(language) if found["category"] else ()
    return Names(
        {key: card.title for key, card in cards.items()},
        {key: shop.name for key, shop in shops.items()},
        {key: person.nickname for key, person in persons.items()},
        {node.category_id: node.name for node in tree if node.category_id in found["category"]},
    )


def word(run: RunView, column: Column, row: Mapping[str, Any], names: Names) -> str:
    """One value as people read it."""
    value, language = row[column.code], _language()
    if column.unit is Unit.MINOR:
        currency = str(row.get("currency") or run.params.get("currency") or "CNY")
        return formats.money(int(value), currency, language)
    if column.unit is Unit.BPS:
        return formats.percent(int(value), language)
    if column.unit is Unit.PERCENT:
        return f"{int(value) / 100:.2f}"
    if column.unit is Unit.MILLI:
        return f"{int(value) / 1000:.2f}"
    if column.unit in (Unit.COUNT, Unit.NUMBER):
        return formats.number(int(value), language)
    if column.unit is Unit.BUCKET:
        grain = run.params.get("grain", "day")
        return metrics.bucket_text(int(value), grain) or gettext("The whole period")
    if column.unit is Unit.DAY:
        return metrics.bucket_text(int(value), "day")
    return _named(run, column, value, names)


def _named(run: RunView, column: Column, value: Any, names: Names) -> str:
    if column.unit is Unit.PRODUCT:
        return names.products.get(value, f"#{value}")
    if column.unit is Unit.PERSON:
        return names.people.get(value, gettext("A visitor"))
    if column.unit is Unit.STEP:
        steps = run.params.get("steps", "").split(",")
        return event_word(steps[int(value) - 1]) if 0 < int(value) <= len(steps) else str(value)
    if column.unit is Unit.NODE:
        return event_word(str(value)) if value else gettext("End of the visit")
    if column.unit is Unit.PART:
        by = run.params.get("by", "")
        known = {"shop": names.shops, "product": names.products, "category": names.categories}.get(by)
        if known is not None and str(value).isdigit():
            return known.get(int(value), f"#{value}")
        return event_word(str(value)) if value else ("" if by == "" else gettext("Unknown"))
    return str(value)


def event_word(code: str) -> str:
    """A kind of event in words."""
    name = metrics.event_names().get(code)
    return gettext(name) if name else code


def _cell(run: RunView, metric: Metric, column: Column, row: Mapping[str, Any], names: Names) -> Cell:
    href = behind(run, metric, column.behind, row) if column.behind and row[column.code] else ""
    return Cell(word(run, column, row, names), href, _is_number(column))


def behind(run: RunView, metric: Metric, section: str, row: Mapping[str, Any]) -> str:
    """The address of the list behind one number."""
    cell = json.dumps({key: row[key] for key in metric.keys}, ensure_ascii=False, separators=(",", ":"))
    query = urlencode({**run.params, "section": section, "cell": cell})
    return f"{reverse('ops:insight_behind', args=[metric.code])}?{query}"


def _plot(
    run: RunView, metric: Metric, result: Result, of: str, names: Names, before: Result | None
) -> charts.Plot | None:
    """One bar per bucket (parts and currencies of a bucket together only when they are the same unit)."""
    column = metric.column(of)
    if column is None or not result.rows:
        return None
    rows = _one_currency(result.as_dicts())
    key = metric.columns[0]
    totals: dict[Any, int] = {}
    labels: dict[Any, str] = {}
    hrefs: dict[Any, str] = {}
    for row in rows:
        at = row[key.code]
        totals[at] = totals.get(at, 0) + int(row[of])
        labels[at] = word(run, key, row, names)
        hrefs[at] = behind(run, metric, column.behind, row) if column.behind and at not in hrefs else ""
    if metric.chart.startswith("bars"):
        totals = dict(list(totals.items())[:40])
    sample = rows[0]

    def write(value: int) -> str:
        return word(run, column, {**sample, of: value}, names)

    return charts.plot(
        [labels[at] for at in totals],
        list(totals.values()),
        write,
        before=_before(before, key.code, of, len(totals)),
        hrefs=[hrefs[at] for at in totals],
    )


def _before(before: Result | None, key: str, of: str, length: int) -> list[int]:
    if before is None:
        return []
    totals: dict[Any, int] = {}
    for row in _one_currency(before.as_dicts()):
        totals[row[key]] = totals.get(row[key], 0) + int(row[of])
    return list(totals.values())[:length]


def _one_currency(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Amounts of several currencies are never added up: the chart shows the one with the most rows."""
    if not rows or "currency" not in rows[0]:
        return list(rows)
    seen: dict[str, int] = {}
    for row in rows:
        seen[row["currency"]] = seen.get(row["currency"], 0) + 1
    most = max(seen, key=lambda code: (seen[code], code))
    return [row for row in rows if row["currency"] == most]


def _flow(run: RunView, metric: Metric, result: Result) -> charts.Flow:
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


def _grid(metric: Metric, result: Result) -> tuple[tuple[Cell, ...], ...]:
    """Fifths by fifths of the first two keys, the best corner at the top right: people, and their share."""
    down, across = metric.columns[0], metric.columns[1]
    people: dict[tuple[int, int], int] = {}
    for row in result.as_dicts():
        place = (row[down.code], row[across.code])
        people[place] = people.get(place, 0) + int(row["people"])
    whole, most, language = sum(people.values()), max(people.values()), _language()
    head = [Cell(f"{gettext(down.label)} ↓ {gettext(across.label)} →")]
    table = [(*head, *(Cell(str(fifth), is_number=True) for fifth in range(1, 6)))]
    for high in range(5, 0, -1):
        line = [Cell(str(high))]
        for wide in range(1, 6):
            count = people.get((high, wide), 0)
            share = formats.percent(count * 10_000 // whole, language)
            text = f"{formats.number(count, language)} · {share}"
            line.append(Cell(text, "", True, min(9, count * 10 // (most + 1))))
        table.append(tuple(line))
    return tuple(table)


def _cohorts(run: RunView, metric: Metric, result: Result, names: Names) -> tuple[tuple[Cell, ...], ...]:
    """The heat map: a row per cohort with its size, a cell per later bucket."""
    found: dict[int, dict[int, dict[str, Any]]] = {}
    for row in result.as_dicts():
        found.setdefault(row["cohort"], {})[row["later"]] = row
    widest = max((max(cells) for cells in found.values()), default=0)
    column = metric.column("cohort")
    assert column is not None
    table = []
    for cells in found.values():
        some = next(iter(cells.values()))
        line = [
            Cell(word(run, column, some, names)),
            Cell(formats.number(some["size"], _language()), "", True),
        ]
        for later in range(widest + 1):
            here = cells.get(later)
            if here is None:
                line.append(Cell("", "", True))
                continue
            text = formats.percent(here["rate_bps"], _language())
            line.append(
                Cell(
                    text,
                    behind(run, metric, "people", here),
                    True,
                    min(9, here["rate_bps"] // 1000),
                )
            )
        table.append(tuple(line))
    return tuple(table)


def _steps(run: RunView, metric: Metric, result: Result) -> tuple[tuple[str, int, str, str, str], ...]:
    """Name, people, share of the first, share of the step before, and who is behind it."""
    steps = run.params.get("steps", "").split(",")
    reached = {row["step"]: row for row in result.as_dicts()}
    counts = [0] * len(steps)
    for number in range(len(steps), 0, -1):
        following = counts[number] if number < len(steps) else 0
        counts[number - 1] = reached[number]["people"] if number in reached else following
    lines = []
    for place, name in enumerate(steps):
        row = reached.get(place + 1)
        lines.append(
            (
                event_word(name),
                counts[place],
                formats.percent(counts[place] * 10_000 // max(1, counts[0]), _language()),
                formats.percent(counts[place] * 10_000 // max(1, counts[max(0, place - 1)]), _language()),
                behind(run, metric, "people", row) if row else "",
            )
        )
    return tuple(lines)


def _factors(metric: Metric, result: Result, before: Result | None) -> tuple[tuple[str, str], ...]:
    """For GMV beside the period before: what the change came from."""
    if metric.code != "gmv" or before is None:
        return ()
    now, then = _sums(result), _sums(before)
    if now[3] != then[3]:
        return ()
    parts = metrics.decompose(then[:3], now[:3])
    names = (gettext("More or fewer people"), gettext("Orders per person"), gettext("Amount per order"))
    return tuple(
        (name, formats.money(part, now[3], _language())) for name, part in zip(names, parts, strict=False)
    )


def _sums(result: Result) -> tuple[int, int, int, str]:
    rows = _one_currency(result.as_dicts())
    if not rows:
        return 0, 0, 0, ""
    return (
        sum(row["people"] for row in rows),
        sum(row["orders"] for row in rows),
        sum(row["gmv_minor"] for row in rows),
        rows[0]["currency"],
    )


def _language() -> str:
    return get_language() or "en"
