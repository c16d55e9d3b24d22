"""Helpful votes: a row and its counter change together; doing it twice changes nothing."""

from datetime import datetime

from django.db import connection, transaction

from jishi.goods.merchants import queries as merchants
from jishi.kernel import clock, limits
from jishi.social.graph import queries as graph
from jishi.social.notes.contracts import ContentState
from jishi.social.reviews import errors
from jishi.social.reviews.contracts import VoteState
from jishi.social.reviews.models import Answer, Review

VOTES_PER_TEN_MINUTES = 200


def vote(*, person_id: int, code: str, at: datetime | None = None) -> VoteState:
    """Find a review helpful.

    :raises ReviewNotFound: there is none in sight.
    :raises VoteNotYours: it is one's own, or one works for the shop.
    :raises RateLimited: too many taps.
    """
    review_id = _review(person_id, code)
    now = clock.at_or_now(at)
    with transaction.atomic():
        if _insert("reviews_vote", "review_id", review_id, person_id, now):
            _count("reviews_review", "helpful_count", review_id, 1)
    return VoteState(code, True, Review.objects.values_list("helpful_count", flat=True).get(pk=review_id))


def unvote(*, person_id: int, code: str) -> VoteState:
    """Take the vote back.

    :raises ReviewNotFound: there is none in sight.
    :raises VoteNotYours: it is one's own, or one works for the shop.
    """
    review_id = _review(person_id, code)
    with transaction.atomic():
        if _delete("reviews_vote", "review_id", review_id, person_id):
            _count("reviews_review", "helpful_count", review_id, -1)
    return VoteState(code, False, Review.objects.values_list("helpful_count", flat=True).get(pk=review_id))


def vote_answer(*, person_id: int, code: str, at: datetime | None = None) -> VoteState:
    """Find an answer helpful.

    :raises AnswerNotFound: there is none in sight.
    :raises VoteNotYours: it is one's own, or one works for the shop.
    :raises RateLimited: too many taps.
    """
    answer_id = _answer(person_id, code)
    now = clock.at_or_now(at)
    with transaction.atomic():
        if _insert("reviews_answervote", "answer_id", answer_id, person_id, now):
            _count("reviews_answer", "vote_count", answer_id, 1)
    return VoteState(code, True, Answer.objects.values_list("vote_count", flat=True).get(pk=answer_id))


def unvote_answer(*, person_id: int, code: str) -> VoteState:
    """Take the vote for an answer back.

    :raises AnswerNotFound: there is none in sight.
    :raises VoteNotYours: it is one's own, or one works for the shop.
    """
    answer_id = _answer(person_id, code)
    with transaction.atomic():
        if _delete("reviews_answervote", "answer_id", answer_id, person_id):
            _count("reviews_answer", "vote_count", answer_id, -1)
    return VoteState(code, False, Answer.objects.values_list("vote_count", flat=True).get(pk=answer_id))


def _review(person_id: int, code: str) -> int:
    limits.hit(bucket="reviews.vote", key=str(person_id), limit=VOTES_PER_TEN_MINUTES, window_s=600)
    row = Review.objects.filter(code=code[:12], state=ContentState.PUBLISHED).first()
    if row is None or row.author_id in graph.hidden_ids(person_id):
        raise errors.ReviewNotFound
    if row.author_id == person_id or row.shop_id in merchants.shops_of(person_id):
        raise errors.VoteNotYours
    return row.pk


def _answer(person_id: int, code: str) -> int:
    limits.hit(bucket="reviews.vote", key=str(person_id), limit=VOTES_PER_TEN_MINUTES, window_s=600)
    rows = Answer.objects.select_related("question").filter(code=code[:12], state=ContentState.PUBLISHED)
    row = rows.filter(question__state=ContentState.PUBLISHED).first()
    if row is None or row.author_id in graph.hidden_ids(person_id):
        raise errors.AnswerNotFound
    if row.author_id == person_id or row.question.shop_id in merchants.shops_of(person_id):
        raise errors.VoteNotYours
    return row.pk


def _insert(table: str, column: str, thing_id: int, person_id: int, now: datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({column}, person_id, created_at) VALUES (%s, %s, %s)"  # noqa: S608
            " ON CONFLICT DO NOTHING",
            [thing_id, person_id, now],
        )
        return bool(cursor.rowcount == 1)


def _delete(table: str, column: str, thing_id: int, person_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {column} = %s AND person_id = %s", [thing_id, person_id])  # noqa: S608
        return bool(cursor.rowcount == 1)


def _count(table: str, column: str, thing_id: int, by: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = {column} + %s WHERE id = %s", [by, thing_id])  # noqa: S608
