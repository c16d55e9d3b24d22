"""The parts of a recommendation. Each scores every item for somebody; the fusion weighs them.

Four kinds cover all: weights from items of a history, weights from people, one order for everybody, and
vectors. Invariant: ``block`` (many people, for fitting and refreshing) and ``one`` (one person, for serving)
agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from jishi.insight.recommendation import factors
from jishi.insight.recommendation.matrices import Array, Csr


@dataclass(frozen=True)
class Knowledge:
    """What components score from: histories, last items, other behaviours and links of everybody."""

    history: Csr
    latest: Csr | None = None
    other: Csr | None = None
    links: Csr | None = None


@dataclass(frozen=True)
class Person:
    """Who is asked about: a row of the tables or somebody new, and what counts for them at this moment."""

    number: int | None
    items: Array
    weights: Array
    latest: Array
    latest_weights: Array
    friends: Array
    changed: bool = False
    other: Array = field(default_factory=lambda: np.zeros(0, np.int64))


class Component(Protocol):
    """A score per item."""

    @property
    def name(self) -> str:
        """What it is called in weights, files and reasons."""
        ...

    def block(self, known: Knowledge, people: Array) -> Array:
        """Scores of these people (rows) for all items."""
        ...

    def one(self, known: Knowledge, person: Person) -> Array:
        """Scores for one person as of now."""
        ...

    def arrays(self) -> dict[str, Any]:
        """What must be saved: arrays and sparse matrices."""
        ...


def spread(matrix: Csr, rows: Array, weights: Array) -> Array:
    """The weighted sum of some rows, as a dense vector."""
    size = matrix.shape[1]
    if len(rows) == 0:
        return np.zeros(size, np.float32)
    begin = matrix.indptr[rows]
    lengths = matrix.indptr[rows + 1] - begin
    shift = np.repeat(begin - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    places = np.arange(int(lengths.sum())) + shift
    values = matrix.data[places] * np.repeat(np.asarray(weights, np.float32), lengths)
    return np.bincount(matrix.indices[places], weights=values, minlength=size).astype(np.float32)


@dataclass(frozen=True)
class FromItems:
    """Weights from items of the history to candidates. With ``newest`` only the last items speak."""

    name: str
    weights: Csr
    newest: bool = False

    def block(self, known: Knowledge, people: Array) -> Array:
        """Scores of many."""
        source = known.latest if self.newest and known.latest is not None else known.history
        return np.asarray((source[people] @ self.weights).toarray())

    def one(self, known: Knowledge, person: Person) -> Array:
        """Scores of one."""
        if self.newest:
            return spread(self.weights, person.latest, person.latest_weights)
        return spread(self.weights, person.items, person.weights)

    def arrays(self) -> dict[str, Any]:
        """The weights."""
        return {"weights": self.weights}


@dataclass(frozen=True)
class FromPeople:
    """What other people took: rows of ``near`` weigh them. Newcomers are judged by the friends they name."""

    name: str
    near: Csr

    def block(self, known: Knowledge, people: Array) -> Array:
        """Scores of many."""
        return np.asarray((self.near[people] @ known.history).toarray())

    def one(self, known: Knowledge, person: Person) -> Array:
        """Scores of one."""
        who, weights = self.around(person)
        return spread(known.history, who, weights)

    def around(self, person: Person) -> tuple[Array, Array]:
        """The people who count for this one, and how much."""
        if person.number is not None:
            low, high = self.near.indptr[person.number], self.near.indptr[person.number + 1]
            if high > low:
                return self.near.indices[low:high], self.near.data[low:high]
        return person.friends, np.ones(len(person.friends), np.float32)

    def arrays(self) -> dict[str, Any]:
        """The weights."""
        return {"near": self.near}


@dataclass(frozen=True)
class AmongItems:
    """Dense weights among some items, rows the history, columns the candidates."""

    name: str
    weights: Array
    among: Array

    def block(self, known: Knowledge, people: Array) -> Array:
        """Scores of many."""
        scores = np.zeros((len(people), known.history.shape[1]), np.float32)
        scores[:, self.among] = known.history[people][:, self.among] @ self.weights
        return scores

    @cached_property
    def place(self) -> dict[int, int]:
        """Where each item stands in the weights."""
        return {int(item): number for number, item in enumerate(self.among)}

    def one(self, known: Knowledge, person: Person) -> Array:
        """Scores of one."""
        scores = np.zeros(known.history.shape[1], np.float32)
        rows = [(self.place[i], w) for i, w in zip(person.items.tolist(), person.weights, strict=True)
                if i in self.place]  # fmt: skip
        if rows:
            where, weights = zip(*rows, strict=True)
            scores[self.among] = np.array(weights, np.float32) @ self.weights[list(where)]
        return scores

    def arrays(self) -> dict[str, Any]:
        """The weights and whose they are."""
        return {"weights": self.weights, "among": self.among}


@dataclass(frozen=True)
class OverPeople:
    """The same linear model, held as the inverse over people: exact for whom it was solved, silent for
    others.
    """

    name: str
    inverse: Array
    table: Csr
    solved: Array
    among: Array
    rest: Array

    @cached_property
    def place(self) -> dict[int, int]:
        """Where each person stands in the inverse."""
        return {int(person): number for number, person in enumerate(self.solved)}

    def block(self, known: Knowledge, people: Array) -> Array:
        """Scores of many."""
        scores = np.zeros((len(people), known.history.shape[1]), np.float32)
        here = np.array([self.place.get(p, -1) for p in people.tolist()], np.int64)
        found = np.flatnonzero(here >= 0)
        scores[np.ix_(found, self.among)] = np.asarray(self.inverse[here[found]] @ self.table) * self.rest
        return scores

    def one(self, known: Knowledge, person: Person) -> Array:
        """Scores of one."""
        scores = np.zeros(known.history.shape[1], np.float32)
        row = self.place.get(-1 if person.number is None else person.number)
        if row is not None:
            scores[self.among] = (self.inverse[row] @ self.table) * self.rest
        return scores

    def arrays(self) -> dict[str, Any]:
        """The inverse and what it is multiplied with."""
        return {
            "inverse": self.inverse,
            "table": self.table,
            "solved": self.solved,
            "among": self.among,
            "rest": self.rest,
        }


@dataclass(frozen=True)
class ForEverybody:
    """One order for all."""

    name: str
    scores: Array

    def block(self, known: Knowledge, people: Array) -> Array:
        """The same row for many."""
        return np.repeat(self.scores[None], len(people), 0)

    def one(self, known: Knowledge, person: Person) -> Array:
        """The same row."""
        return self.scores

    def arrays(self) -> dict[str, Any]:
        """The scores."""
        return {"scores": self.scores}


@dataclass(frozen=True)
class Intent:
    """What the person did short of taking it: in the cart, liked."""

    name: str

    def block(self, known: Knowledge, people: Array) -> Array:
        """Ones where there is another behaviour."""
        assert known.other is not None
        return np.asarray(known.other[people].toarray())

    def one(self, known: Knowledge, person: Person) -> Array:
        """Ones where there is another behaviour."""
        scores = np.zeros(known.history.shape[1], np.float32)
        scores[person.other] = 1
        return scores

    def arrays(self) -> dict[str, Any]:
        """Nothing of its own."""
        return {}


@dataclass(frozen=True)
class FromVectors:
    """Inner products of people's and items' vectors; a changed history is folded in exactly."""

    name: str
    people: Array
    items: Array
    gram: Array
    extra: float

    def block(self, known: Knowledge, people: Array) -> Array:
        """Scores of many."""
        return np.asarray(self.people[people] @ self.items.T)

    def vector(self, person: Person) -> Array:
        """The vector of one, solved anew when there is something the fit has not seen."""
        if person.number is not None and not person.changed:
            return np.asarray(self.people[person.number])
        if len(person.items) == 0:
            return np.zeros(self.items.shape[1], np.float32)
        return factors.one(person.items, person.weights, self.items, self.gram, self.extra)

    def one(self, known: Knowledge, person: Person) -> Array:
        """Scores of one."""
        return np.asarray(self.items @ self.vector(person))

    @cached_property
    def spread(self) -> tuple[Array, Array]:
        """Mean and covariance of the items' vectors: the deviation of anybody's scores without scoring
        all.
        """
        mean = self.items.mean(axis=0, dtype=np.float64)
        second = (self.items.T @ self.items).astype(np.float64) / len(self.items)
        return mean, second - np.outer(mean, mean)

    def arrays(self) -> dict[str, Any]:
        """Both sides and the Gram matrix with its ridge."""
        return {"people": self.people, "items": self.items, "gram": self.gram, "extra": np.array(self.extra)}
