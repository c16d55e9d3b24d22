"""What follows what, and what goes with what: transitions between purchases in order, and shared baskets."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from jishi.insight.recommendation import matrices, neighbours
from jishi.insight.recommendation.contracts import Signals
from jishi.insight.recommendation.matrices import Csr


def transitions(signals: Signals, *, keep: int, reach: int = 3, shrink: float = 2.0) -> Csr | None:
    """From an item (row) to what people took within their next ``reach`` steps, nearer steps counting
    more.
    """
    if signals.at is None or not len(signals.at):
        return None
    order = np.lexsort((signals.item, signals.at, signals.person))
    person, item = signals.person[order], signals.item[order]
    found = sp.csr_matrix((signals.items, signals.items), dtype=np.float32)
    for step in range(1, reach + 1):
        same = (person[:-step] == person[step:]) & (item[:-step] != item[step:])
        ones = np.full(int(same.sum()), 1 / step)
        shape = (signals.items, signals.items)
        found = found + matrices.weighted(item[:-step][same], item[step:][same], ones, shape)
    found = found.tocsr()
    # Often taken things follow everything; the root of their count takes that away, the shrinkage chance.
    power = np.sqrt(np.maximum(np.bincount(item, minlength=signals.items), 1)).astype(np.float32)
    rows = matrices.row_of(found)
    found.data = found.data / (power[rows] * power[found.indices] + np.float32(shrink))
    return matrices.keep_largest(found, keep).astype(np.float32)


def together(signals: Signals, *, keep: int, budget: int) -> Csr | None:
    """From an item (row) to what lies in the same baskets."""
    if signals.basket is None or not len(signals.basket):
        return None
    numbers = np.unique(signals.basket, return_inverse=True)[1]
    baskets = matrices.binary(numbers, signals.item, (int(numbers.max()) + 1, signals.items))
    return neighbours.of_items(baskets, [neighbours.Likeness(shrink=5.0)], keep=keep, budget=budget)[0]


def alike(table: Csr, *, keep: int, budget: int) -> Csr:
    """From an item (row) to those with similar words; rows of ``table`` have length one."""
    turned = table.T.tocsr()
    parts = []
    for block in matrices.work_blocks(table, turned, budget):
        close = (table[block] @ turned).tocsr()
        close.data[block[matrices.row_of(close)] == close.indices] = 0
        parts.append(matrices.keep_largest(close, keep))
    return sp.vstack(parts).T.tocsr().astype(np.float32)
