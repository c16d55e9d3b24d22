"""`suggest`: twenty of 100,000 items for one person while clicks arrive, and the refresh of many people.

The model is put together from random neighbourhoods and vectors of the size a fit would give them:
measured here is the answer, not its quality. Needs no database.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import scipy.sparse as sp

from jishi.insight.recommendation import engine
from jishi.insight.recommendation.components import (
    ForEverybody,
    FromItems,
    FromPeople,
    FromVectors,
    Knowledge,
)
from jishi.insight.recommendation.contracts import Asking
from jishi.insight.recommendation.model import Model

NEEDS_DATABASE = False
WITHIN_MS = 10.0


def random_rows(rows: int, columns: int, each: int, seed: int) -> Any:
    """A table with the same number of values in every row; low numbers are popular."""
    chance = np.random.default_rng(seed)
    indices = (columns * chance.random((rows, each)) ** 2).astype(np.int32)
    values = chance.random(rows * each, dtype=np.float32)
    return sp.csr_matrix((values, indices.ravel(), np.arange(rows + 1) * each), shape=(rows, columns))


def model_of(items: int, people: int, history: int, neighbours: int, factors: int) -> Model:
    """A model as large as a real one."""
    chance = np.random.default_rng(0)
    seen = random_rows(people, items, history, 1)
    seen.data[:] = 1
    links = random_rows(people, people, 30, 2)
    links.data[:] = 1
    vectors = chance.standard_normal((items, factors), dtype=np.float32)
    parts = (
        FromItems("items", random_rows(items, items, neighbours, 3)),
        FromPeople("people", random_rows(people, people, neighbours, 4)),
        FromPeople("friends", links),
        FromVectors(
            "factors", chance.standard_normal((people, factors), dtype=np.float32), vectors,
            vectors.T @ vectors + 10 * np.eye(factors, dtype=np.float32), 4.0,
        ),
        ForEverybody("popular", np.log1p(np.bincount(seen.indices, minlength=items)).astype(np.float32)),
    )  # fmt: skip
    return Model(
        seen=seen,
        known=Knowledge(seen, links=links),
        parts=parts,
        weights=(1.0, 0.5, 0.5, 0.8, 0.1),
        nearby=parts[0],
        popular=parts[4].scores,
        group=np.arange(items) % 50,
    )


def run(*, items: int, people: int, requests: int, refreshed: int) -> dict[str, Any]:
    """Time answers one by one, and a part of the refresh."""
    model = model_of(items, people, 30, 200, 128)
    chance = np.random.default_rng(9)
    times, wrong, cpu = [], 0, 0.0
    for number in range(requests + 50):
        person = int(chance.integers(people))
        clicks = chance.integers(0, items, 3).tolist()
        began = time.perf_counter()
        found = engine.recommend(model, Asking(person=person, recent=clicks, group_cap=3))
        times.append((time.perf_counter() - began) * 1000)
        shown = {s.item for s in found}
        wrong += len(found) != 20 or bool(shown & set(model.seen[person].indices.tolist()))
        if number == 49:
            times.clear()
            cpu = time.process_time()
    cpu_ms = (time.process_time() - cpu) * 1000 / requests
    began = time.perf_counter()
    engine.recommend_many(model, np.arange(refreshed))
    rate = refreshed / (time.perf_counter() - began)
    p50, p99 = np.median(times), np.quantile(times, 0.99)
    figures = {
        "items": items,
        "people": people,
        "p50_ms": round(float(p50), 2),
        "cpu_ms": round(cpu_ms, 2),
        "p99_ms": round(float(p99), 2),
        "refreshed_people_per_s": round(rate, 1),
    }
    return {
        "benchmark": "suggest",
        "figures": figures,
        "checks": {"wrong_answers": wrong, "too_slow": int(p99 > WITHIN_MS)},
    }


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="jishi bench suggest", description=__doc__)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--refreshed", type=int, default=256)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    result = run(
        items=options.items, people=options.people, requests=options.requests, refreshed=options.refreshed
    )
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))
    return 1 if any(result["checks"].values()) else 0
