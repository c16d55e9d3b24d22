"""Sparse matrices in bounded memory: building, scaling, keeping the largest of each row, cutting into
blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Csr = Any  # scipy.sparse.csr_matrix; scipy ships no types
Array = NDArray[Any]


def binary(rows: Array, cols: Array, shape: tuple[int, int]) -> Csr:
    """A matrix of ones where pairs are, however often they are repeated."""
    matrix = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, cols)), shape=shape)
    matrix.data[:] = 1
    return matrix


def weighted(rows: Array, cols: Array, values: Array, shape: tuple[int, int]) -> Csr:
    """A matrix with the values of equal pairs added up."""
    return sp.csr_matrix((np.asarray(values, np.float32), (rows, cols)), shape=shape)


def totals(matrix: Csr, axis: int) -> Array:
    """Sums along an axis as a flat array."""
    return np.asarray(matrix.sum(axis), dtype=np.float32).ravel()


def scaled(matrix: Csr, rows: float, cols: float) -> Csr:
    """Divide by the degree of rows and columns, each to its own power."""
    left = np.maximum(totals(matrix, 1), 1) ** np.float32(-rows)
    right = np.maximum(totals(matrix, 0), 1) ** np.float32(-cols)
    return (sp.diags(left) @ matrix @ sp.diags(right)).tocsr().astype(np.float32)


def row_of(matrix: Csr) -> Array:
    """The row number of every stored value."""
    return np.repeat(np.arange(matrix.shape[0], dtype=np.int32), np.diff(matrix.indptr))


def keep_largest(matrix: Csr, count: int) -> Csr:
    """Drop all but the largest values of each row, in place; equal ones at the edge stay together."""
    data, indptr = matrix.data, matrix.indptr
    for row in np.flatnonzero(np.diff(indptr) > count):
        part = data[indptr[row] : indptr[row + 1]]
        edge = np.partition(part, -count)[-count]
        part[part < edge] = 0
    matrix.eliminate_zeros()
    return matrix


def work_blocks(left: Csr, right: Csr, budget: int, rows: Array | None = None) -> Iterator[Array]:
    """Cut the rows of ``left`` so that each block of ``left @ right`` holds at most ``budget`` values."""
    cost = np.asarray(left @ np.diff(right.indptr).astype(np.float64)).ravel()
    if (left.data != 1).any():
        cost = np.asarray((left != 0).astype(np.float64) @ np.diff(right.indptr)).ravel()
    order = np.arange(left.shape[0]) if rows is None else rows
    cost = np.minimum(cost[order], right.shape[1]) + np.sqrt(cost[order])
    reached = np.floor(np.cumsum(cost) / budget).astype(np.int64)
    for part in np.split(order, np.flatnonzero(np.diff(reached)) + 1):
        if len(part):
            yield part


def top_columns(scores: Array, count: int) -> Array:
    """Columns of the largest values of each row, best first; ties go to the smaller number."""
    count = min(count, scores.shape[1])
    if count == scores.shape[1]:
        return np.argsort(-scores, axis=1, kind="stable")[:, :count]
    found = _largest(scores, count)
    order = np.argsort(-np.take_along_axis(scores, found, 1), axis=1, kind="stable")
    return np.take_along_axis(found, order, 1)


def _largest(scores: Array, count: int) -> Array:
    """Columns of the largest values of each row, in order of columns. The edge is found on the values alone,
    which costs half of ordering columns; rows with equal values at the edge go the long way.
    """
    width = scores.shape[1]
    edge = np.partition(scores, width - count, axis=1)[:, width - count]
    inside = scores >= edge[:, None]
    clear = np.count_nonzero(inside, axis=1) == count
    found = np.empty((len(scores), count), np.int64)
    if not clear.all():
        inside[~clear] = False
        some = np.argpartition(scores[~clear], -count, axis=1)[:, -count:]
        found[~clear] = np.sort(some, axis=1)
    found[clear] = (np.flatnonzero(inside) % width).reshape(-1, count)
    return found
