"""From a kept result to what a page shows: worded cells, links to who is behind them, and the chart.

Invariant: a number leads to a list made by the same statement, so both cannot disagree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from jishi.insight.metrics import queries as metrics
from jishi.insight.metrics.contracts import Column, Metric, Param, ParamType, Result, RunView, Unit
from jishi.surfaces.ops import charts, insight_shapes
from jishi.surfaces.ops.insight_shapes import Step
from jishi.surfaces.ops.insight_words import Cell, Names, behind, is_number, language, names_of, word
from jishi.surfaces.shell import formats

TOO_SMALL = 10


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

    @property
    def words(self) -> str:
        """What is asked, for paper, where there is no form."""
        return dict(self.options).get(self.value, self.value)


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
    steps: tuple[Step, ...]
    is_small: bool
    error: str
    factors: tuple[tuple[str, str], ...] = ()
    grid: tuple[tuple[Cell, ...], ...] = ()
    axes: tuple[str, str] = ("", "")
    """What the bars of a plot measure, and what they stand for."""


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
    names = names_of(metric, run, result)
    columns = [column for column in metric.columns if column.code in result.columns]
    earlier = before.result if before is not None and before.is_ready else None
    then = _by_key(metric, earlier)
    rows = tuple(
        tuple(_cell(run, metric, column, row, names, then.get(_key(metric, row))) for column in columns)
        for row in result.as_dicts()
    )
    style, _, of = metric.chart.partition(":")
    return Shown(
        run=run,
        metric=metric,
        name=gettext(metric.name),
        meaning=gettext(metric.meaning),
        columns=tuple((gettext(column.label), is_number(column)) for column in columns),
        rows=rows if style != "cohorts" else (),
        plot=_plot(run, metric, result, of, names, earlier) if style in ("line", "bars") else None,
        flow=insight_shapes.flow(run, metric, result) if style == "sankey" and result.rows else None,
        cohorts=insight_shapes.cohorts(run, metric, result, names, earlier) if style == "cohorts" else (),
        steps=insight_shapes.steps(run, metric, result, earlier) if style == "funnel" else (),
        is_small=run.is_ready and _size(metric, result) < TOO_SMALL and bool(result.rows),
        error=_error(run),
        factors=_factors(metric, result, earlier),
        grid=insight_shapes.grid(metric, result, earlier) if style == "grid" and result.rows else (),
        axes=_axes(metric, of) if style in ("line", "bars") else ("", ""),
    )


def _axes(metric: Metric, of: str) -> tuple[str, str]:
    column = metric.column(of)
    return (gettext(column.label) if column else "", gettext(metric.columns[0].label))


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


def _by_key(metric: Metric, before: Result | None) -> dict[tuple[Any, ...], Mapping[str, Any]]:
    """The rows of the period before by what they are about; rows about a time have no counterpart."""
    times = (Unit.BUCKET, Unit.DAY)
    if before is None or any(column.is_key and column.unit in times for column in metric.columns):
        return {}
    return {_key(metric, row): row for row in before.as_dicts()}


def _key(metric: Metric, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[key] for key in metric.keys)


def _cell(
    run: RunView,
    metric: Metric,
    column: Column,
    row: Mapping[str, Any],
    names: Names,
    then: Mapping[str, Any] | None,
) -> Cell:
    href = behind(run, metric, column.behind, row) if column.behind and row[column.code] else ""
    was = (
        word(run, column, then, names) if then is not None and is_number(column) and not column.is_key else ""
    )
    return Cell(word(run, column, row, names), href, is_number(column), was=was)


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
        (name, formats.money(part, now[3], language())) for name, part in zip(names, parts, strict=False)
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
