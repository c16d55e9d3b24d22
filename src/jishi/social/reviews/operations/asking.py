"""Questions about goods: asking, answering, asking those who bought it, choosing the best, following."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from jishi.goods.merchants import queries as merchants
from jishi.kernel import clock, ids, limits, outbox
from jishi.people.notifications import operations as notifications
from jishi.social.graph import queries as graph
from jishi.social.notes.contracts import ContentState
from jishi.social.reviews import contracts, errors, rules
from jishi.social.reviews.events import QuestionAnswered, QuestionAsked
from jishi.social.reviews.models import Answer, BuyerAsk, Question, QuestionFollow
from jishi.social.reviews.operations import checks
from jishi.social.reviews.queries.bought import list_past_buyers, role_of

QUESTIONS_PER_DAY, ANSWERS_PER_HOUR, BUYER_ASKS_PER_DAY = 20, 30, 3


def ask(
    *,
    author_id: int,
    product_id: int,
    text: str,
    note_code: str = "",
    key: str | None = None,
    at: datetime | None = None,
) -> str:
    """Ask about a product; returns the question's code. Whoever asks follows the answers.

    Asked from a note that pins the product, its author hears of it too.

    :raises ProductNotFound: there is none that can be bought.
    :raises WordsMissing: no words.
    :raises TooLong: too many words.
    :raises ContentRefused: a guard refuses it.
    :raises RateLimited: too many questions in a day.
    """
    now = clock.at_or_now(at)
    kept = checks.words(text, limit=contracts.MAX_QUESTION)
    checks.not_suspended(author_id)
    shop_id = _shop_of(product_id)
    limits.hit(bucket="reviews.ask", key=str(author_id), limit=QUESTIONS_PER_DAY, window_s=86_400)
    state, reason = checks.judged("question", author_id, kept, at=now, context=str(product_id))
    row = Question(
        code=ids.new_code(),
        product_id=product_id,
        shop_id=shop_id,
        author_id=author_id,
        text=kept,
        note_code=note_code[:12],
        state=state,
        reason=reason,
        created_at=now,
        client_key=key[:64] if key else None,
    )
    with transaction.atomic():
        row, is_new = _insert(row)
        if is_new:
            _follow(row.pk, author_id, now)
            tell_asked(row, now)
    return row.code


def answer(
    *, author_id: int, code: str, text: str, key: str | None = None, at: datetime | None = None
) -> str:
    """Answer a question; returns the answer's code.

    :raises QuestionNotFound: there is none in sight, or one of the two blocked the other.
    :raises WordsMissing: no words.
    :raises TooLong: too many words.
    :raises ContentRefused: a guard refuses it.
    :raises RateLimited: too many answers in an hour.
    """
    now = clock.at_or_now(at)
    kept = checks.words(text, limit=contracts.MAX_ANSWER)
    checks.not_suspended(author_id)
    seen = _in_sight(code, author_id)
    limits.hit(bucket="reviews.answer", key=str(author_id), limit=ANSWERS_PER_HOUR, window_s=3600)
    state, reason = checks.judged("answer", author_id, kept, at=now, context=seen.code)
    is_staff = seen.shop_id in merchants.shops_of(author_id)
    row = Answer(
        code=ids.new_code(),
        question_id=seen.pk,
        author_id=author_id,
        role=role_of(author_id, seen.product_id, is_staff=is_staff),
        text=kept,
        state=state,
        reason=reason,
        created_at=now,
        client_key=key[:64] if key else None,
    )
    with transaction.atomic():
        question = locked_question(code)
        if question.state != ContentState.PUBLISHED:
            raise errors.QuestionNotFound
        row, is_new = _insert(row)
        if is_new:
            tell_answered(question, row, now)
    return row.code


def ask_buyers(*, person_id: int, code: str, at: datetime | None = None) -> int:
    """Ask up to ten people who bought the product, once per question; returns how many were asked.

    :raises QuestionNotFound: there is none in sight.
    :raises NotTheAuthor: somebody else asked it.
    :raises AskedAlready: they were asked before.
    :raises RateLimited: three questions a day.
    """
    now = clock.at_or_now(at)
    seen = _in_sight(code, person_id)
    if seen.author_id != person_id:
        raise errors.NotTheAuthor
    if seen.asked_buyers_at is not None:
        raise errors.AskedAlready
    limits.hit(bucket="reviews.ask_buyers", key=str(person_id), limit=BUYER_ASKS_PER_DAY, window_s=86_400)
    staff = [one for one, _ in merchants.list_staff(seen.shop_id)]
    without = [person_id, *staff, *graph.hidden_ids(person_id)]
    with transaction.atomic():
        row = locked_question(code)
        if row.asked_buyers_at is not None:
            raise errors.AskedAlready
        asked = list_past_buyers(row.product_id, without=without, since=now - rules.ASKED_AGAIN_AFTER)
        row.asked_buyers_at = now
        row.save(update_fields=["asked_buyers_at"])
        BuyerAsk.objects.bulk_create(
            [BuyerAsk(question=row, person_id=one, created_at=now) for one in sorted(asked)]
        )
        if asked:
            notifications.notify_many(
                person_ids=asked,
                kind="question_for_buyers",
                params={"question": row.text},
                url=f"/q/{row.code}/",
                natural_key=f"reviews:buyers:{row.code}",
                at=now,
            )
    return len(asked)


def choose_best(*, person_id: int, code: str) -> None:
    """Mark an answer to one's own question as the best, or unmark it by choosing it again.

    :raises AnswerNotFound: there is none in sight.
    :raises NotTheAuthor: somebody else asked the question.
    """
    found = Answer.objects.select_related("question").filter(code=code[:12], state="published").first()
    if found is None:
        raise errors.AnswerNotFound
    if found.question.author_id != person_id:
        raise errors.NotTheAuthor
    with transaction.atomic():
        row = locked_question(found.question.code)
        row.best_id = None if row.best_id == found.pk else found.pk
        row.save(update_fields=["best"])


def follow(*, person_id: int, code: str, at: datetime | None = None) -> None:
    """Hear of answers to a question; again changes nothing.

    :raises QuestionNotFound: there is none in sight.
    """
    row = _in_sight(code, person_id)
    with transaction.atomic():
        _follow(row.pk, person_id, clock.at_or_now(at))


def unfollow(*, person_id: int, code: str) -> None:
    """Hear no more of a question."""
    with transaction.atomic():
        gone, _ = QuestionFollow.objects.filter(question__code=code[:12], person_id=person_id).delete()
        if gone:
            Question.objects.filter(code=code[:12]).update(follow_count=F("follow_count") - 1)


def remove_question(*, person_id: int, code: str) -> None:
    """Take one's question away, with what was answered.

    :raises QuestionNotFound: there is none.
    :raises NotTheAuthor: somebody else asked it.
    """
    with transaction.atomic():
        row = locked_question(code)
        if row.author_id != person_id:
            raise errors.NotTheAuthor
        row.state = ContentState.REMOVED
        row.save(update_fields=["state"])


def remove_answer(*, person_id: int, code: str) -> None:
    """Take one's answer away.

    :raises AnswerNotFound: there is none.
    :raises NotTheAuthor: somebody else wrote it.
    """
    with transaction.atomic():
        question, row = locked_answer(code)
        if row.author_id != person_id:
            raise errors.NotTheAuthor
        row.state = ContentState.REMOVED
        row.save(update_fields=["state"])
        recount(question)


def locked_question(code: str) -> Question:
    """A question under its row lock.

    :raises QuestionNotFound: there is none.
    """
    row = Question.objects.select_for_update(no_key=True).filter(code=code[:12]).first()
    if row is None or row.state == ContentState.REMOVED:
        raise errors.QuestionNotFound
    return row


def locked_answer(code: str) -> tuple[Question, Answer]:
    """An answer and its question under their row locks, the question first.

    :raises AnswerNotFound: there is none.
    """
    question_id = Answer.objects.filter(code=code[:12]).values_list("question_id", flat=True).first()
    if question_id is None:
        raise errors.AnswerNotFound
    question = Question.objects.select_for_update(no_key=True).get(pk=question_id)
    row = Answer.objects.select_for_update(no_key=True).get(code=code[:12])
    if row.state == ContentState.REMOVED:
        raise errors.AnswerNotFound
    return question, row


def recount(question: Question) -> None:
    """Count the answers in sight of a locked question; a best answer that is gone is best no more."""
    shown = question.answers.filter(state=ContentState.PUBLISHED)
    question.answer_count = shown.count()
    if question.best_id and not shown.filter(pk=question.best_id).exists():
        question.best_id = None
    question.save(update_fields=["answer_count", "best"])


def tell_asked(row: Question, now: datetime) -> None:
    """Tell that a question can be read, the first time it can."""
    if row.state != ContentState.PUBLISHED or row.is_told:
        return
    Question.objects.filter(pk=row.pk).update(is_told=True)
    outbox.publish(
        QuestionAsked(
            code=row.code,
            author_id=row.author_id,
            product_id=row.product_id,
            shop_id=row.shop_id,
            at=now,
            note_code=row.note_code,
        )
    )


def tell_answered(question: Question, row: Answer, now: datetime) -> None:
    """Count an answer and tell of it, the first time it can be read."""
    recount(question)
    if row.state != ContentState.PUBLISHED or row.is_told:
        return
    Answer.objects.filter(pk=row.pk).update(is_told=True)
    outbox.publish(
        QuestionAnswered(
            code=question.code,
            answer_code=row.code,
            author_id=question.author_id,
            person_id=row.author_id,
            product_id=question.product_id,
            at=now,
        )
    )


def _in_sight(code: str, person_id: int) -> Question:
    row = Question.objects.filter(code=code[:12], state=ContentState.PUBLISHED).first()
    if row is None or graph.relation(person_id, row.author_id).is_cut:
        raise errors.QuestionNotFound
    return row


def _insert(row: Any) -> tuple[Any, bool]:
    """Write a row whose author may have sent its form twice; the first one stands."""
    kind = type(row)
    kind.objects.bulk_create([row], ignore_conflicts=row.client_key is not None)
    if row.client_key is None:
        return row, True
    kept = kind.objects.get(author_id=row.author_id, client_key=row.client_key)
    return kept, kept.code == row.code


def _follow(question_id: int, person_id: int, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reviews_questionfollow (question_id, person_id, created_at) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [question_id, person_id, now],
        )
        if cursor.rowcount == 1:
            Question.objects.filter(pk=question_id).update(follow_count=F("follow_count") + 1)


def _shop_of(product_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shop_id FROM catalog_product WHERE id = %s AND status = 'active'", [product_id]
        )
        found = cursor.fetchone()
    if found is None:
        raise errors.ProductNotFound
    return int(found[0])
