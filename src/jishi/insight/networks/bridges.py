"""Who connects groups that would not meet otherwise: betweenness from sampled starts, and links across
communities.
"""

from __future__ import annotations

import numpy as np

from jishi.insight.networks.graph import Array, Csr, Graph, row_of

TOGETHER = 16


def betweenness(graph: Graph, *, samples: int = 256, seed: int = 0) -> Array:
    """Share of shortest paths (links counted, not weighed, both directions) that lead through each person.

    Exact when ``samples`` covers everybody; otherwise Brandes' sums from random starts, scaled up. Normalised
    as usual by the number of other pairs.
    """
    size = graph.size
    if size < 3:
        return np.zeros(size)
    table = graph.plain.astype(np.float64)
    starts = np.arange(size)
    if samples < size:
        starts = np.sort(np.random.default_rng(seed).choice(size, samples, replace=False))
    total = np.zeros(size)
    for at in range(0, len(starts), TOGETHER):
        total += _from(table, starts[at : at + TOGETHER])
    return np.asarray(total * size / len(starts) / ((size - 1) * (size - 2)))


def _from(table: Csr, starts: Array) -> Array:
    """Brandes' dependencies from some starts at once: one sparse product per step away from them."""
    size, width = table.shape[0], len(starts)
    paths = np.zeros((size, width))
    paths[starts, np.arange(width)] = 1
    seen = paths > 0
    rings = [seen.copy()]
    ring = paths.copy()
    while True:
        reached = table @ ring
        new = (reached > 0) & ~seen
        if not new.any():
            break
        ring = np.where(new, reached, 0)
        paths += ring
        seen |= new
        rings.append(new)
    need = np.zeros((size, width))
    for step in range(len(rings) - 1, 0, -1):
        given = np.where(rings[step], (1 + need) / np.where(rings[step], paths, 1), 0)
        need += np.where(rings[step - 1], paths * (table @ given), 0)
    need[starts, np.arange(width)] = 0
    return np.asarray(need.sum(1))


def spread(graph: Graph, of: Array) -> Array:
    """Guimerà's participation: 0 when all links stay in one community, near 1 when they go everywhere
    alike.
    """
    table = graph.mutual
    rows = row_of(table)
    count = int(of.max(initial=0)) + 1
    keys, place = np.unique(rows.astype(np.int64) * count + of[table.indices], return_inverse=True)
    weight = np.bincount(place, weights=table.data)
    degree = np.asarray(table.sum(1, dtype=np.float64)).ravel()
    squares = np.bincount(keys // count, weights=weight**2, minlength=graph.size)
    return np.where(degree > 0, 1 - squares / np.maximum(degree, 1e-12) ** 2, 0.0)
