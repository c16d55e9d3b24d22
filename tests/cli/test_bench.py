"""Benchmarks that need no database get none; missing data sets are said in a sentence."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from jishi.cli import bench

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jishi.cli", "bench", *arguments],
        capture_output=True, text=True, check=False, cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **environment},
    )  # fmt: skip


def test_only_those_that_say_so_run_without_a_database() -> None:
    light = [p.stem for p in (ROOT / "benchmarks").glob("[a-z]*.py") if not bench._needs_database(p)]

    assert {"recommend", "rules", "graph", "suggest"} <= set(light)
    assert not {"ledger", "checkout", "team", "list"} & set(light)


def test_the_graph_benchmark_answers_in_one_line() -> None:
    ran = run("graph", "--people", "2000", "--links", "12000", "--json")

    result = json.loads(ran.stdout)
    assert ran.returncode == 0, ran.stderr
    assert result["benchmark"] == "graph"
    assert result["figures"]["agreement_with_planted"] > 0.5


def test_a_missing_data_set_is_said_in_a_sentence(tmp_path: Path) -> None:
    ran = run("recommend", "--dataset", "lastfm", JISHI_DATASETS=str(tmp_path))

    assert ran.returncode == 1
    assert ran.stderr.strip() == (
        f"The data set lastfm is not in {tmp_path}. "
        "Name the folder of data sets with --data or the environment variable JISHI_DATASETS."
    )
