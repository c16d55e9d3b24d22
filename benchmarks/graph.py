"""`graph`: influence and communities of a million people with ten million links, on planted communities.

Needs no database. `--peer` runs networkit's ParallelLeiden on the same links when it is installed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from jishi.insight.networks import bridges, communities, graph, influence
from jishi.insight.networks.graph import Array

NEEDS_DATABASE = False
WITHIN_S, PEAK_GB = 60.0, 6.0


def planted(people: int, links: int, seed: int) -> tuple[Array, Array, Array]:
    """Links of people in communities of uneven size; three of four stay inside, popular people get more."""
    chance = np.random.default_rng(seed)
    sizes = np.maximum(20, (chance.pareto(1.3, people // 100) * 40).astype(np.int64))
    bounds = np.concatenate(([0], np.cumsum(sizes)))
    bounds = np.append(bounds[bounds < people], people)
    of = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    start = chance.integers(0, people, links, dtype=np.int64)
    low, high = bounds[of[start]], bounds[of[start] + 1]
    inside = low + ((high - low) * chance.random(links) ** 1.5).astype(np.int64)
    outside = (people * chance.random(links) ** 2).astype(np.int64)
    end = np.where(chance.random(links) < 0.75, inside, outside)
    return start, end, of


def agreement(one: Array, two: Array) -> float:
    """Normalised mutual information of two partitions."""
    size = len(one)
    both = np.unique(one.astype(np.int64) * (int(two.max()) + 1) + two, return_counts=True)[1] / size

    def entropy(shares: Array) -> float:
        shares = shares[shares > 0]
        return float(-(shares * np.log(shares)).sum())

    a, b = entropy(np.bincount(one) / size), entropy(np.bincount(two) / size)
    return 2 * (a + b - entropy(both)) / max(a + b, 1e-12)


def run(*, people: int, links: int, seed: int, peer: bool, bridged: int, cores: int) -> dict[str, Any]:
    """Measure, and judge what was found against what was planted."""
    start, end, truth = planted(people, links, seed)
    began, cpu = time.perf_counter(), time.process_time()
    made = graph.build(people, start, end)
    built_s = time.perf_counter() - began
    rank = influence.pagerank(made)
    rank_s = time.perf_counter() - began - built_s
    found = communities.find(made, seed=seed, cores=cores)
    whole_s = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    cpu_s = time.process_time() - cpu
    figures: dict[str, Any] = {
        "people": people,
        "links": links,
        "cores": cores,
        "build_s": round(built_s, 1),
        "pagerank_s": round(rank_s, 1),
        "communities_s": round(whole_s - built_s - rank_s, 1),
        "together_s": round(whole_s, 1),
        "together_cpu_s": round(cpu_s, 1),
        "peak_gb": round(peak, 2),
        "communities": int(found.of.max()) + 1,
        "modularity": round(found.modularity, 4),
        "planted_modularity": round(communities.modularity(made, truth), 4),
        "agreement_with_planted": round(agreement(found.of, truth), 4),
    }
    if bridged:
        between = time.perf_counter()
        bridges.betweenness(made, samples=bridged, seed=seed)
        figures["betweenness_s"] = round(time.perf_counter() - between, 1)
    if peer:
        figures["networkit"] = networkit(made, truth)
    checks = {
        "too_slow": int(whole_s >= WITHIN_S),
        "too_much_memory": int(peak >= PEAK_GB),
        "ranks_off_one": int(abs(float(rank.sum()) - 1) > 1e-6),
    }
    return {"benchmark": "graph", "figures": figures, "checks": checks}


def networkit(made: graph.Graph, truth: Array) -> dict[str, Any] | str:
    """The same by networkit's parallel Leiden."""
    try:
        import networkit as nk
    except ImportError:
        return "not installed"
    table = made.mutual.tocoo()
    upper = table.row < table.col
    began = time.perf_counter()
    ends = (table.row[upper].astype(np.uint64), table.col[upper].astype(np.uint64))
    peer = nk.GraphFromCoo((table.data[upper].astype(np.float64), ends), n=made.size, weighted=True)
    built_s = time.perf_counter() - began
    detector = nk.community.ParallelLeiden(peer, randomize=True)
    detector.run()
    took_s = time.perf_counter() - began - built_s
    of = np.array(detector.getPartition().getVector())
    of = np.unique(of, return_inverse=True)[1]
    return {
        "build_s": round(built_s, 1),
        "communities_s": round(took_s, 1),
        "modularity": round(communities.modularity(made, of), 4),
        "agreement_with_planted": round(agreement(of, truth), 4),
    }


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="jishi bench graph", description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--links", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--cores", type=int, default=min(os.cpu_count() or 1, 2))
    parser.add_argument("--bridges", type=int, default=0, help="starts of a sampled betweenness")
    parser.add_argument("--peer", action="store_true")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    result = run(
        people=options.people,
        links=options.links,
        seed=options.seed,
        peer=options.peer,
        bridged=options.bridges,
        cores=options.cores,
    )
    print(json.dumps(result) if options.json else json.dumps(result, indent=2))
    return 1 if any(result["checks"].values()) else 0
