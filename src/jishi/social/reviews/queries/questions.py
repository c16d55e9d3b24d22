"""Reading questions and answers: the best answer first, then buyers, the shop, experts, readers."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from jishi.goods.merchants import queries as merchants
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.kernel.text import pick
from jishi.people.accounts import queries as people
from jishi.social.graph import queries as graph
from jishi.social.notes.contracts import ContentState
from jishi.social.reviews.contracts import AnswerView, ContentRef, QuestionView, Role
from jishi.social.reviews.errors import AnswerNotFound, QuestionNotFound
from jishi.social.reviews.models import Answer, AnswerVote, Question, QuestionFollow
from jishi.social.reviews.queries.bought import list_products
from jishi.social.reviews.queries.names import names_of

MAX_PAGE = 50
ANSWERS_SHOWN = 200
_RANK = {role.value: place for place, role in enumerate(Role)}


def get_question(code: str, *, viewer_id: int | None, language: str = "zh-hans") -> QuestionView:
    """A question with its answers; its author sees it in every state.

    :raises QuestionNotFound: there is none for this viewer.
    """
    row = Question.objects.filter(code=code[:12]).first()
    if row is None or row.state == ContentState.REMOVED:
        raise QuestionNotFound
    if row.author_id != viewer_id and (
        row.state != ContentState.PUBLISHED or row.author_id in graph.hidden_ids(viewer_id)
    ):
        raise QuestionNotFound
    return _views([row], viewer_id, language, answers_each=ANSWERS_SHOWN)[0]


def page_questions(
    *,
    product_id: int | None = None,
    shop_id: int | None = None,
    only_open: bool = False,
    followed_by: int | None = None,
    viewer_id: int | None,
    language: str = "zh-hans",
    cursor: str | None = None,
    limit: int = 10,
) -> Page[QuestionView]:
    """Questions of a product, of a shop's goods, followed by somebody, or (with none of these) everybody's;
    newest first, each with its two first answers.

    :raises BadCursor: the cursor was not made here.
    """
    rows = Question.objects.filter(state=ContentState.PUBLISHED)
    hidden = graph.hidden_ids(viewer_id)
    rows = rows.exclude(author_id__in=hidden)
    rows = rows.filter(product_id=product_id) if product_id is not None else rows
    rows = rows.filter(shop_id=shop_id) if shop_id is not None else rows
    rows = rows.filter(answer_count=0) if only_open else rows
    rows = rows.filter(follows__person_id=followed_by) if followed_by is not None else rows
    page, next_cursor = _cut(rows, cursor, limit)
    return Page(_views(page, viewer_id, language, answers_each=2, hidden=hidden), next_cursor)


def page_to_answer(
    person_id: int, *, language: str = "zh-hans", cursor: str | None = None, limit: int = 20
) -> Page[QuestionView]:
    """Open questions about what somebody bought: nobody answered, and they could."""
    rows = Question.objects.filter(state=ContentState.PUBLISHED, answer_count=0).exclude(author_id=person_id)
    rows = rows.filter(product_id__in=list_products(person_id))
    rows = rows.exclude(author_id__in=graph.hidden_ids(person_id))
    page, next_cursor = _cut(rows, cursor, limit)
    return Page(_views(page, person_id, language, answers_each=0), next_cursor)


def count_questions(product_id: int) -> int:
    """How many questions about a product can be read."""
    return Question.objects.filter(product_id=product_id, state=ContentState.PUBLISHED).count()


def find_question_of_answer(code: str, *, viewer_id: int | None) -> str:
    """The code of the question under which an answer stands that this viewer can see.

    :raises AnswerNotFound: there is none.
    """
    row = Answer.objects.select_related("question").filter(code=code[:12]).first()
    if row is None or (row.state != ContentState.PUBLISHED and row.author_id != viewer_id):
        raise AnswerNotFound
    hidden = graph.hidden_ids(viewer_id)
    if row.author_id in hidden or row.question.author_id in hidden:
        raise AnswerNotFound
    if row.question.state != ContentState.PUBLISHED and row.question.author_id != viewer_id:
        raise AnswerNotFound
    return row.question.code


def find_shop_of_question(code: str) -> int | None:
    """Which shop a question in sight is about."""
    rows = Question.objects.filter(code=code[:12], state=ContentState.PUBLISHED)
    return rows.values_list("shop_id", flat=True).first()


def find_content(kind: str, code: str) -> ContentRef | None:
    """A question or answer in whatever state, for moderators. The caller has checked that they are one."""
    if kind == "answer":
        answer = Answer.objects.select_related("question").filter(code=code[:12]).first()
        if answer is None:
            return None
        asked = answer.question
        url = f"/q/{asked.code}/"
        return ContentRef(kind, code, answer.author_id, answer.state, asked.text, answer.text, url)
    row = Question.objects.filter(code=code[:12]).first()
    return ContentRef(kind, code, row.author_id, row.state, "", row.text, f"/q/{code}/") if row else None


def list_held(kind: str, *, limit: int) -> list[str]:
    """Codes of questions or answers that wait for review, the oldest first."""
    rows: QuerySet[Any] = Question.objects.all() if kind == "question" else Answer.objects.all()
    held = rows.filter(state=ContentState.IN_REVIEW).order_by("pk")
    return list(held.values_list("code", flat=True)[:limit])


def _cut(rows: QuerySet[Question], cursor: str | None, limit: int) -> tuple[list[Question], str | None]:
    limit = max(1, min(limit, MAX_PAGE))
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    found = list(rows.order_by("-pk")[: limit + 1])
    return found[:limit], encode_cursor(found[limit - 1].pk) if len(found) > limit else None


def _views(
    rows: list[Question],
    viewer_id: int | None,
    language: str,
    *,
    answers_each: int,
    hidden: frozenset[int] | None = None,
) -> list[QuestionView]:
    if not rows:
        return []
    if hidden is None and answers_each:
        hidden = graph.hidden_ids(viewer_id)
    answers = _answers(rows, viewer_id, hidden or frozenset()) if answers_each else []
    ids = {row.author_id for row in rows} | {one.author_id for one in answers}
    voted: set[int] = set()
    followed: set[int] = set()
    shops: set[int] = set()
    if viewer_id is not None:
        voted = set(
            AnswerVote.objects.filter(answer__in=answers, person_id=viewer_id).values_list(
                "answer_id", flat=True
            )
        )
        follows = QuestionFollow.objects.filter(question__in=rows, person_id=viewer_id)
        followed = set(follows.values_list("question_id", flat=True))
        shops = set(merchants.shops_of(viewer_id)) if answers else set()
    cards = people.list_people(ids)
    known: dict[str, Any] = {
        "cards": cards,
        "names": names_of(viewer_id, cards),
        "products": _products(row.product_id for row in rows),
        "voted": voted,
        "followed": followed,
        "shops": shops,
        "viewer": viewer_id,
        "language": language,
    }
    return [_view(row, [a for a in answers if a.question_id == row.pk][:answers_each], known) for row in rows]


def _answers(rows: list[Question], viewer_id: int | None, hidden: frozenset[int]) -> list[Answer]:
    """Answers in their order; one's own are there in every state."""
    best = {row.best_id for row in rows}
    found = Answer.objects.filter(question__in=rows).exclude(state=ContentState.REMOVED)
    shown = [
        one
        for one in found.order_by("pk")[: ANSWERS_SHOWN * 5]
        if (one.state == ContentState.PUBLISHED and one.author_id not in hidden) or one.author_id == viewer_id
    ]
    return sorted(shown, key=lambda a: (a.pk not in best, _RANK[a.role], -a.vote_count, a.pk))


def _products(ids: Iterable[int]) -> dict[int, tuple[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, code, title FROM catalog_product WHERE id = ANY(%s)", [sorted(set(ids))])
        return {
            row[0]: (row[1], json.loads(row[2]) if isinstance(row[2], str) else row[2])
            for row in cursor.fetchall()
        }


def _view(row: Question, answers: list[Answer], known: dict[str, Any]) -> QuestionView:
    code, title = known["products"][row.product_id]
    return QuestionView(
        code=row.code,
        product_id=row.product_id,
        product_code=code,
        product_title=pick(title, known["language"]),
        author=known["cards"][row.author_id],
        author_name=known["names"][row.author_id],
        text=row.text,
        state=row.state,
        is_own=row.author_id == known["viewer"],
        is_followed=row.pk in known["followed"],
        answer_count=row.answer_count,
        follow_count=row.follow_count,
        asked_buyers_at=row.asked_buyers_at,
        created_at=row.created_at,
        answers=tuple(_answer(one, row, known) for one in answers),
    )


def _answer(row: Answer, question: Question, known: dict[str, Any]) -> AnswerView:
    viewer = known["viewer"]
    is_own = row.author_id == viewer
    is_ours = question.shop_id in known["shops"]
    return AnswerView(
        code=row.code,
        author=known["cards"][row.author_id],
        author_name=known["names"][row.author_id],
        role=row.role,
        text=row.text,
        state=row.state,
        vote_count=row.vote_count,
        has_voted=row.pk in known["voted"],
        is_own=is_own,
        is_best=row.pk == question.best_id,
        may_vote=viewer is not None and row.state == ContentState.PUBLISHED and not is_own and not is_ours,
        created_at=row.created_at,
    )
