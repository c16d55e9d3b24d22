"""`jishi metric`: compute one metric now and print it. Without a name the catalogue is listed."""

from __future__ import annotations

import argparse
import json
from typing import Any

from jishi.cli import home
from jishi.cli.failure import Failure


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", default="", help="which one; without a name they are listed")
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE", help="may be repeated")
    parser.add_argument("--engine", default="duckdb", help="duckdb, clickhouse or spark")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.add_argument("--sql", action="store_true", help="print the statement and compute nothing")


def run(options: argparse.Namespace) -> int:
    """Check the parameters, compute, and print a table."""
    given = dict(pair.partition("=")[::2] for pair in options.param)
    if not options.name:
        return _list()
    with home.database(filled=True):
        home.django()
        from jishi.insight.metrics import operations as metrics
        from jishi.kernel.errors import DomainError

        try:
            question = metrics.check(metric=options.name, params=given)
            if options.sql:
                print(metrics.statement(question))
                return 0
            result, events = metrics.compute(question, engine=options.engine)
        except DomainError as error:
            raise Failure(error.english()) from error
    if options.json:
        answer = {
            "metric": options.name,
            "params": dict(question.params),
            "events": events,
            "columns": list(result.columns),
            "rows": [list(row) for row in result.rows],
        }
        print(json.dumps(answer, ensure_ascii=False))
    else:
        _table(result.columns, result.rows)
    return 0


def _list() -> int:
    with home.database(filled=True):
        home.django()
        from jishi.insight.metrics import queries

        metrics = queries.list_metrics()
    for metric in metrics:
        print(f"{metric.code:<20}{metric.name}")
        print(f"{'':<20}{', '.join(param.code for param in metric.params)}")
    return 0


def _table(columns: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> None:
    text = [[str(value) for value in row] for row in rows]
    widths = [max([len(name), *(len(row[n]) for row in text)]) for n, name in enumerate(columns)]
    for line in [list(columns), *text]:
        print("  ".join(value.rjust(width) for value, width in zip(line, widths, strict=True)))
