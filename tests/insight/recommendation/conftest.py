"""A small world with taste groups, friends inside them, words, baskets and times; and a model of it."""

from __future__ import annotations

import numpy as np
import pytest

from jishi.insight.recommendation import engine
from jishi.insight.recommendation.contracts import Settings, Signals
from jishi.insight.recommendation.model import Model

PEOPLE, ITEMS, TASTES = 120, 90, 3


def make(seed: int = 0) -> Signals:
    chance = np.random.default_rng(seed)
    person = np.repeat(np.arange(PEOPLE), 12)
    taste = person % TASTES
    own = chance.random(len(person)) < 0.85
    item = np.where(own, taste * 30 + (30 * chance.random(len(person)) ** 1.5).astype(int), 0)
    item = np.where(own, item, chance.integers(0, ITEMS, len(person)))
    one = np.arange(PEOPLE)
    links = (
        np.concatenate((one, one)),
        np.concatenate(((one + TASTES) % PEOPLE, (one + 2 * TASTES) % PEOPLE)),
    )
    return Signals(
        people=PEOPLE,
        items=ITEMS,
        person=person,
        item=item,
        at=chance.integers(0, 10**7, len(person)),
        basket=np.arange(len(person)) // 3,
        links=links,
        others={"cart": (one, (one % TASTES) * 30 + one % 30)},
        tokens=[[f"taste{n // 30}", f"shelf{n % 5}"] for n in range(ITEMS)],
        group=np.arange(ITEMS) // 10,
        place=one % 4,
    )


@pytest.fixture(scope="package")
def signals() -> Signals:
    return make()


@pytest.fixture(scope="package")
def model(signals: Signals) -> Model:
    return engine.fit(signals, Settings(factors=16))
