"""Association rules against counting by hand, exact tests against scipy, and gaps between purchases."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats

from jishi.insight.recommendation import baskets, timing


def rows(lines: list[set[int]]) -> tuple[np.ndarray, np.ndarray]:
    flat = [(n, i) for n, line in enumerate(lines) for i in sorted(line)]
    return np.array([n for n, _ in flat]), np.array([i for _, i in flat])


@pytest.fixture(scope="module")
def lines() -> list[set[int]]:
    chance = np.random.default_rng(8)
    made = [set(np.flatnonzero(chance.random(9) < 0.3).tolist()) | {9} for _ in range(150)]
    return [line | ({0, 1} if n % 4 == 0 else set()) for n, line in enumerate(made)]


def test_rules_equal_counting_every_set(lines: list[set[int]]) -> None:
    found = baskets.mine(*rows(lines), support=0.05, confidence=0.4)

    def share(items: tuple[int, ...]) -> float:
        return sum(set(items) <= line for line in lines) / len(lines)

    expected = {}
    for size in range(2, 8):
        for both in itertools.combinations(range(10), size):
            if share(both) < 0.05:
                continue
            for left_size in range(1, size):
                for left in itertools.combinations(both, left_size):
                    right = tuple(i for i in both if i not in left)
                    if share(both) / share(left) >= 0.4 - 1e-12:
                        expected[left, right] = (share(both), share(left), share(right))
    assert set(zip(found.antecedent, found.consequent, strict=True)) == set(expected)
    for n, key in enumerate(zip(found.antecedent, found.consequent, strict=True)):
        both, left, right = expected[key]
        assert found.support[n] == pytest.approx(both)
        assert found.confidence[n] == pytest.approx(both / left)
        assert found.lift[n] == pytest.approx(both / left / right)
        assert found.leverage[n] == pytest.approx(both - left * right)
        if both < left:
            assert found.conviction[n] == pytest.approx((1 - right) / (1 - both / left))
        else:
            assert np.isinf(found.conviction[n])


def test_the_test_is_fishers() -> None:
    both, left, right = np.array([5, 40, 0, 12]), np.array([20, 50, 10, 12]), np.array([30, 60, 20, 15])

    found = baskets.more_than_chance(both, left, right, 200)

    expected = stats.hypergeom.sf(both - 1, 200, right, left)
    assert found == pytest.approx(expected, rel=1e-8)


def test_the_discovery_rate_is_benjamini_and_hochbergs() -> None:
    p = np.random.default_rng(3).random(50) ** 3

    assert baskets.discovery_rate(p) == pytest.approx(stats.false_discovery_control(p))


def test_pure_chance_survives_no_discovery_rate() -> None:
    chance = np.random.default_rng(4)
    lines = [set(np.flatnonzero(chance.random(12) < 0.3).tolist()) for _ in range(300)]

    every = baskets.mine(*rows(lines), support=0.03, confidence=0.1)
    kept = baskets.mine(*rows(lines), support=0.03, confidence=0.1, rate=0.01)

    assert len(every) > 100
    assert len(kept) == 0


def test_the_planted_pair_survives(lines: list[set[int]]) -> None:
    kept = baskets.mine(*rows(lines), support=0.05, confidence=0.4, rate=0.001)

    assert ((0,), (1,)) in list(zip(kept.antecedent, kept.consequent, strict=True))


def test_no_baskets_no_rules() -> None:
    nothing = np.zeros(0, np.int64)

    assert len(baskets.mine(nothing, nothing, support=0.1, confidence=0.1)) == 0


def test_gaps_of_an_item_and_between_two() -> None:
    person = np.array([0, 0, 0, 0, 1, 1, 1])
    item = np.array([7, 7, 7, 7, 7, 8, 7])
    at = np.array([0, 10, 20, 50, 100, 105, 130])

    repeats = timing.repeats(person, item, at, least=3)
    after = timing.successions(person, item, at, least=1)

    assert repeats.keys.tolist() == [[7]] and repeats.count.tolist() == [4]
    assert repeats.median.tolist() == [np.median([10, 10, 30, 30])]
    row = after.find(7, 8)
    assert row is not None and after.median[row] == 5
    assert after.find(8, 9) is None


def test_the_next_purchase_leans_on_the_persons_own_rhythm() -> None:
    everybody = timing.Gaps(
        np.array([[7]]), np.array([50]), np.array([20.0]), np.array([30.0]), np.array([60.0])
    )

    new = timing.next_due(np.array([100]), everybody, 7)
    steady = timing.next_due(np.arange(10) * 10, everybody, 7)

    assert new is not None and (new.early, new.at, new.late, new.own_gaps) == (120, 130, 160, 0)
    assert steady is not None and 90 + 10 < steady.at < 90 + 20
    assert timing.next_due(np.array([100]), everybody, 8) is None
