"""What an answer says beside the period before: steps, fifths, rows of parts, and cohorts together."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from jishi.insight.metrics import queries as metrics
from jishi.insight.metrics.contracts import Result, RunView
from jishi.kernel import clock
from jishi.surfaces.ops import insight_shapes, insights
from jishi.surfaces.ops.insight_words import Names

pytestmark = pytest.mark.django_db
NAMES = Names({}, {}, {}, {})
FUNNEL = {"steps": "product_viewed,cart_added,order_paid"}


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


def run(metric: str, params: dict[str, str], columns: tuple[str, ...], *rows: tuple[Any, ...]) -> RunView:
    now = clock.now()
    return RunView(
        code="abcdefgh", metric=metric, params=params, section="", cell={}, state="done", error="",
        asked_at=now, computed_at=now, seconds=0.1, events=10, result=Result(columns, rows),
    )  # fmt: skip


def test_a_funnel_says_what_each_step_was() -> None:
    columns = ("step", "people", "stopped_here")
    now = run("funnel", FUNNEL, columns, (1, 40, 20), (2, 20, 10), (3, 10, 0))
    then = run("funnel", FUNNEL, columns, (1, 80, 60), (3, 8, 0))

    first, second, third = insights.show(now, before=then).steps

    assert (first.people, first.was) == (40, "80 · 100%")
    assert (second.of_before, second.was) == ("50%", "8 · 10%")
    assert (third.of_first, third.was) == ("25%", "8 · 10%")
    assert {step.was for step in insights.show(now).steps} == {""}


def test_cohorts_are_compared_as_a_whole_by_those_old_enough() -> None:
    metric = metrics.get_metric("retention")
    columns = ("cohort", "later", "size", "people", "rate_bps")
    params = {"grain": "week"}
    now = run(
        "retention", params, columns, (10, 0, 10, 10, 10_000), (10, 1, 10, 4, 4_000), (17, 0, 30, 30, 10_000)
    )
    then = run("retention", params, columns, (3, 0, 20, 20, 10_000), (3, 1, 20, 2, 1_000))
    assert now.result is not None and then.result is not None

    table = insight_shapes.cohorts(now, metric, now.result, NAMES, then.result)

    assert [cell.text for cell in table[0]][1:] == ["40", "100%", "40%"]
    assert [cell.text for cell in table[1]][1:] == ["20", "100%", "10%"]
    assert len(table) == 4
    assert len(insight_shapes.cohorts(now, metric, now.result, NAMES, None)) == 2


def test_rows_are_beside_the_same_thing_of_then_and_times_are_not() -> None:
    columns = ("recency", "frequency", "money", "people", "orders", "gmv_minor")
    now = run("rfm", {}, columns, (5, 5, 5, 6, 9, 900), (1, 1, 1, 2, 2, 100))
    then = run("rfm", {}, columns, (5, 5, 5, 3, 4, 500))

    shown = insights.show(now, before=then)

    people = [metric.code for metric in shown.metric.columns].index("people")
    assert [row[people].was for row in shown.rows] == ["3", ""]
    assert [row[0].was for row in shown.rows] == ["", ""]
    corner = shown.grid[1][5]
    assert (corner.text, corner.was) == ("6 · 75%", "100%")
    trend = run("trend", {"grain": "day"}, ("bucket", "part", "times", "people"), (20_000, "", 5, 5))
    assert all(cell.was == "" for row in insights.show(trend, before=trend).rows for cell in row)
