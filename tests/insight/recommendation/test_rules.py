"""The order of a page: caps, shares, exploration and interleaving hold whatever comes in."""

from __future__ import annotations

import uuid
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jishi.insight.recommendation import rules
from jishi.insight.recommendation.contracts import Because
from jishi.insight.recommendation.rules import Found, Listed, Placed, Traits


def many(count: int) -> tuple[list[Placed], dict[int, Traits]]:
    placed, traits = [], {}
    for number in range(1, count + 1):
        key = number if number % 2 else -number
        placed.append(Placed(key, 1.0 - number / 1000, Because.ITEMS))
        traits[key] = Traits(number % 9 if key > 0 else -(number % 11), number % 5, number % 13 == 0)
    return placed, traits


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 160), unknown=st.integers(0, 15))
def test_nothing_twice_and_little_is_tried_out(seed: int, count: int, unknown: int) -> None:
    placed, traits = many(count)
    strange = [10_000 + number for number in range(unknown)]
    traits |= {key: Traits(key, 0, True) for key in strange}

    laid = rules.lay_out(placed, traits, length=60, seed=seed, unknown=strange)

    keys = [one.key for one in laid]
    assert len(keys) == len(set(keys)) <= 60
    tried = sum(one.because is Because.EXPLORED for one in laid)
    assert tried <= -(-len(laid) // rules.EXPLORED_EVERY)


def test_a_page_is_shared_by_owners_categories_kinds_and_the_small() -> None:
    placed, traits = many(150)

    page = rules.lay_out(placed, traits, length=20, seed=1)

    owners = Counter(traits[one.key].owner for one in page if one.key > 0)
    authors = Counter(traits[one.key].owner for one in page if one.key < 0)
    assert max(owners.values()) <= rules.PER_SHOP and max(authors.values()) <= rules.PER_AUTHOR
    assert max(Counter(traits[one.key].category for one in page).values()) <= rules.PER_CATEGORY
    assert 0.25 <= sum(one.key < 0 for one in page) / 20 <= 0.75
    smalls = [place for place, one in enumerate(page) if traits[one.key].is_small]
    assert smalls and max(b - a for a, b in zip([-1, *smalls], smalls, strict=False)) <= rules.FLOOR_EVERY + 1


def test_the_reason_is_what_spoke_loudest() -> None:
    found = [
        Found("popular", 1, 1.0, Because.POPULAR), Found("near", 1, 0.5, Because.RECENT, 7),
        Found("home", 2, 0.9, Because.ITEMS),
    ]  # fmt: skip

    first, second = rules.add_up(found)

    assert (first.key, first.because, first.cause) == (1, Because.RECENT, 7)
    assert second.key == 2 and first.score > second.score
    listed = [
        Listed("popular", 1.0, [1, 3], [1.0, 0.2], Because.POPULAR),
        Listed("near", 0.5, [1], [1.0], Because.RECENT, (), 7),
        Listed("home", 0.001, [2, 3], [900, 100], None, [Because.ITEMS, Because.CONTENT]),
    ]  # fmt: skip
    assert [tuple(one)[:4] for one in rules.add_lists(listed)] == [
        (1, pytest.approx(1.0), Because.RECENT, 7), (2, pytest.approx(0.9), Because.ITEMS, 0),
        (3, pytest.approx(0.17), Because.CONTENT, 0),
    ]  # fmt: skip
    assert [one.key for one in rules.add_lists(listed, most=2)] == [1, 2]


def test_a_showing_has_a_name_of_the_fifth_kind() -> None:
    for position in range(40):
        wanted = uuid.uuid5(uuid.NAMESPACE_URL, f"slate:k3:{position}")
        assert rules.exposure_of("k3", position) == str(wanted)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), one=st.permutations(range(1, 9)), two=st.permutations(range(1, 9)))
def test_team_draft_takes_turns_and_repeats_nothing(seed: int, one: list[int], two: list[int]) -> None:
    a = [Placed(key, 1.0, Because.ITEMS) for key in one]
    b = [Placed(key, 1.0, Because.ITEMS) for key in two]

    drawn = rules.team_draft(a, b, length=8, seed=seed)

    assert sorted(pick.key for pick in drawn) == list(range(1, 9))
    for cut in (2, 4, 6, 8):
        teams = [pick.team for pick in drawn[:cut]]
        assert teams.count("a") == teams.count("b")


def test_the_coin_of_interleaving_is_fair() -> None:
    a, b = [Placed(1, 1.0, Because.ITEMS)], [Placed(2, 1.0, Because.ITEMS)]

    first = Counter(rules.team_draft(a, b, length=1, seed=seed)[0].team for seed in range(400))

    assert 150 < first["a"] < 250


def test_gain_is_careful() -> None:
    gain = rules.gain_a_month(pairs=20, confidence=0.5, base=0.1, price_minor=1000, days=30)

    assert gain == int(20 * 0.4 * 0.1 * 1000)
