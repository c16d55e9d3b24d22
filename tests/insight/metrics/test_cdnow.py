"""CDNOW: RFM and the repeat-purchase curve against what is published about that data set.

All purchases until the end of June 1998 (78 weeks) of the 23,570 people whose first one fell into the first
quarter of 1997: P. S. Fader and B. G. S. Hardie, "Forecasting Repeat Sales at CDNOW: A Case Study",
Interfaces 31 (2001), no. 3, part 2, S94-S107. That the master file has 69,659 records is said by its own
read-me (CDNOW_master.zip at brucehardie.com/datasets) and by Hardie's "Notes on the CDNOW Master Data Set"
(2013, brucehardie.com/notes/026); several records of one person on one day are one purchase in that
literature.

How often people bought again in weeks 1 to 39 (until the end of September 1997) is published for the
systematic tenth of them, 2,357 people: P. S. Fader, B. G. S. Hardie and K. L. Lee, "'Counting Your
Customers' the Easy Way: An Alternative to the Pareto/NBD Model", Marketing Science 24 (2005), no. 2,
275-284; the same tenth is the data set `cdnowElog` of the R package BTYD. Which people are in it is not
part of the master file, so the whole cohort is asked whether that tenth can be a sample of it.
"""

from __future__ import annotations

import csv
import gzip
import os
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.insight.metrics import small_log

from jishi.insight.metrics import catalogue, engines
from jishi.insight.metrics.contracts import Question

NAME = "cdnow/transactions.tsv.gz"
PLACES = [
    Path(os.environ.get("JISHI_DATASETS", "datasets")),
    Path(__file__).resolve().parents[4] / "shared" / "datasets",
]
FOUND = next((place / NAME for place in PLACES if (place / NAME).exists()), None)
needs_data = pytest.mark.skipif(
    FOUND is None,
    reason=f"the public data set {NAME} is not here: set JISHI_DATASETS to the folder that has it",
)
REPEATED = (1411, 439, 214, 100, 62, 38, 29, 64)
"""People of the published tenth by repeat purchases in weeks 1 to 39: none, one, two … seven and more."""
CHI_SQUARE_95 = 14.07  # seven degrees of freedom
PARAMS = {"since": "1997-01-01", "until": "1998-06-30", "currency": "USD"}


@pytest.fixture(scope="module")
def purchases() -> list[tuple[int, date, int]]:
    assert FOUND is not None
    with gzip.open(FOUND, "rt") as stream:
        rows = list(csv.reader(stream, delimiter="\t"))
    return [(int(r[0]), date.fromisoformat(r[1]), round(float(r[3]) * 100)) for r in rows[1:]]


@pytest.fixture(scope="module")
def cdnow(purchases: list[tuple[int, date, int]], tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The purchases as one file of the lake."""
    return _lake(purchases, tmp_path_factory.mktemp("cdnow"))


@pytest.fixture(scope="module")
def days_of_cdnow(
    purchases: list[tuple[int, date, int]], tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """The same with one purchase a day, as the literature counts."""
    spent: dict[tuple[int, date], int] = {}
    for person, day, cents in purchases:
        spent[person, day] = spent.get((person, day), 0) + cents
    rows = [(person, day, cents) for (person, day), cents in spent.items()]
    return _lake(rows, tmp_path_factory.mktemp("cdnow-days"))


def _lake(purchases: list[tuple[int, date, int]], folder: Path) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = []
    for number, (person, day, cents) in enumerate(purchases):
        at = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        rows.append(
            small_log.row(
                number,
                at,
                "order_paid",
                person,
                day=day,
                order_code=f"C{number}",
                amount_minor=cents,
                currency="USD",
                quantity=1,
            )
        )
    path = folder / "all.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=small_log.SCHEMA), path)
    return [str(path)]


def ask(files: list[str], metric: str, **params: str) -> list[dict[str, Any]]:
    found = catalogue.get(metric)
    given = {key: value for key, value in {**PARAMS, **params}.items() if found.param(key)}
    asked = {**{p.code: p.default for p in found.params}, **given}
    statement = engines.statement(found, Question(metric, asked))
    return engines.load("duckdb").run(statement, {}, files).as_dicts()


@needs_data
def test_cdnow_has_the_published_people_transactions_and_quarter(cdnow: list[str]) -> None:
    counted = ask(cdnow, "purchase_counts", most="100")
    firsts = ask(cdnow, "repeat_purchase", joined_until="1997-03-31", periods="1")

    assert sum(row["people"] for row in counted) == 23_570
    assert sum(row["orders"] for row in counted) == 69_659
    assert firsts[0]["people"] == 23_570


@needs_data
def test_the_repeat_purchase_curve_of_cdnow(cdnow: list[str], purchases: list[tuple[int, date, int]]) -> None:
    days: dict[int, list[date]] = {}
    for person, day, _ in purchases:
        days.setdefault(person, []).append(day)
    gaps = []
    for seen in days.values():
        ordered = sorted(set(seen))
        gaps.append((ordered[1] - ordered[0]).days if len(ordered) > 1 else None)

    curve = ask(cdnow, "repeat_purchase", joined_until="1997-03-31", periods="60")

    assert {row["people"] for row in curve} == {23_570}
    for row in curve:
        assert row["repeated"] == sum(1 for gap in gaps if gap is not None and gap <= row["week"] * 7)
    rates = [row["rate_bps"] for row in curve]
    assert rates == sorted(rates)
    assert rates[60] < 5500


@needs_data
def test_rfm_of_cdnow_has_even_fifths_and_loses_nobody(
    cdnow: list[str], purchases: list[tuple[int, date, int]]
) -> None:
    grid = ask(cdnow, "rfm")

    assert sum(row["people"] for row in grid) == 23_570
    assert sum(row["gmv_minor"] for row in grid) == sum(cents for _, _, cents in purchases)
    for axis in ("recency", "frequency", "money"):
        sizes = [sum(row["people"] for row in grid if row[axis] == fifth) for fifth in range(1, 6)]
        assert sizes == [4714] * 5
    best = sum(row["gmv_minor"] for row in grid if row["money"] == 5)
    assert best * 100 // sum(row["gmv_minor"] for row in grid) >= 60


@needs_data
def test_cdnow_people_buy_again_as_often_as_published(days_of_cdnow: list[str]) -> None:
    counted = ask(days_of_cdnow, "purchase_counts", until="1997-09-30", most=str(len(REPEATED)))

    people = [row["people"] for row in counted]
    assert sum(people) == 23_570 and len(people) == len(REPEATED)
    expected = [count * sum(REPEATED) / sum(people) for count in people]
    distance = sum((seen - count) ** 2 / count for seen, count in zip(REPEATED, expected, strict=True))
    assert distance < CHI_SQUARE_95


@needs_data
def test_cdnow_rfm_ranks_people_as_sorting_does(
    days_of_cdnow: list[str], purchases: list[tuple[int, date, int]]
) -> None:
    spent: dict[int, int] = {}
    last: dict[int, date] = {}
    bought: dict[int, set[date]] = {}
    for person, day, cents in purchases:
        spent[person] = spent.get(person, 0) + cents
        last[person] = max(last.get(person, day), day)
        bought.setdefault(person, set()).add(day)

    def fifths(key: dict[int, Any]) -> dict[int, int]:
        ordered = sorted(spent, key=lambda person: (key[person], person))
        return {person: place * 5 // len(ordered) + 1 for place, person in enumerate(ordered)}

    often = fifths({person: len(days) for person, days in bought.items()})
    recent, rich = fifths(last), fifths(spent)
    cells: dict[tuple[int, int, int], int] = {}
    for person in spent:
        cell = (recent[person], often[person], rich[person])
        cells[cell] = cells.get(cell, 0) + 1

    grid = ask(days_of_cdnow, "rfm")

    assert {(row["recency"], row["frequency"], row["money"]): row["people"] for row in grid} == cells
