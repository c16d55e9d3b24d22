"""Reviews, ratings, questions and answers. The query with the viewer is the authorisation.

Staff answer reviews of their shops here as well; which category judges what is the operators'.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router
from ninja.files import UploadedFile

from jishi.goods.catalog import queries as catalog
from jishi.goods.catalog.contracts import ProductView
from jishi.goods.catalog.errors import CategoryUnknown, ProductUnknown
from jishi.kernel import clock, media
from jishi.people.accounts import queries as people
from jishi.social.notes import operations as notes
from jishi.social.reviews import operations as reviews
from jishi.social.reviews import queries
from jishi.social.reviews.contracts import ReviewDraft, VoteState
from jishi.surfaces.api import auth
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import notes as note_shapes
from jishi.surfaces.api.v1.schemas import reviews as shapes
from jishi.surfaces.api.v1.schemas import trade as trade_shapes

router = Router(tags=["reviews"])
LIMIT = Query(10, ge=1, le=50)
TICKET = "review"


@router.get("/products/{code}/rating", response=shapes.Rating, auth=None)
def get_rating(request: HttpRequest, code: str) -> HttpResponse:
    """What the reviews of a product add up to."""
    return answers.reply(shapes.rating(queries.summary(_product(request, code).product_id)))


@router.get("/products/{code}/reviews", response=shapes.Reviews, auth=auth.optional)
def list_reviews(
    request: HttpRequest,
    code: str,
    sort: str = "helpful",
    only: str = "all",
    stars: int | None = Query(None, ge=1, le=5),
    cursor: str | None = None,
    limit: int = LIMIT,
) -> HttpResponse:
    """Reviews of a product: `helpful` (friends first), `newest` or `lowest`; all of them or a kind."""
    page = queries.page_reviews(
        product_id=_product(request, code).product_id,
        viewer_id=_viewer(request),
        sort=sort,
        only=only,
        stars=stars,
        cursor=cursor,
        limit=limit,
    )
    return answers.reply(shapes.Reviews([shapes.review(one) for one in page.items], page.next_cursor))


@router.get("/me/reviews", response=shapes.Reviews)
def list_mine(request: HttpRequest, cursor: str | None = None) -> HttpResponse:
    """My reviews, the newest first."""
    page = queries.page_of_author(answers.person(request), cursor=cursor)
    return answers.reply(shapes.Reviews([shapes.review(one) for one in page.items], page.next_cursor))


@router.get("/me/reviews/to-write", response=shapes.ToWriteList)
def list_to_write(request: HttpRequest) -> HttpResponse:
    """What I received and have not reviewed."""
    lines = queries.list_lines(answers.person(request), only_open=True, at=clock.now())
    items = [
        shapes.ToWrite(one.order_code, one.position, one.product_code, one.title, one.received_at)
        for one in lines
    ]
    return answers.reply(shapes.ToWriteList(items))


@router.post("/orders/{code}/lines/{position}/review", response={201: shapes.Written})
def write_review(request: HttpRequest, code: str, position: int, body: shapes.ReviewIn) -> HttpResponse:
    """Review a line of an order I received, once. Needs an Idempotency-Key."""
    person_id, draft = answers.person(request), _draft(request, body)

    def effect() -> shapes.Written:
        return shapes.Written(
            reviews.publish(author_id=person_id, order_code=code, position=position, draft=draft)
        )

    return answers.once(request, body.dict(), effect)


@router.post("/uploads/review-pictures", response={201: note_shapes.Upload})
def upload_picture(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """Store a picture for a review of mine; where and with what it was taken is forgotten."""
    person_id = answers.person(request)
    [kept] = reviews.store_pictures(person_id=person_id, uploads=[file.read()])
    ticket = notes.issue_ticket(person_id=person_id, kind=TICKET, kept=kept)
    return answers.reply(note_shapes.Upload(ticket, media.small_url(kept)), 201)


@router.put("/reviews/{code}", response=shapes.Review)
def edit_review(request: HttpRequest, code: str, body: shapes.ReviewIn) -> HttpResponse:
    """Change my review; without `pictures` those it has stay."""
    person_id = answers.person(request)
    reviews.edit(author_id=person_id, code=code, draft=_draft(request, body))
    return answers.reply(shapes.review(queries.get_review(code, viewer_id=person_id)))


@router.delete("/reviews/{code}", response=trade_shapes.Done)
def remove_review(request: HttpRequest, code: str) -> HttpResponse:
    """Take my review away."""
    reviews.remove(author_id=answers.person(request), code=code)
    return answers.reply(trade_shapes.Done())


@router.post("/reviews/{code}/follow-up", response=shapes.Review)
def follow_up(request: HttpRequest, code: str, body: shapes.FollowUpIn) -> HttpResponse:
    """Say how it is after use, once."""
    person_id = answers.person(request)
    pictures = _pictures(person_id, body.pictures)
    reviews.follow_up(author_id=person_id, code=code, text=body.text, pictures=pictures)
    return answers.reply(shapes.review(queries.get_review(code, viewer_id=person_id)))


@router.put("/reviews/{code}/helpful", response=shapes.Vote)
def vote(request: HttpRequest, code: str) -> HttpResponse:
    """Say that a review helped."""
    return _voted(reviews.vote(person_id=answers.person(request), code=code))


@router.delete("/reviews/{code}/helpful", response=shapes.Vote)
def unvote(request: HttpRequest, code: str) -> HttpResponse:
    """Take it back."""
    return _voted(reviews.unvote(person_id=answers.person(request), code=code))


@router.put("/reviews/{code}/reply", response=shapes.Review)
def reply(request: HttpRequest, code: str, body: shapes.WordsIn) -> HttpResponse:
    """Answer a review of a shop I work for, or change the answer."""
    person_id = answers.person(request)
    reviews.reply(staff_id=person_id, code=code, text=body.text)
    return answers.reply(shapes.review(queries.get_review(code, viewer_id=person_id)))


@router.get("/products/{code}/questions", response=shapes.Questions, auth=auth.optional)
def list_questions(
    request: HttpRequest, code: str, open: bool = False, cursor: str | None = None, limit: int = LIMIT
) -> HttpResponse:
    """Questions about a product, each with its two first answers."""
    page = queries.page_questions(
        product_id=_product(request, code).product_id,
        only_open=open,
        viewer_id=_viewer(request),
        language=answers.language(request),
        cursor=cursor,
        limit=limit,
    )
    return answers.reply(shapes.Questions([shapes.question(one) for one in page.items], page.next_cursor))


@router.post("/products/{code}/questions", response={201: shapes.Written})
def ask(request: HttpRequest, code: str, body: shapes.WordsIn) -> HttpResponse:
    """Ask about a product. Needs an Idempotency-Key."""
    person_id, product_id = answers.person(request), _product(request, code).product_id

    def effect() -> shapes.Written:
        return shapes.Written(reviews.ask(author_id=person_id, product_id=product_id, text=body.text))

    return answers.once(request, body.dict(), effect)


@router.get("/questions/{code}", response=shapes.Question, auth=auth.optional)
def get_question(request: HttpRequest, code: str) -> HttpResponse:
    """A question with its answers."""
    found = queries.get_question(code, viewer_id=_viewer(request), language=answers.language(request))
    return answers.reply(shapes.question(found))


@router.post("/questions/{code}/answers", response={201: shapes.Written})
def answer(request: HttpRequest, code: str, body: shapes.WordsIn) -> HttpResponse:
    """Answer a question. Needs an Idempotency-Key."""
    person_id = answers.person(request)

    def effect() -> shapes.Written:
        return shapes.Written(reviews.answer(author_id=person_id, code=code, text=body.text))

    return answers.once(request, body.dict(), effect)


@router.post("/questions/{code}/ask-buyers", response=shapes.Asked)
def ask_buyers(request: HttpRequest, code: str) -> HttpResponse:
    """Ask people who bought it, once."""
    return answers.reply(shapes.Asked(reviews.ask_buyers(person_id=answers.person(request), code=code)))


@router.put("/questions/{code}/follow", response=trade_shapes.Done)
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Hear of answers."""
    reviews.follow(person_id=answers.person(request), code=code)
    return answers.reply(trade_shapes.Done())


@router.delete("/questions/{code}/follow", response=trade_shapes.Done)
def unfollow(request: HttpRequest, code: str) -> HttpResponse:
    """Hear no more of it."""
    reviews.unfollow(person_id=answers.person(request), code=code)
    return answers.reply(trade_shapes.Done())


@router.put("/answers/{code}/helpful", response=shapes.Vote)
def vote_answer(request: HttpRequest, code: str) -> HttpResponse:
    """Say that an answer helped."""
    return _voted(reviews.vote_answer(person_id=answers.person(request), code=code))


@router.delete("/answers/{code}/helpful", response=shapes.Vote)
def unvote_answer(request: HttpRequest, code: str) -> HttpResponse:
    """Take it back."""
    return _voted(reviews.unvote_answer(person_id=answers.person(request), code=code))


@router.post("/answers/{code}/best", response=trade_shapes.Done)
def choose_best(request: HttpRequest, code: str) -> HttpResponse:
    """Mark an answer to my question as the best, or unmark it."""
    reviews.choose_best(person_id=answers.person(request), code=code)
    return answers.reply(trade_shapes.Done())


@router.put("/ops/categories/{slug}/aspects", response=trade_shapes.Done)
def configure_aspects(request: HttpRequest, slug: str, body: shapes.AspectsIn) -> HttpResponse:
    """Say what buyers in a category judge; for operators."""
    person_id = answers.person(request)
    people.require_operator(person_id=person_id)
    found = catalog.find_category(slug, language="zh-hans")
    if found is None:
        raise CategoryUnknown
    reviews.configure_aspects(category_id=found.category_id, codes=body.codes, by=person_id)
    return answers.reply(trade_shapes.Done())


def _product(request: HttpRequest, code: str) -> ProductView:
    view = catalog.find_product_by_code(code, language=answers.language(request))
    if view is None or not view.is_public:
        raise ProductUnknown
    return view


def _viewer(request: HttpRequest) -> int | None:
    viewer_id: int | None = request.person_id  # type: ignore[attr-defined]
    return viewer_id


def _draft(request: HttpRequest, body: shapes.ReviewIn) -> ReviewDraft:
    return ReviewDraft(
        stars=body.stars,
        text=body.text,
        aspects=body.aspects,
        pictures=None if body.pictures is None else _pictures(answers.person(request), body.pictures),
        is_anonymous=body.is_anonymous,
        language=answers.language(request),
    )


def _pictures(person_id: int, tickets: list[str]) -> tuple[dict[str, Any], ...]:
    return tuple(notes.read_ticket(person_id=person_id, kind=TICKET, ticket=ticket) for ticket in tickets)


def _voted(state: VoteState) -> HttpResponse:
    return answers.reply(shapes.Vote(state.code, state.is_on, state.count))
