"""The small log as files, once for this worker, and a way to ask it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from tests.insight.metrics import small_log

from jishi.insight.metrics import catalogue, engines, rules
from jishi.insight.metrics.contracts import Question, Result

LAST = small_log.FIRST + timedelta(days=small_log.DAYS - 1)
GIVEN = {
    "since": small_log.FIRST.isoformat(),
    "until": LAST.isoformat(),
    "joined_until": (small_log.FIRST + timedelta(days=18)).isoformat(),
    "least": "2",
    "costs": "ad=100, push=20.5",
    "steps": "product_viewed,cart_added,order_paid,order_refunded",
    "periods": "6",
}
Ask = Callable[..., Result]


def clean(metric: str, **params: str) -> dict[str, str]:
    """Checked parameters over the whole small log."""
    found = catalogue.get(metric)
    given = {code: value for code, value in {**GIVEN, **params}.items() if found.param(code)}
    return rules.clean(found, given, today=LAST)


@pytest.fixture(scope="session")
def events() -> list[dict[str, Any]]:
    """The rows of the small log."""
    return small_log.events()


@pytest.fixture(scope="session")
def day_files(tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, Any]]) -> list[str]:
    """The small log as day files, the way the lake keeps them."""
    return small_log.write(tmp_path_factory.mktemp("lake"), events)


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory, events: list[dict[str, Any]]) -> list[str]:
    """The small log as one file: quick to ask."""
    return [small_log.write_one(tmp_path_factory.mktemp("log") / "all.parquet", events)]


@pytest.fixture
def ask(files: list[str]) -> Ask:
    """Ask DuckDB a metric over the small log."""

    def run(
        metric: str, section: str = "result", cell: Mapping[str, Any] | None = None, **params: str
    ) -> Result:
        found, asked = catalogue.get(metric), clean(metric, **params)
        statement = engines.statement(found, Question(metric, asked, section, cell or {}))
        return engines.load("duckdb").run(
            statement, {"memory": "500MB"}, engines.files_for(found, asked, files)
        )

    return run
