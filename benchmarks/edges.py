"""`edges`: bringing in a million follows between 50,000 people from a file, as `jishi import edges` does.

Ten million: `jishi bench edges --people 200000 --edges 10M --json`; progress goes to the error output.
People are drawn so that a few are followed by many. Afterwards every count is compared with the rows, the
file is read a second time, and the same lines come once more as pairs: neither may add anything.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from benchmarks import _result
from django.db import connection

from jishi import verification
from jishi.people.accounts import operations as accounts
from jishi.social.graph import operations as graph

_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_name = 'accounts_user' AND column_name <> 'id' ORDER BY ordinal_position
"""
_OWN = {
    "code": "lpad(to_hex(g), 12, 'p')",
    "nickname": "'Person ' || g",
    "email": "'p' || g || '@bench.jishi.local'",
    "username": "'p' || g",
    "phone": "NULL",
}
REPEATED_LINES = 50_000
WRITTEN_AT_ONCE = 200_000
DISK_PER_EDGE, DISK_SPARE = 500, 2 << 30  # the file, the table with its indexes and its journal


def main(arguments: Sequence[str]) -> int:
    """Run it; 1 if a count drifted or something came in twice."""
    parser = argparse.ArgumentParser(prog="jishi bench edges")
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument(
        "--edges", type=lambda text: int(float(text.upper().replace("M", "e6"))), default=1_000_000
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(list(arguments))
    needed = options.edges * DISK_PER_EDGE + DISK_SPARE
    if shutil.disk_usage(tempfile.gettempdir()).free < needed:
        raise SystemExit(f"{needed / 1e9:.0f} GB of disk are needed in {tempfile.gettempdir()}")
    codes = _people(options.people)
    with tempfile.TemporaryDirectory(prefix="jishi-edges-") as folder:
        figures = _measure(Path(folder) / "edges.csv", codes, options.edges)
    return _result.show("edges", *_result.split(figures, ("broken", "added_again")), as_json=options.json)


def _measure(file: Path, codes: list[str], edges: int) -> dict[str, Any]:
    pairs = _write(file, codes, edges)
    chunks: list[float] = []
    began = last = time.perf_counter()

    def tick(done: int, total: int) -> None:
        nonlocal last
        now = time.perf_counter()
        chunks.append(round(now - last, 2))
        last = now
        rate = done / (now - began)
        print(f"{done:,} of {total:,} lines, {rate:,.0f} a second", file=sys.stderr, flush=True)

    first = graph.import_edges(pairs=file, progress=tick)
    spent = time.perf_counter() - began
    began = time.perf_counter()
    again = graph.import_edges(pairs=file)
    repeated = graph.import_edges(pairs=pairs)
    return {
        "people": len(codes),
        "lines": first.lines,
        "added": first.added,
        "seconds": round(spent, 1),
        "edges_per_s": round(first.added / spent),
        "chunks_s": chunks,
        "reading_again_s": round(time.perf_counter() - began, 1),
        "added_again": again.added - first.added + repeated.added,
        "unknown": first.unknown,
        "broken": sum(one.broken for one in verification.run()),
        "table_mb": _one("SELECT pg_total_relation_size('graph_follow') / 1048576"),
    }


def _people(count: int) -> list[str]:
    """Copies of somebody who registered through the operation, so that every column is as it should be."""
    model = accounts.register(email="model@bench.jishi.local", nickname="Model").id
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        names = [row[0] for row in cursor.fetchall()]
        columns = ", ".join(f'"{name}"' for name in names)
        values = ", ".join(_OWN.get(name, f'u."{name}"') for name in names)
        cursor.execute(
            f"INSERT INTO accounts_user ({columns}) SELECT {values} "
            "FROM accounts_user u, generate_series(1, %s) g WHERE u.id = %s",
            [count, model],
        )
        cursor.execute("ANALYZE accounts_user")
        cursor.execute("SELECT code FROM accounts_user WHERE id <> %s ORDER BY id", [model])
        return [row[0] for row in cursor.fetchall()]


def _write(file: Path, codes: list[str], edges: int) -> list[tuple[str, str]]:
    """Write distinct pairs of different people, in no order; returns some of them."""
    draw, people = np.random.default_rng(7), len(codes)
    if edges > people * people // 20:
        raise SystemExit(f"{people:,} people are too few for {edges:,} links: name more with --people")
    keys = np.zeros(0, np.int64)
    while len(keys) < edges:
        more = int((edges - len(keys)) * 1.2) + 1000
        a = draw.integers(0, people, more)
        b = (draw.random(more) ** 2 * people).astype(np.int64)
        keys = np.unique(np.concatenate([keys, (a * people + b)[a != b]]))
    keys = draw.permutation(keys)[:edges]
    with file.open("w") as out:
        out.write("follower,followee\n")
        for start in range(0, edges, WRITTEN_AT_ONCE):
            some = keys[start : start + WRITTEN_AT_ONCE].tolist()
            out.writelines(f"{codes[key // people]},{codes[key % people]}\n" for key in some)
    return [(codes[key // people], codes[key % people]) for key in keys[:REPEATED_LINES].tolist()]


def _one(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]
