"""Each component against the slowest possible way to compute the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from jishi.insight.recommendation import ease, factors, matrices, neighbours, ranking, sequence, tables
from jishi.insight.recommendation.components import AmongItems, FromItems, FromPeople, Knowledge, OverPeople
from jishi.insight.recommendation.contracts import Signals

NOBODY = np.zeros(0, np.int64)


@pytest.fixture
def history() -> sp.csr_matrix:
    chance = np.random.default_rng(5)
    return sp.csr_matrix((chance.random((40, 25)) < 0.2).astype(np.float32))


def test_item_neighbours_equal_the_written_out_cosine(history: sp.csr_matrix) -> None:
    kind = neighbours.Likeness(0.4, 3.0)

    found = neighbours.of_items(history, [kind], keep=5, budget=300)[0].toarray()

    x = history.toarray()
    n = x.sum(0)
    expected = np.zeros((25, 25))
    for to in range(25):
        near = [
            0 if i == to else (x[:, i] @ x[:, to]) / (max(n[i], 1) ** 0.4 * max(n[to], 1) ** 0.4 + 3)
            for i in range(25)
        ]
        edge = sorted(near)[-5]
        expected[:, to] = [v if v >= edge else 0 for v in near]
    assert found == pytest.approx(expected, abs=1e-6)


def test_people_are_compared_over_items_and_acquaintances(history: sp.csr_matrix) -> None:
    links = sp.csr_matrix(np.triu(np.random.default_rng(2).random((40, 40)) < 0.1, 1).astype(np.float32))
    links = (links + links.T).tocsr()
    profiles = neighbours.profile(history, links, exponent=0.25, social=2.0)

    found = neighbours.of_people(profiles, np.array([3, 30]), keep=40, budget=200).toarray()

    x, s = history.toarray(), links.toarray() + np.eye(40)
    a = np.hstack((x / np.maximum(x.sum(0), 1) ** 0.25, 2 * s / s.sum(0) ** 0.25))
    for row, person in enumerate((3, 30)):
        for other in range(40):
            length = np.linalg.norm(a[person]) * np.linalg.norm(a[other])
            wanted = 0 if other == person else a[person] @ a[other] / (length + 1)
            assert found[row, other] == pytest.approx(wanted, abs=1e-5)


@pytest.mark.parametrize("over_people", [True, False])
def test_ease_equals_its_closed_form(history: sp.csr_matrix, over_people: bool) -> None:
    table = history[:20] if over_people else history
    inverse = ease.invert(table, ridge=0.5, size=1000, head=1000)
    assert inverse.over_people == over_people
    known = Knowledge(table)
    if over_people:
        part: OverPeople | AmongItems = OverPeople(
            "linear", inverse.matrix, inverse.table, inverse.people, inverse.items, ease.rest(inverse)
        )
    else:
        part = AmongItems("linear", ease.weights(inverse), inverse.items)

    found = part.block(known, np.arange(table.shape[0]))

    x = table.toarray()[:, inverse.items]
    users, items = np.maximum(x.sum(1), 1), x.sum(0)
    xn = x / np.sqrt(users)[:, None] / np.sqrt(items)
    p = np.linalg.inv(xn.T @ xn + 0.5 * np.eye(xn.shape[1]))
    b = p / -np.diag(p)
    np.fill_diagonal(b, 0)
    expected = (xn if over_people else x / np.sqrt(items)) @ b * np.sqrt(items)
    unseen = x == 0  # an own item's score carries itself in the form over people; it is masked anyway
    assert found[:, inverse.items][unseen] == pytest.approx(expected[unseen], abs=2e-4)


def test_one_step_of_least_squares_equals_solving_each_row(history: sp.csr_matrix) -> None:
    chance = np.random.default_rng(4)
    fixed = chance.standard_normal((25, 6)).astype(np.float32)
    shape = factors.Shape(factors=6, extra=3.0, ridge=2.0)

    found = factors.half_step(history, fixed, np.zeros((40, 6), np.float32), shape, steps=12)

    x = history.toarray()
    for row in range(40):
        sure = 1 + 3.0 * x[row]
        system = fixed.T @ (sure[:, None] * fixed) + 2.0 * np.eye(6)
        wanted = np.linalg.solve(system, fixed.T @ (sure * x[row]))
        assert found[row] == pytest.approx(wanted, abs=2e-3)
    mine = history[7].indices
    gram = fixed.T @ fixed + 2.0 * np.eye(6)
    folded = factors.one(mine, np.ones(len(mine)), fixed, gram, 3.0)
    assert folded == pytest.approx(found[7], abs=2e-3)


def test_figures_equal_the_definition() -> None:
    scores = np.array([[0.9, 0.8, 0.7, 0.1, 0.0] + [-1.0] * 25])
    truth = matrices.binary(np.array([0, 0, 0]), np.array([1, 3, 29]), (1, 30))
    seen = matrices.binary(np.array([0]), np.array([0]), (1, 30))

    found = ranking.measure(lambda people: scores, seen, truth, np.array([0]))

    gain = 1 / np.log2(2) + 1 / np.log2(4)
    assert found["R@10"] == pytest.approx(2 / 3)
    assert found["N@10"] == pytest.approx(gain / (1 / np.log2(2) + 1 / np.log2(3) + 1 / np.log2(4)))


def test_what_follows_is_counted_in_order() -> None:
    signals = Signals(
        people=2,
        items=3,
        person=np.array([0, 0, 1, 1]),
        item=np.array([0, 1, 0, 1]),
        at=np.array([1, 2, 5, 9]),
    )

    found = sequence.transitions(signals, keep=5)

    assert found is not None
    assert found[0, 1] > 0 and found[1, 0] == 0


def test_baskets_and_words_bring_items_together(signals: Signals) -> None:
    baskets = sequence.together(signals, keep=10, budget=10_000)
    content = tables.content(signals)
    assert baskets is not None and content is not None
    words = sequence.alike(content[0], keep=50, budget=10_000)

    assert words[0, 5] > words[0, 1] > 0 == words[0, 31]  # same taste and shelf, same taste, neither
    assert baskets.diagonal().sum() == 0


def test_blocks_do_not_change_the_result(history: sp.csr_matrix) -> None:
    kind = [neighbours.Likeness()]

    small = neighbours.of_items(history, kind, keep=7, budget=30)[0]
    large = neighbours.of_items(history, kind, keep=7, budget=10**6)[0]

    assert (small != large).nnz == 0


def test_block_and_one_agree(signals: Signals) -> None:
    from jishi.insight.recommendation import serving
    from jishi.insight.recommendation.contracts import Asking
    from jishi.insight.recommendation.model import Model

    made = tables.build(signals)
    assert made.links is not None
    known = Knowledge(made.taken, made.latest, made.other, made.links)
    near = neighbours.of_items(made.taken, [neighbours.Likeness()], keep=9, budget=9999)[0]
    items, friends = FromItems("items", near), FromPeople("friends", neighbours.of_friends(made.links, 0.5))
    model = Model(made.taken, known, (), (), items, np.zeros(signals.items))
    person = serving.whom(model, Asking(person=11))
    for part in (items, friends):
        whole = part.block(known, np.array([11]))[0]
        assert part.one(known, person) == pytest.approx(whole, abs=1e-5)


def test_the_fingerprint_sees_every_signal(signals: Signals) -> None:
    first = tables.fingerprint(signals)

    assert first == tables.fingerprint(replace(signals))
    assert first != tables.fingerprint(replace(signals, at=signals.at + 1))
    assert first != tables.fingerprint(replace(signals, tokens=[["x"]] * signals.items))


def test_the_best_columns_are_the_best_whatever_is_equal() -> None:
    chance = np.random.default_rng(4)
    scores = chance.integers(0, 60, (40, 70)).astype(np.float32)
    scores[::3] += chance.random((14, 70))  # rows without equal values among those with them
    scores[5, 3:] = -np.inf

    for count in (1, 12, 69):
        found = matrices.top_columns(scores, count)
        values = np.take_along_axis(scores, found, 1)
        assert (values == -np.sort(-scores, axis=1)[:, :count]).all()
        assert all(len(set(row)) == count for row in found.tolist())
        equal = values[:, 1:] == values[:, :-1]
        assert (np.diff(found, axis=1)[equal] > 0).all()
