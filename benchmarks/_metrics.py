"""Timing one metric over a generated log: the statement of the catalogue on DuckDB, judged by an oracle.

The log is made once per size and kept in the system's folder for temporary files, or in ``--data``.
Figures are
the best of ``--runs`` in this process. On a busy machine compare ``cpu_seconds`` (of all threads) too.
``peak_gb`` is the high-water mark of the process; run again when the log was only made in this run.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from benchmarks import _events

from jishi.insight.metrics import catalogue, engines, rules
from jishi.insight.metrics.contracts import Question, Result

DAYS = 90
SAMPLED = 97  # the oracle looks at every person whose number this divides
Oracle = Callable[[list[dict[str, Any]], dict[str, str]], Sequence[tuple[Any, ...]]]


def run(
    name: str,
    metric: str,
    params: dict[str, str],
    oracle: Oracle,
    wanted: dict[int, float],
    argv: Sequence[str],
) -> int:
    """Time a metric and compare it with its oracle on a sample of people; the exit code is 1 on a miss."""
    parser = argparse.ArgumentParser(prog=f"jishi bench {name}")
    parser.add_argument(
        "--events", type=lambda text: int(float(text.upper().replace("M", "e6"))), default=10_000_000
    )
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "jishi-bench-events")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--memory", default="3GB")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(argv)
    files = _events.generate(options.data, events=options.events, days=DAYS)
    found = catalogue.get(metric)
    last = _events.FIRST + timedelta(days=DAYS - 1)
    asked = {"since": _events.FIRST.isoformat(), "until": last.isoformat(), **params}
    clean = rules.clean(found, asked, today=last)
    engine = engines.load("duckdb")
    statement = engines.statement(found, Question(metric, clean))
    limits = {"memory": options.memory, "threads": 2}
    seconds, cpu, answer = [], [], Result((), ())
    for _ in range(options.runs):
        began, worked = time.perf_counter(), time.process_time()
        answer = engine.run(statement, limits, files)
        seconds.append(round(time.perf_counter() - began, 3))
        cpu.append(round(time.process_time() - worked, 3))
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    events = sum(pq.read_metadata(path).num_rows for path in files)
    limit = wanted.get(options.events)
    sample = engine.run(_sampled(statement), limits, files)
    truth = oracle(_people(files), clean)
    report = {
        "benchmark": name,
        "events": events,
        "figures": {
            "seconds": min(seconds),
            "all_seconds": seconds,
            "cpu_seconds": min(cpu),
            "peak_gb": round(peak_gb, 2),
            "rows": len(answer.rows),
        },
        "wanted": {"seconds": limit} if limit else {},
        "checks": {
            "wrong": int(list(sample.rows) != [tuple(row) for row in truth]),
            "empty": int(not answer.rows or not sample.rows),
            "too_slow": int(bool(limit) and min(seconds) > (limit or 0)),
        },
    }
    print(json.dumps(report) if options.json else json.dumps(report, indent=2))
    return 1 if any(report["checks"].values()) else 0


def _sampled(statement: str) -> str:
    """The same statement over a sample of people."""
    body = statement.split("WITH ", 1)[1]
    chosen = f"chosen AS (SELECT * FROM events WHERE user_id % {SAMPLED} = 0)"
    return f"WITH {chosen}, {body.replace('FROM events', 'FROM chosen')}"


def _people(files: Sequence[str]) -> list[dict[str, Any]]:
    """Every event of the sampled people, read by another library than the engine's."""
    columns = ["user_id", "ts", "day", "kind", "order_code", "amount_minor", "event_id"]
    rows: list[dict[str, Any]] = []
    for path in files:
        table = pq.read_table(path, columns=columns)
        people = table.column("user_id")
        rest = pc.subtract(people, pc.multiply(pc.divide(people, SAMPLED), SAMPLED))
        rows.extend(table.filter(pc.equal(rest, 0)).to_pylist())
    return rows
