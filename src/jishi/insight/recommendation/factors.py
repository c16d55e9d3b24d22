"""Implicit alternating least squares (Hu, Koren, Volinsky 2008) with conjugate gradients, on numpy alone.

Every pair counts with confidence 1, known ones with 1 + ``extra``. Started from a randomised singular value
decomposition, so few rounds are enough. Deterministic by seed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.sparse as sp

from jishi.insight.recommendation.matrices import Array, Csr

PADDED = 1 << 11  # what a core keeps in its cache


@dataclass(frozen=True)
class Shape:
    """Size and regularisation of a factor model."""

    factors: int = 128
    extra: float = 1.0
    ridge: float = 1.0
    rounds: int = 6
    social: float = 0.5


Begun = dict[tuple[int, float], tuple[Array, Array]]
"""Where trials on the same tables begin, by number of factors and what links count: found once for all."""


def fit(
    history: Csr, links: Csr | None, shape: Shape, *, seed: int, begun: Begun | None = None
) -> tuple[Array, Array]:
    """Vectors of people and items. Linked people stand beside the items as further columns.

    ``begun`` keeps the beginning for the next shape of the same tables and seed.
    """
    table = history
    if links is not None and shape.social > 0:
        table = sp.hstack([history, np.float32(shape.social) * links]).tocsr()
    table = table.astype(np.float32)
    size = min(shape.factors, min(table.shape) - 1)
    kept, key = {} if begun is None else begun, (size, shape.social if links is not None else 0.0)
    if key not in kept:
        kept[key] = start(table, size, seed)
    people, columns = kept[key]
    turned = table.T.tocsr()
    for _ in range(shape.rounds):
        people = half_step(table, columns, people, shape)
        columns = half_step(turned, people, columns, shape)
    people = half_step(table, columns, people, shape)
    return people, np.ascontiguousarray(columns[: history.shape[1]])


def start(table: Csr, size: int, seed: int) -> tuple[Array, Array]:
    """A truncated singular value decomposition by random projection with power steps."""
    chance = np.random.default_rng(seed)
    wide = min(size + 16, min(table.shape))
    basis = table @ chance.standard_normal((table.shape[1], wide), dtype=np.float32)
    for _ in range(3):
        basis = np.linalg.qr(basis)[0]
        basis = table @ np.linalg.qr(table.T @ basis)[0]
    basis = np.linalg.qr(basis)[0]
    left, values, right = np.linalg.svd(np.asarray((table.T @ basis).T), full_matrices=False)
    root = np.sqrt(values[:size])
    people = (basis @ left[:, :size]) * root
    return people.astype(np.float32), (right[:size].T * root).astype(np.float32)


def half_step(table: Csr, fixed: Array, before: Array, shape: Shape, steps: int = 3) -> Array:
    """Solve every row against the fixed side; ``before`` is where the search starts."""
    gram = fixed.T @ fixed
    gram[np.diag_indices_from(gram)] += np.float32(shape.ridge)
    if shape.extra == 0:
        return np.ascontiguousarray(scipy.linalg.solve(gram, (table @ fixed).T, assume_a="pos").T)
    solved = np.zeros_like(before)
    lengths = np.diff(table.indptr)
    order = np.argsort(lengths, kind="stable")
    order = order[np.searchsorted(lengths[order], 1) :]
    begin = 0
    while begin < len(order):
        width = int(lengths[order[begin]])
        width = max(8, -(-width * 5 // 4))
        end = int(np.searchsorted(lengths[order], width, side="right"))
        end = max(begin + 1, min(end, begin + max(1, PADDED // width)))
        rows = order[begin:end]
        solved[rows] = _solve(table, rows, fixed, gram, before[rows], shape.extra, steps)
        begin = end
    return solved


def _solve(
    table: Csr, rows: Array, fixed: Array, gram: Array, guess: Array, extra: float, steps: int
) -> Array:
    """Conjugate gradients for some rows of similar length at once."""
    lengths = np.diff(table.indptr)[rows]
    width = int(lengths.max())
    places = table.indptr[rows][:, None] + np.arange(width)
    inside = np.arange(width) < lengths[:, None]
    places[~inside] = 0
    values = np.where(inside, table.data[places], 0).astype(np.float32)
    near = fixed[table.indices[places]]
    boost = values * np.float32(extra)
    wanted = np.matmul((inside * (1 + boost))[:, None, :].astype(np.float32), near)[:, 0]

    def times(vector: Array) -> Array:
        along = np.matmul(near, vector[:, :, None])[:, :, 0] * boost
        return vector @ gram + np.matmul(along[:, None, :], near)[:, 0]

    answer = guess.copy()
    rest = wanted - times(answer)
    way = rest.copy()
    size = np.einsum("ij,ij->i", rest, rest)
    for _ in range(steps):
        pushed = times(way)
        step = size / np.maximum(np.einsum("ij,ij->i", way, pushed), 1e-12)
        answer += step[:, None] * way
        rest -= step[:, None] * pushed
        grown = np.einsum("ij,ij->i", rest, rest)
        way = rest + (grown / np.maximum(size, 1e-12))[:, None] * way
        size = grown
    return answer


def one(items: Array, weights: Array, fixed: Array, gram: Array, extra: float) -> Array:
    """The exact vector of one person from a handful of items; ``gram`` holds the ridge already."""
    near = fixed[items]
    boost = (np.float32(extra) * weights)[:, None]
    system = gram + (near * boost).T @ near
    return np.asarray(scipy.linalg.solve(system, (near * (1 + boost)).sum(0), assume_a="pos"), np.float32)
