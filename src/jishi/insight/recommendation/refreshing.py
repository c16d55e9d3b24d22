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
BLOCK = 1000
FORWARD = 300
CELLS = 8_000_000  # of the room of one block: 32 MB
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
    block = int(np.clip(CELLS // model.items, 1, BLOCK))
    room = np.zeros(block * model.items, np.float32)
    for at in range(0, len(people), block):
        yield _sparse(model, np.asarray(people[at : at + block]), count, allowed, room)


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
    """A sparse part's weighted scores of one block, and where its values stand in the block's room."""

    number: int
    table: Csr
    places: Array


def _places(table: Csr) -> Array:
    rows = np.arange(table.shape[0], dtype=np.int64) * table.shape[1]
    return np.repeat(rows, np.diff(table.indptr)) + table.indices


def _sparse(model: Model, some: Array, count: int, allowed: Array | None, room: Array) -> Lists:
    """Sparse parts first, then the dense ones on what these put forward.

    ``room`` holds a float per person of the block and item. It is written to in places and emptied in the
    same places: going through all of it for every block would cost more than everything else.
    """
    layers = []
    for number, (part, weight) in enumerate(zip(model.parts, model.weights, strict=True)):
        table = _layer(part, model, some)
        if table is not None:
            _scale(table, weight)
            layers.append(Layer(number, table, _places(table)))
    layers.sort(key=lambda layer: -layer.table.nnz)
    top, sums = _together(layers, model.seen[some], allowed, max(FORWARD, count), room)
    lifts = np.zeros((len(model.parts), *top.shape), np.float32)
    _spread_out(layers, top, sums, lifts, room)
    sparse = {layer.number for layer in layers}
    for number, (part, weight) in enumerate(zip(model.parts, model.weights, strict=True)):
        if number not in sparse:
            lifts[number] = _judge(part, weight, model, some, top)
    scores = np.where(top >= 0, lifts.sum(0), -np.inf)
    order = matrices.top_columns(scores, min(count, top.shape[1]))
    best = np.take_along_axis(top, order, 1)
    return _made(
        model,
        some,
        best,
        np.take_along_axis(scores, order, 1),
        np.take_along_axis(lifts, order[None], 2),
    )


def _together(
    layers: list[Layer], done: Csr, allowed: Array | None, count: int, room: Array
) -> tuple[Array, Array]:
    """The best columns over the sum of sparse layers with their sums, -1 where there are fewer.

    Each column is read once: the last layer that names it takes its sum away.
    """
    top = np.full((done.shape[0], count), -1, np.int64)
    best = np.zeros(top.shape, np.float32)
    for number, layer in enumerate(layers):
        room[layer.places] = layer.table.data if number == 0 else room[layer.places] + layer.table.data
    taken = _places(done)
    room[taken] = -np.inf
    found = []
    for layer in reversed(layers):
        values = room[layer.places]
        room[layer.places] = -np.inf
        found.append(values if allowed is None else np.where(allowed[layer.table.indices], values, -np.inf))
    for layer in layers:
        room[layer.places] = 0
    room[taken] = 0
    tables = [layer.table for layer in reversed(layers)]
    for row in range(done.shape[0] if layers else 0):
        cuts = [slice(table.indptr[row], table.indptr[row + 1]) for table in tables]
        values = np.concatenate([part[cut] for part, cut in zip(found, cuts, strict=True)])
        columns = np.concatenate([table.indices[cut] for table, cut in zip(tables, cuts, strict=True)])
        if len(columns) > count:
            chosen = np.argpartition(values, -count)[-count:]
            values, columns = values[chosen], columns[chosen]
        alive = values > -np.inf
        width = int(alive.sum())
        top[row, :width], best[row, :width] = columns[alive], values[alive]
    return top, best


def _spread_out(layers: list[Layer], top: Array, sums: Array, lifts: Array, room: Array) -> None:
    """What each layer has in the sums of the best columns. The largest, which comes first, has the rest."""
    if not layers:
        return
    rows = np.arange(len(top), dtype=np.int64) * layers[0].table.shape[1]
    where, rest = np.maximum(top, 0) + rows[:, None], sums
    for layer in layers[1:]:
        room[layer.places] = layer.table.data
        lifts[layer.number] = np.where(top >= 0, room[where], 0)
        room[layer.places] = 0
        rest = rest - lifts[layer.number]
    lifts[layers[0].number] = rest


def _layer(part: Component, model: Model, some: Array) -> Csr | None:
    """A sparse part's scores of some people; None for a dense part."""
    known = model.known
    if isinstance(part, FromItems):
        source = known.latest if part.newest and known.latest is not None else known.history
        return (source[some] @ part.weights).tocsr()
    if isinstance(part, FromPeople):
        return (part.near[some] @ known.history).tocsr()
    if isinstance(part, Intent) and known.other is not None:
        return known.other[some].tocsr().astype(np.float32)
    return None


def _scale(layer: Csr, weight: float) -> None:
    """Divide each row by its deviation over all items, in place, and weigh it."""
    size = layer.shape[1]
    lengths = np.diff(layer.indptr)
    alive = lengths > 0
    begin = layer.indptr[:-1][alive]
    mean, square = np.zeros(len(lengths)), np.zeros(len(lengths))
    if len(begin):
        mean[alive] = np.add.reduceat(layer.data, begin, dtype=np.float64) / size
        square[alive] = np.add.reduceat(layer.data * layer.data, begin, dtype=np.float64) / size
    deviation = np.sqrt(np.maximum(square - mean * mean, 0))
    factor = np.where(deviation > 1e-9, weight / np.maximum(deviation, 1e-9), 0).astype(np.float32)
    layer.data *= np.repeat(factor, lengths)


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


def near_items(model: Model, count: int, allowed: Array | None = None) -> Iterator[Lists]:
    """For every item what is near it: by what people did with both, and by what both are."""
    behaved, alike = model.nearby.weights, _alike(model, count)
    for at in range(0, model.items, BLOCK * 4):
        some = np.arange(at, min(at + BLOCK * 4, model.items))
        did, reads = _shares(behaved[some]), _shares(alike[some]) if alike is not None else None
        total = did if reads is None else (did + 0.5 * reads).tocsr()
        yield _top(some, total, did, count, allowed, Because.ITEMS, Because.CONTENT)


def together_items(table: Csr, count: int, because: Because, allowed: Array | None = None) -> Iterator[Lists]:
    """For every item the strongest of one table: bought together, or taken next."""
    for at in range(0, table.shape[0], BLOCK * 4):
        some = np.arange(at, min(at + BLOCK * 4, table.shape[0]))
        shares = _shares(table[some])
        yield _top(some, shares, shares, count, allowed, because, because)


def _alike(model: Model, count: int) -> Csr | None:
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
