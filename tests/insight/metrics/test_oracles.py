"""The definitions against the plainest calculation there is, in Python over the rows; and mutants that
must differ.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import Any

import pytest
from tests.insight.metrics import small_log
from tests.insight.metrics.conftest import LAST, Ask, clean

from jishi.insight.metrics import catalogue, engines, rules
from jishi.insight.metrics.contracts import Question

STEPS = ("product_viewed", "cart_added", "order_paid", "order_refunded")
WINDOW = timedelta(hours=48)
NAIVE = """
WITH s1 AS (SELECT user_id, min(at_us) AS t1 FROM events WHERE kind = 'product_viewed' GROUP BY user_id),
s2 AS (SELECT e.user_id, min(t1) AS t1, min(e.at_us) AS t2 FROM events e JOIN s1 ON e.user_id = s1.user_id
    WHERE e.kind = 'cart_added' AND e.at_us >= t1 AND e.at_us <= t1 + {window} GROUP BY e.user_id),
s3 AS (SELECT e.user_id, min(t1) AS t1, min(e.at_us) AS t3 FROM events e JOIN s2 ON e.user_id = s2.user_id
    WHERE e.kind = 'order_paid' AND e.at_us >= t2 AND e.at_us <= t1 + {window} GROUP BY e.user_id),
s4 AS (SELECT e.user_id FROM events e JOIN s3 ON e.user_id = s3.user_id
    WHERE e.kind = 'order_refunded' AND e.at_us >= t3 AND e.at_us <= t1 + {window} GROUP BY e.user_id)
SELECT (SELECT count(*) FROM s1), (SELECT count(*) FROM s2), (SELECT count(*) FROM s3), (SELECT count(*)
FROM s4)
"""


def real(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in events if not row["is_bot"]]


def deepest(events: list[tuple[Any, int]]) -> int:
    """The deepest step that any start leads to, start by start; equal moments count in the order of steps."""
    events.sort()
    best = 0
    for place, (start, step) in enumerate(events):
        reached = 1
        if step == 1:
            for at, later in events[place + 1 :]:
                if at - start <= WINDOW and later == reached + 1:
                    reached += 1
            best = max(best, reached)
    return best


def funnel_truth(events: list[dict[str, Any]]) -> list[int]:
    people: dict[int, list[tuple[Any, int]]] = defaultdict(list)
    for row in real(events):
        if row["kind"] in STEPS:
            people[row["user_id"]].append((row["ts"], STEPS.index(row["kind"]) + 1))
    levels = [deepest(found) for found in people.values()]
    return [sum(1 for level in levels if level >= step) for step in range(1, 5)]


def counts(rows: list[dict[str, Any]]) -> list[int]:
    found = {row["step"]: row["people"] for row in rows}
    return [max((found[s] for s in found if s >= step), default=0) for step in range(1, 5)]


def test_the_funnel_counts_what_a_walk_through_every_start_counts(
    ask: Ask, events: list[dict[str, Any]]
) -> None:
    rows = ask("funnel", steps=",".join(STEPS), window_hours="48").as_dicts()

    assert counts(rows) == funnel_truth(events)


def test_a_naive_funnel_would_be_caught(files: list[str], events: list[dict[str, Any]]) -> None:
    sql = NAIVE.replace("{window}", str(int(WINDOW.total_seconds() * 1_000_000)))

    naive = engines.load("duckdb").run(sql, {}, files).rows[0]

    truth = funnel_truth(events)
    assert naive[0] == truth[0]
    assert naive[1] < truth[1]
    assert naive[3] < truth[3]


def test_a_funnel_without_the_order_of_equal_moments_would_be_caught(
    files: list[str], events: list[dict[str, Any]]
) -> None:
    found = catalogue.get("funnel")
    asked = clean("funnel", steps=",".join(STEPS), window_hours="48")
    sql = engines.statement(found, Question("funnel", asked))
    # The key puts later steps of one instant first.
    mutant = sql.replace("at_us * 16 + step AS k", "at_us * 16 + 8 - step AS k")
    assert mutant != sql

    wrong = engines.load("duckdb").run(mutant, {}, files).as_dicts()

    assert counts(wrong) != funnel_truth(events)


def test_retention_counts_sets_of_people(ask: Ask, events: list[dict[str, Any]]) -> None:
    weeks: dict[int, set[int]] = defaultdict(set)
    for row in real(events):
        weeks[row["user_id"]].add(rules.bucket_of(row["day"], "week"))
    first = rules.bucket_of(small_log.FIRST, "week")
    cells: dict[tuple[int, int], int] = defaultdict(int)
    for seen in weeks.values():
        for week in seen:
            if min(seen) - first < 6 and week - min(seen) < 6:
                cells[min(seen), week - min(seen)] += 1

    rows = ask("retention", periods="6").as_dicts()

    assert {(row["cohort"], row["later"]): row["people"] for row in rows} == cells


def test_active_people_roll_over_seven_and_thirty_days(ask: Ask, events: list[dict[str, Any]]) -> None:
    days: dict[Any, set[int]] = defaultdict(set)
    for row in real(events):
        days[row["day"]].add(row["user_id"])

    def within(day: Any, length: int) -> int:
        return len(set().union(*(days[day - timedelta(days=n)] for n in range(length))))

    for row in ask("active_people").as_dicts():
        day = rules.EPOCH + timedelta(days=row["day"])
        assert (row["daily"], row["weekly"], row["monthly"]) == (
            within(day, 1),
            within(day, 7),
            within(day, 30),
        )


def test_gmv_is_the_sum_of_what_was_paid(ask: Ask, events: list[dict[str, Any]]) -> None:
    paid = [row for row in real(events) if row["kind"] == "order_paid"]
    rows = ask("gmv", grain="total").as_dicts()

    for currency in ("CNY", "USD"):
        some = [row for row in paid if row["currency"] == currency]
        (found,) = [row for row in rows if row["currency"] == currency]
        assert found["gmv_minor"] == sum(row["amount_minor"] for row in some)
        assert found["orders"] == len({row["order_code"] for row in some})
        assert found["people"] == len({row["user_id"] for row in some})


@pytest.mark.parametrize("metric", ["attribution", "attribution_chain"])
def test_every_model_of_attribution_gives_away_exactly_what_was_paid(
    ask: Ask, events: list[dict[str, Any]], metric: str
) -> None:
    rows = ask(metric, most="1000").as_dicts()
    amounts: dict[str, int] = defaultdict(int)
    for row in real(events):
        if row["kind"] == "order_paid":
            amounts[row["order_code"]] += row["amount_minor"]
    reached = set()
    for row in rows:
        cell = {"sharer_id": row["sharer_id"], "currency": row["currency"]}
        reached |= {code for (code,) in ask(metric, "orders", cell, most="1000").rows}

    paid = sum(amounts[code] for code in reached)

    assert paid > 0
    for model in ("first_minor", "last_minor", "linear_minor", "position_minor"):
        assert sum(row[model] for row in rows) == paid, model
    assert [row["first_minor"] for row in rows] != [row["last_minor"] for row in rows]


def test_the_k_factor_is_who_went_on_for_each_who_shared(ask: Ask, events: list[dict[str, Any]]) -> None:
    shared = {row["user_id"] for row in events if row["kind"] == "share_created"}
    first: dict[int, Any] = {}
    for row in real(events):
        if row["kind"] == "share_visited":
            first[row["user_id"]] = min(first.get(row["user_id"], row["ts"]), row["ts"])
    later = {
        row["user_id"]
        for row in events
        if row["kind"] == "share_created" and row["user_id"] in first and row["ts"] > first[row["user_id"]]
    }

    (row,) = ask("spread").as_dicts()

    assert (row["sharers"], row["reach"], row["went_on"]) == (len(shared), len(first), len(later))
    assert row["k_milli"] == len(later) * 1000 // len(shared)


def test_the_parts_of_a_change_add_up() -> None:
    parts = rules.decompose((10, 20, 100_000), (15, 24, 150_000))

    assert sum(parts) == 50_000
    assert parts[0] > 0 > parts[1]
    assert rules.decompose((10, 20, 100_000), (10, 20, 100_000)) == (0, 0, 0)
    assert rules.decompose((0, 0, 0), (1, 1, 1)) == ()


def test_the_period_before_is_as_long_and_ends_where_this_one_begins() -> None:
    earlier = rules.before({"since": "2026-03-10", "until": "2026-03-16", "by": "shop"})

    assert earlier == {"since": "2026-03-03", "until": "2026-03-09", "by": "shop"}


def test_only_files_that_can_matter_are_read(day_files: list[str]) -> None:
    found = catalogue.get("trend")
    asked = clean("trend", since=LAST.isoformat())

    assert len(engines.files_for(found, asked, day_files)) == 1
    assert engines.files_for(catalogue.get("retention"), clean("retention"), day_files) == day_files
    assert engines.files_for(found, asked, ["/somewhere/else.parquet"]) == ["/somewhere/else.parquet"]
