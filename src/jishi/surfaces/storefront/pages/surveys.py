"""Surveys for shoppers: the page behind a link, and the card that may come up once in a session."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from jishi.insight.surveys import operations as surveys
from jishi.insight.surveys import queries
from jishi.insight.surveys.contracts import NEVER_ON, SurveyView, Taker
from jishi.insight.surveys.errors import (
    AnsweredAlready,
    AnswerInvalid,
    NotAsked,
    SignInToAnswer,
    SurveyClosed,
    SurveyNotFound,
)
from jishi.kernel import http
from jishi.kernel.errors import DomainError
from jishi.kernel.text import pick
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import survey as steps
from jishi.surfaces.storefront.pages import slots

SHOWN = "survey_shown"
"""A mark in the session: something came up already."""


@require_http_methods(["GET", "POST"])
def survey(request: HttpRequest, code: str) -> HttpResponse:
    """Ask question by question; the last one sends everything."""
    found = queries.get_survey(code)
    if found.state == "draft":
        raise SurveyNotFound
    language = request_facts.of(request).language
    refusal = _refusal(request, found)
    if refusal is not None:
        return _page(request, found, refusal=refusal)
    if request.method != "POST":
        return _page(request, found, step=steps.first(found, language))
    step = steps.onward(found, request.POST, language)
    if step is not None:
        return _page(request, found, step=step)
    try:
        surveys.answer(
            code=code,
            taker=_taker(request),
            given=steps.given_in(request.POST, found.questions),
            language=language,
        )
    except AnswerInvalid:
        return _page(request, found, step=steps.first(found, language))
    except (AnsweredAlready, SurveyClosed) as error:
        return _page(request, found, refusal=error)
    return _page(request, found, ended=True)


@require_GET
def pop(request: HttpRequest) -> HttpResponse:
    """The pop-up or survey that comes up on a page, or nothing; at most one in a session."""
    if request.session.get(SHOWN) or request.GET.get("page", "") in NEVER_ON:
        return HttpResponse(status=204)
    popup = slots.pop(request)
    if popup is not None:
        request.session[SHOWN] = True
        return popup
    taker = _taker(request)
    offer = queries.find_offer(taker, page=request.GET.get("page", "")[:40].removeprefix("storefront:"))
    if offer is None:
        return HttpResponse(status=204)
    request.session[SHOWN] = True
    surveys.note_shown(code=offer.code, taker=taker)
    found = queries.get_survey(offer.code)
    language = request_facts.of(request).language
    context = {
        "survey": found,
        "title": pick(offer.title, language),
        "step": steps.first(found, language),
        "action": reverse("storefront:survey", args=[offer.code]),
    }
    return render(request, "storefront/surveys/card.html", context)


@require_POST
def later(request: HttpRequest, code: str) -> HttpResponse:
    """Not now."""
    surveys.put_off(code=code, taker=_taker(request))
    return HttpResponse("")


def _taker(request: HttpRequest) -> Taker:
    facts = request_facts.of(request)
    return Taker(facts.person_id, facts.visitor)


def _refusal(request: HttpRequest, found: SurveyView) -> DomainError | None:
    """Why this reader cannot answer, known before the first question."""
    taker = _taker(request)
    if found.state == "closed":
        return SurveyClosed()
    if queries.has_taken(found.code, taker):
        return AnsweredAlready()
    if not queries.is_for(found, taker):
        return SignInToAnswer() if taker.person_id is None else NotAsked()
    return None


def _page(
    request: HttpRequest,
    found: SurveyView,
    *,
    step: steps.Step | None = None,
    ended: bool = False,
    refusal: DomainError | None = None,
) -> HttpResponse:
    language = request_facts.of(request).language
    context: dict[str, Any] = {
        "survey": found,
        "title": pick(found.title, language),
        "intro": pick(found.draft.intro, language),
        "thanks": pick(found.draft.thanks, language) or gettext("Your answer has arrived."),
        "step": step,
        "action": request.path,
        "ended": ended,
        "refusal": http.message_of(refusal) if refusal is not None else "",
        "sign_in": f"{reverse('storefront:login')}?next={request.path}"
        if isinstance(refusal, SignInToAnswer)
        else "",
    }
    status = 422 if step is not None and step.has_error else 200
    if request.GET.get("card") == "1" and request.headers.get("HX-Request"):
        if ended or refusal is not None:
            context["thanks"] = context["refusal"] or context["thanks"]
            return render(request, "storefront/surveys/card_done.html", context)
        # htmx shows what a question says about itself only where the answer is a success.
        return render(request, "shell/survey/step.html", {**context, "in_card": True})
    return render(request, "storefront/surveys/survey.html", context, status=status)
