"""`recommend`: the automatic fit on a public data set, judged once on its test rows; fit time, memory,
serving.

`--ablation` fits again without social input and judges every component alone; implicit's ALS stands beside
when that package is installed. Needs no database; `--serve` runs `serving`, which does.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from benchmarks import _datasets

from jishi.insight.recommendation import engine, matrices, ranking, serving
from jishi.insight.recommendation.contracts import Asking, HeldOut, Settings, Signals
from jishi.insight.recommendation.model import Model

NEEDS_DATABASE = False
FIT_S = 180.0
WANTED = {
    "yelp_social": {"R@20": 0.138, "N@20": 0.083},
    "douban_book": {"R@20": 0.203, "N@20": 0.190},
    "lastfm": {"R@20": 0.280},
}


def serving_ms(model: Model, requests: int = 1000) -> tuple[float, float]:
    """Median and 99th percentile of one answer of twenty items, with three fresh clicks each."""
    chance = np.random.default_rng(3)
    people = chance.integers(0, model.people, requests)
    clicks = chance.integers(0, model.items, (requests, 3))
    times = []
    for person, recent in zip(people.tolist(), clicks.tolist(), strict=True):
        began = time.perf_counter()
        engine.recommend(model, Asking(person=person, recent=recent))
        times.append((time.perf_counter() - began) * 1000)
    warm = np.array(times[20:])
    return round(float(np.median(warm)), 2), round(float(np.quantile(warm, 0.99)), 2)


def run(*, dataset: str, data: str, ablate: bool, settings: Settings, loud: bool) -> dict[str, Any]:
    """Fit, judge once, and time the answers."""

    def say(stage: str, share: float) -> None:
        if loud:
            print(f"  {time.perf_counter() - began:6.1f} s  {stage}", file=sys.stderr)

    began = time.perf_counter()
    signals, held_out = _datasets.load(data, dataset)
    load_s = time.perf_counter() - began
    model = engine.fit(signals, settings, say)
    reads_in_fit = held_out.reads
    fit_s = time.perf_counter() - began - load_s
    cpu_s = time.process_time()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    figures = {k: round(v, 4) for k, v in engine.evaluate(model, held_out).items()}
    p50, p99 = serving_ms(model)
    wanted = WANTED.get(dataset, {})
    result: dict[str, Any] = {
        "benchmark": "recommend",
        "dataset": dataset,
        "figures": {
            **figures,
            "validation": {k: round(v, 4) for k, v in model.about["validation"].items()},
            "recall_at_20": figures["R@20"], "ndcg_at_20": figures["N@20"], "serve_p99_ms": p99,
            "load_s": round(load_s, 1), "fit_s": round(fit_s, 1),
            "load_and_fit_cpu_s": round(cpu_s, 1), "peak_gb": round(peak, 2),
            "serving_p50_ms": p50, "serving_p99_ms": p99,
            "components": {k: round(v, 3) for k, v in model.about["components"].items()},
            "choices": model.about["choices"],
        },
        "wanted": wanted,
        "checks": {
            "test_rows_read_by_fit": reads_in_fit,
            "below_target": sum(figures[k] < v for k, v in wanted.items()),
            "fit_too_slow": int(fit_s > FIT_S),
        },
    }  # fmt: skip
    if ablate:
        result["ablation"] = ablation(signals, held_out, model, settings)
    return result


def ablation(
    signals: Signals, held_out: HeldOut, model: Model, settings: Settings
) -> dict[str, dict[str, float]]:
    """The same procedure without social input, each component alone, and implicit's ALS; test figures for the
    document only, after everything has been decided.
    """
    table: dict[str, dict[str, float]] = {}
    if signals.links is not None:
        bare = engine.fit(replace(signals, links=None), settings)
        table["without social input"] = engine.evaluate(bare, held_out)
    for part in model.parts:
        alone = replace(model, parts=(part,), weights=(1.0,))
        table[f"only {part.name}"] = engine.evaluate(alone, held_out)
    peer = implicit_als(signals, held_out, model)
    if peer:
        table["implicit's ALS"] = peer
    return {
        name: {k: round(v, 4) for k, v in row.items() if k in ("R@20", "N@20")} for name, row in table.items()
    }


def implicit_als(signals: Signals, held_out: HeldOut, model: Model) -> dict[str, float] | None:
    """implicit's ALS with 128 factors, its confidence found on the same validation cut."""
    try:
        from implicit.als import AlternatingLeastSquares
    except ImportError:
        return None

    def scores(table: Any, alpha: float) -> ranking.Scores:
        peer = AlternatingLeastSquares(
            factors=128, regularization=0.01, alpha=alpha, random_state=0, num_threads=1
        )
        peer.fit(table, show_progress=False)
        return lambda some: peer.user_factors[some] @ peer.item_factors.T

    trial = engine._trial(signals, Settings(), lambda stage, share: None)
    assert trial.truth is not None
    tried = {}
    for alpha in (1.0, 5.0, 20.0):
        found = ranking.measure(
            scores(trial.tables.taken, alpha), trial.tables.taken, trial.truth, trial.people
        )
        tried[alpha] = ranking.goal(found)
    best = max(tried, key=lambda alpha: tried[alpha])
    person, item = held_out.take()
    truth = matrices.binary(person, item, model.seen.shape)
    people = np.flatnonzero(np.diff(truth.indptr) > 0)
    block = serving.block_of(model)
    return ranking.measure(scores(model.seen, best), model.seen, truth, people, block)


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="jishi bench recommend", description=__doc__)
    parser.add_argument("--dataset", choices=_datasets.NAMES, default="lastfm")
    parser.add_argument("--serve", action="store_true", help="time the shop's serving instead (`serving`)")
    parser.add_argument("--data", default="")
    parser.add_argument(
        "--ablation", "--ablate", dest="ablate", action="store_true", help="also each part alone, and a peer"
    )
    parser.add_argument("--memory-gb", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    options, rest = parser.parse_known_args(arguments)
    if options.serve:  # needs tables, so it runs as the benchmark that has them
        more = [*rest, *(["--json"] if options.json else [])]
        return subprocess.call([sys.executable, "-m", "jishi.cli", "bench", "serving", *more])
    settings = Settings(seed=options.seed, memory_bytes=int(options.memory_gb * 1e9))
    result = run(
        dataset=options.dataset,
        data=options.data,
        ablate=options.ablate,
        settings=settings,
        loud=not options.json,
    )
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))
    return 1 if any(result["checks"].values()) else 0
