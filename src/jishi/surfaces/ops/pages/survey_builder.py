"""The builder of surveys: settings, questions one by one, and the preview that keeps nothing."""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from jishi.insight.portraits import queries as portraits
from jishi.insight.surveys import operations as surveys
from jishi.insight.surveys import queries
from jishi.insight.surveys.contracts import Question, SurveyView
from jishi.insight.surveys.errors import SurveyInvalid
from jishi.kernel import audit
from jishi.kernel.errors import DomainError
from jishi.kernel.text import pick
from jishi.surfaces.ops import survey_forms
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import refusals
from jishi.surfaces.shell import survey as steps


@operator
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponse:
    """Show the builder, or change one part of the survey."""
    found = queries.get_survey(code)
    if request.method == "POST":
        anchor = ""
        try:
            anchor = _change(request, found)
            audit.record(actor_id=person(request), action="surveys.edit", subject=f"survey:{code}")
            messages.success(request, gettext("Saved"))
        except SurveyInvalid as error:
            name = survey_forms.field_name(str(error.fields.get("field", "")))
            messages.error(request, gettext("Please check: %(field)s.") % {"field": name})
        except DomainError as error:
            refusals.tell(request, error)
        return HttpResponseRedirect(reverse("ops:survey_edit", args=[code]) + anchor)
    language = request_facts.of(request).language
    context = {
        "survey": found,
        "draft": found.draft,
        "title": pick(found.title, language),
        "questions": _shown(found, language),
        "audiences": _audiences(found),
        "audience": f"{found.draft.audience_kind}:{found.draft.audience_key}"
        if found.draft.audience_kind
        else "",
        "forms": survey_forms.forms(),
        "form_names": dict(survey_forms.forms()),
        "triggers": survey_forms.triggers(),
        "pages": survey_forms.pages(),
        "operators": survey_forms.operators(),
        "is_answered": found.answer_count > 0,
    }
    return render(request, "ops/surveys/edit.html", context)


@operator
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, code: str) -> HttpResponse:
    """The survey as shoppers see it; nothing is kept."""
    found = queries.get_survey(code)
    language = request_facts.of(request).language
    step = steps.first(found, language)
    ended = False
    if request.method == "POST":
        onward = steps.onward(found, request.POST, language)
        ended = onward is None
        step = onward or step
    context = {
        "survey": found,
        "title": pick(found.title, language),
        "intro": pick(found.draft.intro, language),
        "thanks": pick(found.draft.thanks, language),
        "step": step,
        "ended": ended,
        "action": request.path,
    }
    return render(request, "ops/surveys/preview.html", context)


def _change(request: HttpRequest, found: SurveyView) -> str:
    """Change what the form is about; returns where the page goes on."""
    verb, key, post = request.POST.get("do", ""), request.POST.get("key", ""), request.POST
    if verb == "settings":
        surveys.edit(code=found.code, draft=survey_forms.draft(post))
        return "#settings"
    asked = list(found.questions)
    place = next((n for n, one in enumerate(asked) if one.key == key), None)
    if verb == "add":
        fresh = survey_forms.added(post, asked)
        surveys.ask(code=found.code, questions=[*asked, fresh])
        return f"#q-{fresh.key}"
    if place is None:
        raise SurveyInvalid(field="questions")
    surveys.ask(code=found.code, questions=_rearranged(asked, place, verb, request))
    return f"#q-{key}" if verb != "remove" else "#questions"


def _rearranged(asked: list[Question], place: int, verb: str, request: HttpRequest) -> Sequence[Question]:
    """The questions after one of them was saved, moved or removed."""
    if verb == "save":
        asked[place] = survey_forms.question(request.POST, asked[place])
    elif verb == "remove":
        del asked[place]
    elif verb in ("up", "down"):
        other = place + (-1 if verb == "up" else 1)
        if 0 <= other < len(asked):
            asked[place], asked[other] = asked[other], asked[place]
    return asked


def _shown(found: SurveyView, language: str) -> list[dict[str, object]]:
    """The questions with what their fields show."""
    rows: list[dict[str, object]] = []
    for number, one in enumerate(found.questions):
        rows.append(
            {
                "one": one,
                "text": pick(one.words, language),
                "zh": one.words.get("zh-hans", ""),
                "en": one.words.get("en", ""),
                "low_zh": one.low_words.get("zh-hans", ""),
                "low_en": one.low_words.get("en", ""),
                "high_zh": one.high_words.get("zh-hans", ""),
                "high_en": one.high_words.get("en", ""),
                "lines": survey_forms.lines(one),
                "is_fixed": number == 0 and found.kind != "custom",
                "has_options": survey_forms.is_choice(one.form),
                "before": [
                    (two.key, pick(two.words, language), _values(two, language))
                    for two in found.questions[:number]
                    if two.form != "text"
                ],
            }
        )
    return rows


def _values(question: Question, language: str) -> list[tuple[str, str]]:
    if question.form == "scale":
        return [(str(n), str(n)) for n in range(question.low, question.high + 1)]
    return [(one.key, pick(one.words, language)) for one in question.options]


def _audiences(found: SurveyView) -> list[tuple[str, str]]:
    """Everybody, and the segments there are; one that is gone is still named."""
    rows = [("", gettext("Everybody"))]
    rows += [(f"segment:{one.code}", one.name) for one in portraits.list_segments()]
    mine = f"{found.draft.audience_kind}:{found.draft.audience_key}"
    if found.draft.audience_kind and mine not in dict(rows):
        rows.append((mine, mine))
    return rows
