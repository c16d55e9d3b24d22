"""Drift planted into votes, questions, ratings, quizzes and challenges is found; leaving leaves none."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from tests.factories import bought, jotted, trade

import jishi.verification as verification
from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.social.challenges import operations as challenges
from jishi.social.challenges.contracts import ChallengeDraft
from jishi.social.polls import operations as polls
from jishi.social.polls.contracts import PollDraft
from jishi.social.reviews import operations as reviews

pytestmark = pytest.mark.django_db


def opinions() -> int:
    """A review with a vote, a question with a followed and liked answer, a rating; returns who answered."""
    scene = trade.scene(price=3900)
    answerer, asker = jotted.person(), jotted.person()
    code = bought.review(scene, stars=4)
    reviews.vote(person_id=asker, code=code)
    question = reviews.ask(author_id=asker, product_id=scene.product_id, text="甜吗？")
    answer = reviews.answer(author_id=answerer, code=question, text="很甜。")
    reviews.vote_answer(person_id=asker, code=answer)
    reviews.follow(person_id=answerer, code=question)
    relay.drain()
    reviews.recompute_due(clock.now())
    return answerer


def contests() -> None:
    """A closed quiz with a winner, and an ended challenge with one."""
    now = clock.now()
    author, reader = jotted.person(), jotted.person()
    draft = PollDraft(
        question="几月熟？",
        options=("六月", "十月"),
        closes_at=now + timedelta(days=1),
        right=(1,),
        prize="一箱柿子",
        prize_count=1,
        prize_value_minor=3900,
    )
    poll = polls.attach(author_id=author, note_code=jotted.note(author), draft=draft)
    polls.vote(person_id=reader, code=poll, positions=[1])
    polls.close_due(now + timedelta(days=2))
    judge = jotted.person()
    wanted = ChallengeDraft(
        topic="柿子",
        title="柿子的一百种吃法",
        rules="写出来。",
        prize="一箱柿子",
        winner_count=2,
        method="jury",
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(days=1),
        judged_at=now + timedelta(days=2),
        judge_ids=(judge,),
    )
    code = challenges.open_challenge(host_id=jotted.person(is_operator=True), draft=wanted)
    for points in (9, 5):
        writer = jotted.person()
        note = jotted.note(writer, topic=wanted.topic)
        entry = challenges.enter(person_id=writer, code=code, note_code=note)
        challenges.score(judge_id=judge, entry_code=entry, points=points)
    challenges.end_due(now + timedelta(days=3))


def broken() -> dict[str, int]:
    return {one.title: one.broken for one in verification.run() if one.broken}


def plant(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_opinions_and_contests_are_sound() -> None:
    opinions()
    contests()

    assert broken() == {}
    checked = {one.title: one.checked for one in verification.run()}
    assert checked["a rating is what the latest review of each buyer adds up to"] == 1


@pytest.mark.parametrize(
    ("drift", "words"),
    [
        ("UPDATE reviews_review SET helpful_count = 7", "a review and an answer count"),
        ("UPDATE reviews_answer SET vote_count = 0", "a review and an answer count"),
        ("UPDATE reviews_question SET answer_count = 2", "a question counts its answers"),
        ("UPDATE reviews_question SET follow_count = 1", "a question counts its answers"),
        ("UPDATE reviews_rating SET average = 500", "a rating is what"),
        ("UPDATE reviews_rating SET histogram = ARRAY[0,0,0,0,1]", "a rating is what"),
        ("UPDATE reviews_rating SET silent_count = 3", "a rating is what"),
        ("UPDATE reviews_rating SET weight = weight * 1.01", "a rating is what"),
        ("UPDATE reviews_rating SET bayesian = bayesian + 1", "lists show the rating"),
        ("UPDATE catalog_listing SET rating_count = 9", "lists show the rating"),
        ("DELETE FROM reviews_rating", "a rating is what"),
    ],
)
def test_planted_drift_of_opinions_is_found(drift: str, words: str) -> None:
    opinions()

    plant(drift)

    [title] = broken()
    assert title.startswith(words)


@pytest.mark.parametrize(
    ("drift", "words"),
    [
        ("UPDATE polls_poll SET right_count = 5", "a quiz has as many winners"),
        ("DELETE FROM polls_winner", "a quiz has as many winners"),
        ("UPDATE challenges_voice SET points = 10 WHERE points = 5", "a challenge is won by"),
        ("UPDATE challenges_challenge SET winner_count = 1", "a challenge is won by"),
        ("UPDATE challenges_challenge SET ended_at = NULL", "a challenge is won by"),
    ],
)
def test_planted_drift_of_contests_is_found(drift: str, words: str) -> None:
    contests()

    plant(drift)

    [title] = broken()
    assert title.startswith(words)


def test_prv_140_somebody_who_leaves_takes_no_count_along_that_stays() -> None:
    answerer = opinions()

    reviews.erase(person_id=answerer)
    reviews.recompute_due(clock.now())

    assert broken() == {}
