"""Engines that run a metric's SQL over the files of the lake. They know neither Django nor each other.

Each puts the same view ``events`` over the files: no nulls, whole numbers for moments and days, no bots. The
statements use nothing but that view, so one text gives one answer everywhere.
"""

import importlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from jishi.insight.metrics import rules, sqltext
from jishi.insight.metrics.contracts import Metric, Question, Result
from jishi.insight.metrics.errors import EngineMissing, ParamInvalid

NAMES = ("duckdb", "clickhouse", "spark")


class Engine(Protocol):
    """Runs one statement over some files."""

    def run(self, sql: str, params: Mapping[str, Any], files: Sequence[str]) -> Result:
        """Answer a statement; ``params`` are limits of the engine (memory, threads)."""
        ...


def load(name: str) -> Engine:
    """An engine by its name; the large ones are imported here and nowhere else.

    :raises EngineMissing: it is not installed.
    :raises ParamInvalid: there is no engine of this name.
    """
    if name not in NAMES:
        raise ParamInvalid(param="engine", value=name[:40])
    try:
        module: Any = importlib.import_module(f"jishi.insight.metrics.engines.{name}")
    except ImportError as error:
        raise EngineMissing(engine=name) from error
    engine: Engine = module.open_engine()
    return engine


def statement(metric: Metric, question: Question, *, most: int = sqltext.MOST_LISTED) -> str:
    """The SQL of a question whose parameters are clean."""
    words = rules.written(metric, question.params, question.cell)
    return sqltext.render(metric.code, words, question.section, most=most)


def files_for(metric: Metric, params: Mapping[str, str], files: Sequence[str]) -> list[str]:
    """The files that can hold what a question needs, told by the day in their path; others are kept too."""
    if metric.reads_history or "since" not in params:
        first = -(10**9)
    else:
        first = rules.day_number(date.fromisoformat(params["since"])) - metric.lookback_days
    # Refunds and outcomes may come later than the period, so nothing is cut off at its end.
    return [path for path in files if _day_of(path) is None or _day_of(path) >= first]  # type: ignore[operator]


def _day_of(path: str) -> int | None:
    _, found, rest = path.partition("/dt=")
    if not found:
        return None
    try:
        return rules.day_number(date.fromisoformat(rest[:10]))
    except ValueError:
        return None
