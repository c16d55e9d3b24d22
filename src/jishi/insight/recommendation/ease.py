"""EASE (Steck 2019): the closed-form linear model of item weights with a zero diagonal.

Solved in the smaller space: over people by the Woodbury identity, or over the most wanted items only. Nothing
is pruned: keeping the largest hundreds of weights per item lost two thirds of the recall on a small public
set.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg.lapack as lapack

from jishi.insight.recommendation import matrices
from jishi.insight.recommendation.matrices import Array, Csr

BLOCK = 1024


@dataclass(frozen=True)
class Inverse:
    """The inverted Gram matrix and what it belongs to. ``items`` are the columns that take part."""

    table: Csr
    matrix: Array
    over_people: bool
    items: Array
    degree: Array
    ridge: float
    people: Array


def invert(history: Csr, *, ridge: float, size: int, head: int, among: Array | None = None) -> Inverse:
    """Invert over people (``among`` them, when given) if they are at most ``size``, else over the ``head``
    most wanted items.
    """
    wanted = matrices.totals(history, 0)
    alive = np.flatnonzero(wanted > 0)
    active = np.diff(history.indptr) > 0
    people = np.flatnonzero(active) if among is None else among[active[among]]
    over_people = len(people) <= size and (len(people) <= len(alive) or len(alive) > head)
    if not over_people and len(alive) > head:
        alive = np.sort(np.argsort(-wanted, kind="stable")[:head])
    table = history[:, alive]
    table = matrices.scaled(table[people] if over_people else table, 0.5, 0.5)
    gram = (table @ table.T if over_people else table.T @ table).toarray(order="F")
    gram[np.diag_indices_from(gram)] += np.float32(ridge)
    return Inverse(table, spd_inverse(gram), over_people, alive, np.maximum(wanted[alive], 1), ridge, people)


def spd_inverse(gram: Array) -> Array:
    """Invert a symmetric positive definite matrix in its own memory."""
    if not len(gram):
        return gram
    potrf, potri = lapack.get_lapack_funcs(("potrf", "potri"), (gram,))
    lower, failed = potrf(gram, lower=1, overwrite_a=1)
    if failed:
        raise np.linalg.LinAlgError("The Gram matrix is not positive definite.")
    inverse, failed = potri(lower, lower=1, overwrite_c=1)
    assert not failed
    for at in range(0, len(inverse), BLOCK):
        to = at + BLOCK
        square = inverse[at:to, at:to]
        square[:] = np.tril(square) + np.tril(square, -1).T
        inverse[:at, at:to] = inverse[at:to, :at].T
    return np.asarray(inverse.T)  # the same values, rows lying together


def weights(inverse: Inverse) -> Array:
    """Dense weights among the items that take part, from an item of the history (row) to a candidate
    (column).
    """
    assert not inverse.over_people
    root = np.sqrt(inverse.degree).astype(np.float32)
    made = inverse.matrix / -np.diag(inverse.matrix)[None, :]
    made[np.diag_indices_from(made)] = 0
    made *= root[None, :]
    made /= root[:, None]
    return np.ascontiguousarray(made, np.float32)


def rest(inverse: Inverse) -> Array:
    """What each column of ``rows of the inverse @ table`` is multiplied with to become a score."""
    assert inverse.over_people
    turned = inverse.table.T.tocsr()
    own = np.empty(turned.shape[0], np.float32)
    for at in range(0, len(own), BLOCK):
        block = turned[at : at + BLOCK]
        own[at : at + BLOCK] = np.asarray(block.multiply(np.asarray(block @ inverse.matrix)).sum(1)).ravel()
    left = np.sqrt(inverse.degree) / np.maximum(1 - own, 1e-3)
    return np.asarray(-inverse.ridge * left, np.float32)
