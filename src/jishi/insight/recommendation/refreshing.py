"""Lists for everybody and for every item, ready to be kept: the work behind a refresh.

Small catalogues are scored whole. In large ones the sparse parts put things forward and the dense ones judge
them, so that the cost follows what people did and not the size of the catalogue.
Invariant: nothing taken and nothing that is not allowed is ever in a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from jishi.insight.recommendation import matrices, ranking, sequence, serving
from jishi.insight.recommendation.components import (
    AmongItems,
    Component,
    ForEverybody,
    FromItems,
    FromPeople,
    FromVectors,
    Intent,
)
from jishi.insight.recommendation.contracts import Because
from jishi.insight.recommendation.matrices import Array, Csr
from jishi.insight.recommendation.model import Model

REASONS: dict[str, Because] = {
    "items": Because.ITEMS,
    "people": Because.PEOPLE,
    "friends": Because.FRIENDS,
    "popular": Because.POPULAR,
    "factors": Because.TASTE,
    "linear": Because.ITEMS,
    "content": Because.CONTENT,
    "baskets": Because.TOGETHER,
    "next": Because.NEXT,
    "intent": Because.INTENT,
}
SPARSE_BLOCK = 64
FORWARD = 300
SMALL_ITEMS = 20_000


@dataclass(frozen=True)
class Lists:
    """Rows of one block: who, and per place item (-1: none), score from 0 to 1, and reason."""

    subjects: Array
    items: Array
    scores: Array
    reasons: Array


def for_people(model: Model, people: Array, count: int, allowed: Array | None = None) -> Iterator[Lists]:
    """What suits these people, block by block."""
    whole = model.items <= SMALL_ITEMS
    if whole:
        block = serving.block_of(model)
        for at in range(0, len(people), block):
            yield _whole(model, np.asarray(people[at : at + block]), count, allowed)
        return
    for at in range(0, len(people), SPARSE_BLOCK):
        yield _sparse(model, np.asarray(people[at : at + SPARSE_BLOCK]), count, allowed)


def _whole(model: Model, some: Array, count: int, allowed: Array | None) -> Lists:
    total = np.zeros((len(some), model.items), np.float32)
    layers = []
    for part, weight in zip(model.parts, model.weights, strict=True):
        layer = ranking.standardised(np.asarray(part.block(model.known, some), np.float32))
        layer *= np.float32(weight)
        total += layer
        layers.append(layer - layer.mean(1, keepdims=True))
    done = model.seen[some].tocoo()
    total[done.row, done.col] = -np.inf
    if allowed is not None:
        total[:, ~allowed] = -np.inf
    top = matrices.top_columns(total, min(count, model.items))
    scores = np.take_along_axis(total, top, 1)
    lifts = np.stack([np.take_along_axis(layer, top, 1) for layer in layers])
    return _made(model, some, top, scores, lifts)


@dataclass(frozen=True)
class Layer:
    """What a sparse part says to a block of people before it is added up: the items from ``cuts[row]`` to
    ``cuts[row + 1]`` and how much speaks for each. An item may be named many times.
    """

    number: int
    weight: float
    items: Array
    values: Array
    cuts: Array


def _sparse(model: Model, some: Array, count: int, allowed: Array | None) -> Lists:
    """Sparse parts first, then the dense ones on what these put forward.

    Each person is added up in a room of one float per part and item that stays in the processor's cache:
    sparse products of many people at once cost three times as much.
    """
    layers = []
    for number, (part, weight) in enumerate(zip(model.parts, model.weights, strict=True)):
        layer = _layer(part, model, some, number, weight)
        if layer is not None:
            layers.append(layer)
    layers.sort(key=lambda layer: -len(layer.items))
    top = np.full((len(some), max(FORWARD, count)), -1, np.int64)
    lifts = np.zeros((len(model.parts), *top.shape), np.float32)
    room = np.zeros((len(layers), model.items), np.float32)
    barred = None if allowed is None else np.flatnonzero(~allowed)
    done = model.seen[some]
    for row in range(len(some) if layers else 0):
        factors = _fill(room, layers, row)
        total = np.einsum("i,ij->j", factors, room)
        total[done.indices[done.indptr[row] : done.indptr[row + 1]]] = 0
        if barred is not None:
            total[barred] = 0
        first = layers[0].items[layers[0].cuts[row] : layers[0].cuts[row + 1]]
        chosen = _best(total, first, top.shape[1])
        top[row, : len(chosen)] = chosen
        for place, layer in enumerate(layers):
            lifts[layer.number, row, : len(chosen)] = room[place, chosen] * factors[place]
        room.fill(0)
    sparse = {layer.number for layer in layers}
    for number, (part, weight) in enumerate(zip(model.parts, model.weights, strict=True)):
        if number not in sparse:
            lifts[number] = _judge(part, weight, model, some, top)
    return _ordered(model, some, count, top, lifts)


def _ordered(model: Model, some: Array, count: int, top: Array, lifts: Array) -> Lists:
    """The best of what was put forward by the sum of all parts."""
    scores = np.where(top >= 0, lifts.sum(0), -np.inf)
    order = matrices.top_columns(scores, min(count, top.shape[1]))
    best = np.take_along_axis(top, order, 1)
    sums, parts = np.take_along_axis(scores, order, 1), np.take_along_axis(lifts, order[None], 2)
    return _made(model, some, best, sums, parts)


def _fill(room: Array, layers: list[Layer], row: int) -> Array:
    """Add up what each layer says to one person; returns its weight over its deviation among all items."""
    sums = np.zeros(len(layers))
    for place, layer in enumerate(layers):
        values = layer.values[layer.cuts[row] : layer.cuts[row + 1]]
        np.add.at(room[place], layer.items[layer.cuts[row] : layer.cuts[row + 1]], values)
        sums[place] = values.sum()
    size = room.shape[1]
    square = np.einsum("ij,ij->i", room, room).astype(np.float64)
    deviation = np.sqrt(np.maximum(square / size - (sums / size) ** 2, 0))
    weights = np.array([layer.weight for layer in layers])
    return np.where(deviation > 1e-9, weights / np.maximum(deviation, 1e-9), 0).astype(np.float32)


def _best(total: Array, some: Array, count: int) -> Array:
    """The columns of the largest values, fewer when fewer are not zero; ``some`` of them tell where the best
    begin, so that not every value has to be looked at closely.
    """
    found = None
    if len(some) >= 2 * count:
        told = total[some]
        edge = np.partition(told, len(told) - 2 * count)[len(told) - 2 * count]
        if edge > 0:
            found = np.flatnonzero(total >= edge)
    if found is None or len(found) < count:
        found = np.flatnonzero(total != 0)
    if len(found) > count:
        kept = np.argpartition(total[found], len(found) - count)[len(found) - count :]
        found = found[np.sort(kept)]
    return found


def _layer(part: Component, model: Model, some: Array, number: int, weight: float) -> Layer | None:
    """What a sparse part says to some people; None for a dense part."""
    known = model.known
    if isinstance(part, FromItems):
        source = known.latest if part.newest and known.latest is not None else known.history
        return _said(source[some], part.weights, number, weight)
    if isinstance(part, FromPeople):
        return _said(part.near[some], known.history, number, weight)
    if isinstance(part, Intent) and known.other is not None:
        other = known.other[some].tocsr()
        return Layer(number, weight, other.indices, other.data.astype(np.float32), other.indptr)
    return None


def _said(near: Csr, table: Csr, number: int, weight: float) -> Layer:
    """The rows of the table that each person's row names, one after the other, weighed."""
    rows = table[near.indices]
    values = rows.data * np.repeat(near.data, np.diff(rows.indptr))
    return Layer(number, weight, rows.indices, values, rows.indptr[near.indptr])


def _forward(total: Csr, done: Csr, allowed: Array | None, count: int) -> Array:
    """The best columns of each sparse row, -1 where there are fewer."""
    top = np.full((total.shape[0], count), -1, np.int64)
    for row in range(total.shape[0]):
        low, high = total.indptr[row], total.indptr[row + 1]
        columns, values = total.indices[low:high], total.data[low:high]
        if allowed is not None:
            keep = allowed[columns]
            columns, values = columns[keep], values[keep]
        taken = done.indices[done.indptr[row] : done.indptr[row + 1]]
        if len(taken):
            keep = ~np.isin(columns, taken)
            columns, values = columns[keep], values[keep]
        if len(columns) > count:
            columns = columns[np.argpartition(values, -count)[-count:]]
        top[row, : len(columns)] = columns
    return top


def _judge(part: Component, weight: float, model: Model, some: Array, top: Array) -> Array:
    """A dense part's scaled scores of what was put forward."""
    inside = np.maximum(top, 0)
    if isinstance(part, FromVectors):
        vectors = part.people[some]
        _, covariance = part.spread
        deviation = np.sqrt(np.maximum(((vectors @ covariance) * vectors).sum(1), 1e-12))
        values = np.empty(top.shape, np.float32)
        for row in range(len(some)):
            values[row] = part.items[inside[row]] @ vectors[row]
        return np.asarray(values * (weight / deviation)[:, None], np.float32)
    if isinstance(part, ForEverybody):
        return np.asarray(part.scores[inside] * np.float32(weight / max(float(part.scores.std()), 1e-9)))
    if isinstance(part, AmongItems):
        return _among(part, weight, model, some, inside)
    return np.asarray(
        np.take_along_axis(ranking.standardised(part.block(model.known, some)), inside, 1) * weight
    )


def _among(part: AmongItems, weight: float, model: Model, some: Array, inside: Array) -> Array:
    """Dense weights among the most wanted items; the deviation is that of what was put forward."""
    place = np.full(model.items, -1, np.int64)
    place[part.among] = np.arange(len(part.among))
    values = np.zeros(inside.shape, np.float32)
    for row, person in enumerate(some):
        low, high = model.known.history.indptr[person], model.known.history.indptr[person + 1]
        own = place[model.known.history.indices[low:high]]
        own = own[own >= 0]
        here = place[inside[row]]
        if len(own):
            values[row] = np.where(here >= 0, part.weights[own][:, np.maximum(here, 0)].sum(0), 0)
    return np.asarray(weight * ranking.standardised(values))


def _made(model: Model, some: Array, top: Array, scores: Array, lifts: Array) -> Lists:
    """Scores become shares of each row's best; the reason is the part that lifts most."""
    alive = np.isfinite(scores)
    low = np.min(np.where(alive, scores, np.inf), axis=1, keepdims=True)
    high = np.max(np.where(alive, scores, -np.inf), axis=1, keepdims=True)
    span = np.maximum(high - low, 1e-9)
    with np.errstate(invalid="ignore"):
        shares = np.where(alive, 0.05 + 0.95 * (scores - low) / span, 0)
    names = np.array([REASONS.get(part.name, Because.TASTE) for part in model.parts], np.int64)
    return Lists(some, np.where(alive, top, -1), shares, names[np.argmax(lifts, axis=0)])


def near_items(
    model: Model, items: Array, count: int, alike: Csr | None = None, allowed: Array | None = None
) -> Lists:
    """For some items what is near them: by what people did with both, and by what both are."""
    did, reads = _shares(model.nearby.weights[items]), _shares(alike[items]) if alike is not None else None
    total = did if reads is None else (did + 0.5 * reads).tocsr()
    return _top(items, total, did, count, allowed, Because.ITEMS, Because.CONTENT)


def together_items(
    table: Csr, items: Array, count: int, because: Because, allowed: Array | None = None
) -> Lists:
    """For some items the strongest of one table: bought together, or taken next."""
    shares = _shares(table[items])
    return _top(items, shares, shares, count, allowed, because, because)


def alike_items(model: Model, count: int) -> Csr | None:
    """What items have in common in words, for `near_items`; None without words."""
    if model.content is None:
        return None
    return sequence.alike(model.content, keep=count, budget=20_000_000).T.tocsr()


def _shares(table: Csr) -> Csr:
    """Each row over its largest value."""
    made = table.tocsr().astype(np.float32)
    most = np.asarray(made.max(axis=1).todense()).ravel()
    made.data /= np.repeat(np.maximum(most, 1e-9), np.diff(made.indptr))
    return made


def _top(
    some: Array, total: Csr, first: Csr, count: int, allowed: Array | None, one: Because, other: Because
) -> Lists:
    nothing = sp.csr_matrix(total.shape, dtype=np.float32)
    columns = _forward(total, nothing, allowed, count)
    columns[columns == some[:, None]] = -1
    rows = np.repeat(np.arange(len(some)), count)
    inside = np.maximum(columns, 0).ravel()
    scores = np.asarray(total[rows, inside]).reshape(columns.shape)
    scores = np.where(columns >= 0, scores, -1)
    order = np.argsort(-scores, axis=1, kind="stable")
    columns, scores = np.take_along_axis(columns, order, 1), np.take_along_axis(scores, order, 1)
    spoke = np.asarray(first[rows, np.maximum(columns, 0).ravel()]).reshape(columns.shape) > 0
    most = np.maximum(scores[:, :1], 1e-9)
    return Lists(some, columns, np.clip(scores / most, 0, 1), np.where(spoke, one, other))
