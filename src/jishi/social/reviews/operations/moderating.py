"""What moderation does with reviews, questions and answers: out of sight, back, through, refused.

The caller has checked who asks. Repeating a step changes nothing.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from jishi.kernel import clock
from jishi.social.notes.contracts import ContentState
from jishi.social.reviews.models import Question
from jishi.social.reviews.operations import asking, checks, ratings, writing

SUSPENDED = "author_suspended"


def hide(*, code: str, reason: str, note: str = "", at: datetime | None = None) -> None:
    """Take a review out of sight.

    :raises ReviewNotFound: there is none.
    """
    _move(code, ContentState.HIDDEN, reason, note, at)


def reject(*, code: str, reason: str, note: str = "", at: datetime | None = None) -> None:
    """Refuse a review after looking at it; of a published one, only the follow-up that waits.

    :raises ReviewNotFound: there is none.
    """
    _move(code, ContentState.REJECTED, reason, note, at)


def restore(*, code: str, at: datetime | None = None) -> None:
    """Put a hidden or refused review back in sight.

    :raises ReviewNotFound: there is none.
    """
    approve(code=code, at=at)


def approve(*, code: str, at: datetime | None = None) -> None:
    """Let a review and its follow-up through.

    :raises ReviewNotFound: there is none.
    :raises AuthorSuspended: its author is suspended.
    """
    now = clock.at_or_now(at)
    with transaction.atomic():
        row = writing.locked(code)
        if row.state == ContentState.REMOVED:
            raise writing.errors.ReviewNotFound
        checks.not_suspended(row.author_id)
        if row.follow_up_state:
            row.follow_up_state = ContentState.PUBLISHED
            writing.count_follow_up(row)
        row.state, row.reason, row.reason_note = ContentState.PUBLISHED, "", ""
        row.save()
        writing.show(row, now)


def hide_question(*, code: str, reason: str, note: str = "") -> None:
    """Take a question out of sight, with its answers.

    :raises QuestionNotFound: there is none.
    """
    _move_question(code, ContentState.HIDDEN, reason, note)


def reject_question(*, code: str, reason: str, note: str = "") -> None:
    """Refuse a question after looking at it.

    :raises QuestionNotFound: there is none.
    """
    _move_question(code, ContentState.REJECTED, reason, note)


def approve_question(*, code: str, at: datetime | None = None) -> None:
    """Let a question through, or put it back in sight.

    :raises QuestionNotFound: there is none.
    :raises AuthorSuspended: its author is suspended.
    """
    with transaction.atomic():
        row = asking.locked_question(code)
        checks.not_suspended(row.author_id)
        row.state, row.reason, row.reason_note = ContentState.PUBLISHED, "", ""
        row.save(update_fields=["state", "reason", "reason_note"])
        asking.tell_asked(row, clock.at_or_now(at))


def hide_answer(*, code: str, reason: str, note: str = "") -> None:
    """Take an answer out of sight.

    :raises AnswerNotFound: there is none.
    """
    _move_answer(code, ContentState.HIDDEN, reason, note)


def reject_answer(*, code: str, reason: str, note: str = "") -> None:
    """Refuse an answer after looking at it.

    :raises AnswerNotFound: there is none.
    """
    _move_answer(code, ContentState.REJECTED, reason, note)


def approve_answer(*, code: str, at: datetime | None = None) -> None:
    """Let an answer through, or put it back in sight.

    :raises AnswerNotFound: there is none.
    :raises AuthorSuspended: its author is suspended.
    """
    with transaction.atomic():
        question, row = asking.locked_answer(code)
        checks.not_suspended(row.author_id)
        row.state, row.reason, row.reason_note = ContentState.PUBLISHED, "", ""
        row.save(update_fields=["state", "reason", "reason_note"])
        asking.tell_answered(question, row, clock.at_or_now(at))


def hide_author(*, person_id: int, at: datetime | None = None) -> None:
    """Take everything a suspended person wrote here out of sight."""
    move = (
        "state_before = state, state = 'hidden', reason = %(why)s WHERE author_id = %(person)s"
        " AND state IN ('published', 'in_review')"
    )
    _switch(person_id, move, clock.at_or_now(at))


def restore_author(*, person_id: int, at: datetime | None = None) -> None:
    """End a suspension: what moderation itself hid stays hidden."""
    move = (
        "state = state_before, state_before = '', reason = '' WHERE author_id = %(person)s"
        " AND state = 'hidden' AND reason = %(why)s"
    )
    _switch(person_id, move, clock.at_or_now(at))


def _switch(person_id: int, move: str, now: datetime) -> None:
    values: dict[str, Any] = {"person": person_id, "why": SUSPENDED}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE reviews_review SET {move} RETURNING product_id", values)  # noqa: S608
        ratings.mark_due([row[0] for row in cursor.fetchall()], now)
        cursor.execute(f"UPDATE reviews_question SET {move}", values)  # noqa: S608
        cursor.execute(f"UPDATE reviews_answer SET {move} RETURNING question_id", values)  # noqa: S608
        touched = sorted({row[0] for row in cursor.fetchall()})
        for question in Question.objects.select_for_update(no_key=True).filter(pk__in=touched).order_by("pk"):
            asking.recount(question)


def _move(code: str, state: ContentState, reason: str, words: str, at: datetime | None) -> None:
    with transaction.atomic():
        row = writing.locked(code)
        waits = row.state == ContentState.PUBLISHED and row.follow_up_state == ContentState.IN_REVIEW
        if state == ContentState.REJECTED and waits:
            row.follow_up_state = ContentState.REJECTED
        elif row.state != ContentState.REMOVED:
            row.state = state
        row.reason, row.reason_note = reason[:40], words[:500]
        row.save(update_fields=["state", "follow_up_state", "reason", "reason_note"])
        ratings.mark_due([row.product_id], clock.at_or_now(at))


def _move_question(code: str, state: ContentState, reason: str, words: str) -> None:
    with transaction.atomic():
        row = asking.locked_question(code)
        row.state, row.reason, row.reason_note = state, reason[:40], words[:500]
        row.save(update_fields=["state", "reason", "reason_note"])


def _move_answer(code: str, state: ContentState, reason: str, words: str) -> None:
    with transaction.atomic():
        question, row = asking.locked_answer(code)
        row.state, row.reason, row.reason_note = state, reason[:40], words[:500]
        row.save(update_fields=["state", "reason", "reason_note"])
        asking.recount(question)
