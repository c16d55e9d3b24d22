"""The automatic fit: repeatable, blind to test rows, bounded, and weighed on validation alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jishi.insight.recommendation import engine, matrices, mixing, neighbours, ranking, tables, tuning
from jishi.insight.recommendation.components import ForEverybody
from jishi.insight.recommendation.contracts import Asking, HeldOut, Settings, Signals
from jishi.insight.recommendation.errors import SignalsBroken
from jishi.insight.recommendation.model import Model


def held_out(signals: Signals) -> HeldOut:
    people = np.arange(signals.people)
    return HeldOut(lambda: (people, (people % 3) * 30 + 29))


def test_the_same_seed_gives_the_same_model(signals: Signals, model: Model) -> None:
    again = engine.fit(signals, Settings(factors=16))

    assert again.weights == model.weights
    assert again.about["fingerprint"] == model.about["fingerprint"]
    ours = engine.recommend_many(model, np.arange(20))
    assert (engine.recommend_many(again, np.arange(20)) == ours).all()


def test_fitting_never_reads_the_test_rows_and_evaluating_reads_them_once(signals: Signals) -> None:
    test = held_out(signals)
    model = engine.fit(signals, Settings(factors=16, only=frozenset({"items", "popular"})))
    assert test.reads == 0

    figures = engine.evaluate(model, test)

    assert test.reads == 1
    assert 0 <= figures["R@10"] <= figures["R@20"] <= 1


def test_the_benchmark_opens_the_test_file_only_to_evaluate(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, signals: Signals
) -> None:
    import gzip

    datasets = pytest.importorskip("benchmarks._datasets")
    (tmp_path / "lastfm").mkdir()
    columns = {"train": (signals.person, signals.item), "social": signals.links}
    for name, (one, two) in columns.items():
        with gzip.open(tmp_path / "lastfm" / f"{name}.tsv.gz", "wt") as out:
            out.writelines(f"{a}\t{b}\n" for a, b in zip(one, two, strict=True))
    monkeypatch.setitem(datasets.SIZES, "lastfm", (signals.people, signals.items))
    read, test = datasets.load(str(tmp_path), "lastfm")

    # There is no test file at all: a fit that looked for it would fail.
    model = engine.fit(read, Settings(factors=16, only=frozenset({"items", "friends"})))

    assert test.reads == 0
    with pytest.raises(FileNotFoundError):
        engine.evaluate(model, test)
    assert test.reads == 1


def test_weights_come_from_validation_alone(signals: Signals) -> None:
    trial = engine._trial(signals, Settings(), lambda stage, share: None)
    assert trial.truth is not None

    overlap = trial.tables.taken.multiply(trial.truth)

    assert overlap.nnz == 0
    assert (trial.tables.taken + trial.truth != tables.build(signals).taken).nnz == 0
    assert (np.diff(trial.tables.taken.indptr) > 0).all()


def test_weights_are_the_best_of_what_was_tried() -> None:
    right, wrong = np.array([[3.0, 1.0, 2.0]]), np.array([[1.0, 3.0, 2.0]])
    lists = ranking.Shortlists(
        scores=np.stack([wrong, right], axis=2).astype(np.float32),
        hits=np.array([[True, False, False]]),
        wanted=np.array([1]),
    )

    weights, reached = ranking.choose_weights(lists)

    assert weights.tolist() == [0.0, 1.0]
    assert reached == 1.0


def test_settings_are_judged_beside_the_other_parts() -> None:
    """What finds the most wanted is better alone; beside what is liked the other one adds more."""
    signals = Signals(people=3, items=60, person=np.array([0, 1, 2]), item=np.array([0, 0, 0]))
    liked, rare = np.linspace(0.2, 0.1, 60, dtype=np.float32), np.zeros(60, np.float32)
    liked[1], rare[40], rare[2] = 10, 9, 10
    popular = liked.copy()
    popular[3] = 9
    same, other = tuning.Choices(), tuning.Choices(likeness=neighbours.Likeness(0.5, 50.0))
    bench = tuning.Bench(
        tables.build(signals),
        Settings(only=frozenset({"items", "popular"})),
        tuning.plan(Settings(), (3, 60)),
        np.arange(3),
        np.arange(3),
        matrices.binary(np.repeat(np.arange(3), 3), np.array([1, 3, 40] * 3), (3, 60)),
    )
    bench.made["popular"] = ForEverybody("popular", popular)
    bench.tried["items"] = [(same, ForEverybody("items", liked)), (other, ForEverybody("items", rare))]

    assert mixing.settle(bench, same).likeness == other.likeness
    del bench.tried["items"]
    bench.settings = replace(bench.settings, memory_bytes=3000)
    bench.remember("items", same, ForEverybody("items", liked))
    bench.remember("items", other, ForEverybody("items", rare))  # no room for both: as found alone
    assert bench.tried["items"] == [] and mixing.settle(bench, same) == same


def test_a_person_gets_what_their_taste_group_takes(signals: Signals, model: Model) -> None:
    top = engine.recommend_many(model, np.arange(signals.people), 5)

    taste = top // 30 == (np.arange(signals.people) % 3)[:, None]

    assert taste.mean() > 0.8


def test_rows_outside_the_announced_sizes_are_refused(signals: Signals) -> None:
    broken = replace(signals, item=np.where(np.arange(len(signals.item)) == 3, 90, signals.item))

    with pytest.raises(SignalsBroken):
        engine.fit(broken)


def test_little_memory_means_a_smaller_plan() -> None:
    rich = tuning.plan(Settings(), (20_000, 30_000))
    poor = tuning.plan(Settings(memory_bytes=10_000_000), (20_000, 30_000))

    assert rich.inverse_size == 14_000 and rich.factors == 128
    assert poor.inverse_size == 0
    assert poor.budget < rich.budget and poor.block < rich.block and poor.factors < rich.factors


def test_with_little_memory_the_fit_still_works(signals: Signals) -> None:
    told: list[str] = []
    model = engine.fit(signals, Settings(memory_bytes=2_000_000), lambda stage, share: told.append(stage))

    assert "linear" not in model.about["components"]
    assert told[0] == "cut" and told[-1] == "done"


@pytest.mark.parametrize(
    "thin",
    [
        lambda s: replace(s, person=s.person[:0], item=s.item[:0], at=None, basket=None),
        lambda s: replace(s, person=s.person[:1], item=s.item[:1], at=None, basket=None),
        lambda s: Signals(people=s.people, items=s.items, person=s.person, item=s.item),
    ],
    ids=["nothing", "one row", "only pairs"],
)
def test_a_shop_that_just_opened_can_be_fitted(signals: Signals, thin: Callable[[Signals], Signals]) -> None:
    model = engine.fit(thin(signals), Settings(factors=16))

    found = engine.recommend(model, Asking(person=0, count=5))

    assert len(found) == 5
    assert all(np.isfinite(s.score) for s in found)


def test_the_library_needs_no_django() -> None:
    code = (
        "import sys; from jishi.insight.recommendation import engine, baskets, timing;"
        "from jishi.insight.networks import communities, influence, ties, bridges;"
        "sys.exit('django' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
