"""Surveys for apps: the one that wants to come up, its questions, one answer; and what operators read out."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from jishi.insight.surveys import operations as surveys
from jishi.insight.surveys import queries
from jishi.insight.surveys.contracts import SurveyView, Taker
from jishi.insight.surveys.errors import SurveyNotFound
from jishi.people.accounts import queries as people
from jishi.surfaces.api.v1 import answers
from jishi.surfaces.api.v1.schemas import surveys as shapes
from jishi.surfaces.api.v1.schemas import trade as trade_shapes

router = Router(tags=["surveys"])


@router.get("/surveys/next", response=shapes.NextSurvey)
def find_next(request: HttpRequest, page: str = Query("", max_length=40)) -> HttpResponse:
    """The survey that wants to come up on a screen, if any. Show at most one in a session."""
    taker = _taker(request)
    offer = queries.find_offer(taker, page=page)
    if offer is None:
        return answers.reply(shapes.NextSurvey(None))
    surveys.note_shown(code=offer.code, taker=taker)
    found = queries.get_survey(offer.code)
    return answers.reply(shapes.NextSurvey(shapes.survey(found, "open", answers.language(request))))


@router.get("/surveys/{code}", response=shapes.Survey)
def get_survey(request: HttpRequest, code: str) -> HttpResponse:
    """A survey with the questions it asks now."""
    found = queries.get_survey(code)
    if found.state == "draft":
        raise SurveyNotFound
    return answers.reply(shapes.survey(found, _stand(found, _taker(request)), answers.language(request)))


@router.post("/surveys/{code}/answers", response={201: trade_shapes.Done})
def answer(request: HttpRequest, code: str, body: shapes.AnswersIn) -> HttpResponse:
    """Answer, once. Needs an Idempotency-Key."""

    def effect() -> trade_shapes.Done:
        surveys.answer(
            code=code, taker=_taker(request), given=body.answers, language=answers.language(request)
        )
        return trade_shapes.Done()

    # The body stays out of the kept fingerprint: beside the caller it would tell what somebody answered.
    return answers.once(request, {}, effect)


@router.post("/surveys/{code}/later", response=trade_shapes.Done)
def put_off(request: HttpRequest, code: str) -> HttpResponse:
    """Not now: it does not come up again for a month."""
    surveys.put_off(code=code, taker=_taker(request))
    return answers.reply(trade_shapes.Done())


@router.get("/ops/surveys/{code}/figures", response=shapes.SurveyFigures)
def get_figures(request: HttpRequest, code: str, version: int | None = Query(None, ge=1)) -> HttpResponse:
    """What a version found out; for operators."""
    people.require_operator(person_id=answers.person(request))
    return answers.reply(shapes.figures(queries.readout(code, version=version)))


def _taker(request: HttpRequest) -> Taker:
    return Taker(answers.person(request))


def _stand(found: SurveyView, taker: Taker) -> str:
    if queries.has_taken(found.code, taker):
        return "answered"
    if found.state == "closed":
        return "closed"
    return "open" if queries.is_for(found, taker) else "other"
