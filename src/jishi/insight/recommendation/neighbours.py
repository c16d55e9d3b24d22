"""Neighbourhoods: items bought by the same people, people who take the same things or know the same people.

Invariant: nobody is a neighbour of themselves, and memory is bounded by the block, not by the catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from jishi.insight.recommendation import matrices
from jishi.insight.recommendation.matrices import Array, Csr


@dataclass(frozen=True)
class Likeness:
    """How two items compare: common people over the product of their degrees to a power, plus a shrinkage."""

    exponent: float = 0.5
    shrink: float = 10.0


def of_items(history: Csr, kinds: Sequence[Likeness], *, keep: int, budget: int) -> list[Csr]:
    """For each kind the weights from an item of the history (row) to a candidate (column).

    A candidate keeps its own ``keep`` nearest items. Several kinds share one count of the common people.
    """
    columns = history.T.tocsr()
    degree = np.maximum(np.diff(columns.indptr), 1).astype(np.float32)
    powers = [degree ** np.float32(kind.exponent) for kind in kinds]
    parts: list[list[Csr]] = [[] for _ in kinds]
    for block in matrices.work_blocks(columns, history, budget):
        common = (columns[block] @ history).tocsr()
        rows = block[matrices.row_of(common)]
        own = rows == common.indices
        for made, kind, power in zip(parts, kinds, powers, strict=True):
            values = common.data / (power[rows] * power[common.indices] + np.float32(kind.shrink))
            values[own] = 0
            part = sp.csr_matrix((values, common.indices.copy(), common.indptr.copy()), shape=common.shape)
            made.append(matrices.keep_largest(part, keep))
    return [sp.vstack(made).T.tocsr().astype(np.float32) for made in parts]


def profile(history: Csr, links: Csr | None, *, exponent: float, social: float) -> Csr:
    """What a person is compared by: items, and beside them the people they know (and themselves)."""
    items = matrices.scaled(history, 0, exponent)
    if links is None or social == 0:
        return items
    known = (links + sp.identity(links.shape[0], dtype=np.float32)).tocsr()
    return sp.hstack([items, np.float32(social) * matrices.scaled(known, 0, exponent)]).tocsr()


def of_people(profiles: Csr, people: Array, *, keep: int, budget: int, shrink: float = 1.0) -> Csr:
    """Cosine neighbours (rows: ``people`` in their order) over the given profiles."""
    across = profiles.T.tocsr()
    length = np.sqrt(np.asarray(profiles.multiply(profiles).sum(1), dtype=np.float32).ravel())
    parts = []
    for block in matrices.work_blocks(profiles, across, budget, people):
        common = (profiles[block] @ across).tocsr()
        rows = block[matrices.row_of(common)]
        common.data /= length[rows] * length[common.indices] + np.float32(shrink)
        common.data[rows == common.indices] = 0
        parts.append(matrices.keep_largest(common, keep))
    if not parts:
        return sp.csr_matrix((0, profiles.shape[0]), dtype=np.float32)
    return sp.vstack(parts).tocsr().astype(np.float32)


def of_friends(links: Csr, exponent: float) -> Csr:
    """The people somebody is linked with, those with many links counting less."""
    return matrices.scaled(links, 0.5, exponent)
