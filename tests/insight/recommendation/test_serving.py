"""Answers: never what is excluded, always finite; they react, explain, diversify, and survive the disk."""

from __future__ import annotations

import json
import os
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from jishi.insight.recommendation import cores, engine, serving
from jishi.insight.recommendation.components import FromPeople, FromVectors, Person
from jishi.insight.recommendation.contracts import Asking, Signals
from jishi.insight.recommendation.errors import ModelFileBroken
from jishi.insight.recommendation.model import Model

ids = st.integers(0, 89)


@examples(max_examples=60, deadline=None)
@given(
    person=st.none() | st.integers(0, 119),
    recent=st.lists(ids, max_size=4),
    exclude=st.lists(ids, max_size=20),
    candidates=st.none() | st.lists(ids, max_size=30),
    interests=st.lists(st.sampled_from(["taste0", "taste2", "nothing"]), max_size=2),
    variety=st.sampled_from([0.0, 0.4]),
    cap=st.none() | st.integers(1, 3),
)
def test_nothing_excluded_seen_or_infinite_is_returned(
    model: Model, person, recent, exclude, candidates, interests, variety, cap
) -> None:
    asking = Asking(
        person=person, recent=recent, exclude=exclude, candidates=candidates, interests=interests,
        variety=variety, group_cap=cap, place=1, count=12,
    )  # fmt: skip

    found = engine.recommend(model, asking)

    shown = [s.item for s in found]
    seen = set() if person is None else set(model.seen[person].indices.tolist())
    assert len(set(shown)) == len(shown) <= 12
    assert not set(shown) & (seen | set(exclude) | set(recent))
    assert candidates is None or set(shown) <= set(candidates)
    assert all(np.isfinite(s.score) for s in found)


def test_one_answer_equals_the_refresh_of_all(model: Model) -> None:
    many = engine.recommend_many(model, np.arange(30), 10)

    one = [[s.item for s in engine.recommend(model, Asking(person=p, count=10))] for p in range(30)]

    assert np.mean(many == np.array(one)) > 0.98  # equal scores may change places by rounding


def test_three_clicks_change_what_is_shown(model: Model) -> None:
    before = [s.item for s in engine.recommend(model, Asking(person=0, count=10))]
    after = [s.item for s in engine.recommend(model, Asking(person=0, count=10, recent=[61, 63, 65]))]

    def third_taste(shown: list[int]) -> int:
        return sum(item >= 60 for item in shown)

    assert third_taste(after) >= third_taste(before) + 3


def test_what_comes_from_the_last_clicks_says_so(model: Model) -> None:
    asking = Asking(person=0, count=10, recent=[61, 63, 65])
    shown = [s.item for s in engine.recommend(model, asking) if s.item >= 60]

    reasons = [engine.explain(model, asking, item) for item in shown]

    assert any(r.component == "recent" and set(r.items) <= {61, 63, 65} and r.items for r in reasons)


def test_a_newcomer_is_met_by_interests_then_friends_then_what_is_liked(model: Model) -> None:
    by_interest = engine.recommend(model, Asking(count=8, interests=["taste1"]))
    by_friends = engine.recommend(model, Asking(count=8, friends=[2, 5, 8, 11]))
    by_nothing = engine.recommend(model, Asking(count=3))

    assert sum(30 <= s.item < 60 for s in by_interest) >= 6
    assert sum(s.item >= 60 for s in by_friends) >= 6
    assert [s.item for s in by_nothing] == np.argsort(-model.popular, kind="stable")[:3].tolist()


def test_categories_are_capped(model: Model) -> None:
    found = engine.recommend(model, Asking(person=3, count=6, group_cap=1))

    assert model.group is not None
    kinds = [int(model.group[s.item]) for s in found]
    assert len(set(kinds)) == 6


def test_variety_spreads_the_list(model: Model) -> None:
    def likeness(variety: float) -> float:
        found = [s.item for s in engine.recommend(model, Asking(person=3, count=8, variety=variety))]
        close = serving._likeness(model, np.array(found))
        assert close is not None
        return float(close.mean())

    assert likeness(0.6) < likeness(0.0)


def test_similar_items_share_the_taste(model: Model) -> None:
    found = engine.similar_items(model, 5, count=5, exclude=[6])

    assert {5, 6}.isdisjoint(s.item for s in found)
    assert sum(s.item < 30 for s in found) >= 4


def test_a_reason_rests_on_what_the_person_has_and_names_friends_only(model: Model, signals: Signals) -> None:
    for number in range(20):
        asking = Asking(person=number, count=3)
        for suggestion in engine.recommend(model, asking):
            reason = engine.explain(model, asking, suggestion.item)

            assert reason.component in [*model.about["components"], "popular"]
            assert 0 < reason.share <= 1
            mine = set(model.known.history[number].indices.tolist()) | {suggestion.item}
            assert set(reason.items) <= mine
            assert model.known.links is not None
            assert set(reason.friends) <= set(model.known.links[number].indices.tolist())
            assert len(reason.friends) <= max(reason.people, 0)


def test_friends_who_have_the_item_are_the_evidence(model: Model) -> None:
    assert model.known.links is not None
    only = replace(model, parts=(FromPeople("friends", model.known.links),), weights=(1.0,))
    asking = Asking(person=4)
    item = engine.recommend(only, asking)[0].item

    reason = engine.explain(only, asking, item)

    friends = model.known.links[4].indices
    having = [int(f) for f in friends if model.known.history[f, item] > 0]
    assert reason.component == "friends" and reason.people == len(having)
    assert set(reason.friends) <= set(having) and reason.friends


def test_a_model_survives_the_disk(model: Model, tmp_path: Path) -> None:
    engine.save(model, tmp_path)

    again = engine.load(tmp_path)

    assert again.weights == model.weights and again.about == json.loads(json.dumps(dict(model.about)))
    for asking in (Asking(person=7), Asking(person=7, recent=[3, 40]), Asking(interests=["taste2"])):
        assert engine.recommend(again, asking) == engine.recommend(model, asking)
    assert not [p for p in tmp_path.iterdir() if p.suffix not in {".json", ".npz"}]


@pytest.mark.parametrize("harm", ["version", "bytes", "gone"])
def test_a_harmed_model_file_is_refused(model: Model, tmp_path: Path, harm: str) -> None:
    engine.save(model, tmp_path)
    head, arrays = tmp_path / "model.json", next(tmp_path.glob("*.npz"))
    if harm == "version":
        head.write_text(json.dumps(json.loads(head.read_text()) | {"version": 99}))
    elif harm == "bytes":
        raw = bytearray(arrays.read_bytes())
        raw[len(raw) // 2] ^= 1
        arrays.write_bytes(bytes(raw))
    else:
        arrays.unlink()

    with pytest.raises(ModelFileBroken):
        engine.load(tmp_path)


def test_a_large_catalogue_is_judged_from_a_shortlist(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    asking = Asking(person=9, count=10)
    whole = [s.item for s in engine.recommend(model, asking)]
    monkeypatch.setattr(serving, "FULL_PRODUCT", 10)
    monkeypatch.setattr(serving, "FORWARD", 50)

    short = [s.item for s in engine.recommend(model, asking)]

    assert len(set(short) & set(whole)) >= 8
    assert all(np.isfinite(s.score) for s in engine.recommend(model, replace(asking, exclude=whole)))


def test_the_deviation_of_vectors_needs_no_scores() -> None:
    chance = np.random.default_rng(1)
    items = chance.standard_normal((400, 8)).astype(np.float32)
    part = FromVectors("factors", chance.standard_normal((2, 8)).astype(np.float32), items, np.eye(8), 1.0)
    nobody = np.zeros(0, np.int64)
    vector = part.vector(Person(1, nobody, nobody, nobody, nobody, nobody))

    _, covariance = part.spread

    assert np.sqrt(vector @ covariance @ vector) == pytest.approx(float((items @ vector).std()), rel=1e-4)


def test_answers_are_quick(model: Model) -> None:
    began = time.perf_counter()
    for person in range(100):
        engine.recommend(model, Asking(person=person))

    assert (time.perf_counter() - began) / 100 < 0.05


def test_a_fork_that_fails_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    here = os.getpid()

    def work(piece: np.ndarray) -> bytes:
        if os.getpid() != here:
            raise ValueError("no memory")
        time.sleep(0.01)
        return piece.tobytes()

    pieces = np.split(np.arange(40), 20)

    with pytest.raises(cores.PieceFailed):
        list(cores.run(pieces, work, cores=2))
    assert "no memory" in capfd.readouterr().err
    assert b"".join(cores.run(pieces, lambda piece: piece.tobytes(), cores=3)) == np.arange(40).tobytes()
