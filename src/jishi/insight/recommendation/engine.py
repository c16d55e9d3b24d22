"""The library's front door: `fit`, `evaluate`, and by name what serving offers: `recommend`, `similar_items`,
`explain`, `recommend_many`, `save`, `load`.

A fit cuts an eighth of the training rows away, settles every component's settings (alone, then beside the
others) and the weights of the fusion on them, and then fits what was chosen on all training rows.
Deterministic by seed. Test rows come in through `evaluate` alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from jishi.insight.recommendation import files, matrices, mixing, ranking, serving, tables, tuning
from jishi.insight.recommendation.components import Component, FromItems, Knowledge
from jishi.insight.recommendation.contracts import HeldOut, Progress, Settings, Signals
from jishi.insight.recommendation.matrices import Array
from jishi.insight.recommendation.model import Model

LISTED_BYTES = 250_000
"""Of the memory that is granted, for everybody on whom the parts are weighed."""

recommend = serving.recommend
recommend_many = serving.recommend_many
similar_items = serving.similar_items
explain = serving.explain
save = files.save
load = files.load


def fit(signals: Signals, settings: Settings | None = None, progress: Progress | None = None) -> Model:
    """Learn from signals; nothing has to be chosen by hand.

    :raises SignalsBroken: when rows point outside the announced people or items
    """
    settings = settings or Settings()
    say = progress or (lambda stage, share: None)
    started = time.perf_counter()
    tables.check(signals)
    trial = _trial(signals, settings, say)
    choices = tuning.choose(trial)
    say("mix", 0.0)
    choices = mixing.settle(trial, choices)
    trial.tried.clear()
    say("weigh", 0.0)
    names, weights, reached, alone = _weigh(trial, choices, say)
    trial.made.clear()
    whole = tables.build(signals, use_links=settings.use_links)
    bench = tuning.Bench(whole, settings, trial.plan, np.arange(signals.people))
    parts: list[Component] = []
    for number, name in enumerate(names):
        say(f"fit {name}", number / len(names))
        parts.append(bench.make(name, choices))
    say("done", 1.0)
    about = {
        "fingerprint": tables.fingerprint(signals),
        "choices": tuning.describe(choices),
        "validation": reached,
        "alone": alone,
        "seed": settings.seed,
        "plan": dict(vars(trial.plan)),
        "fit_s": round(time.perf_counter() - started, 2),
        "rows": len(signals.person),
    }
    return _model(bench, choices, tuple(parts), tuple(weights), about)


def evaluate(model: Model, held_out: HeldOut) -> dict[str, float]:
    """R@10/20 and N@10/20 on the held-out rows, over everybody who has one; full ranking, taken items
    masked.
    """
    person, item = held_out.take()
    truth = matrices.binary(np.asarray(person), np.asarray(item), model.seen.shape)
    people = np.flatnonzero(np.diff(truth.indptr) > 0)
    figures = ranking.measure(_scores(model), model.seen, truth, people, serving.block_of(model))
    return {**figures, "people": float(len(people))}


def _scores(model: Model) -> Callable[[Array], Array]:
    return lambda people: ranking.fused(model.parts, model.weights, model.known, people)


def _trial(signals: Signals, settings: Settings, say: Progress) -> tuning.Bench:
    """Tables of the validation cut, and whom to ask."""
    say("cut", 0.0)
    kept, truth = tables.cut(signals, share=settings.validation, seed=settings.seed)
    made = tables.build(kept, use_links=settings.use_links)
    people = np.flatnonzero(np.diff(truth.indptr) > 0)
    room = max(settings.memory_bytes // LISTED_BYTES, settings.tuning_people)
    weighing = _some(people, min(settings.weighing_people, room), settings.seed)
    people = _some(people, settings.tuning_people, settings.seed)
    plan = tuning.plan(settings, made.shape)
    return tuning.Bench(made, settings, plan, people, weighing, truth, say)


def _some(people: Array, count: int, seed: int) -> Array:
    if len(people) <= count:
        return people
    return np.sort(np.random.default_rng(seed + 1).choice(people, count, replace=False))


def _weigh(
    trial: tuning.Bench, choices: tuning.Choices, say: Progress
) -> tuple[list[str], list[float], dict[str, float], dict[str, dict[str, float]]]:
    """Fit what was chosen on the cut and find the weights; too little to learn from leaves popularity."""
    names = [name for name in tuning.NAMES if trial.wants(name)]
    if len(trial.people) == 0:
        return ["popular"], [1.0], {}, {}
    trial = replace(trial, people=trial.weighing)
    parts = []
    for number, name in enumerate(names):
        say(f"try {name}", number / len(names))
        parts.append(trial.made.get(name) or trial.make(name, choices))
    assert trial.truth is not None
    lists = ranking.shortlists(
        parts, trial.known(choices), trial.tables.taken, trial.truth, trial.people, trial.plan.block
    )
    alone = {name: lists.measure(np.eye(len(names))[n]) for n, name in enumerate(names)}
    weights, _ = ranking.choose_weights(lists)
    used = [n for n in range(len(names)) if weights[n] > 0]
    top = float(max(weights))
    return (
        [names[n] for n in used],
        [float(weights[n] / top) for n in used],
        lists.measure(weights),
        alone,
    )


def _model(
    bench: tuning.Bench,
    choices: tuning.Choices,
    parts: tuple[Component, ...],
    weights: tuple[float, ...],
    about: dict[str, Any],
) -> Model:
    signals = bench.tables.signals
    known: Knowledge = bench.known(choices)
    content = tables.content(signals)
    places = None
    if signals.place is not None:
        where = np.asarray(signals.place)[signals.person]
        ok = where >= 0
        size = int(where.max(initial=0)) + 1
        places = matrices.weighted(where[ok], signals.item[ok], np.ones(int(ok.sum())), (size, signals.items))
    popular = bench.popular(choices)
    nearby = next((part for part in parts if part.name == "items"), None) or bench.items(choices)
    assert isinstance(nearby, FromItems)
    return Model(
        seen=bench.tables.taken,
        known=replace(known, history=known.history.tocsr()),
        parts=parts,
        weights=weights,
        nearby=nearby,
        popular=popular.block(known, np.zeros(1, np.int64))[0],
        group=None if signals.group is None else np.asarray(signals.group),
        places=places,
        content=None if content is None else content[0],
        vocabulary={} if content is None else {word: n for n, word in enumerate(content[1])},
        about={**about, "components": dict(zip([p.name for p in parts], weights, strict=True))},
    )
