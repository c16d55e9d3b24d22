"""Choosing without a hand: every component's own settings, tried on the validation cut and nowhere else.

Invariant: a `Bench` is made from training rows alone; what is held out for the test never gets near it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import scipy.sparse as sp

from jishi.insight.recommendation import ease, factors, neighbours, ranking, sequence, tables
from jishi.insight.recommendation.components import (
    AmongItems,
    Component,
    ForEverybody,
    FromItems,
    FromPeople,
    FromVectors,
    Intent,
    Knowledge,
    OverPeople,
)
from jishi.insight.recommendation.contracts import Progress, Settings
from jishi.insight.recommendation.matrices import Array, Csr
from jishi.insight.recommendation.tables import Tables

NAMES = (
    "items",
    "people",
    "friends",
    "popular",
    "factors",
    "linear",
    "content",
    "baskets",
    "next",
    "intent",
)
LIKENESSES = tuple(
    neighbours.Likeness(exponent, shrink) for exponent, shrink in ((0.5, 10.0), (0.5, 50.0), (0.35, 10.0))
)
EXPONENTS = (0.25, 0.5, 0.0)
SOCIAL = (0.0, 0.5, 2.0)
FEW = 1000
SAMPLE = 4000
RIDGES = (0.1, 0.3, 0.6, 1.5, 3.0)
ALMOST = 0.98
SHAPES = ((0.0, 1.0), (4.0, 10.0), (15.0, 30.0))


@dataclass(frozen=True)
class Choices:
    """What was chosen. Saved with the model, so that a later fit may start from it."""

    other: float = 0.0
    likeness: neighbours.Likeness = field(default_factory=neighbours.Likeness)
    exponent: float = 0.25
    social: float = 0.0
    keep_people: int = 200
    friends: float = 0.5
    half_life: float = 0.0
    shape: factors.Shape = field(default_factory=factors.Shape)
    ridge: float = 0.3


@dataclass(frozen=True)
class Plan:
    """What fits into the memory that was granted."""

    budget: int
    block: int
    inverse_size: int
    head: int
    factors: int


def plan(settings: Settings, shape: tuple[int, int]) -> Plan:
    """Spread the memory. Little of it means smaller blocks, fewer factors and no linear model."""
    people, items = shape
    room = settings.memory_bytes
    budget = int(np.clip(room // 250, 200_000, 16_000_000))
    block = int(np.clip(room // (items * 4 * 40), 16, 512))
    size = min(settings.inverse_size, int(np.sqrt(room / 3 / 4)))
    head = min(settings.head_size, size)
    if size < min(people, items) and head < 1000:
        size = head = 0
    count = settings.factors
    while count > 16 and count * (people * 2 + items) * 4 * 4 > room:
        count //= 2
    return Plan(budget, block, size, head, count)


@dataclass
class Bench:
    """A set of tables, and for a trial its truth, the people asked about, and the more on whom the parts are
    weighed against each other.
    """

    tables: Tables
    settings: Settings
    plan: Plan
    people: Array
    weighing: Array = field(default_factory=lambda: np.zeros(0, np.int64))
    truth: Csr | None = None
    progress: Progress = lambda stage, share: None
    notes: dict[str, float] = field(default_factory=dict)
    made: dict[str, Component] = field(default_factory=dict)
    tried: dict[str, list[tuple[Choices, Component]]] = field(default_factory=dict)
    begun: factors.Begun | None = None

    @property
    def asked(self) -> Array:
        """Some of the people, enough to compare settings of one component."""
        step = max(1, len(self.people) // FEW)
        return self.people[::step][:FEW]

    def known(self, choices: Choices) -> Knowledge:
        """What components may look at."""
        t = self.tables
        return Knowledge(t.history(choices.other), t.latest, t.other, t.links)

    def judge(self, component: Component, choices: Choices) -> float:
        """How well one component does alone."""
        assert self.truth is not None
        known = self.known(choices)
        seen = self.tables.taken
        figures = ranking.measure(
            lambda some: component.block(known, some), seen, self.truth, self.asked, self.plan.block
        )
        return figures["R@20"] + figures["N@20"]  # what a part finds counts; the fusion sees to the order

    def wants(self, name: str) -> bool:
        """Whether this component may be used at all."""
        s, t = self.settings, self.tables
        if name in s.without or (s.only and name not in s.only):
            return False
        if name == "linear":
            return self.plan.inverse_size > 0
        needed = {
            "friends": t.links is not None,
            "content": t.signals.tokens is not None,
            "baskets": t.signals.basket is not None,
            "next": t.latest is not None,
            "intent": t.other is not None,
        }
        return needed.get(name, True)

    def best(self, name: str, trials: Iterable[tuple[Choices, Callable[[Choices], Component]]]) -> Choices:
        """Try, remember the winner and its component."""
        reached, winner = -1.0, None
        for choices, make in trials:
            component = make(choices)
            self.remember(name, choices, component)
            value = self.judge(component, choices)
            if value > reached + 1e-5:
                reached, winner = value, (choices, component)
        assert winner is not None
        self.notes[name] = reached
        self.made[name] = winner[1]
        return winner[0]

    def remember(self, name: str, choices: Choices, component: Component) -> None:
        """Keep what was tried for the comparison beside the other parts, in an eighth of the memory at most;
        what does not fit stays as it is found alone.
        """
        some = self.tried.setdefault(name, [])
        some.append((choices, component))
        kept = sum(weight(made) for all_of in self.tried.values() for _, made in all_of)
        if kept > self.settings.memory_bytes // 8:
            del some[:]

    # One maker per component ------------------------------------------------------------------

    def items(self, choices: Choices) -> Component:
        """Neighbourhoods of items."""
        history = self.tables.history(choices.other)
        made = neighbours.of_items(
            history, [choices.likeness], keep=self.settings.neighbours, budget=self.plan.budget
        )
        return FromItems("items", made[0])

    def near(self, choices: Choices) -> Component:
        """Neighbourhoods of people over items and acquaintances."""
        return self.around(choices, self.people)

    def near_asked(self, choices: Choices) -> Component:
        """The same for those alone on whom settings are compared."""
        return self.around(choices, self.asked)

    def around(self, choices: Choices, people: Array) -> Component:
        """Neighbourhoods of some people; nobody's depend on who else is asked about."""
        profiles = neighbours.profile(
            self.tables.history(choices.other),
            self.tables.links,
            exponent=choices.exponent,
            social=choices.social,
        )
        found = neighbours.of_people(profiles, people, keep=choices.keep_people, budget=self.plan.budget)
        return FromPeople("people", placed(found, people, self.tables.shape[0]))

    def friends(self, choices: Choices) -> Component:
        """What the person's friends took."""
        assert self.tables.links is not None
        return FromPeople("friends", neighbours.of_friends(self.tables.links, choices.friends))

    def popular(self, choices: Choices) -> Component:
        """How often taken; with a half-life, older rows count less."""
        signals = self.tables.signals
        weights = np.ones(len(signals.item), np.float32)
        if choices.half_life and self.tables.age is not None:
            weights = np.exp2(-self.tables.age / choices.half_life)
        count = np.bincount(signals.item, weights=weights, minlength=signals.items)
        return ForEverybody("popular", np.log1p(count).astype(np.float32))

    def vectors(self, choices: Choices) -> Component:
        """Alternating least squares with the acquaintances as further columns."""
        history = self.tables.history(choices.other)
        shape = choices.shape
        people, items = factors.fit(
            history, self.tables.links, shape, seed=self.settings.seed, begun=self.begun
        )
        gram = items.T @ items
        gram[np.diag_indices_from(gram)] += np.float32(shape.ridge)
        return FromVectors("factors", people, items, gram, shape.extra)

    def linear(self, choices: Choices) -> Component:
        """The closed-form linear model."""
        return self.solve(choices, None)

    def solve(self, choices: Choices, among: Array | None) -> Component:
        """The linear model over all people or some."""
        history = self.tables.history(choices.other)
        size, head = self.plan.inverse_size, self.plan.head
        inverse = ease.invert(history, ridge=choices.ridge, size=size, head=head, among=among)
        if not inverse.over_people:
            return AmongItems("linear", ease.weights(inverse), inverse.items)
        return OverPeople(
            "linear", inverse.matrix, inverse.table, inverse.people, inverse.items, ease.rest(inverse)
        )

    def content(self, choices: Choices) -> Component:
        """Similar words and attributes."""
        table = tables.content(self.tables.signals)
        assert table is not None
        return FromItems(
            "content",
            sequence.alike(table[0], keep=self.settings.neighbours, budget=self.plan.budget),
        )

    def baskets(self, choices: Choices) -> Component:
        """Bought together with what the person has."""
        made = sequence.together(self.tables.signals, keep=self.settings.neighbours, budget=self.plan.budget)
        assert made is not None
        return FromItems("baskets", made)

    def next(self, choices: Choices) -> Component:
        """What comes after the last things."""
        made = sequence.transitions(self.tables.signals, keep=self.settings.neighbours)
        assert made is not None
        return FromItems("next", made, newest=True)

    def intent(self, choices: Choices) -> Component:
        """What lies in the cart."""
        return Intent("intent")

    def make(self, name: str, choices: Choices) -> Component:
        """Any of them."""
        return self.maker(name)(choices)

    def maker(self, name: str) -> Callable[[Choices], Component]:
        """The method behind a name."""
        special = {"people": self.near, "factors": self.vectors}
        return special.get(name) or getattr(self, name)


def weight(component: Component) -> int:
    """How many bytes a component takes."""
    arrays = component.arrays().values()
    return sum(a.data.nbytes + a.indices.nbytes if sp.issparse(a) else a.nbytes for a in arrays)


def placed(part: Csr, people: Array, size: int) -> Csr:
    """Rows of some people in a square matrix of all."""
    lengths = np.zeros(size, np.int64)
    lengths[people] = np.diff(part.indptr)
    indptr = np.concatenate(([0], np.cumsum(lengths)))
    order = np.argsort(people, kind="stable")
    return sp.csr_matrix((part[order].data, part[order].indices, indptr), shape=(size, size))


def choose(bench: Bench) -> Choices:
    """Walk through the components in a fixed order and settle each one's own settings."""
    choices = Choices(shape=factors.Shape(factors=bench.plan.factors))
    steps: list[tuple[str, Callable[[Bench, Choices], Choices]]] = [
        ("other", _other), ("items", _items), ("people", _people), ("friends", _friends),
        ("popular", _popular), ("factors", _factors), ("linear", _linear),
    ]  # fmt: skip
    for number, (name, step) in enumerate(steps):
        bench.progress(f"choose {name}", number / len(steps))
        if name == "other" or bench.wants(name):
            choices = step(bench, choices)
    return choices


def _other(bench: Bench, choices: Choices) -> Choices:
    if bench.tables.other is None:
        return choices
    trials = [(replace(choices, other=value), bench.items) for value in (0.0, 0.3, 1.0)]
    best = bench.best("items", trials)
    del bench.tried["items"]
    return best


def _items(bench: Bench, choices: Choices) -> Choices:
    history = bench.tables.history(choices.other)
    made = neighbours.of_items(history, LIKENESSES, keep=bench.settings.neighbours, budget=bench.plan.budget)
    ready = dict(zip(LIKENESSES, made, strict=True))

    def take(trial: Choices) -> Component:
        return FromItems("items", ready[trial.likeness])

    return bench.best("items", [(replace(choices, likeness=kind), take) for kind in LIKENESSES])


def _people(bench: Bench, choices: Choices) -> Choices:
    def ready(_: Choices) -> Component:
        return bench.made["people"]

    best = replace(choices, social=1.0 if bench.tables.links is not None else 0.0)
    best = bench.best("people", [(replace(best, exponent=e), bench.near_asked) for e in EXPONENTS])
    if bench.tables.links is not None:
        others = [(replace(best, social=s), bench.near_asked) for s in SOCIAL]
        best = bench.best("people", [(best, ready), *others])
    more = replace(best, keep_people=best.keep_people * 7 // 4)
    best = bench.best("people", [(best, ready), (more, bench.near_asked)])
    if len(bench.asked) < len(bench.people):
        del bench.made["people"]  # it knows only those on whom settings were compared
    bench.tried.pop("people")
    return best


def _friends(bench: Bench, choices: Choices) -> Choices:
    return bench.best("friends", [(replace(choices, friends=e), bench.friends) for e in (0.5, 0.25, 0.0)])


def _popular(bench: Bench, choices: Choices) -> Choices:
    spans = [0.0]
    if bench.tables.age is not None:
        spans += [float(bench.tables.age.max()) / part for part in (2, 8, 32)]
    return bench.best("popular", [(replace(choices, half_life=s), bench.popular) for s in spans])


def _factors(bench: Bench, choices: Choices) -> Choices:
    """Small models with few rounds find the confidence; the whole one is made from it."""
    small = replace(choices.shape, factors=min(64, choices.shape.factors), rounds=3)
    social = 0.5 if bench.tables.links is not None else 0.0
    trials = [
        (replace(choices, shape=replace(small, extra=extra, ridge=ridge, social=social)), bench.vectors)
        for extra, ridge in SHAPES
    ]
    bench.begun = {}
    best = bench.best("factors", trials)
    if social:
        bare = replace(best, shape=replace(best.shape, social=0.0))
        best = bench.best("factors", [(best, lambda c: bench.made["factors"]), (bare, bench.vectors)])
    del bench.made["factors"]
    bench.begun = None
    whole = replace(best.shape, factors=choices.shape.factors, rounds=choices.shape.rounds)
    return replace(best, shape=whole)


def _linear(bench: Bench, choices: Choices) -> Choices:
    """The ridge is found on a sample of the people. More people want less of it, so when the sample is only a
    part, the smallest that does almost as well as the best is taken.
    """
    everybody = np.flatnonzero(np.diff(bench.tables.taken.indptr) > 0)
    among, room = bench.asked, SAMPLE - len(bench.asked)
    rest = np.setdiff1d(everybody, among)
    if len(rest) > room:
        rest = np.random.default_rng(bench.settings.seed + 2).choice(rest, room, replace=False)
    among = np.union1d(among, rest)
    reached = {}
    for ridge in RIDGES:
        trial = replace(choices, ridge=ridge)
        reached[ridge] = bench.judge(bench.solve(trial, among), trial)
    best = max(reached.values())
    bench.notes["linear"] = best
    growing = len(among) < len(everybody) <= bench.plan.inverse_size
    enough = best * (ALMOST if growing else 1.0)
    return replace(choices, ridge=min(r for r, value in reached.items() if value >= enough))


def describe(choices: Choices) -> dict[str, Any]:
    """The choices as plain data."""
    plain = dict(vars(choices))
    plain["likeness"] = dict(vars(choices.likeness))
    plain["shape"] = dict(vars(choices.shape))
    return plain
