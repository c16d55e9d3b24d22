"""Answering: what to show to whom now, what is similar, and why. Reads a model and never changes it.

Invariant: nothing that is excluded, already taken or outside the candidates is ever returned, and every score
is finite.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jishi.insight.recommendation import matrices, ranking
from jishi.insight.recommendation.components import (
    AmongItems,
    FromItems,
    FromPeople,
    FromVectors,
    Intent,
    OverPeople,
    Person,
    spread,
)
from jishi.insight.recommendation.contracts import Asking, Reason, Suggestion
from jishi.insight.recommendation.matrices import Array, Csr
from jishi.insight.recommendation.model import Model

# Above this many items the vectors only judge what the other parts put forward.
FULL_PRODUCT = 40_000
FORWARD = 2_000
RECENT = 0.8  # the last minute's share beside everything the model weighs
DEEP = 6  # how much longer than the answer the list is that diversity may pick from


def block_of(model: Model) -> int:
    """How many people may be scored at once."""
    return int(np.clip(400_000_000 // (model.items * 4 * 6), 16, 512))


def recommend(model: Model, asking: Asking) -> list[Suggestion]:
    """The items for one person as of now, best first."""
    person = whom(model, asking)
    scores = _total(model, person, asking)
    _bar(model, person, asking, scores)
    return _pick(model, scores, asking)


def recommend_many(model: Model, people: Array, count: int = 20) -> Array:
    """The best items of many people, a row each; -1 where there is nothing left to show."""
    answer = np.full((len(people), min(count, model.items)), -1, np.int64)
    block = block_of(model)
    for at in range(0, len(people), block):
        some = np.asarray(people[at : at + block])
        table = ranking.fused(model.parts, model.weights, model.known, some)
        done = model.seen[some].tocoo()
        table[done.row, done.col] = -np.inf
        top = matrices.top_columns(table, answer.shape[1])
        alive = np.isfinite(np.take_along_axis(table, top, 1))
        answer[at : at + block] = np.where(alive, top, -1)
    return answer


def similar_items(model: Model, item: int, count: int = 20, exclude: Sequence[int] = ()) -> list[Suggestion]:
    """Items that go with one: the item is taken for the whole history of a stranger."""
    alone = Person(None, *_of([item]), *_of([item]), np.zeros(0, np.int64), True)
    total = np.zeros(model.items, np.float32)
    for part, weight in zip(model.parts, model.weights, strict=True):
        if isinstance(part, FromItems | FromVectors | AmongItems):
            total += _unit(part.one(model.known, alone)) * np.float32(weight)
    if not total.any():
        total = _unit(model.nearby.one(model.known, alone))
    if not total.any():
        total = model.popular.astype(np.float32).copy()
    total[[item, *exclude]] = -np.inf
    return _pick(model, total, Asking(count=count))


def explain(model: Model, asking: Asking, item: int, evidence: int = 3) -> Reason:
    """Why this item: the component that lifts it most above the average item, and what that rests on."""
    person = whom(model, asking)
    lifts: list[tuple[float, int]] = []
    for number, (part, weight) in enumerate(zip(model.parts, model.weights, strict=True)):
        scores = part.one(model.known, person)
        lifts.append((weight * float(scores[item] - scores.mean()) / max(float(scores.std()), 1e-9), number))
    if person.changed:
        fresh = spread(model.nearby.weights, person.latest, person.latest_weights)
        lift = RECENT * sum(model.weights) * float(_unit(fresh)[item])
        if lift > max(value for value, _ in lifts):
            newest = FromItems("recent", model.nearby.weights, newest=True)
            total = lift + sum(max(value, 0) for value, _ in lifts)
            return Reason("recent", lift / total, _because_of_items(model, newest, person, item, evidence))
    positive = sum(lift for lift, _ in lifts if lift > 0)
    for lift, number in sorted(lifts, key=lambda pair: (-pair[0], pair[1])):
        part = model.parts[number]
        if lift <= 0:
            break
        share = lift / positive
        if isinstance(part, FromPeople):
            return _because_of_people(model, part, person, item, share, evidence)
        if isinstance(part, FromItems | FromVectors | AmongItems | OverPeople):
            return Reason(part.name, share, _because_of_items(model, part, person, item, evidence))
        if isinstance(part, Intent):
            return Reason(part.name, share, (item,))
        return Reason(part.name, share)
    if _interests(model, asking)[item] > 0:
        return Reason("interests", 1.0)
    return Reason("popular", 1.0)


def whom(model: Model, asking: Asking) -> Person:
    """Put together what is known of somebody and what they did just now."""
    number = asking.person
    if number is not None and not 0 <= number < model.people:
        number = None
    items, weights = _row(model.known.history, number)
    latest, latest_weights = _row(model.known.latest, number)
    friends = _row(model.known.links, number)[0]
    other = _row(model.known.other, number)[0]
    if asking.friends:
        named = np.array([f for f in asking.friends if 0 <= f < model.people], np.int64)
        friends = np.union1d(friends, named)
    recent = [i for i in dict.fromkeys(reversed(asking.recent)) if 0 <= i < model.items]
    if recent:
        # A long history must not drown the last minute: together the last things weigh up to half of it.
        strength = max(1.0, len(items) / (2 * len(recent)))
        fresh = np.array(recent, np.int64)
        stay = ~np.isin(items, fresh)
        items = np.concatenate((fresh, items[stay]))
        weights = np.concatenate((np.full(len(fresh), strength, np.float32), weights[stay]))
        latest = fresh[:3]
        latest_weights = np.array([1.0, 0.5, 0.25], np.float32)[: len(latest)]
    return Person(number, items, weights, latest, latest_weights, friends, bool(recent), other)


def _of(items: list[int]) -> tuple[Array, Array]:
    return np.array(items, np.int64), np.ones(len(items), np.float32)


def _row(matrix: Csr | None, number: int | None) -> tuple[Array, Array]:
    if matrix is None or number is None:
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    low, high = matrix.indptr[number], matrix.indptr[number + 1]
    return matrix.indices[low:high].astype(np.int64), matrix.data[low:high]


def _unit(scores: Array) -> Array:
    mean = float(scores.mean())
    deviation = float(np.sqrt(max(float(scores @ scores) / len(scores) - mean * mean, 0.0)))
    return scores / np.float32(deviation) if deviation > 1e-9 else np.zeros_like(scores)


def _total(model: Model, person: Person, asking: Asking) -> Array:
    total = np.zeros(model.items, np.float32)
    vectors = []
    for part, weight in zip(model.parts, model.weights, strict=True):
        if isinstance(part, FromVectors) and model.items > FULL_PRODUCT:
            vectors.append((part, weight))
        else:
            total += _unit(part.one(model.known, person)) * np.float32(weight)
    if person.changed:
        # Neighbours among people were found without the last minute; its own part makes every model react.
        fresh = spread(model.nearby.weights, person.latest, person.latest_weights)
        total += _unit(fresh) * np.float32(RECENT * sum(model.weights))
    if asking.interests:
        total += _unit(_interests(model, asking))
    if asking.place is not None and model.places is not None and 0 <= asking.place < model.places.shape[0]:
        total += _unit(np.log1p(np.asarray(model.places[asking.place].todense()).ravel())) * np.float32(0.5)
    if not total.any():
        total = _unit(model.popular.astype(np.float32))
    for part, weight in vectors:
        _add_vectors(total, part, weight, person, asking)
    return total


def _add_vectors(total: Array, part: FromVectors, weight: float, person: Person, asking: Asking) -> None:
    """Let vectors judge the best of what stands, in place; the rest drops out."""
    if asking.candidates is not None:
        forward = np.array([c for c in asking.candidates if 0 <= c < len(total)], np.int64)
    else:
        room = FORWARD + len(person.items) + len(asking.exclude)
        forward = np.argpartition(total, -min(room, len(total)))[-room:]
    vector = part.vector(person)
    _, covariance = part.spread
    deviation = float(np.sqrt(max(float(vector @ covariance @ vector), 0.0)))
    kept = total[forward]
    if deviation > 1e-9:
        kept = kept + (part.items[forward] @ vector) * np.float32(weight / deviation)
    total[:] = -np.inf
    total[forward] = kept


def _interests(model: Model, asking: Asking) -> Array:
    """How well items' words fit the named interests."""
    found = [model.vocabulary[w] for w in asking.interests if w in model.vocabulary]
    if model.content is None or not found:
        return np.zeros(model.items, np.float32)
    wanted = np.zeros(model.content.shape[1], np.float32)
    wanted[found] = 1
    return np.asarray(model.content @ wanted)


def _bar(model: Model, person: Person, asking: Asking, scores: Array) -> None:
    """Take out, in place, what must not be shown."""
    if asking.candidates is not None:
        inside = np.zeros(len(scores), bool)
        inside[[c for c in asking.candidates if 0 <= c < len(scores)]] = True
        scores[~inside] = -np.inf
    if not asking.seen_too:
        scores[_row(model.seen, person.number)[0]] = -np.inf
        scores[[i for i in asking.recent if 0 <= i < len(scores)]] = -np.inf
    scores[[e for e in asking.exclude if 0 <= e < len(scores)]] = -np.inf


def _pick(model: Model, scores: Array, asking: Asking) -> list[Suggestion]:
    diverse = asking.variety > 0 or (asking.group_cap is not None and model.group is not None)
    reach = asking.count * DEEP if diverse else asking.count
    alive = np.flatnonzero(scores > -np.inf)
    order = alive[matrices.top_columns(scores[alive][None], min(max(reach, 1), len(alive)))[0]]
    if asking.variety > 0:
        order = _varied(model, scores, order, asking)
    if asking.group_cap is not None and model.group is not None:
        order = _capped(model.group, order, asking.group_cap, asking.count)
    return [Suggestion(int(i), float(scores[i])) for i in order[: asking.count]]


def _capped(group: Array, order: Array, cap: int, count: int) -> Array:
    """At most ``cap`` per category; when categories run out, the best of the rest follow."""
    taken: dict[int, int] = {}
    first: list[int] = []
    later: list[int] = []
    for item in order:
        kind = int(group[item])
        taken[kind] = taken.get(kind, 0) + 1
        (first if taken[kind] <= cap else later).append(item)
    return np.array((first + later)[: max(count, len(first))], np.int64)


def _varied(model: Model, scores: Array, order: Array, asking: Asking) -> Array:
    """Maximal marginal relevance: each next item loses by its likeness to those before it."""
    close = _likeness(model, order)
    if close is None or len(order) < 2:
        return order
    worth = scores[order]
    worth = (worth - worth.min()) / max(float(np.ptp(worth)), 1e-9)
    chosen = [0]
    nearest = close[0].copy()
    left = np.ones(len(order), bool)
    left[0] = False
    while left.any() and len(chosen) < asking.count:
        gain = np.where(left, (1 - asking.variety) * worth - asking.variety * nearest, -np.inf)
        best = int(np.argmax(gain))
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, close[best])
    return order[np.array(chosen + list(np.flatnonzero(left)))]


def _likeness(model: Model, order: Array) -> Array | None:
    """Cosines between some items: of their vectors, else of their words, else whether they share a
    category.
    """
    for part in model.parts:
        if isinstance(part, FromVectors):
            rows = part.items[order]
            rows = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
            return np.asarray(rows @ rows.T)
    if model.content is not None:
        return np.asarray((model.content[order] @ model.content[order].T).todense())
    if model.group is not None:
        return (model.group[order][:, None] == model.group[order][None]).astype(np.float32)
    return None


def _because_of_items(
    model: Model,
    part: FromItems | FromVectors | AmongItems | OverPeople,
    person: Person,
    item: int,
    evidence: int,
) -> tuple[int, ...]:
    """Things of the person's own that speak most for the item."""
    mine, weights = person.items, person.weights
    if isinstance(part, FromItems):
        if part.newest:
            mine, weights = person.latest, person.latest_weights
        said = np.array([_at(part.weights, int(i), item) for i in mine]) * weights
    elif isinstance(part, AmongItems):
        to = part.place[item]
        said = np.array([part.weights[part.place[i], to] if i in part.place else 0 for i in mine.tolist()])
        said = said * weights
    elif isinstance(part, OverPeople):
        # The inverse names no items: of the person's own, those shared by the same people speak.
        mine_by = model.known.history[:, mine]
        both = np.asarray(mine_by.T @ model.known.history[:, [item]].toarray()).ravel()
        said = both / np.sqrt(np.maximum(np.asarray(mine_by.sum(0)).ravel(), 1))
    else:
        said = (part.items[mine] @ part.items[item]) * weights
    order = np.argsort(-said, kind="stable")[:evidence]
    return tuple(int(mine[i]) for i in order if said[i] > 0)


def _because_of_people(
    model: Model, part: FromPeople, person: Person, item: int, share: float, evidence: int
) -> Reason:
    """Friends by name, strangers by number."""
    who, weights = part.around(person)
    have = np.array([_at(model.known.history, int(p), item) > 0 for p in who], bool)
    order = np.argsort(-weights, kind="stable")
    supporters = [int(who[i]) for i in order if have[i]]
    friends = set(person.friends.tolist())
    named = tuple(p for p in supporters if p in friends)[:evidence]
    return Reason(part.name, share, (), named, len(supporters))


def _at(matrix: Csr, row: int, col: int) -> float:
    low, high = matrix.indptr[row], matrix.indptr[row + 1]
    found = np.flatnonzero(matrix.indices[low:high] == col)
    return float(matrix.data[low:high][found].sum())
