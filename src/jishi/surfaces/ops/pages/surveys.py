"""Surveys in the console: the list, the read-out with its intervals, the texts and people behind a figure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from jishi.insight.surveys import operations as surveys
from jishi.insight.surveys import queries
from jishi.insight.surveys.contracts import (
    Interval,
    OptionResult,
    QuestionForm,
    QuestionResult,
    Readout,
    SurveyKind,
    SurveyView,
)
from jishi.kernel import audit
from jishi.kernel.errors import DomainError
from jishi.kernel.text import pick
from jishi.people.accounts import queries as people
from jishi.surfaces.ops import charts, survey_forms
from jishi.surfaces.ops.gate import operator, person
from jishi.surfaces.shell import facts as request_facts
from jishi.surfaces.shell import formats, refusals, spreadsheet

STATES = ("open", "draft", "closed")


@dataclass(frozen=True, slots=True)
class Bar:
    """One answer of a question: its words, share, interval, and the people behind it."""

    text: str
    count: int
    share: str
    interval: str
    low: int
    width: int
    value: int
    href: str
    tone: str


@dataclass(frozen=True, slots=True)
class Block:
    """One question of a read-out."""

    key: str
    text: str
    form: str
    answered: int
    asked: int
    bars: tuple[Bar, ...]
    mean: str
    parts: tuple[charts.Slice, ...]
    part_names: tuple[tuple[str, str, str], ...]
    themes: tuple[tuple[str, int, str, tuple[str, ...], str], ...]


@operator
@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Every survey, the open ones first."""
    language = request_facts.of(request).language
    counts = queries.count_states()
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    names = state_names()
    tabs = [("", gettext("All"), sum(counts.values()))]
    tabs += [(code, names[code], counts.get(code, 0)) for code in STATES]
    kinds = {code: name for code, name, _ in survey_forms.kinds()}
    rows = [(one, pick(one.title, language), kinds[one.kind]) for one in queries.list_surveys(state=state)]
    context = {"rows": rows, "tabs": tabs, "state": state, "kinds": survey_forms.kinds(), "names": names}
    return render(request, "ops/surveys/index.html", context)


@operator
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """A draft of some kind, straight into the builder."""
    try:
        code = surveys.create(kind=request.POST.get("kind", ""), owner_id=person(request))
    except DomainError as error:
        refusals.tell(request, error)
        return HttpResponseRedirect(reverse("ops:surveys"))
    return HttpResponseRedirect(reverse("ops:survey_edit", args=[code]))


@operator
@require_GET
def survey(request: HttpRequest, code: str) -> HttpResponse:
    """What was found out."""
    language = request_facts.of(request).language
    found = queries.readout(code, version=_version(request, queries.get_survey(code)))
    headline = queries.headline(found.survey, found)
    context = {
        "survey": found.survey,
        "title": pick(found.survey.title, language),
        "kind": {key: name for key, name, _ in survey_forms.kinds()}[found.survey.kind],
        "readout": found,
        "state_name": state_names()[found.survey.state],
        "figure": _figure(found.survey.kind, headline[1], language) if headline else None,
        "blocks": [_block(found, one, language) for one in found.results],
        "days": _days(found, language),
        "rate": formats.percent(found.survey.answer_count * 10_000 // found.shown, language)
        if found.shown and found.survey.answer_count <= found.shown
        else "",
        "link": request_facts.of(request).absolute(reverse("storefront:survey", args=[code])),
    }
    return render(request, "ops/surveys/survey.html", context)


@operator
@require_POST
def do(request: HttpRequest, code: str) -> HttpResponse:
    """Open, close, copy, or throw a draft away."""
    verb, by = request.POST.get("do", ""), person(request)
    onward = reverse("ops:survey", args=[code])
    try:
        if verb == "launch":
            surveys.launch(code=code)
        elif verb == "close":
            surveys.close(code=code)
        elif verb == "discard":
            surveys.discard(code=code)
            onward = reverse("ops:surveys")
        elif verb == "copy":
            onward = reverse("ops:survey_edit", args=[surveys.copy(code=code, owner_id=by)])
        audit.record(actor_id=by, action=f"surveys.{verb[:10]}", subject=f"survey:{code}")
        messages.success(request, gettext("Done."))
    except DomainError as error:
        refusals.tell(request, error)
    return HttpResponseRedirect(onward)


@operator
@require_GET
def texts(request: HttpRequest, code: str, question: str) -> HttpResponse:
    """The text answers of one question, or of one theme."""
    language = request_facts.of(request).language
    found = queries.get_survey(code)
    version = _version(request, found) or found.version
    theme = request.GET.get("theme")
    said = queries.texts_of(code, version=version, question=question, theme=theme)
    asked = next((one for one in queries.get_questions(code, version) if one.key == question), None)
    context = {
        "survey": found,
        "title": pick(found.title, language),
        "text": pick(asked.words, language) if asked else "",
        "said": said[:500],
        "count": len(said),
        "theme": theme,
        "version": version,
    }
    return render(request, "ops/surveys/texts.html", context)


@operator
@require_GET
def behind(request: HttpRequest, code: str) -> HttpResponse:
    """The people who gave an answer, where answers have names; every look is written down."""
    language = request_facts.of(request).language
    found = queries.get_survey(code)
    version = _version(request, found) or found.version
    question, value = request.GET.get("question", "")[:20], request.GET.get("value", "")[:20]
    ids = queries.people_of(code, version=version, question=question, value=value)
    cards = people.list_people(set(ids))
    audit.record(
        actor_id=person(request),
        action="surveys.people",
        subject=f"survey:{code}",
        detail={"question": question, "value": value},
    )
    asked = next((one for one in queries.get_questions(code, version) if one.key == question), None)
    chosen = next((one for one in asked.options if one.key == value), None) if asked else None
    context = {
        "survey": found,
        "title": pick(found.title, language),
        "text": pick(asked.words, language) if asked else "",
        "value": pick(chosen.words, language) if chosen else value,
        "people": [cards[one] for one in ids if one in cards],
    }
    return render(request, "ops/surveys/behind.html", context)


@operator
@require_GET
def export(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """Every answer of a version as a table; that it was taken is written down."""
    found = queries.get_survey(code)
    version = _version(request, found) or found.version
    asked = queries.get_questions(code, version)
    audit.record(actor_id=person(request), action="surveys.export", subject=f"survey:{code}")
    rows = list(queries.rows_of(code, version=version))
    codes = {one.id: one.code for one in people.list_people({row[2] for row in rows if row[2]}).values()}

    def lines() -> Iterator[tuple[object, ...]]:
        for answer, day, who, language, values in rows:
            cells = [values.get(one.key, "") for one in asked]
            texts = [";".join(cell) if isinstance(cell, tuple) else cell for cell in cells]
            yield answer, day, codes.get(who or 0, ""), language, *texts

    header = ("answer", "day", "person", "language", *(one.key for one in asked))
    response = StreamingHttpResponse(
        spreadsheet.lines(header, lines()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="survey-{code}-v{version}.csv"'
    return response


def state_names() -> dict[str, str]:
    """The states in words."""
    return {"open": gettext("Asking"), "draft": gettext("Draft"), "closed": gettext("Closed")}


def _version(request: HttpRequest, found: SurveyView) -> int | None:
    text = request.GET.get("version", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None
    if number is not None and number not in found.versions:
        raise Http404
    return number


def _figure(kind: str, value: Interval, language: str) -> tuple[str, str, str, str]:
    """Name, value, interval and meaning of the figure that a kind is made for."""
    if kind == SurveyKind.NPS:
        return (
            gettext("Net promoter score"),
            f"{value.value:+.0f}",
            f"{value.low:+.0f} … {value.high:+.0f}",
            gettext("Share of 9 and 10 minus share of 0 to 6, in points, with its 95 percent interval."),
        )
    meaning = {
        SurveyKind.CSAT: gettext("Share of answers 4 and 5, with its 95 percent interval (Wilson)."),
        SurveyKind.CES: gettext("Share of answers 5 to 7, with its 95 percent interval (Wilson)."),
    }[SurveyKind(kind)]
    name = gettext("Satisfied") if kind == SurveyKind.CSAT else gettext("Found it easy")
    return name, _share(value.value, language), _span(value, language), meaning


def _block(found: Readout, result: QuestionResult, language: str) -> Block:
    question = result.question
    bars = tuple(_bar(found, result, one, language) for one in result.options)
    mean = ""
    if result.mean is not None:
        mean = f"{result.mean.value:.2f} ({result.mean.low:.2f} … {result.mean.high:.2f})"
    address = reverse("ops:survey_texts", args=[found.survey.code, question.key])
    parts, part_names = _promoters(found, result, language)
    themes = tuple(
        (
            theme.word or gettext("Everything else"),
            theme.count,
            _share(theme.count / max(1, result.answered), language),
            theme.samples,
            f"{address}?{urlencode({'version': found.version, 'theme': theme.word})}",
        )
        for theme in result.themes
    )
    return Block(
        key=question.key,
        text=pick(question.words, language),
        form=question.form,
        answered=result.answered,
        asked=result.asked,
        bars=bars,
        mean=mean,
        parts=parts,
        part_names=part_names,
        themes=themes,
    )


def _bar(found: Readout, result: QuestionResult, one: OptionResult, language: str) -> Bar:
    nps = found.survey.kind == SurveyKind.NPS and result.question.key == "score"
    point = int(one.key) if result.question.form == QuestionForm.SCALE else 0
    tone = ("ok" if point >= 9 else "gold" if point >= 7 else "bad") if nps else ""
    query = urlencode({"version": found.version, "question": result.question.key, "value": one.key})
    href = (
        ""
        if found.survey.draft.is_anonymous or not one.count
        else (f"{reverse('ops:survey_behind', args=[found.survey.code])}?{query}")
    )
    return Bar(
        text=pick(one.words, language) or one.key,
        count=one.count,
        share=_share(one.share.value, language),
        interval=_span(one.share, language),
        low=round(one.share.low * 1000),
        width=max(2, round((one.share.high - one.share.low) * 1000)),
        value=round(one.share.value * 1000),
        href=href,
        tone=tone,
    )


def _promoters(
    found: Readout, result: QuestionResult, language: str
) -> tuple[tuple[charts.Slice, ...], tuple[tuple[str, str, str], ...]]:
    """Promoters, passives and detractors as one bar."""
    if found.survey.kind != SurveyKind.NPS or result.question.key != "score" or not result.answered:
        return (), ()
    counts = {int(one.key): one.count for one in result.options}
    groups = (
        ("formed", gettext("Promoters"), sum(n for point, n in counts.items() if point >= 9)),
        ("expired", gettext("Passives"), sum(n for point, n in counts.items() if 7 <= point <= 8)),
        ("failed", gettext("Detractors"), sum(n for point, n in counts.items() if point <= 6)),
    )
    names = tuple((code, name, _share(n / result.answered, language)) for code, name, n in groups)
    return charts.whole([(code, n) for code, _, n in groups]), names


def _days(found: Readout, language: str) -> charts.Plot | None:
    """Answers by day; answers without names only have the day of their bundle and are not drawn."""
    if found.survey.draft.is_anonymous or len(found.days) < 2:
        return None
    labels = [formats.day(date.fromisoformat(day), language) for day, _ in found.days]
    return charts.plot(labels, [count for _, count in found.days], str)


def _share(value: float, language: str) -> str:
    return formats.percent(round(value * 10_000), language)


def _span(value: Interval, language: str) -> str:
    return f"{_share(value.low, language)} … {_share(value.high, language)}"
