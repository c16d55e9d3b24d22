"""How close two people are, the circles around somebody, and what they care about.

Strength counts what passed between two people (newer counting more), whether it goes both ways, and whom they
share.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from jishi.insight.networks import communities
from jishi.insight.networks.graph import Array, Csr, Graph, build, row_of


@dataclass(frozen=True)
class Contacts:
    """What passed between people: who turned to whom, when (seconds), and how much that kind of contact
    says.
    """

    start: Array
    end: Array
    at: Array
    weight: Array


def strengths(graph: Graph, contacts: Contacts | None = None, *, half_life_s: float = 30 * 86400.0) -> Csr:
    """A value from 0 to 1 for every linked pair: contact, mutuality and common acquaintances in equal
    parts.
    """
    links = graph.links.copy()
    if not links.nnz:
        return links
    rows, cols = row_of(links), links.indices
    both = np.asarray(graph.links.T.tocsr()[rows, cols]).ravel() > 0
    shared = _shared(graph, rows, cols)
    parts = [both.astype(float), shared]
    if contacts is not None and len(contacts.at):
        age = contacts.at.max() - contacts.at
        worth = contacts.weight * np.exp2(-age / half_life_s)
        passed = build(graph.size, contacts.start, contacts.end, worth).mutual
        amount = np.log1p(np.asarray(passed[rows, cols]).ravel())
        parts.append(amount / max(float(amount.max(initial=0)), 1e-9))
    links.data = np.mean(parts, axis=0).astype(np.float32)
    return links


def _shared(graph: Graph, rows: Array, cols: Array) -> Array:
    """Adamic and Adar's count of common acquaintances, over the most anybody here has."""
    plain = graph.plain
    degree = np.asarray(plain.sum(1)).ravel()
    rarity = np.where(degree > 1, 1 / np.log(np.maximum(degree, 2)), 0)
    found = np.empty(len(rows))
    scaled = (plain @ sp.diags(rarity)).tocsr()
    for at in range(0, len(rows), 50_000):
        one, two = rows[at : at + 50_000], cols[at : at + 50_000]
        found[at : at + 50_000] = np.asarray(scaled[one].multiply(plain[two]).sum(1)).ravel()
    return found / max(float(found.max(initial=0)), 1e-9)


def circles(graph: Graph, person: int, *, seed: int = 0) -> list[list[int]]:
    """The groups among the people somebody is linked with, largest first; the person stands in none."""
    around = graph.plain[person].indices
    if not len(around):
        return []
    inner = Graph(graph.links[around][:, around].tocsr())
    found = communities.find(inner, seed=seed).of
    return [sorted(int(p) for p in around[found == number]) for number in range(int(found.max()) + 1)]


def affinities(
    person: Array,
    topic: Array,
    *,
    people: int,
    topics: int,
    weight: Array | None = None,
    graph: Graph | None = None,
    trust: float = 5.0,
    friends: float = 0.3,
) -> Array:
    """How much more than everybody a person cares for each topic, as a difference of shares (rows add up to
    0).

    ``trust`` acts of the average person are added to everybody's, so a single click makes nobody an
    enthusiast. With a graph, what friends care about counts for ``friends`` of the answer.
    """
    values = np.ones(len(person)) if weight is None else weight
    counts = np.asarray(sp.csr_matrix((values, (person, topic)), shape=(people, topics)).todense(), float)
    average = counts.sum(0) / max(float(counts.sum()), 1e-12)
    shares = (counts + trust * average) / np.maximum(counts.sum(1, keepdims=True) + trust, 1e-12)
    own = shares - average
    if graph is None:
        return np.asarray(own)
    near = graph.plain
    degree = np.maximum(np.asarray(near.sum(1)).ravel(), 1)
    around = (near @ own) / degree[:, None]
    return np.asarray((1 - friends) * own + friends * around)
