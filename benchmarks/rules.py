"""`rules`: association rules of the groceries baskets, against mlxtend's at the same support and confidence.

Without mlxtend only our own time is printed. Needs no database.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from benchmarks import _datasets

from jishi.insight.recommendation import baskets

NEEDS_DATABASE = False
Table = dict[tuple[frozenset[str], frozenset[str]], tuple[float, ...]]


def read(data: str) -> list[list[str]]:
    """The baskets as lists of names."""
    with gzip.open(_datasets.folder(data, "groceries") / "baskets.csv.gz", "rt") as lines:
        return [line.strip().split(",") for line in lines]


def ours(lines: list[list[str]], support: float, confidence: float) -> baskets.Rules:
    """Names to numbers, and the rules."""
    names = sorted({name for line in lines for name in line})
    number = {name: n for n, name in enumerate(names)}
    basket = np.array([n for n, line in enumerate(lines) for _ in line])
    item = np.array([number[name] for line in lines for name in line])
    return baskets.mine(basket, item, support=support, confidence=confidence)


def theirs(lines: list[list[str]], support: float, confidence: float) -> Any:
    """mlxtend's FP-growth and rules."""
    import pandas as pd
    from mlxtend.frequent_patterns import association_rules, fpgrowth
    from mlxtend.preprocessing import TransactionEncoder

    encoder = TransactionEncoder()
    table = pd.DataFrame(encoder.fit(lines).transform(lines), columns=encoder.columns_)
    sets = fpgrowth(table, min_support=support, use_colnames=True)
    return association_rules(sets, metric="confidence", min_threshold=confidence)


def fastest(work: Callable[[], Any], rounds: int) -> tuple[Any, float]:
    """The result and the best time of some rounds."""
    best, result = math.inf, None
    for _ in range(rounds):
        began = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - began)
    return result, best


def differing(lines: list[list[str]], rules: baskets.Rules, peer: Any) -> int:
    """Rules that only one side has, and rules whose figures differ."""
    names = sorted({name for line in lines for name in line})
    mine: Table = {
        (frozenset(names[i] for i in a), frozenset(names[i] for i in c)): (s, f, x, e, v)
        for a, c, s, f, x, e, v in zip(
            rules.antecedent, rules.consequent, rules.support, rules.confidence, rules.lift,
            rules.leverage, rules.conviction, strict=True,
        )
    }  # fmt: skip
    columns = ["antecedents", "consequents", "support", "confidence", "lift", "leverage", "conviction"]
    other: Table = {(r[0], r[1]): tuple(r[2:]) for r in peer[columns].itertuples(index=False, name=None)}
    wrong = len(set(mine) ^ set(other))
    for key in set(mine) & set(other):
        wrong += not np.allclose(mine[key], other[key], rtol=1e-9, atol=1e-12)
    return wrong


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="jishi bench rules", description=__doc__)
    parser.add_argument("--data", default="")
    parser.add_argument("--support", type=float, default=0.001)
    parser.add_argument("--confidence", type=float, default=0.5)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    lines = read(options.data)
    rules, own_s = fastest(lambda: ours(lines, options.support, options.confidence), options.rounds)
    figures: dict[str, Any] = {
        "baskets": rules.baskets,
        "support": options.support,
        "confidence": options.confidence,
        "rules": len(rules),
        "rules_at_confidence_0.8": int((rules.confidence >= 0.8 - 1e-9).sum()),
        "kept_at_false_discovery_rate_0.01": int((rules.q <= 0.01).sum()),
        "own_s": round(own_s, 3),
    }
    checks = {"differing": 0, "slower": 0}
    try:
        peer, peer_s = fastest(lambda: theirs(lines, options.support, options.confidence), options.rounds)
    except ImportError:
        figures["mlxtend"] = "not installed: pip install -r requirements/bench.txt"
    else:
        figures |= {"mlxtend_s": round(peer_s, 3), "ratio": round(peer_s / own_s, 1)}
        checks = {"differing": differing(lines, rules, peer), "slower": int(peer_s <= own_s)}
    result = {"benchmark": "rules", "figures": figures, "checks": checks}
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))
    return 1 if any(checks.values()) else 0
