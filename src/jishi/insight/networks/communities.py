"""Communities by the Leiden method (Traag, Waltman, van Eck 2019) with modularity, in whole-array steps.

Three phases repeat: people move to the neighbouring community that gains most; every community is refined
from single people again; the refined groups become the nodes of a smaller graph. Moves are decided for a
random half of the people at once, which keeps two neighbours from swapping places for ever. Deterministic by
seed, whatever the number of cores. Invariant: every community is connected.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
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
PORTION = 60_000  # nodes decided at once: their numbers stay in the processor's cache


@dataclass(frozen=True)
class Partition:
    """The community of each person, largest community first, and the modularity reached."""

    of: Array
    modularity: float

    @property
    def sizes(self) -> Array:
        """How many people each community has."""
        return np.bincount(self.of)


def find(
    graph: Graph, *, resolution: float = 1.0, seed: int = 0, rounds: int | None = None, cores: int = 1
) -> Partition:
    """Communities of the undirected graph. Each round starts from what the one before found; small graphs get
    more of them, as they cost nothing there. The long array steps of several ``cores`` run at once.
    """
    table = graph.mutual
    chance = np.random.default_rng(seed)
    of, best = np.arange(graph.size), -1.0
    with ThreadPoolExecutor(max(cores, 1)) as pool:
        work = _Work(chance, resolution, pool)
        for _ in range(rounds if rounds is not None else 6 if graph.size < SMALL else 2):
            made = _connected(table, _round(table, of, work))
            reached = _quality(table, made, resolution)
            if reached <= best + 1e-6:
                break
            of, best = made, reached
    return Partition(_by_size(of), max(best, 0.0) if table.nnz == 0 else best)


@dataclass(frozen=True)
class _Work:
    """What every step needs: the dice, the resolution, and who computes."""

    chance: np.random.Generator
    resolution: float
    pool: ThreadPoolExecutor


def _round(table: Csr, of: Array, work: _Work) -> Array:
    """Move, refine and shrink until nothing shrinks any more."""
    own = np.arange(table.shape[0])  # node of the shrunken graph that each person is in
    node_group, shrunk = of, table
    for _ in range(LEVELS):
        node_group = _move(shrunk, node_group, work, within=None)
        if len(np.unique(node_group)) == shrunk.shape[0]:
            break
        refined = _move(shrunk, np.arange(shrunk.shape[0]), work, within=node_group)
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


@dataclass(frozen=True)
class _State:
    """What moves are decided on. ``own`` are the loops of the nodes; ``price`` is what a degree costs."""

    table: Csr
    degree: Array
    own: Array
    price: float
    member: Csr
    of: Array
    mass: Array
    single: Array


def _move(table: Csr, of: Array, work: _Work, *, within: Array | None) -> Array:
    """Let nodes move while it pays. With ``within`` they only join nodes of the same outer group
    (refinement).
    """
    size = table.shape[0]
    inner = table if within is None else _inside(table, within)
    degree = np.asarray(table.sum(1, dtype=np.float64)).ravel()
    price = work.resolution / max(float(degree.sum()), 1e-12)
    own = table.diagonal()
    of = of.copy()
    active = np.ones(size, bool)
    quiet = 0
    for _ in range(SWEEPS if within is None else REFINING):
        nodes = np.flatnonzero(active & (work.chance.random(size) < 0.5))
        if not len(nodes):
            quiet += 1
            if quiet > 1 or not active.any():
                break
            continue
        moved = _sweep(inner, nodes, of, degree, own, price, work.pool)
        active[nodes] = False
        if len(moved):
            active |= _touched(inner, moved)
        quiet = quiet + 1 if len(moved) <= ENOUGH * size else 0
        if quiet > 1:
            break
    return np.unique(of, return_inverse=True)[1]


def _inside(table: Csr, of: Array) -> Csr:
    """The links whose ends are in the same group."""
    small = of.astype(np.int32)  # half of the way through memory
    keep = np.flatnonzero(np.repeat(small, np.diff(table.indptr)) == small[table.indices])
    indptr = np.searchsorted(keep, table.indptr)
    return sp.csr_matrix((table.data[keep], table.indices[keep], indptr), shape=table.shape)


def _touched(table: Csr, moved: Array) -> Array:
    mark = np.zeros(table.shape[0], bool)
    mark[table[moved].indices] = True
    return mark


def _sweep(
    table: Csr, nodes: Array, of: Array, degree: Array, own: Array, price: float, pool: ThreadPoolExecutor
) -> Array:
    """Move these nodes, all decided on the same state; returns who moved."""
    size = table.shape[0]
    mass = np.bincount(of, weights=degree, minlength=size)
    single = np.bincount(of, minlength=size) == 1
    member = sp.csr_matrix((np.ones(size, np.float32), of, np.arange(size + 1)), shape=(size, size))
    state = _State(table, degree, own, price, member, of, mass, single)
    portions = np.split(nodes, range(PORTION, len(nodes), PORTION))
    decided = list(pool.map(lambda some: _decide(state, some), portions))
    moved = np.concatenate([who for who, _ in decided])
    of[moved] = np.concatenate([where for _, where in decided])
    return moved


def _decide(state: _State, nodes: Array) -> tuple[Array, Array]:
    """Who of these nodes moves, and where to."""
    toward = state.table[nodes] @ state.member
    rows, groups = row_of(toward), toward.indices
    own, home = state.degree[nodes], state.of[nodes]
    price = own * state.price
    gain = toward.data.astype(np.float64)
    gain -= price[rows] * state.mass[groups]
    # Staying is always possible, even where nobody of the own community is a neighbour.
    stay = -price * (state.mass[home] - own)
    at_home = np.flatnonzero(groups == home[rows])
    where = rows[at_home]
    stay[where] += toward.data[at_home] - state.own[nodes][where]
    gain[at_home] = -np.inf
    # Two single nodes that choose each other would change places: only the one with the larger number goes.
    alone = state.single[home]
    if alone.any():
        both = np.flatnonzero(alone[rows] & state.single[groups])
        gain[both[groups[both] > home[rows[both]]]] = -np.inf
    best, target = _best(toward.indptr, rows, groups, gain)
    go = best > stay + 1e-9
    return nodes[go], target[go]


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
    return np.asarray(csgraph.connected_components(_inside(table, of), directed=False)[1])


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
