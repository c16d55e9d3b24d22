"""Reviews: who may write one, how often, who sees what, and what is done with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Any

import pytest
from tests.factories import bought, trade
from tests.factories.bought import LATER, RECEIVED, WORDS

from jishi.goods.catalog import queries as catalog
from jishi.goods.catalog.contracts import ListingFilter
from jishi.goods.merchants import operations as merchants
from jishi.goods.merchants import queries as merchant_queries
from jishi.kernel import audit
from jishi.kernel.models import OutboxEvent
from jishi.people.notifications.models import Notice
from jishi.social.graph import operations as graph
from jishi.social.notes import ports as publishing
from jishi.social.notes.errors import ContentRefused
from jishi.social.reviews import errors, queries, rules
from jishi.social.reviews import operations as reviews
from jishi.social.reviews.contracts import ReviewDraft
from jishi.social.reviews.events import ReviewPublished
from jishi.social.reviews.models import Request, Review, Vote
from jishi.trust.moderation import ports as moderation

pytestmark = pytest.mark.django_db


def draft(**changes: Any) -> ReviewDraft:
    return ReviewDraft(**{"stars": 4, "text": WORDS, **changes})


def staff_of(scene: trade.Scene) -> int:
    return merchant_queries.list_staff(scene.shop.id)[0][0]


def shown(scene: trade.Scene, viewer: int | None = None, **wanted: Any) -> list[str]:
    page = queries.page_reviews(product_id=scene.product_id, viewer_id=viewer, **wanted)
    return [one.code for one in page.items]


def test_only_who_received_it_reviews_it_and_only_once() -> None:
    scene = trade.scene()
    order = bought.receive(scene)
    placed = trade.place(scene.buyer, (scene.variant_id, 1), key="second-checkout")
    trade.pay(placed)

    code = reviews.publish(author_id=scene.buyer.id, order_code=order, position=0, draft=draft(), at=LATER)

    with pytest.raises(errors.ReviewedAlready):
        reviews.publish(author_id=scene.buyer.id, order_code=order, position=0, draft=draft(), at=LATER)
    for who, what in ((bought.buyer().id, order), (scene.buyer.id, placed.order_codes[0])):
        with pytest.raises(errors.LineNotFound):
            reviews.publish(author_id=who, order_code=what, position=0, draft=draft(), at=LATER)
    assert shown(scene) == [code]
    assert Review.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"stars": 0}, errors.StarsInvalid),
        ({"stars": 6}, errors.StarsInvalid),
        ({"text": "长" * 1001}, errors.TooLong),
        ({"aspects": {"taste": 5}}, errors.AspectUnknown),
        ({"aspects": {"quality": 9}}, errors.StarsInvalid),
        ({"pictures": ({"digest": "x"},) * 7}, errors.TooLong),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, Any], refusal: type[Exception]) -> None:
    scene = trade.scene()
    order = bought.receive(scene)

    with pytest.raises(refusal):
        reviews.publish(
            author_id=scene.buyer.id, order_code=order, position=0, draft=draft(**change), at=LATER
        )

    assert Review.objects.count() == 0


def test_an_edit_keeps_what_was_said_before_and_ends_after_thirty_days() -> None:
    scene = trade.scene()
    code = bought.review(scene, scene.buyer, stars=2, text="不太满意，柿子有点软，等了很久才到。")

    reviews.edit(author_id=scene.buyer.id, code=code, draft=draft(stars=3), at=LATER + timedelta(days=1))

    found = queries.get_review(code, viewer_id=None)
    assert (found.stars, found.text) == (3, WORDS)
    assert [(one.number, one.stars) for one in queries.list_revisions(code, viewer_id=None)] == [(1, 2)]
    with pytest.raises(errors.EditOver):
        reviews.edit(author_id=scene.buyer.id, code=code, draft=draft(), at=LATER + timedelta(days=31))
    with pytest.raises(errors.NotTheAuthor):
        reviews.edit(author_id=bought.buyer().id, code=code, draft=draft(), at=LATER)


def test_a_follow_up_is_written_once_within_half_a_year_and_says_after_how_many_days() -> None:
    scene = trade.scene()
    code, me = bought.review(scene, scene.buyer), scene.buyer.id
    before = Review.objects.get(code=code).authenticity_bps

    with pytest.raises(errors.FollowUpOver):
        reviews.follow_up(author_id=me, code=code, text="马上追评", at=LATER + timedelta(hours=1))
    with pytest.raises(errors.FollowUpOver):
        reviews.follow_up(author_id=me, code=code, text="太晚", at=RECEIVED + timedelta(days=180))
    reviews.follow_up(author_id=me, code=code, text="放了十天还是很甜", at=RECEIVED + timedelta(days=10))
    with pytest.raises(errors.FollowUpOver):
        reviews.follow_up(author_id=me, code=code, text="又一次", at=RECEIVED + timedelta(days=11))

    found = queries.get_review(code, viewer_id=None).follow_up
    assert found is not None
    assert (found.text, found.days) == ("放了十天还是很甜", 10)
    assert Review.objects.get(code=code).authenticity_bps >= before


def test_votes_count_once_and_not_for_oneself_or_ones_shop() -> None:
    scene = trade.scene()
    code, reader = bought.review(scene, scene.buyer), bought.buyer().id

    reviews.vote(person_id=reader, code=code)
    state = reviews.vote(person_id=reader, code=code)

    assert (state.is_on, state.count) == (True, 1)
    for barred in (scene.buyer.id, staff_of(scene)):
        with pytest.raises(errors.VoteNotYours):
            reviews.vote(person_id=barred, code=code)
    assert reviews.unvote(person_id=reader, code=code).count == 0
    assert Vote.objects.count() == 0


def test_acc_108_only_staff_of_the_shop_reply_once_and_changes_are_on_record() -> None:
    scene = trade.scene()
    code, staff = bought.review(scene, scene.buyer), staff_of(scene)
    stranger_shop = trade.scene()

    for stranger in (staff_of(stranger_shop), scene.buyer.id):
        with pytest.raises(errors.ReviewNotFound):
            reviews.reply(staff_id=stranger, code=code, text="谢谢")
    reviews.reply(staff_id=staff, code=code, text="谢谢您的喜欢！", at=LATER)
    reviews.reply(staff_id=staff, code=code, text="谢谢，欢迎再来。", at=LATER + timedelta(days=1))
    bought.settle()

    reply = queries.get_review(code, viewer_id=None).reply
    assert reply is not None
    assert (reply.text, reply.at, reply.is_edited) == ("谢谢，欢迎再来。", LATER, True)
    acts = [entry.action for entry in audit.list_entries(subject=f"review:{code}")]
    assert acts == ["reviews.change_reply", "reviews.reply"]
    told = Notice.objects.filter(person_id=scene.buyer.id, kind="review_answered")
    assert told.count() == 1


def test_friends_come_first_but_never_those_who_stay_unnamed() -> None:
    scene, me = trade.scene(), bought.buyer()
    friend, hidden_friend, popular = bought.buyer(), bought.buyer(), bought.buyer()
    for one in (friend, hidden_friend):
        graph.follow(person_id=me.id, other_id=one.id)
        graph.follow(person_id=one.id, other_id=me.id)
    by_friend = bought.review(scene, friend)
    unnamed = bought.review(scene, hidden_friend, is_anonymous=True)
    liked = bought.review(scene, popular)
    reviews.vote(person_id=bought.buyer().id, code=liked)

    assert shown(scene, me.id) == [by_friend, liked, unnamed]
    assert shown(scene, me.id, only="friends") == [by_friend]
    seen = queries.get_review(unnamed, viewer_id=me.id)
    assert (seen.author, seen.author_name, seen.is_friend) == (None, "老***", False)
    assert queries.get_review(unnamed, viewer_id=hidden_friend.id).author is not None


def test_acc_107_who_was_blocked_is_not_read() -> None:
    scene, me = trade.scene(), bought.buyer().id
    code = bought.review(scene, scene.buyer)

    graph.block(person_id=me, other_id=scene.buyer.id)

    assert shown(scene, me) == []
    with pytest.raises(errors.ReviewNotFound):
        queries.get_review(code, viewer_id=me)


def test_pages_follow_each_other_and_filters_hold() -> None:
    scene = trade.scene(stock=50)
    codes = [bought.review(scene, stars=1 + n % 5, text=f"第{n}次购买的感受很不一样") for n in range(7)]
    wanted = {"product_id": scene.product_id, "viewer_id": None, "limit": 3}

    for sort in ("helpful", "newest", "lowest"):
        seen, cursor = [], None
        while True:
            page = queries.page_reviews(**wanted, sort=sort, cursor=cursor)  # type: ignore[arg-type]
            seen += [one.code for one in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert sorted(seen) == sorted(codes), sort
    assert shown(scene, stars=1) == [codes[5], codes[0]]
    assert shown(scene, only="photos") == []
    with pytest.raises(errors.SortUnknown):
        shown(scene, sort="id; DROP")


def test_buyers_are_asked_once_some_days_after_receiving_and_silence_is_no_praise() -> None:
    scene = trade.scene()
    order = bought.receive(scene)
    bought.settle(RECEIVED)
    assert Request.objects.get().ask_due_at == RECEIVED + rules.ASK_AFTER

    assert reviews.ask_due(RECEIVED + timedelta(days=2)) == 0
    assert reviews.ask_due(RECEIVED + timedelta(days=3)) == 1
    assert reviews.ask_due(RECEIVED + timedelta(days=4)) == 0
    reviews.count_silent(RECEIVED + timedelta(days=31))
    reviews.recompute_due(RECEIVED + timedelta(days=31))

    told = Notice.objects.get(person_id=scene.buyer.id, kind="review_requested")
    assert told.url == f"/orders/{order}/review/"
    summary = queries.summary(scene.product_id)
    assert (summary.silent_count, summary.count, summary.bayesian, summary.average) == (1, 0, 0, 0)

    at = RECEIVED + timedelta(days=40)
    reviews.publish(author_id=scene.buyer.id, order_code=order, position=0, draft=draft(), at=at)
    reviews.recompute_due(at)
    summary = queries.summary(scene.product_id)
    assert (summary.silent_count, summary.count, summary.average) == (0, 1, 400)


def test_nobody_is_asked_about_what_they_reviewed_or_sent_back() -> None:
    scene, other = trade.scene(), bought.buyer()
    bought.review(scene, scene.buyer, at=RECEIVED + timedelta(hours=2))
    order = bought.receive(scene, other)
    bought.settle(RECEIVED)
    reviews.drop(order_code=order, at=LATER)

    assert reviews.ask_due(RECEIVED + timedelta(days=9)) == 0
    assert Notice.objects.filter(kind="review_requested").count() == 0


def test_prv_149_the_fact_of_a_review_carries_no_rating_and_is_told_once() -> None:
    scene = trade.scene()
    code = bought.review(scene, scene.buyer, stars=1)
    bought.review(scene, stars=5)
    reviews.hide(code=code, reason="spam")
    reviews.restore(code=code)

    facts = list(OutboxEvent.objects.filter(topic=ReviewPublished.topic).order_by("pk"))
    assert len(facts) == 2
    keys = {frozenset(fact.payload) for fact in facts}
    assert keys == {frozenset({"code", "author_id", "product_id", "shop_id", "order_code", "at"})}
    names = {field.name for field in fields(ReviewPublished)} | {
        field.name for field in fields(rules.Signals)
    }
    assert not [name for name in names if "star" in name or "rating" in name or "score" in name]


class Words:
    """A guard that refuses and holds by word."""

    name = "words-of-this-test"

    def judge(self, publication: publishing.Publication, *, at: Any) -> publishing.Verdict:
        finding = publishing.Finding("test.word", "Not this word.")
        if "坏词" in publication.text:
            return publishing.Verdict("refuse", (finding,))
        return publishing.Verdict("hold" if "疑词" in publication.text else "accept", (finding,))


@pytest.fixture
def guard() -> Any:
    publishing.register_guard(Words())
    yield
    publishing.forget_guard(Words.name)


def test_inp_126_guards_are_asked_and_what_they_hold_waits_for_a_moderator(guard: None) -> None:
    scene, other = trade.scene(), bought.buyer()
    with pytest.raises(ContentRefused):
        bought.review(scene, scene.buyer, text="这里有坏词")
    assert Review.objects.count() == 0

    code = bought.review(scene, other, text="这里有疑词，请看看")

    desk = moderation.desk_of("review")
    assert shown(scene) == []
    assert desk.list_held(limit=9) == [code]
    assert OutboxEvent.objects.filter(topic=ReviewPublished.topic).count() == 0
    desk.restore(code, at=LATER)
    assert shown(scene) == [code]
    assert OutboxEvent.objects.filter(topic=ReviewPublished.topic).count() == 1


def test_a_follow_up_that_waits_leaves_the_review_in_sight(guard: None) -> None:
    scene = trade.scene()
    code, desk = bought.review(scene, scene.buyer), moderation.desk_of("review")

    reviews.follow_up(author_id=scene.buyer.id, code=code, text="追评里有疑词", at=LATER + timedelta(days=2))

    assert queries.get_review(code, viewer_id=None).follow_up is None
    assert desk.list_held(limit=9) == [code]
    desk.reject(code, reason="spam", note="", at=LATER)
    assert desk.list_held(limit=9) == []
    assert queries.get_review(code, viewer_id=None).follow_up is None


def test_moderation_hides_and_a_suspension_takes_it_all_and_gives_it_back() -> None:
    scene = trade.scene()
    kept, taken = bought.review(scene), bought.review(scene, scene.buyer)
    bought.settle()
    assert queries.summary(scene.product_id).count == 2

    reviews.hide(code=kept, reason="spam", at=LATER)
    reviews.hide_author(person_id=scene.buyer.id)
    bought.settle(LATER + timedelta(days=400))
    assert (shown(scene), queries.summary(scene.product_id).count) == ([], 0)

    reviews.restore_author(person_id=scene.buyer.id)
    assert shown(scene) == [taken]


def test_lists_of_goods_show_stars_and_sort_by_them() -> None:
    good, poor = trade.scene(), trade.scene()
    bought.review(good, stars=5)
    bought.review(poor, stars=1)
    bought.settle()

    wanted = ListingFilter(product_ids=(good.product_id, poor.product_id))
    page = catalog.page_listings(filter=wanted, sort="rated", language="en")

    assert [card.product_id for card in page.items] == [good.product_id, poor.product_id]
    assert page.items[0].rating > page.items[1].rating > 0
    assert page.items[0].rating_count == 1


def test_categories_choose_what_is_judged() -> None:
    scene = trade.scene()
    assert [one.code for one in queries.list_aspects(scene.product_id)] == [
        "quality", "as_described", "delivery",
    ]  # fmt: skip
    code = bought.review(scene, scene.buyer, aspects={"quality": 5, "delivery": 3})
    bought.settle()

    figures = {one.code: (one.average, one.count) for one in queries.summary(scene.product_id).aspects}
    assert figures == {"quality": (500, 1), "delivery": (300, 1)}
    with pytest.raises(errors.AspectUnknown):
        reviews.configure_aspects(category_id=1, codes=["nonsense"], by=scene.buyer.id)
    assert queries.get_review(code, viewer_id=None).aspects == {"quality": 5, "delivery": 3}


def test_prv_140_what_somebody_wrote_goes_and_their_stars_stay_unnamed() -> None:
    scene = trade.scene()
    code = bought.review(scene, scene.buyer)

    reviews.erase(person_id=scene.buyer.id)

    row = Review.objects.get(code=code)
    assert (row.text, row.pictures, row.is_anonymous, row.stars) == ("", [], True, 5)


@pytest.mark.django_db(transaction=True)
def test_sent_twice_at_once_a_review_is_one(race: Callable[..., list[Any]]) -> None:
    scene = trade.scene()
    order = bought.receive(scene)

    def send(*_: Any) -> str:
        try:
            wanted = draft()
            reviews.publish(author_id=scene.buyer.id, order_code=order, position=0, draft=wanted, at=LATER)
        except errors.ReviewedAlready:
            return "again"
        return "first"

    assert sorted(race(4, send)) == ["again", "again", "again", "first"]
    assert Review.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_votes_at_once_are_counted_each(race: Callable[..., list[Any]]) -> None:
    scene = trade.scene()
    code = bought.review(scene, scene.buyer)
    people = [bought.buyer().id for _ in range(3)]

    def tap(*_: Any) -> int:
        for one in people:
            reviews.vote(person_id=one, code=code)
        return 1

    race(3, tap)
    assert Review.objects.get(code=code).helpful_count == Vote.objects.count() == 3


def test_staff_of_two_shops_see_each_its_own() -> None:
    scene, other = trade.scene(), trade.scene()
    code = bought.review(scene, stars=2)
    bought.review(other)
    helper = bought.buyer().id
    merchants.add_staff(shop_id=scene.shop.id, person_id=helper)

    page = queries.page_of_shop(scene.shop.id, viewer_id=helper, unanswered=True, low=True)

    assert [one.code for one in page.items] == [code]
    assert queries.count_unanswered(scene.shop.id) == 1
