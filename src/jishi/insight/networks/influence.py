"""Who is listened to: weighted PageRank over links, and how far what somebody shares really travels.

A link says "listens to": influence flows from its start to its end.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jishi.insight.networks.graph import Array, Graph


def pagerank(
    graph: Graph,
    *,
    damping: float = 0.85,
    toward: Array | None = None,
    tolerance: float = 1e-8,
    most: int = 200,
) -> Array:
    """Shares of attention, adding up to one. ``toward`` is where a bored reader goes on; everywhere by
    default.

    ``tolerance`` is the total change at which the iteration ends.
    """
    size = graph.size
    if size == 0:
        return np.zeros(0)
    out = np.asarray(graph.links.sum(1), dtype=np.float64).ravel()
    flow = graph.links.T.tocsr()
    home = np.full(size, 1 / size) if toward is None else np.asarray(toward, float) / np.sum(toward)
    silent = out == 0
    share = np.where(silent, 0, 1 / np.where(silent, 1, out))
    rank = home.copy()
    for _ in range(most):
        after = damping * (flow @ (rank * share) + rank[silent].sum() * home) + (1 - damping) * home
        moved = float(np.abs(after - rank).sum())
        rank = after
        if moved < tolerance:
            break
    return rank


@dataclass(frozen=True)
class Reach:
    """For each share: everybody below it in its chain, how deep the chain goes on, and the reach that
    fades.
    """

    below: Array
    depth: Array
    faded: Array


def cascade(parent: Array, fading: float = 0.5) -> Reach:
    """Reach of every share of a forest of chains; ``parent`` is -1 at a root.

    :raises ValueError: when parents form a circle
    """
    size = len(parent)
    level = levels(parent)
    below, depth, faded = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size)
    for step in range(int(level.max(initial=0)), 0, -1):
        rows = np.flatnonzero(level == step)
        up = parent[rows]
        np.add.at(below, up, below[rows] + 1)
        np.add.at(faded, up, fading * (1 + faded[rows]))
        np.maximum.at(depth, up, depth[rows] + 1)
    return Reach(below, depth, faded)


def levels(parent: Array) -> Array:
    """How far each share is from the root of its chain."""
    level = np.full(len(parent), -1, np.int64)
    level[parent < 0] = 0
    left = np.flatnonzero(level < 0)
    while len(left):
        above = level[parent[left]]
        ready = above >= 0
        if not ready.any():
            raise ValueError("parents form a circle")
        level[left[ready]] = above[ready] + 1
        left = left[~ready]
    return level


def reach_of_people(person: Array, parent: Array, *, people: int, fading: float = 0.5) -> Array:
    """What each person's shares set in motion, their own hands in one chain counted once.

    A share below another of the same person adds nothing: its reach is already in the upper one.
    """
    reach = cascade(parent, fading)
    first = np.ones(len(parent), bool)
    above = parent.copy()
    while (above >= 0).any():
        live = above >= 0
        first[live] &= person[above[live]] != person[live]
        above[live] = parent[above[live]]
    made = np.bincount(person[first], weights=reach.faded[first], minlength=people)
    return np.asarray(made, float)
