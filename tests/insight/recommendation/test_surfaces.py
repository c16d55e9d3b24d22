"""Every place: its own list, the off switch, what friends allow, and what a reader left out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from tests.insight.recommendation import shop as shops

from jishi.goods.catalog.models import Listing
from jishi.insight.networks import measuring
from jishi.insight.portraits.models import Membership, Segment
from jishi.insight.recommendation import errors, fitting, queries, rules
from jishi.insight.recommendation import operations as recommendation
from jishi.insight.recommendation.contracts import About, Act, Asker, Because, Surface
from jishi.insight.recommendation.models import Bundle, Candidates, Due, Slate, Touch
from jishi.insight.recommendation.queries import selecting
from jishi.people.privacy import operations as privacy
from jishi.people.privacy.contracts import Purpose

pytestmark = pytest.mark.django_db
LISTED = [
    surface for surface in Surface if surface not in (Surface.PEOPLE, Surface.COMMUNITIES, Surface.SEARCH)
]


@pytest.fixture
def shop(tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch) -> shops.Shop:
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    monkeypatch.setattr(fitting, "FACTORS", 8)
    monkeypatch.setattr(fitting, "WITHOUT", frozenset({"linear", "factors"}))
    made = shops.build(each=10, things=8)
    fitting.fit(at=made.at)
    recommendation.renew(at=made.at)
    return made


def about(shop: shops.Shop, surface: Surface) -> About:
    """What a place stands beside."""
    if surface is Surface.GOODS:
        return About(note_id=shop.tea_notes[0])
    return About((shop.tea[0],)) if surface is not Surface.HOME else About()


def keys(shop: shops.Shop, person: int | None, surface: Surface, seed: int = 3) -> list[int]:
    made = queries.recommend(Asker(person), surface, about=about(shop, surface), seed=seed, at=shop.at)
    return [pick.key for pick in made.picks]


def test_goods_go_with_goods_of_the_same_baskets_and_never_with_themselves(shop: shops.Shop) -> None:
    found = keys(shop, None, Surface.GOES_WITH)

    assert found and shop.tea[0] not in found
    assert sum(key in shop.tea for key in found[:4]) >= 3
    assert all(key > 0 for key in found)


def test_notes_for_a_product_and_goods_for_a_note(shop: shops.Shop) -> None:
    notes = keys(shop, None, Surface.NOTES)
    goods = keys(shop, None, Surface.GOODS)

    assert -shop.tea_notes[0] == notes[0] and all(key < 0 for key in notes)
    assert shop.tea[0] in goods and all(key > 0 for key in goods)


def test_people_like_you_chose_their_own_kind(shop: shops.Shop) -> None:
    found = keys(shop, shop.cup_people[0], Surface.LIKE_YOU)

    own = {*shop.cups, *(-note for note in shop.cup_notes)}
    assert found and sum(key in own for key in found) > len(found) / 2
    assert keys(shop, None, Surface.LIKE_YOU) == []


def test_friends_purchases_are_told_only_when_both_follow_and_the_friend_allows(shop: shops.Shop) -> None:
    me, friend, stranger = shop.people(3)
    shop.befriend(me, friend)
    shop.buy(friend, shop.cups[0])
    shop.buy(stranger, shop.cups[1])
    recommendation.tell_friends(person_id=stranger, on=True)

    silent = keys(shop, me, Surface.FRIENDS)
    recommendation.tell_friends(person_id=friend, on=True)
    told = queries.recommend(Asker(me), Surface.FRIENDS, seed=1, at=shop.at)

    assert silent == []
    assert [pick.key for pick in told.picks] == [shop.cups[0]]
    assert told.picks[0].because is Because.FRIENDS and told.picks[0].cause == friend


@pytest.mark.parametrize("surface", LISTED)
def test_every_place_honours_the_off_switch(shop: shops.Shop, surface: Surface) -> None:
    """Generated over all places: with the switch off a list is what anybody without acts gets."""
    person, nobody = shop.tea_people[0], shop.people(1)[0]
    recommendation.touch(Asker(person), key=shop.cups[1], act=Act.CARTED, at=shop.at)
    recommendation.hide(person_id=person, kind="item", key=shop.cups[2])
    for one in (person, nobody):
        privacy.withdraw(person_id=one, purpose="personalisation")

    found = queries.recommend(Asker(person), surface, about=about(shop, surface), seed=3, at=shop.at)
    plain = queries.recommend(Asker(nobody), surface, about=about(shop, surface), seed=3, at=shop.at)

    assert [pick.key for pick in found.picks] == [pick.key for pick in plain.picks]
    assert not found.is_personal


def test_search_people_and_communities_honour_the_off_switch(shop: shops.Shop) -> None:
    person = shop.tea_people[0]
    shop.befriend(person, shop.tea_people[1])
    shop.befriend(shop.tea_people[1], shop.tea_people[2])
    measuring.measure(at=shop.at)
    order = [*shop.cups, *shop.tea]
    leaning, moved = queries.rerank_search(Asker(person), order, at=shop.at)
    known = queries.people_to_follow(Asker(person), at=shop.at)

    privacy.withdraw(person_id=person, purpose="personalisation")
    plain, none_moved = queries.rerank_search(Asker(person), order, at=shop.at)
    unknown = queries.people_to_follow(Asker(person), at=shop.at)

    assert leaning != order and moved and sorted(leaning) == sorted(order)
    assert plain == order and not none_moved
    assert any(because is Because.CIRCLE for _, because, _ in known)
    assert not any(because in (Because.CIRCLE, Because.TOPIC) for _, because, _ in unknown)
    assert queries.communities_to_join(Asker(person), at=shop.at) == []


def test_search_results_move_a_few_places_at_most(shop: shops.Shop) -> None:
    person = shop.tea_people[0]
    order = [*shop.cups, *shop.tea]

    leaning, _ = queries.rerank_search(Asker(person), order, at=shop.at)

    before = {key: place for place, key in enumerate(order)}
    assert max(before[key] - place for place, key in enumerate(leaning)) <= rules.SEARCH_REACH


@pytest.mark.parametrize(("kind", "of"), [("item", "item"), ("shop", "shop"), ("category", "category")])
def test_what_was_left_out_stays_out(shop: shops.Shop, kind: str, of: str) -> None:
    asker = Asker(shop.tea_people[0])
    made = recommendation.show(asker, Surface.GOES_WITH, about=about(shop, Surface.GOES_WITH), at=shop.at)
    place = made.picks[0]

    left = recommendation.hide_shown(asker, slate=made.slate, position=place.position, kind=kind, at=shop.at)
    after = keys(shop, asker.person_id, Surface.GOES_WITH)

    listing = Listing.objects.get(pk=place.key)
    assert left == (kind, {"item": place.key, "shop": listing.shop_id, "category": listing.category_id}[of])
    assert place.key not in after
    assert recommendation.unhide(person_id=asker.person_id, kind=left[0], key=left[1])
    assert place.key in keys(shop, asker.person_id, Surface.GOES_WITH)


def test_an_author_is_left_out_by_one_note(shop: shops.Shop) -> None:
    asker = Asker(shop.tea_people[0])
    made = recommendation.show(asker, Surface.NOTES, about=about(shop, Surface.NOTES), at=shop.at)

    recommendation.hide_shown(asker, slate=made.slate, position=1, kind="author", at=shop.at)

    assert not {-note for note in shop.tea_notes} & set(keys(shop, asker.person_id, Surface.NOTES))


def test_nobody_asks_or_leaves_out_from_a_list_of_somebody_else(shop: shops.Shop) -> None:
    made = recommendation.show(Asker(shop.tea_people[0]), Surface.HOME, at=shop.at)
    other = Asker(shop.tea_people[1])

    with pytest.raises(errors.ShowingUnknown):
        queries.explain(made.slate, 1, readers=other.readers)
    with pytest.raises(errors.ShowingUnknown):
        recommendation.hide_shown(other, slate=made.slate, position=1, kind="item")


def test_sold_out_and_closed_things_are_never_shown(shop: shops.Shop) -> None:
    gone = keys(shop, None, Surface.GOES_WITH)[0]
    Listing.objects.filter(pk=gone).update(in_stock=False)

    assert gone not in keys(shop, None, Surface.GOES_WITH)


def test_what_was_opened_is_noted_once_per_list(shop: shops.Shop) -> None:
    asker = Asker(shop.tea_people[0])
    made = recommendation.show(asker, Surface.HOME, at=shop.at)

    for _ in range(3):
        recommendation.touch(asker, key=made.picks[4].key, act=Act.OPENED, at=shop.at + timedelta(seconds=9))

    assert Slate.objects.get(code=made.slate).opened == [5]
    assert Touch.objects.count() == 1


def test_one_showing_has_one_name_wherever_it_is_made() -> None:
    assert rules.exposure_of("abc", 3) == queries.exposure_of("abc", 3) != rules.exposure_of("abc", 4)


def test_bundles_are_proposed_against_chance_and_a_refusal_outlives_the_next_fit(shop: shops.Shop) -> None:
    for number in range(30):
        person = shop.people(1)[0]
        shop.buy(person, *((shop.tea[6], shop.cups[6]) if number % 2 else (shop.tea[7],)))
    fitting.fit(at=shop.at)
    found = {(one.first, one.then): one for one in queries.list_bundles(shop.shop.id)}
    pair = found[(shop.tea[6],), (shop.cups[6],)]

    recommendation.decide_bundle(shop_id=shop.shop.id, code=pair.code, show=True)
    beside = queries.recommend(Asker(None), Surface.CART, about=About((shop.tea[6],)), seed=1, at=shop.at)
    recommendation.decide_bundle(shop_id=shop.shop.id, code=pair.code, show=False)
    fitting.fit(at=shop.at)

    assert pair.lift > 1.2 and pair.false_bps <= 500 and pair.gain_minor >= 0
    assert beside.picks[0].key == shop.cups[6] and beside.picks[0].because is Because.TOGETHER
    assert Bundle.objects.get(code=pair.code).state == "declined"
    assert ((shop.tea[6],), (shop.cups[6],)) not in {
        (one.first, one.then) for one in queries.list_bundles(shop.shop.id)
    }
    with pytest.raises(errors.BundleUnknown):
        recommendation.decide_bundle(shop_id=shop.shop.id + 1, code=pair.code, show=True)


def test_what_is_bought_again_and_again_is_expected_in_time(shop: shops.Shop) -> None:
    person = shop.people(1)[0]
    for weeks in (12, 8, 4):
        shop.buy(person, shop.tea[5], ago=timedelta(weeks=weeks))
    fitting.fit(at=shop.at)

    row = Due.objects.get(person_id=person, product_id=shop.tea[5])
    assert abs((row.due_at - shop.at).total_seconds()) < 86_400 * 3 and row.own_gaps == 2


def test_goods_for_a_campaign_carry_reasons_and_an_audience_is_told_by_its_lists(
    shop: shops.Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = Segment.objects.create(name="茶友", created_at=shop.at)
    Membership.objects.bulk_create(Membership(segment=segment, person_id=one) for one in shop.tea_people)
    host = shop.people(1)[0]
    for one in shop.cup_people:
        shop.befriend(host, one)
    privacy.withdraw(person_id=shop.tea_people[0], purpose=Purpose.PERSONALISATION)

    found = queries.select_goods(at=shop.at)
    assert len(found) == len(shop.tea) + len(shop.cups) and found[0].score >= found[-1].score
    assert all(0 <= part <= 100 for one in found for part in (one.margin, one.fit, one.risk))
    assert found[0].facts["free"] == 10 and found[0].facts["earns_minor"] > 0

    few = queries.select_goods(segment=segment.code, at=shop.at)
    monkeypatch.setattr(selecting, "ASKED_LEAST", 5)
    for_tea = {one.product_id: one for one in queries.select_goods(segment=segment.code, at=shop.at)}
    for_cups = {one.product_id: one for one in queries.select_goods(host_id=host, at=shop.at)}

    assert {one.facts["asked"] for one in few} == {one.facts["wanted"] for one in few} == {0}
    assert {one.facts["asked"] for one in for_tea.values()} == {len(shop.tea_people) - 1}
    assert {one.facts["asked"] for one in for_cups.values()} == {len(shop.cup_people)}
    assert sum(for_tea[key].fit - for_cups[key].fit for key in shop.tea) > 10 * len(shop.tea)
    assert any(one.facts["wanted"] for one in for_tea.values())


def test_a_person_who_leaves_leaves_nothing_behind(shop: shops.Shop) -> None:
    person = shop.tea_people[0]
    recommendation.touch(Asker(person), key=shop.tea[1], act=Act.OPENED, at=shop.at)
    recommendation.show(Asker(person), Surface.HOME, at=shop.at)
    recommendation.hide(person_id=person, kind="item", key=shop.tea[2])

    recommendation.forget_person(person_id=person)

    assert not Touch.objects.filter(person_id=person).exists()
    assert not Slate.objects.filter(person_id=person).exists()
    assert not Candidates.objects.filter(list__in=["home", "alike"], subject_id=person).exists()


def test_replay_judges_orders_by_what_was_opened(shop: shops.Shop) -> None:
    asker = Asker(shop.tea_people[0])
    made = recommendation.show(asker, Surface.HOME, limit=20, at=shop.at)
    for place in (2, 5):
        key = made.picks[place - 1].key
        recommendation.touch(asker, key=key, act=Act.OPENED, at=shop.at + timedelta(seconds=place))

    judged = queries.replay(at=shop.at + timedelta(minutes=1))

    assert (judged["lists"], judged["opened"]) == (1, 2)
    assert judged["as_shown"] == round((1 / 2 + 1 / 5) / 2, 4) and 0 < judged["by_todays_model"] <= 1
