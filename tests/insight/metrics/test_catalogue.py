"""Every metric runs, keeps its word about columns, and its numbers equal the lists behind them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.insight.metrics import small_log
from tests.insight.metrics.conftest import Ask, clean

from jishi.insight.behavior import schema
from jishi.insight.metrics import catalogue, rules, sqltext
from jishi.insight.metrics.contracts import Unit
from jishi.insight.metrics.errors import CellInvalid, ParamInvalid, PeriodInvalid, StepsInvalid
from jishi.insight.metrics.rules import DIMENSIONS

GOLDEN = Path(__file__).parent / "golden.json"
# Sums, and people who may be counted by several links or ways, are not the length of a list.
NOT_COUNTED = {
    ("spread_depth", "links"),
    ("path", "visits"),
    ("price_bands", "pieces"),
    ("co_purchase", "together"),
}


def variants(metric: str) -> list[dict[str, str]]:
    found = catalogue.get(metric)
    asked: list[dict[str, str]] = [{}]
    if found.param("by"):
        asked.append({"by": "shop", "grain": "week"} if found.param("grain") else {"by": "channel"})
    return asked


@pytest.mark.parametrize("metric", sorted(catalogue.METRICS))
def test_a_metric_answers_as_it_did(ask: Ask, metric: str) -> None:
    golden = json.loads(GOLDEN.read_text())

    for params in variants(metric):
        result = ask(metric, **params)

        name = f"{metric} {json.dumps(params, sort_keys=True)}"
        assert list(result.columns) == [column.code for column in catalogue.get(metric).columns]
        assert [list(row) for row in result.rows] == golden[name], name
        assert result.rows


@pytest.mark.parametrize("metric", sorted(catalogue.METRICS))
def test_the_list_behind_a_number_is_as_long_as_the_number(ask: Ask, metric: str) -> None:
    found = catalogue.get(metric)
    looked = 0

    for params in variants(metric):
        rows = ask(metric, **params).as_dicts()
        for row in rows[:: max(1, len(rows) // 2)]:
            cell = {key: row[key] for key in found.keys}
            for column in found.columns:
                if not column.behind:
                    continue
                listed = ask(metric, column.behind, cell, **params).rows
                assert len(set(listed)) == len(listed)
                looked += 1
                if column.unit is Unit.COUNT and (metric, column.code) not in NOT_COUNTED:
                    assert len(listed) == row[column.code], (metric, column.code, cell)
                elif row[column.code]:
                    assert listed

    assert looked


def test_every_metric_is_described() -> None:
    files = {path.stem for path in sqltext.FOLDER.glob("*.sql")}

    assert files == set(catalogue.METRICS)
    for metric in catalogue.METRICS.values():
        assert metric.kind in catalogue.KINDS
        assert all((metric.name, metric.meaning, metric.grain, metric.owner))
        assert set(metric.drills) == set(sqltext.sections(metric.code)) - {"with", "result"}
        assert {column.behind for column in metric.columns} - {""} <= set(metric.drills)


def test_every_kind_of_event_has_a_name() -> None:
    assert set(catalogue.EVENT_NAMES) == {kind.name for kind in schema.KINDS}


def test_no_metric_uses_what_engines_disagree_about() -> None:
    for code in catalogue.METRICS:
        text = (sqltext.FOLDER / f"{code}.sql").read_text().lower()
        for word in (
            "mode(",
            "median(",
            "count(distinct",
            "::",
            "approx_",
            "any_value",
            "interval",
            "lag(",
            "lead(",
        ):
            assert word not in text, (code, word)


@pytest.mark.parametrize(
    "params",
    [
        {"kind": "nothing"},
        {"kind": "product_viewed' OR 1=1 --"},
        {"filters": "channel=share' OR '1'='1"},
        {"filters": "user_id=1"},
        {"filters": "shop=1 OR 1=1"},
        {"filters": "channel=a\\"},
        {"by": "user_id"},
        {"grain": "day_n; DROP"},
        {"since": "yesterday"},
        {"since": "1999-01-01"},
    ],
)
def test_inp_127_no_parameter_reaches_the_engine_unread(params: dict[str, str]) -> None:
    with pytest.raises(ParamInvalid):
        clean("trend", **params)


def test_a_funnel_has_two_to_eight_different_steps() -> None:
    for steps in (
        "product_viewed",
        "product_viewed,product_viewed",
        ",".join(list(catalogue.EVENT_NAMES)[:9]),
    ):
        with pytest.raises(StepsInvalid):
            clean("funnel", steps=steps)


def test_a_period_ends_after_it_begins_and_is_not_endless() -> None:
    for since, until in (("2026-04-02", "2026-04-01"), ("2020-01-01", "2026-04-01")):
        with pytest.raises(PeriodInvalid):
            clean("trend", since=since, until=until)


def test_a_cell_is_one_of_the_metric() -> None:
    found = catalogue.get("trend")
    for cell in (
        {"user": 1},
        {"bucket": "1 OR 1=1", "part": ""},
        {"bucket": 1, "part": "a' OR 'b"},
        {"bucket": True},
    ):
        with pytest.raises(CellInvalid):
            rules.written(found, clean("trend"), cell)


def test_a_breakdown_adds_up_to_the_whole(ask: Ask) -> None:
    whole = {row["bucket"]: row["times"] for row in ask("trend").as_dicts()}

    for by in sorted(set(DIMENSIONS) - {""}):
        parts: dict[int, int] = {}
        for row in ask("trend", by=by).as_dicts():
            parts[row["bucket"]] = parts.get(row["bucket"], 0) + row["times"]
        assert parts == whole, by


def test_bots_are_nobody(ask: Ask) -> None:
    rows = ask("trend", "people", {"bucket": rules.day_number(small_log.FIRST), "part": ""})

    assert (9000,) not in rows.rows
