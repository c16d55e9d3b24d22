"""Logs of a dozen rows whose answers were worked out on paper: sharing, attribution, paths."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.insight.metrics import small_log

from jishi.insight.metrics import catalogue, engines, rules
from jishi.insight.metrics.contracts import Question

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


class Log:
    """A log written row by row, minute by minute."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.rows = folder, list[dict[str, Any]]()

    def add(self, minute: int, kind: str, user: int, **extra: Any) -> None:
        at = NOON + timedelta(minutes=minute)
        self.rows.append(small_log.row(len(self.rows) + 1, at, kind, user, **extra))

    def ask(self, metric: str, **params: str) -> list[dict[str, Any]]:
        found = catalogue.get(metric)
        given = {"since": DAY.isoformat(), "until": DAY.isoformat(), **params}
        asked = rules.clean(found, {k: v for k, v in given.items() if found.param(k)}, today=DAY)
        path = small_log.write_one(self.folder / "log.parquet", self.rows)
        return (
            engines.load("duckdb")
            .run(engines.statement(found, Question(metric, asked)), {}, [path])
            .as_dicts()
        )


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def test_the_k_factor_of_four_sharers_by_hand(log: Log) -> None:
    # 1 shares twice and 2 once; 1's link reaches 3, 4 and 5, 2's reaches 5 and 6. Later 3 shares (went on),
    # and 6 shares too, but before coming. So: sharers 1 2 3 6, links 5, visits 5, reach 3 4 5 6, went on 3:
    # K = 1/4.
    log.add(0, "share_created", 1, share_code="A")
    log.add(1, "share_created", 1, share_code="B")
    log.add(2, "share_created", 2, share_code="C")
    log.add(3, "share_created", 6, share_code="D")
    for minute, user in ((10, 3), (11, 4), (12, 5)):
        log.add(minute, "share_visited", user, share_code="A", from_user_id=1)
    log.add(13, "share_visited", 5, share_code="C", from_user_id=2)
    log.add(14, "share_visited", 6, share_code="C", from_user_id=2)
    log.add(20, "share_created", 3, share_code="E", from_user_id=1)
    log.add(21, "share_visited", 7, share_code="E", from_user_id=3, is_bot=True)

    (row,) = log.ask("spread", grain="total")

    numbers = {name: row[name] for name in ("sharers", "links", "visits", "reach", "went_on")}
    assert numbers == {"sharers": 4, "links": 5, "visits": 5, "reach": 4, "went_on": 1}
    assert (row["reach_per_sharer_milli"], row["k_milli"]) == (1000, 250)


def test_attribution_of_one_order_over_four_touches_by_hand(log: Log) -> None:
    # 9 opens links of 1, 2, 3 and 1 again, then pays 10.01. First: 1. Last: 1. Linear: quarters of 1001 by
    # cumulative floors 250, 250, 250, 251. Position: 400 first, 200 shared by the two between, 401 last.
    for minute, sharer in ((1, 1), (2, 2), (3, 3), (4, 1)):
        log.add(minute, "share_visited", 9, share_code=f"L{minute}", from_user_id=sharer)
    log.add(5, "order_paid", 9, order_code="O1", amount_minor=1001, currency="CNY")
    log.add(6, "share_visited", 9, share_code="late", from_user_id=4)  # after paying
    log.add(7, "share_visited", 8, share_code="other", from_user_id=5)  # of somebody who bought nothing

    found = {row["sharer_id"]: row for row in log.ask("attribution")}

    assert sorted(found) == [1, 2, 3]
    assert [found[n]["first_minor"] for n in (1, 2, 3)] == [1001, 0, 0]
    assert [found[n]["last_minor"] for n in (1, 2, 3)] == [1001, 0, 0]
    assert [found[n]["linear_minor"] for n in (1, 2, 3)] == [250 + 251, 250, 250]
    assert [found[n]["position_minor"] for n in (1, 2, 3)] == [400 + 401, 100, 100]
    assert [found[n]["orders"] for n in (1, 2, 3)] == [1, 1, 1]


def test_attribution_along_a_chain_of_three_by_hand(log: Log) -> None:
    # 1 made a link, 2 came by it and made the next, 3 likewise; 9 opens 3's link and pays 9.99.
    about = {"product_id": 5, "shop_id": 1}
    log.add(1, "share_created", 1, share_code="A", **about)
    log.add(2, "share_created", 2, share_code="B", from_user_id=1, **about)
    log.add(3, "share_created", 3, share_code="C", from_user_id=2, **about)
    log.add(4, "share_visited", 9, share_code="C", from_user_id=3, **about)
    log.add(5, "order_paid", 9, order_code="O1", amount_minor=999, currency="CNY", **about)

    found = {row["sharer_id"]: row for row in log.ask("attribution_chain")}

    assert [found[n]["first_minor"] for n in (1, 2, 3)] == [999, 0, 0]
    assert [found[n]["last_minor"] for n in (1, 2, 3)] == [0, 0, 999]
    assert [found[n]["linear_minor"] for n in (1, 2, 3)] == [333, 333, 333]
    assert [found[n]["position_minor"] for n in (1, 2, 3)] == [399, 200, 400]


def test_how_deep_three_links_lie_by_hand(log: Log) -> None:
    about = {"product_id": 5, "shop_id": 1}
    log.add(1, "share_created", 1, share_code="A", **about)
    log.add(2, "share_created", 2, share_code="B", from_user_id=1, **about)
    log.add(3, "share_created", 3, share_code="C", from_user_id=2, **about)
    log.add(4, "share_created", 4, share_code="D", from_user_id=1, **about)
    log.add(5, "share_visited", 9, share_code="C", from_user_id=3, **about)
    log.add(6, "share_visited", 9, share_code="C", from_user_id=3, **about)
    log.add(7, "order_paid", 9, order_code="O1", amount_minor=999, currency="CNY", share_code="C", **about)

    found = [(r["depth"], r["links"], r["visitors"], r["orders"]) for r in log.ask("spread_depth")]

    assert found == [(0, 1, 0, 0), (1, 2, 0, 0), (2, 1, 1, 1)]


def test_paths_of_three_visits_by_hand(log: Log) -> None:
    # home → search → product; home → product (the second home in a row counts once); product alone.
    walks = {1: ("home", "search", "product"), 2: ("home", "home", "product"), 3: ("product",)}
    for user, pages in walks.items():
        for minute, page in enumerate(pages):
            log.add(minute, "page_viewed", user, page=page)
    log.add(
        9, "order_paid", 1, order_code="O1", amount_minor=1, currency="CNY", page="paid"
    )  # no step of a visit

    rows = log.ask("path", by="page", node="page")

    assert [(r["step"], r["source_node"], r["target_node"], r["visits"]) for r in rows] == [
        (1, "home", "product", 1),
        (1, "home", "search", 1),
        (1, "product", "", 1),
        (2, "product", "", 1),
        (2, "search", "product", 1),
        (3, "product", "", 1),
    ]
