"""Communities by the Leiden method (Traag, Waltman, van Eck 2019) with modularity, in whole-array steps.

Three phases repeat: people move to the neighbouring community that gains most; every community is refined
from single people again; the refined groups become the nodes of a smaller graph. Moves are decided for a
random half of the people at once, which keeps two neighbours from swapping places for ever. Deterministic by
seed. Invariant: every community is connected.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse import csgraph

from jishi.insight.networks.graph import Array, Csr, Graph, row_of

# Neither phase has to come to rest: the next round goes on where this one stops, and reaches more.
SWEEPS = 12
REFINING = 8
LEVELS = 12
SMALL = 50_000
ENOUGH = 1e-4


@dataclass(frozen=True)
class Partition:
    """The community of each person, largest community first, and the modularity reached."""

    of: Array
    modularity: float

    @property
    def sizes(self) -> Array:
        """How many people each community has."""
        return np.bincount(self.of)


def find(graph: Graph, *, resolution: float = 1.0, seed: int = 0, rounds: int | None = None) -> Partition:
    """Communities of the undirected graph. Each round starts from what the one before found; small graphs get
    more of them, as they cost nothing there.
    """
    table = graph.mutual
    chance = np.random.default_rng(seed)
    of, best = np.arange(graph.size), -1.0
    for _ in range(rounds if rounds is not None else 6 if graph.size < SMALL else 2):
        made = _connected(table, _round(table, of, resolution, chance))
        reached = _quality(table, made, resolution)
        if reached <= best + 1e-6:
            break
        of, best = made, reached
    return Partition(_by_size(of), max(best, 0.0) if table.nnz == 0 else best)


def _round(table: Csr, of: Array, resolution: float, chance: np.random.Generator) -> Array:
    """Move, refine and shrink until nothing shrinks any more."""
    own = np.arange(table.shape[0])  # node of the shrunken graph that each person is in
    node_group, shrunk = of, table
    for _ in range(LEVELS):
        node_group = _move(shrunk, node_group, resolution, chance, within=None)
        if len(np.unique(node_group)) == shrunk.shape[0]:
            break
        refined = _move(shrunk, np.arange(shrunk.shape[0]), resolution, chance, within=node_group)
        refined = _connected(shrunk, refined)
        count = int(refined.max()) + 1
        if count == shrunk.shape[0]:
            break
        group = np.zeros(count, np.int64)
        group[refined] = node_group
        shrunk = _shrink(shrunk, refined, count)
        own = refined[own]
        node_group = np.unique(group, return_inverse=True)[1]
    return node_group[own]


def modularity(graph: Graph, of: Array, resolution: float = 1.0) -> float:
    """Newman's modularity of a partition of the undirected graph."""
    table = graph.mutual
    return _quality(table, np.asarray(of), resolution)


def _quality(table: Csr, of: Array, resolution: float) -> float:
    total = float(table.sum(dtype=np.float64))
    if total == 0:
        return 0.0
    inside = float(table.data[of[row_of(table)] == of[table.indices]].sum(dtype=np.float64))
    degree = np.asarray(table.sum(1, dtype=np.float64)).ravel()
    mass = np.bincount(of, weights=degree)
    return inside / total - resolution * float((mass / total) @ (mass / total))


def _move(
    table: Csr, of: Array, resolution: float, chance: np.random.Generator, *, within: Array | None
) -> Array:
    """Let nodes move while it pays. With ``within`` they only join nodes of the same outer group
    (refinement).
    """
    size = table.shape[0]
    if within is not None:
        rows = row_of(table)
        keep = within[rows] == within[table.indices]
        inner = sp.csr_matrix((table.data[keep], (rows[keep], table.indices[keep])), shape=table.shape)
    else:
        inner = table
    degree = np.asarray(table.sum(1, dtype=np.float64)).ravel()
    total = max(float(degree.sum()), 1e-12)
    of = of.copy()
    active = np.ones(size, bool)
    quiet = 0
    for _ in range(SWEEPS if within is None else REFINING):
        nodes = np.flatnonzero(active & (chance.random(size) < 0.5))
        if not len(nodes):
            quiet += 1
            if quiet > 1 or not active.any():
                break
            continue
        moved = _sweep(inner, nodes, of, degree, total, resolution)
        active[nodes] = False
        if len(moved):
            active |= np.asarray(_touched(inner, moved))
        quiet = quiet + 1 if len(moved) <= ENOUGH * size else 0
        if quiet > 1:
            break
    return np.unique(of, return_inverse=True)[1]


def _touched(table: Csr, moved: Array) -> Array:
    mark = np.zeros(table.shape[0], bool)
    mark[table[moved].indices] = True
    return mark


def _sweep(table: Csr, nodes: Array, of: Array, degree: Array, total: float, resolution: float) -> Array:
    """Move these nodes, all decided on the same state; returns who moved."""
    size = table.shape[0]
    mass = np.bincount(of, weights=degree, minlength=size)
    single = np.bincount(of, minlength=size) == 1
    member = sp.csr_matrix((np.ones(size, np.float32), of, np.arange(size + 1)), shape=(size, size))
    toward = table[nodes] @ member
    rows, groups = row_of(toward), toward.indices
    own, home = degree[nodes], of[nodes]
    price = own * (resolution / total)
    gain = toward.data.astype(np.float64)
    gain -= price[rows] * mass[groups]
    # Staying is always possible, even where nobody of the own community is a neighbour.
    stay = -price * (mass[home] - own)
    at_home = np.flatnonzero(groups == home[rows])
    where = rows[at_home]
    stay[where] += toward.data[at_home] - table.diagonal()[nodes][where]
    gain[at_home] = -np.inf
    # Two single nodes that choose each other would change places: only the one with the larger number goes.
    alone = np.flatnonzero(single[groups])
    alone = alone[single[home][rows[alone]]]
    gain[alone[groups[alone] > home[rows[alone]]]] = -np.inf
    best, target = _best(toward.indptr, rows, groups, gain)
    go = best > stay + 1e-9
    of[nodes[go]] = target[go]
    return np.asarray(nodes[go])


def _best(indptr: Array, rows: Array, groups: Array, gain: Array) -> tuple[Array, Array]:
    """Largest gain of each row and the group it belongs to."""
    count = len(indptr) - 1
    best, target = np.full(count, -np.inf), np.zeros(count, groups.dtype)
    filled = np.flatnonzero(np.diff(indptr))
    if len(filled):
        best[filled] = np.maximum.reduceat(gain, indptr[filled])
        hit = np.flatnonzero(gain == best[rows])[::-1]
        target[rows[hit]] = groups[hit]
    return best, target


def _connected(table: Csr, of: Array) -> Array:
    """Split every group into its connected parts; a split of that kind never costs modularity."""
    rows = row_of(table)
    keep = of[rows] == of[table.indices]
    inside = sp.csr_matrix((table.data[keep], (rows[keep], table.indices[keep])), shape=table.shape)
    return np.asarray(csgraph.connected_components(inside, directed=False)[1])


def _shrink(table: Csr, of: Array, count: int) -> Csr:
    """One node per group; what lies inside becomes its loop."""
    made = sp.csr_matrix((table.data, (of[row_of(table)], of[table.indices])), shape=(count, count))
    made.sum_duplicates()
    return made


def _by_size(of: Array) -> Array:
    """Number groups from the largest to the smallest."""
    sizes = np.bincount(of)
    place = np.empty(len(sizes), np.int64)
    place[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    return place[of]
