"""Two mixes on one page: fair turns, one vote a reader, and a verdict that may be looked at every day."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from tests.insight.recommendation import shop as shops

from jishi.insight.recommendation import fitting, judging, queries
from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation.contracts import Act, Asker, MixName, Surface
from jishi.insight.recommendation.errors import ContestInvalid, ContestRunning
from jishi.insight.recommendation.models import Slate
from jishi.kernel import audit


@pytest.fixture
def shop(db: None, settings, tmp_path, monkeypatch: pytest.MonkeyPatch) -> shops.Shop:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    monkeypatch.setattr(fitting, "WITHOUT", frozenset({"linear", "factors"}))
    made = shops.build(each=8, things=10)
    fitting.fit(at=made.at)
    recommendation.renew(at=made.at)
    return made


def test_a_contest_is_interleaved_and_each_reader_has_one_vote(shop: shops.Shop) -> None:
    operator = shop.people(1)[0]
    code = recommendation.start_contest(
        name=" 口味  与新品 ", one=MixName.TASTE, two=MixName.FRESH, by=operator, at=shop.at
    )
    for person, team in ((shop.tea_people[0], "b"), (shop.tea_people[1], "b"), (shop.cup_people[0], "a")):
        for turn in range(2):
            at = shop.at + timedelta(minutes=10 * turn)
            made = recommendation.show(Asker(person), Surface.HOME, limit=12, at=at)
            row = Slate.objects.get(code=made.slate)
            assert set(row.teams) == {"a", "b"} and abs(row.teams.count("a") - row.teams.count("b")) <= 1
            key = row.keys[row.teams.index(team)]
            recommendation.touch(Asker(person), key=key, act=Act.OPENED, at=at + timedelta(seconds=5))
    recommendation.show(Asker(shop.cup_people[1]), Surface.HOME, limit=12, at=shop.at)

    (found,) = queries.list_contests()

    assert (found.code, found.name, found.one, found.two) == (code, "口味 与新品", 2, 4)
    assert (found.lists, found.votes_one, found.votes_two, found.even) == (7, 1, 2, 0)
    assert found.low < found.share < found.high and not found.is_decided


def test_one_contest_at_a_time_of_two_mixes_and_over_is_over(shop: shops.Shop) -> None:
    operator = shop.people(1)[0]
    code = recommendation.start_contest(name="一", one=1, two=2, by=operator, at=shop.at)

    with pytest.raises(ContestRunning):
        recommendation.start_contest(name="二", one=1, two=3, by=operator)
    for name, one, two in (("", 1, 2), ("三", 2, 2), ("三", 1, 9)):
        with pytest.raises(ContestInvalid):
            recommendation.start_contest(name=name, one=one, two=two, by=operator)
    assert recommendation.end_contest(code=code, by=operator)
    assert not recommendation.end_contest(code=code, by=operator)

    made = recommendation.show(Asker(shop.tea_people[0]), Surface.HOME, limit=12, at=shop.at)
    assert Slate.objects.get(code=made.slate).contest == ""
    assert {entry.action for entry in audit.list_entries(subject=f"contest:{code}")} == {
        "contests.start",
        "contests.end",
    }


def test_daily_looking_keeps_the_promise_and_a_preference_is_found() -> None:
    """2,000 contests of fair coins, looked at after every tenth vote: called at most one in twenty times."""
    chance = random.Random(7)
    called = found = 0
    for _ in range(2000):
        one = two = 0
        is_called = False
        for _ in range(30):
            heads = sum(chance.random() < 0.5 for _ in range(10))
            one, two = one + 10 - heads, two + heads
            is_called = is_called or judging.p_value(one, two) < 0.05
        called += is_called
    for _ in range(200):
        two = sum(chance.random() < 0.62 for _ in range(400))
        found += judging.preference(400 - two, two).low > 0.5

    assert called / 2000 <= 0.05
    assert found / 200 > 0.9


def test_the_interval_holds_what_the_p_value_says() -> None:
    nothing = judging.preference(0, 0)
    assert (nothing.low, nothing.high, nothing.p_value) == (0.0, 1.0, 1.0)
    for one, two in ((0, 1), (5, 0), (30, 60), (200, 205), (1000, 1400)):
        seen = judging.preference(one, two)
        assert 0 <= seen.low <= seen.share <= seen.high <= 1
        assert (seen.p_value < 0.05) == (seen.low > 0.5 or seen.high < 0.5)
