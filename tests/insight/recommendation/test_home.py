"""The home feed: fitted from what people did, reacting to the last minute, honest about both switches."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.insight.recommendation import shop as shops

from jishi.insight.recommendation import fitting, queries
from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation.contracts import Act, Asker, Because, Surface
from jishi.insight.recommendation.models import Candidates, Fitted, Slate, Touch
from jishi.people.privacy import operations as privacy
from jishi.social.feed import operations as feed
from jishi.social.feed import queries as feeds

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> shops.Shop:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    monkeypatch.setattr(fitting, "FACTORS", 8)
    monkeypatch.setattr(fitting, "WITHOUT", frozenset({"linear", "factors"}))
    return shops.build()


@pytest.fixture
def fitted(shop: shops.Shop) -> shops.Shop:
    fitting.fit(at=shop.at)
    recommendation.renew(at=shop.at)
    return shop


def home(
    shop: shops.Shop, person: int | None, *, visitor: str = "", after_s: int = 0, seed: int = 7
) -> list[int]:
    at = shop.at + timedelta(seconds=after_s)
    made = queries.recommend(Asker(person, visitor), Surface.HOME, limit=20, seed=seed, at=at)
    return [pick.key for pick in made.picks]


def test_a_fit_leaves_a_model_and_lists_behind(shop: shops.Shop) -> None:
    row = fitting.fit(at=shop.at)

    assert row is not None and row.items == len(shop.tea + shop.cups + shop.tea_notes + shop.cup_notes)
    assert len(row.fingerprint) == 64 and "validation" in row.figures and row.refreshed_at == shop.at
    home_lists = Candidates.objects.filter(list="home")
    assert set(shop.tea_people) <= set(home_lists.values_list("subject_id", flat=True))
    assert Candidates.objects.filter(list="near", subject_id=shop.tea[0]).exists()


def test_two_cores_make_the_lists_of_one(shop: shops.Shop, settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def lists(cores: int) -> list[tuple[object, ...]]:
        settings.JISHI_HEAVY_CORES = cores
        fitting.fit(at=shop.at)
        rows = Candidates.objects.order_by("list", "subject_id")
        return list(rows.values_list("list", "subject_id", "keys", "scores", "reasons", "made_at"))

    monkeypatch.setattr(fitting, "PIECE", 3)

    shared, alone = lists(2), lists(1)

    assert shared == alone and {row[0] for row in alone} >= {"home", "near", "alike"}
    assert all(row[5] == shop.at and len(row[2]) == len(set(row[2])) > 0 for row in alone)
    assert all(row[3] == sorted(row[3], reverse=True) and 1000 >= row[3][0] > 0 for row in alone)


def test_the_same_signals_are_not_fitted_twice(fitted: shops.Shop) -> None:
    fitting.fit(at=fitted.at + timedelta(days=1))

    assert Fitted.objects.count() == 1


def test_tastes_come_first_and_nothing_is_repeated(fitted: shops.Shop) -> None:
    person = fitted.tea_people[0]

    shown = home(fitted, person)

    tea = set(fitted.tea) | {-note for note in fitted.tea_notes}
    assert len(shown) == len(set(shown)) == 20
    assert sum(key in tea for key in shown[:8]) > sum(key not in tea for key in shown[:8])
    assert any(key > 0 for key in shown) and any(key < 0 for key in shown)


def test_three_clicks_change_the_page_at_once(fitted: shops.Shop) -> None:
    person = fitted.tea_people[1]
    before = home(fitted, person)

    for step, product in enumerate(fitted.cups[:3]):
        recommendation.touch(
            Asker(person), key=product, act=Act.OPENED, at=fitted.at + timedelta(seconds=step)
        )
    after = home(fitted, person, after_s=5)

    cups = set(fitted.cups) | {-note for note in fitted.cup_notes}
    assert sum(key in cups for key in after[:8]) > sum(key in cups for key in before[:8]) + 1
    assert not set(fitted.cups[:3]) & set(after)


def test_a_browser_without_a_name_is_followed_through_its_last_minutes(fitted: shops.Shop) -> None:
    before = home(fitted, None, visitor="v" * 20)

    recommendation.touch(Asker(None, "v" * 20), key=fitted.cups[0], act=Act.CAME, at=fitted.at)
    after = home(fitted, None, visitor="v" * 20, after_s=1)

    cups = set(fitted.cups) | {-note for note in fitted.cup_notes}
    assert sum(key in cups for key in after[:6]) > sum(key in cups for key in before[:6])
    assert home(fitted, None, visitor="w" * 20, after_s=1) != after


def test_the_same_seed_gives_the_same_page(fitted: shops.Shop) -> None:
    person = fitted.cup_people[0]

    assert home(fitted, person) == home(fitted, person)


@pytest.mark.parametrize("switch", ["consent", "feed"])
def test_with_the_switch_off_everybody_gets_the_same(fitted: shops.Shop, switch: str) -> None:
    one, two = fitted.tea_people[2], fitted.cup_people[2]
    for person in (one, two):
        if switch == "consent":
            privacy.withdraw(person_id=person, purpose="personalisation")
        else:
            feed.personalise(person_id=person, on=False)
        recommendation.touch(Asker(person), key=fitted.cups[0], act=Act.CARTED, at=fitted.at)

    assert home(fitted, one) == home(fitted, two)
    assert not Touch.objects.exists()


def test_bought_hidden_and_resting_things_are_left_out(fitted: shops.Shop) -> None:
    person = fitted.tea_people[3]
    gone = home(fitted, person)[0]
    recommendation.hide(person_id=person, kind="item", key=gone)
    fresh = fitted.tea[-1]
    fitted.buy(person, fresh, ago=timedelta(minutes=1))

    shown = home(fitted, person)

    assert gone not in shown and fresh not in shown


def test_a_feed_goes_on_without_repeating_until_everything_was_shown(fitted: shops.Shop) -> None:
    person = fitted.tea_people[4]
    seen, cursor, pages = [], None, 0
    while pages < 30:
        page = feeds.page_home(viewer_id=person, language="zh-hans", cursor=cursor, limit=8, at=fitted.at)
        seen += [(item.kind, item.id) for item in page.items]
        pages, cursor = pages + 1, page.next_cursor
        if cursor is None:
            break

    assert len(seen) == len(set(seen)) and pages > 3
    assert {("product", key) for key in fitted.tea + fitted.cups} <= set(seen)
    assert Slate.objects.count() == 1


def test_every_place_of_a_list_has_a_reason_and_a_showing_of_its_own(fitted: shops.Shop) -> None:
    asker = Asker(fitted.tea_people[5])

    made = recommendation.show(asker, Surface.HOME, limit=12, at=fitted.at)

    assert len({pick.exposure for pick in made.picks}) == 12
    whys = [queries.explain(made.slate, pick.position, readers=asker.readers) for pick in made.picks]
    assert all(why.message for why in whys)
    assert any(why.because in (Because.ITEMS, Because.PEOPLE, Because.TASTE, Because.CONTENT) for why in whys)
