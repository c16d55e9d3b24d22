"""Questions and answers: who is asked, who answers in which role, what comes first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.factories import bought, trade
from tests.factories.bought import LATER

from jishi.goods.merchants import queries as merchant_queries
from jishi.people.notifications.models import Notice
from jishi.social.graph import operations as graph
from jishi.social.reviews import errors, queries
from jishi.social.reviews import operations as reviews
from jishi.social.reviews.models import Question
from jishi.trust.moderation import ports as moderation

pytestmark = pytest.mark.django_db


def asked(scene: trade.Scene, who: int | None = None, **more: Any) -> str:
    return reviews.ask(
        author_id=who or bought.buyer().id, product_id=scene.product_id, text="能放多久？", at=LATER, **more
    )


def staff_of(scene: trade.Scene) -> int:
    return merchant_queries.list_staff(scene.shop.id)[0][0]


def test_buyers_answers_come_first_then_the_shops_then_readers() -> None:
    scene = trade.scene()
    bought.receive(scene)
    code = asked(scene)
    reader = bought.buyer().id

    by_reader = reviews.answer(author_id=reader, code=code, text="听说一周")
    by_shop = reviews.answer(author_id=staff_of(scene), code=code, text="冷藏两周")
    by_buyer = reviews.answer(author_id=scene.buyer.id, code=code, text="我家放了十天")

    found = queries.get_question(code, viewer_id=None)
    assert [(one.code, one.role) for one in found.answers] == [
        (by_buyer, "buyer"), (by_shop, "shop"), (by_reader, "reader"),
    ]  # fmt: skip
    assert found.answer_count == 3


def test_the_asker_chooses_the_best_and_it_stands_first() -> None:
    scene, asker = trade.scene(), bought.buyer().id
    code = asked(scene, asker)
    first = reviews.answer(author_id=staff_of(scene), code=code, text="两周")
    second = reviews.answer(author_id=bought.buyer().id, code=code, text="看温度")

    with pytest.raises(errors.NotTheAuthor):
        reviews.choose_best(person_id=bought.buyer().id, code=second)
    reviews.choose_best(person_id=asker, code=second)

    answers = queries.get_question(code, viewer_id=None).answers
    assert [(one.code, one.is_best) for one in answers] == [(second, True), (first, False)]
    reviews.hide_answer(code=second, reason="spam")
    found = queries.get_question(code, viewer_id=None)
    assert ([one.is_best for one in found.answers], found.answer_count) == ([False], 1)


def test_past_buyers_are_asked_once_and_not_every_day() -> None:
    scene, asker = trade.scene(stock=30), bought.buyer().id
    for _ in range(12):
        bought.receive(scene, bought.buyer())
    code = asked(scene, asker)

    with pytest.raises(errors.NotTheAuthor):
        reviews.ask_buyers(person_id=bought.buyer().id, code=code)
    assert reviews.ask_buyers(person_id=asker, code=code, at=LATER) == 10
    with pytest.raises(errors.AskedAlready):
        reviews.ask_buyers(person_id=asker, code=code, at=LATER)
    assert reviews.ask_buyers(person_id=asker, code=asked(scene, asker), at=LATER) == 2

    told = Notice.objects.filter(kind="question_for_buyers")
    assert told.count() == 12
    assert len(set(told.values_list("person_id", flat=True))) == 12


def test_followers_and_the_asker_hear_of_answers_but_not_their_author() -> None:
    scene, asker, follower = trade.scene(), bought.buyer().id, bought.buyer().id
    code = asked(scene, asker)
    reviews.follow(person_id=follower, code=code)
    reviews.follow(person_id=follower, code=code)
    assert queries.get_question(code, viewer_id=follower).follow_count == 2

    reviews.answer(author_id=follower, code=code, text="两周吧")
    bought.settle()

    told = Notice.objects.filter(kind="question_answered").values_list("person_id", flat=True)
    assert list(told) == [asker]
    assert Notice.objects.filter(kind="question_asked", person_id=staff_of(scene)).count() == 1
    reviews.unfollow(person_id=follower, code=code)
    assert queries.get_question(code, viewer_id=follower).follow_count == 1


def test_a_form_sent_twice_is_one_question_and_one_answer() -> None:
    scene, asker = trade.scene(), bought.buyer().id

    codes = {asked(scene, asker, key="same-form") for _ in range(2)}
    code = codes.pop()
    answers = {reviews.answer(author_id=asker, code=code, text="自问自答", key="k") for _ in range(2)}

    assert (codes, len(answers), Question.objects.get().answer_count) == (set(), 1, 1)


def test_acc_107_the_blocked_neither_answer_nor_vote_and_own_answers_get_no_vote() -> None:
    scene, asker, blocked = trade.scene(), bought.buyer().id, bought.buyer().id
    code = asked(scene, asker)
    mine = reviews.answer(author_id=asker, code=code, text="再问一次")
    graph.block(person_id=asker, other_id=blocked)

    with pytest.raises(errors.QuestionNotFound):
        reviews.answer(author_id=blocked, code=code, text="哼")
    with pytest.raises(errors.AnswerNotFound):
        reviews.vote_answer(person_id=blocked, code=mine)
    with pytest.raises(errors.VoteNotYours):
        reviews.vote_answer(person_id=asker, code=mine)
    voter = bought.buyer().id
    assert [reviews.vote_answer(person_id=voter, code=mine).count for _ in range(2)] == [1, 1]
    assert reviews.unvote_answer(person_id=voter, code=mine).count == 0


def test_open_questions_of_what_one_bought() -> None:
    scene, other = trade.scene(), trade.scene()
    bought.receive(scene)
    code, answered = asked(scene), asked(scene)
    asked(other)
    reviews.answer(author_id=bought.buyer().id, code=answered, text="一周")

    page = queries.page_to_answer(scene.buyer.id)

    assert [one.code for one in page.items] == [code]
    both = queries.page_questions(product_id=scene.product_id, viewer_id=None, limit=1)
    rest = queries.page_questions(product_id=scene.product_id, viewer_id=None, cursor=both.next_cursor)
    assert [one.code for one in (*both.items, *rest.items)] == [answered, code]


def test_what_is_removed_or_hidden_is_gone_for_others() -> None:
    scene, asker = trade.scene(), bought.buyer().id
    code = asked(scene, asker)
    answer = reviews.answer(author_id=scene.buyer.id, code=code, text="一周")
    with pytest.raises(errors.NotTheAuthor):
        reviews.remove_answer(person_id=asker, code=answer)
    reviews.remove_answer(person_id=scene.buyer.id, code=answer)
    assert queries.get_question(code, viewer_id=asker).answers == ()

    moderation.desk_of("question").hide(code, reason="spam", note="", at=LATER)

    with pytest.raises(errors.QuestionNotFound):
        queries.get_question(code, viewer_id=None)
    assert queries.get_question(code, viewer_id=asker).state == "hidden"
    assert not moderation.desk_of("question").is_visible(code, viewer_id=scene.buyer.id)


@pytest.mark.django_db(transaction=True)
def test_buyers_asked_at_once_are_asked_once(race: Callable[..., list[Any]]) -> None:
    scene, asker = trade.scene(), bought.buyer().id
    bought.receive(scene)
    code = asked(scene, asker)

    def send(*_: Any) -> str:
        try:
            reviews.ask_buyers(person_id=asker, code=code, at=LATER + timedelta(hours=1))
        except errors.AskedAlready:
            return "again"
        return "first"

    assert sorted(race(3, send)) == ["again", "again", "first"]
    assert Notice.objects.filter(kind="question_for_buyers").count() == 1
