"""The arithmetic of read-outs: intervals that keep their promise, and themes that stay the same."""

from __future__ import annotations

import random
from itertools import permutations

import pytest
from django.apps import apps

from jishi.insight.surveys import intervals, privacy, themes


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    # Wilson's limits as printed by Newcombe (1998), Statistics in Medicine 17, table I.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_shares_have_the_published_limits(count: int, total: int, low: float, high: float) -> None:
    found = intervals.share(count, total)

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_the_score_of_promoters() -> None:
    scores = [10] * 50 + [8] * 30 + [2] * 20

    found = intervals.promoters(scores)

    assert found.value == 30
    # 0.5 + 0.2 - 0.3² = 0.61; 1.96 · √(0.61 / 100) = 15.3 points on either side.
    assert found.low == pytest.approx(30 - 15.3, abs=1.5)
    assert found.high == pytest.approx(30 + 15.3, abs=1.5)
    assert intervals.promoters([10]).low < 100


def test_the_interval_of_promoters_covers_the_truth_as_often_as_it_says() -> None:
    dice = random.Random(7)
    for up, down in ((0.5, 0.2), (0.9, 0.02), (0.1, 0.6)):
        truth, hits = 100 * (up - down), 0
        for _ in range(600):
            draws = [dice.random() for _ in range(25)]
            found = intervals.promoters([10 if d < up else 0 if d < up + down else 8 for d in draws])
            hits += found.low <= truth <= found.high
        assert hits / 600 > 0.92, (up, down, hits)


@pytest.mark.parametrize(("freedom", "quantile"), [(4, 2.7764), (5, 2.5706), (9, 2.2622), (30, 2.0423)])
def test_students_quantile(freedom: int, quantile: float) -> None:
    assert intervals.student(freedom) == pytest.approx(quantile, abs=3e-3)


def test_a_mean_needs_two_answers_and_stays_on_its_scale() -> None:
    assert intervals.mean([4], low=1, high=5) is None
    found = intervals.mean([5, 5, 5, 4], low=1, high=5)
    assert found is not None
    assert (found.value, found.high) == (4.75, 5.0)


SAID = [
    "物流太慢了，等了一周", "物流太慢", "配送有点慢，物流信息也不更新", "包装很好，没有坏果", "包装结实",
    "包装太多塑料", "delivery was slow", "Slow delivery again", "The packaging is lovely", "随便说说",
]  # fmt: skip


def test_answers_are_grouped_by_what_they_talk_about() -> None:
    found = {theme.word: theme.count for theme in themes.group(SAID)}

    assert found["物流"] == 3 or found.get("物流太慢") == 2
    assert found["包装"] == 3
    assert any(word in found for word in ("slow", "delivery"))
    assert sum(found.values()) == len(SAID)
    assert found[""] >= 1


def test_the_same_answers_give_the_same_groups_in_any_order() -> None:
    sets = {
        tuple(
            sorted((word, tuple(sorted(order[p] for p in places))) for word, places in themes.assign(order))
        )
        for order in list(permutations(SAID[:6]))[:60]
    }

    assert len(sets) == 1


def test_small_words_name_no_theme() -> None:
    assert [theme.word for theme in themes.group(["the of and", "and of the", "的了是", "是了的"])] == [""]


def test_prv_140_every_column_is_in_the_inventory_exactly_once() -> None:
    for model in apps.get_app_config("surveys").get_models():
        table = model._meta.db_table
        columns = {field.column for field in model._meta.concrete_fields}
        personal = {f.column for f in privacy.PERSONAL_FIELDS if f.table == table}
        assert personal | privacy.IMPERSONAL[table] == columns, table
        assert not personal & privacy.IMPERSONAL[table], table
