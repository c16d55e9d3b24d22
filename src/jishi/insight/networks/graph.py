"""A graph of people as a sparse matrix: weights of directed links, rows are where they start.

Invariant: no loops, equal links added up, weights positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse import csgraph

Array = NDArray[Any]
Csr = Any  # scipy ships no types


@dataclass(frozen=True)
class Graph:
    """People are 0..size-1."""

    links: Csr

    @property
    def size(self) -> int:
        """How many people."""
        return int(self.links.shape[0])

    @property
    def mutual(self) -> Csr:
        """Links of both directions added up: the undirected graph."""
        return (self.links + self.links.T).tocsr()

    @property
    def plain(self) -> Csr:
        """Ones where people are linked in either direction."""
        made = self.mutual
        made.data = np.ones_like(made.data)
        return made


def build(size: int, start: Array, end: Array, weight: Array | None = None) -> Graph:
    """A graph from pairs.

    :raises ValueError: when a pair points outside the announced people, or a weight is negative
    """
    if len(start) and (min(start.min(), end.min()) < 0 or max(start.max(), end.max()) >= size):
        raise ValueError(f"people must lie between 0 and {size - 1}")
    values = np.ones(len(start), np.float32) if weight is None else np.asarray(weight, np.float32)
    if (values < 0).any():
        raise ValueError("weights of links are not negative")
    keep = (start != end) & (values > 0)
    shape = (size, size)
    return Graph(sp.csr_matrix((values[keep], (start[keep], end[keep])), shape=shape, dtype=np.float32))


def row_of(matrix: Csr) -> Array:
    """The row number of every stored value."""
    return np.repeat(np.arange(matrix.shape[0], dtype=np.int32), np.diff(matrix.indptr))


def components(graph: Graph) -> Array:
    """For each person the number of the connected part they belong to."""
    return np.asarray(csgraph.connected_components(graph.links, directed=False)[1])
