"""Settings judged in company. What is best alone is not what adds most to the others: a neighbourhood that
leans to what is liked wins alone; beside parts that know what is liked, one that does not lean is worth more.

Invariant: decided on the validation cut alone, among settings that were tried there before.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jishi.insight.recommendation import ranking
from jishi.insight.recommendation.components import Component
from jishi.insight.recommendation.matrices import Array
from jishi.insight.recommendation.ranking import Shortlists
from jishi.insight.recommendation.tuning import EXPONENTS, NAMES, Bench, Choices

DEEP = 40
"""So many of the best of each setting are looked at; a page is shorter."""
LEAST = 1e-4
ENOUGH = 1500
"""People on whom settings are compared beside each other."""


def settle(bench: Bench, choices: Choices) -> Choices:
    """Try the other settings of each part beside the others, the heaviest first. Parts that do not depend on
    what comes out stay with the bench for the weights.
    """
    names = [name for name in NAMES if bench.wants(name)]
    people = bench.weighing[:: max(1, len(bench.weighing) // ENOUGH)][:ENOUGH]
    if len(people) == 0:
        return choices
    options = [_options(replace(bench, people=people), name, choices) for name in names]
    if all(len(some) == 1 for some in options):
        return choices
    lists, columns = _lists(bench, options, choices, people)
    chosen = [0] * len(names)
    weights, best = ranking.choose_weights(_pick(lists, columns, chosen), rounds=2, fine=False)
    for number in np.argsort(-weights, kind="stable").tolist():
        for option in range(1, len(options[number])):
            trial = [*chosen[:number], option, *chosen[number + 1 :]]
            turned, reached = ranking.along(_pick(lists, columns, trial), weights, best, number, LEAST)
            if reached > best + LEAST:
                weights, best, chosen = turned, reached, trial
    for name, some, option in zip(names, options, chosen, strict=True):
        if option:
            choices = _with(choices, name, some[option][0])
            if name in bench.made:
                bench.made[name] = some[option][1]
    return choices


def _options(bench: Bench, name: str, choices: Choices) -> list[tuple[Choices, Component]]:
    """What was found alone, and beside it the other settings of the part."""
    if name == "people":
        others = [replace(choices, exponent=e) for e in EXPONENTS if e != choices.exponent]
        return [(one, bench.near(one)) for one in (choices, *others)]
    if name in ("items", "friends", "factors"):
        tried = [(one, made) for one, made in bench.tried.get(name, ()) if one.other == choices.other]
        found = {_of(one, name): (one, made) for one, made in tried}
        first = found.pop(_of(choices, name), None)
        if first is not None:
            return [first, *found.values()]
    made = bench.made.get(name) or bench.make(name, choices)
    bench.made[name] = made
    return [(choices, made)]


def _of(choices: Choices, name: str) -> object:
    """The settings of one part."""
    if name == "factors":
        return choices.shape.extra, choices.shape.ridge, choices.shape.social
    return choices.likeness if name == "items" else choices.friends


def _with(choices: Choices, name: str, other: Choices) -> Choices:
    """The same choices with the settings of one part taken from others."""
    if name == "factors":
        shape = replace(other.shape, factors=choices.shape.factors, rounds=choices.shape.rounds)
        return replace(choices, shape=shape)
    field = {"items": "likeness", "friends": "friends", "people": "exponent"}[name]
    return replace(choices, **{field: getattr(other, field)})


def _lists(
    bench: Bench, options: list[list[tuple[Choices, Component]]], choices: Choices, people: Array
) -> tuple[Shortlists, list[list[int]]]:
    """Everything scored once, and in which columns the options of each part stand."""
    assert bench.truth is not None
    parts = [made for some in options for _, made in some]
    lists = ranking.shortlists(
        parts, bench.known(choices), bench.tables.taken, bench.truth, people, bench.plan.block, DEEP
    )
    begin = np.cumsum([0, *(len(some) for some in options)]).tolist()
    return lists, [list(range(at, at + len(some))) for at, some in zip(begin, options, strict=False)]


def _pick(lists: Shortlists, columns: list[list[int]], chosen: list[int]) -> Shortlists:
    """The lists with one option of each part."""
    inside = [some[option] for some, option in zip(columns, chosen, strict=True)]
    return replace(lists, scores=np.ascontiguousarray(lists.scores[:, :, inside]))
