"""Judging an order: recall and normalised discounted gain over all items, and the fusion of components.

Invariant: items already taken never count, neither as hits nor as places.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from jishi.insight.recommendation import matrices
from jishi.insight.recommendation.components import Component, Knowledge
from jishi.insight.recommendation.matrices import Array, Csr

Scores = Callable[[Array], Array]
CUTS = (10, 20)
BLOCK = 512
SHORTLIST = 150
FINE = (1.25, 0.8, 1.1, 0.9)
STEPS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.4, 2.0, 3.0)


def standardised(scores: Array) -> Array:
    """Each row over its own deviation. The mean is left: it moves nobody against another.

    Two products over the row are nine times as quick as numpy's deviation, which walks it four times.
    """
    size = scores.shape[1]
    mean = scores @ np.ones(size, scores.dtype) / size
    square = np.einsum("ij,ij->i", scores, scores) / size
    deviation = np.sqrt(np.maximum(square - mean * mean, 0))
    return np.asarray(scores / np.maximum(deviation, 1e-9)[:, None])


def fused(parts: Sequence[Component], weights: Sequence[float], known: Knowledge, people: Array) -> Array:
    """The weighted sum of standardised scores."""
    total = np.zeros((len(people), known.history.shape[1]), np.float32)
    for part, weight in zip(parts, weights, strict=True):
        if weight > 0:
            total += np.float32(weight) * standardised(part.block(known, people))
    return total


def measure(scores: Scores, seen: Csr, truth: Csr, people: Array, block: int = BLOCK) -> dict[str, float]:
    """Mean R@k, N@k over ``people``, each of whom has at least one true item; full ranking over all items."""
    sums = {f"{name}@{cut}": 0.0 for cut in CUTS for name in ("R", "N")}
    for at in range(0, len(people), block):
        some = people[at : at + block]
        table = np.array(scores(some), dtype=np.float32)
        done = seen[some].tocoo()
        table[done.row, done.col] = -np.inf
        _add(sums, matrices.top_columns(table, max(CUTS)), truth[some])
    return {name: value / max(len(people), 1) for name, value in sums.items()}


def _add(sums: dict[str, float], top: Array, truth: Csr) -> None:
    hits = truth.toarray()[np.arange(len(top))[:, None], top] > 0
    _count(sums, hits, np.diff(truth.indptr))


def _count(sums: dict[str, float], hits: Array, wanted: Array) -> None:
    discount = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    ideal = np.cumsum(discount)
    for cut in CUTS:
        found = hits[:, :cut]
        most = np.minimum(np.minimum(wanted, cut), found.shape[1])
        sums[f"R@{cut}"] += float((found.sum(1) / wanted).sum())
        sums[f"N@{cut}"] += float(((found * discount[: found.shape[1]]).sum(1) / ideal[most - 1]).sum())


def goal(figures: dict[str, float]) -> float:
    """What tuning maximises: a gain of one per cent weighs the same in either figure."""
    return float(np.sqrt(figures["R@20"] * figures["N@20"]))


@dataclass(frozen=True)
class Shortlists:
    """For each validation person the standardised scores of the items any component puts forward."""

    scores: Array  # people × candidates × components
    hits: Array
    wanted: Array

    def measure(self, weights: Array) -> dict[str, float]:
        """Figures of one choice of weights."""
        order = matrices.top_columns(self.scores @ weights.astype(np.float32), max(CUTS))
        sums = {f"{name}@{cut}": 0.0 for cut in CUTS for name in ("R", "N")}
        _count(sums, np.take_along_axis(self.hits, order, 1), self.wanted)
        return {name: value / len(self.wanted) for name, value in sums.items()}


def shortlists(
    parts: Sequence[Component],
    known: Knowledge,
    seen: Csr,
    truth: Csr,
    people: Array,
    block: int,
    deep: int = SHORTLIST,
) -> Shortlists:
    """Score once what any weighting can bring to the top: of every part so many."""
    tables, hits = [], []
    width = min(known.history.shape[1], deep * len(parts))
    for at in range(0, len(people), block):
        some = people[at : at + block]
        done = seen[some].tocoo()
        layers, chosen = [], np.zeros((len(some), known.history.shape[1]), bool)
        for part in parts:
            table = standardised(np.asarray(part.block(known, some), np.float32))
            table[done.row, done.col] = -np.inf
            np.put_along_axis(chosen, matrices.top_columns(table, min(deep, width)), True, axis=1)
            layers.append(table)
        chosen[done.row, done.col] = False
        true = truth[some].toarray() > 0
        made, right = _gather(layers, chosen, true, width)
        tables.append(made)
        hits.append(right)
    return Shortlists(np.concatenate(tables), np.concatenate(hits), np.diff(truth[people].indptr))


def _gather(layers: list[Array], chosen: Array, true: Array, width: int) -> tuple[Array, Array]:
    """Pack the chosen columns of each row to the left; what remains of the row can never win."""
    rows, cols = np.nonzero(chosen)
    begin = np.concatenate(([0], np.cumsum(chosen.sum(1))[:-1]))
    place = np.arange(len(rows)) - begin[rows]
    made = np.full((len(chosen), width, len(layers)), -1e6, np.float32)
    right = np.zeros((len(chosen), width), bool)
    for number, layer in enumerate(layers):
        made[rows, place, number] = layer[rows, cols]
    right[rows, place] = true[rows, cols]
    return made, right


def choose_weights(
    lists: Shortlists, rounds: int = 4, least: float = 1e-4, fine: bool = True
) -> tuple[Array, float]:
    """Coordinate ascent from the best single component; a part that adds less than ``least`` stays out.
    Without ``fine`` the steps stay coarse, and nothing is taken out again.
    """
    count = lists.scores.shape[2]
    alone = [goal(lists.measure(np.eye(count)[n])) for n in range(count)]
    weights = np.eye(count)[int(np.argmax(alone))]
    best = max(alone)
    for _ in range(rounds):
        before = best
        for number in np.argsort(-np.array(alone), kind="stable"):
            weights, best = along(lists, weights, best, int(number), least)
        if best - before < 1e-4:
            break
    if not fine:
        return weights, best
    weights, best = _finely(lists, weights, best)
    for number in np.flatnonzero(weights):
        trial = weights.copy()
        trial[number] = 0
        if trial.sum() and (reached := goal(lists.measure(trial))) >= best - least:
            best, weights = reached, trial
    return weights, best


def _finely(lists: Shortlists, weights: Array, best: float, rounds: int = 2) -> tuple[Array, float]:
    """Turn each weight a little; the steps before were too coarse for what parts share."""
    for _ in range(rounds):
        before = best
        for number in np.flatnonzero(weights):
            for factor in FINE:
                trial = weights.copy()
                trial[number] *= factor
                reached = goal(lists.measure(trial))
                if reached > best + 1e-6:
                    best, weights = reached, trial
                    break
        if best - before < 1e-4:
            break
    return weights, best


def along(lists: Shortlists, weights: Array, best: float, number: int, least: float) -> tuple[Array, float]:
    """Try every step of one weight, starting near where it stands and ending where both sides get worse."""
    there = int(np.argmin(np.abs(np.array(STEPS) - weights[number])))
    start = weights
    for way in (range(there + 1, len(STEPS)), range(there - 1, -1, -1)):
        worse = 0
        for at in way:
            trial = start.copy()
            trial[number] = STEPS[at]
            reached = goal(lists.measure(trial)) if trial.sum() else 0.0
            if reached > best + (least if start[number] == 0 else 1e-6):
                best, weights, worse = reached, trial, 0
            else:
                worse += 1
            if worse == 3:
                break
    return weights, best
