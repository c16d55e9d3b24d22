"""One definition, three engines: every row of every metric, and of the lists behind its cells, is the
same.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from tests.insight.metrics.conftest import clean
from tests.insight.metrics.test_catalogue import variants

from jishi.insight.metrics import catalogue, engines
from jishi.insight.metrics.contracts import Question, Result
from jishi.insight.metrics.engines import Engine

LIMITS = {"memory": "500MB"}
# Spark's client closes its sockets when it is collected, once per question.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@pytest.fixture(scope="session")
def cluster(spark_master: str) -> Iterator[Engine]:
    """Spark on the two workers."""
    os.environ["JISHI_SPARK_MASTER"] = spark_master
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    engine = engines.load("spark")
    yield engine
    engine.session.stop()  # type: ignore[attr-defined]


def questions(metric: str, files: list[str]) -> Iterator[tuple[Question, Result]]:
    """What is asked of all engines, with DuckDB's answer."""
    duckdb, found = engines.load("duckdb"), catalogue.get(metric)
    for params in variants(metric):
        asked = clean(metric, **params)
        whole = Question(metric, asked)
        result = duckdb.run(engines.statement(found, whole), LIMITS, files)
        yield whole, result
        row = result.as_dicts()[len(result.rows) // 2]
        cell = {key: row[key] for key in found.keys}
        for section in found.drills:
            behind = Question(metric, asked, section, cell)
            yield behind, duckdb.run(engines.statement(found, behind), LIMITS, files)


@pytest.mark.parametrize("metric", sorted(catalogue.METRICS))
def test_clickhouse_gives_the_same_rows(metric: str, files: list[str]) -> None:
    engine = engines.load("clickhouse")

    for question, expected in questions(metric, files):
        assert engine.run(engines.statement(catalogue.get(metric), question), LIMITS, files) == expected


@pytest.mark.parametrize("metric", sorted(catalogue.METRICS))
def test_a_spark_cluster_of_two_workers_gives_the_same_rows(
    metric: str, files: list[str], cluster: Engine
) -> None:
    for question, expected in questions(metric, files):
        assert cluster.run(engines.statement(catalogue.get(metric), question), LIMITS, files) == expected


def test_files_of_several_days_are_read_together(day_files: list[str], cluster: Engine) -> None:
    statement = engines.statement(catalogue.get("trend"), Question("trend", clean("trend")))
    expected = engines.load("duckdb").run(statement, LIMITS, day_files)

    assert engines.load("clickhouse").run(statement, LIMITS, day_files) == expected
    assert cluster.run(statement, LIMITS, day_files) == expected
