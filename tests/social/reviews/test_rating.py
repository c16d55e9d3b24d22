"""The rating: bounded, monotone, hard to move in a day; the statement says what the rule says."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import bought, trade
from tests.factories.bought import LATER

from jishi.social.reviews import operations as reviews
from jishi.social.reviews import queries, rules
from jishi.social.reviews.models import Rating, Review
from jishi.social.reviews.rules import Sample, Signals

SAMPLES = st.lists(
    st.builds(
        Sample,
        stars=st.integers(1, 5),
        authenticity=st.floats(0.05, 1.0),
        age_days=st.floats(0, 2000),
        day=st.integers(0, 30),
    ),
    max_size=60,
)
PRIOR = st.floats(1.0, 5.0)


@given(SAMPLES, PRIOR)
@settings(max_examples=200, deadline=None)
def test_a_rating_never_leaves_the_range_of_stars(samples: list[Sample], prior: float) -> None:
    assert 1.0 - 1e-9 <= rules.rate(samples, prior=prior) <= 5.0 + 1e-9


@given(SAMPLES.filter(bool), PRIOR, st.integers(0, 59))
@settings(max_examples=200, deadline=None)
def test_more_stars_never_lower_a_rating(samples: list[Sample], prior: float, which: int) -> None:
    place = which % len(samples)
    one = samples[place]
    better = [*samples]
    better[place] = Sample(min(5, one.stars + 1), one.authenticity, one.age_days, one.day)

    assert rules.rate(better, prior=prior) >= rules.rate(samples, prior=prior) - 1e-9


@given(SAMPLES, PRIOR, st.floats(0.05, 1.0), st.integers(0, 30))
@settings(max_examples=200, deadline=None)
def test_five_more_stars_never_lower_it_and_one_never_raises_it(
    samples: list[Sample], prior: float, authenticity: float, day: int
) -> None:
    now = rules.rate(samples, prior=prior)

    # A rating can only fall by a review of one star, and only rise by one of five.
    assert rules.rate([*samples, Sample(5, authenticity, 0, day)], prior=prior) >= now - 1e-9
    assert rules.rate([*samples, Sample(1, authenticity, 0, day)], prior=prior) <= now + 1e-9


@given(SAMPLES, PRIOR, st.integers(1, 400), st.sampled_from([1, 5]))
@settings(max_examples=150, deadline=None)
def test_gam_a_burst_of_a_day_moves_it_less_than_its_bound(
    samples: list[Sample], prior: float, fakes: int, stars: int
) -> None:
    other_weight, _ = rules.weigh(samples)
    burst = [Sample(stars, 1.0, 0.0, 99)] * fakes

    moved = abs(rules.rate([*samples, *burst], prior=prior) - rules.rate(samples, prior=prior))

    assert moved <= rules.most_a_day_moves(other_weight) + 1e-9


def test_old_reviews_and_doubted_ones_weigh_less() -> None:
    fresh, old = Sample(1, 1.0, 0, 1), Sample(1, 1.0, rules.HALF_LIFE_DAYS, 2)
    doubted = Sample(1, 0.1, 0, 1)

    assert rules.weigh([old])[0] == pytest.approx(rules.weigh([fresh])[0] / 2)
    assert rules.rate([doubted], prior=4) > rules.rate([old], prior=4) > rules.rate([fresh], prior=4)


def signals(**changes: object) -> Signals:
    plain: dict[str, object] = {
        "waited": timedelta(days=3),
        "account_age": timedelta(days=100),
        "text_length": 40,
    }
    return Signals(**{**plain, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"waited": timedelta(minutes=1)}, "at_once"),
        ({"account_age": timedelta(days=1)}, "new_account"),
        ({"text_length": 2}, "wordless"),
        ({"like_own": 0.9}, "like_own"),
        ({"like_others": 0.8}, "like_others"),
        ({"recent_count": 40, "usual_count": 1.0}, "burst"),
    ],
)
def test_each_doubt_lowers_belief_and_is_named(change: dict[str, object], code: str) -> None:
    doubted = rules.judge(signals(**change))

    assert code in doubted
    assert rules.believe(doubted) < rules.believe(rules.judge(signals()))
    assert [one.code for one in rules.explain(doubted)] == doubted


def test_belief_stays_between_its_bounds() -> None:
    worst = signals(
        waited=timedelta(0),
        account_age=timedelta(0),
        text_length=0,
        like_own=1,
        like_others=1,
        recent_count=99,
    )

    assert rules.believe(rules.judge(worst)) == rules.LEAST_BPS
    assert rules.believe(rules.judge(signals(picture_count=3, followed_up=True)), extra=9999) == 10_000


def test_copied_texts_are_alike_and_different_ones_are_not() -> None:
    text = "柿子又大又甜，包装很结实，全家都喜欢，会再来买的。"

    assert rules.likeness(text, "柿子又大又甜, 包装很结实!全家都喜欢…会再来买的") == 1.0
    assert rules.likeness(text, "物流太慢了，等了一个星期才到，客服也不回消息。") < 0.1
    assert rules.likeness("不错", "不错") == 0.0
    assert rules.simhash(text) == rules.simhash(text + "！！") != 0
    assert -(2**63) <= rules.simhash(text) < 2**63


@pytest.mark.django_db
def test_the_statement_computes_what_the_rule_says_and_a_person_counts_once() -> None:
    scene, again = trade.scene(stock=50), bought.buyer()
    texts = (
        "第一次买，味道很好，值得推荐给家人",
        "第二次买，有两个坏了，客服处理很快",
        "颜色和图片一样，个头均匀，口感脆",
    )
    for n, stars in enumerate((5, 2, 4)):
        bought.review(scene, stars=stars, text=texts[n], at=LATER + timedelta(days=n))
    bought.review(scene, again, stars=1, text="第一单不太行，软了好几个，但是能吃", at=LATER)
    bought.review(
        scene, again, stars=5, text="第二单好多了，卖家很上心，都是脆的", at=LATER + timedelta(days=9)
    )
    at = LATER + timedelta(days=30)

    bought.settle(at)

    latest: dict[int, Review] = {row.author_id: row for row in Review.objects.order_by("pk")}
    samples = [
        Sample(
            row.stars,
            row.authenticity_bps / 10_000,
            (at - row.created_at).total_seconds() / 86_400,
            int(row.created_at.timestamp() // 86_400),
        )
        for row in latest.values()
    ]
    found = queries.summary(scene.product_id)
    assert found.count == 4
    assert found.histogram == (0, 1, 0, 1, 2)
    assert found.average == 400
    expected = rules.rate(samples, prior=rules.category_prior(0, 0))
    assert found.bayesian == pytest.approx(expected * 100, abs=0.51)
    assert reviews.recompute_due(at) == 0
    assert Rating.objects.get().due_at == at + timedelta(days=1)


@pytest.mark.django_db
def test_gam_a_copied_burst_is_doubted_and_hardly_moves_the_rating() -> None:
    scene = trade.scene(stock=100)
    for n in range(4):
        bought.review(
            scene,
            stars=3,
            text=f"第{n}位老顾客的看法：一般般，中规中矩" + "甜脆软硬"[n],
            at=LATER + timedelta(days=n),
        )
    day = LATER + timedelta(days=20)
    bought.settle(day)
    before = queries.summary(scene.product_id).bayesian

    for n in range(12):
        fake = bought.buyer(days=0)
        bought.review(
            scene, fake, stars=5, text="非常好非常好质量超级棒强烈推荐大家购买", at=day + timedelta(minutes=n)
        )
    bought.settle(day + timedelta(hours=2))

    row = Rating.objects.get()
    doubted = Review.objects.filter(stars=5)
    assert all("burst" in one.reasons for one in doubted)
    assert max(one.authenticity_bps for one in doubted.order_by("pk")[1:]) <= 3000
    moved = queries.summary(scene.product_id).bayesian - before
    assert 0 < moved <= 100 * rules.most_a_day_moves(row.weight - rules.DAY_CAP)
    assert row.count == 16
