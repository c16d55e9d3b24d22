"""Reads of surveys: what to ask whom, what was found out, the texts and people behind a figure.

Answers without names are read out from five on, never person by person.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from jishi.insight.surveys import intervals, rules, templates, themes
from jishi.insight.surveys.contracts import (
    LEAST_SHOWN,
    NEVER_ON,
    Interval,
    Offer,
    OptionResult,
    Question,
    QuestionForm,
    QuestionResult,
    Readout,
    SurveyDraft,
    SurveyKind,
    SurveyState,
    SurveyView,
    Taker,
    Trigger,
    Value,
)
from jishi.insight.surveys.errors import SurveyNotFound
from jishi.insight.surveys.models import Answer, Box, Invitation, Part, Survey, Version
from jishi.kernel import clock
from jishi.people.accounts import ports as audiences
from jishi.people.accounts.contracts import AudienceRef
from jishi.people.accounts.errors import AudienceUnknown

MOST_TEXTS = 2000
BATCH = 2000
Values = dict[str, Value]


def get_template(kind: str) -> SurveyDraft:
    """Return what a survey of this kind begins with; every text of it can be changed."""
    return templates.draft(kind)


def taker_key(taker: Taker) -> str:
    """The name under which somebody takes part: a person's number, or a digest of a browser's."""
    if taker.person_id is not None:
        return f"p:{taker.person_id}"
    return f"v:{hashlib.sha256(taker.visitor.encode()).hexdigest()[:32]}"


def get_survey(code: str) -> SurveyView:
    """A survey with the questions it asks now.

    :raises SurveyNotFound: there is none.
    """
    row = Survey.objects.filter(code=code).first()
    if row is None:
        raise SurveyNotFound
    return _view(row, list(Version.objects.filter(survey=row).order_by("number")))


def get_questions(code: str, version: int) -> tuple[Question, ...]:
    """The questions of one version.

    :raises SurveyNotFound: there is none.
    """
    row = Version.objects.filter(survey__code=code, number=version).first()
    if row is None:
        raise SurveyNotFound
    return rules.from_rows(row.questions)


def list_surveys(*, state: str = "") -> tuple[SurveyView, ...]:
    """Every survey, or those of a state; the newest first."""
    rows = Survey.objects.order_by("-id")
    rows = rows.filter(state=state) if state else rows
    found = list(rows[:200])
    versions: dict[int, list[Version]] = {}
    for version in Version.objects.filter(survey__in=found).order_by("number"):
        versions.setdefault(version.survey_id, []).append(version)
    return tuple(_view(row, versions.get(row.pk, [])) for row in found)


def count_states() -> dict[str, int]:
    """How many surveys there are of each state."""
    return dict(Survey.objects.values_list("state").annotate(n=Count("id")).order_by())


def has_taken(code: str, taker: Taker) -> bool:
    """Tell whether somebody answered."""
    return Part.objects.filter(survey__code=code, taker=taker_key(taker)).exists()


def is_for(survey: SurveyView | Survey, taker: Taker) -> bool:
    """Tell whether a survey asks this person or browser."""
    draft = survey.draft if isinstance(survey, SurveyView) else survey
    if taker.person_id is None:
        return draft.allows_visitors and bool(taker.visitor)
    if not draft.audience_kind:
        return True
    try:
        return audiences.is_member(AudienceRef(draft.audience_kind, draft.audience_key), taker.person_id)
    except AudienceUnknown:
        return False


def find_offer(taker: Taker, *, page: str, at: datetime | None = None) -> Offer | None:
    """The survey that wants to come up on a page, if any: open, meant for this reader, not answered, not
    shown or put off lately, and never while somebody is buying."""
    if page in NEVER_ON:
        return None
    moment = clock.at_or_now(at)
    key = taker_key(taker)
    mine = Invitation.objects.filter(taker=key)
    lately = moment - rules.ASK_AGAIN
    tired = mine.filter(Q(shown_at__gt=lately) | Q(dismissed_at__gt=lately)).values("survey_id")
    asked = mine.filter(due_at__lte=moment).values("survey_id")
    rows = (
        Survey.objects.filter(state=SurveyState.OPEN)
        .filter(Q(trigger=Trigger.PAGE, page__in=["", page]) | Q(trigger=Trigger.RECEIPT, pk__in=asked))
        .exclude(closes_at__lte=moment)
        .exclude(pk__in=tired)
        .exclude(pk__in=Part.objects.filter(taker=key).values("survey_id"))
        .order_by("-trigger", "opened_at", "id")
    )
    return next((Offer(row.code, row.title) for row in rows[:20] if is_for(row, taker)), None)


def readout(code: str, *, version: int | None = None, at: datetime | None = None) -> Readout:
    """What one version found out (the newest with answers, if none is named).

    :raises SurveyNotFound: there is no such survey, or no such version of it.
    """
    survey = get_survey(code)
    counted = dict(
        Answer.objects.filter(version__survey_id=survey.id)
        .values_list("version__number")
        .annotate(n=Count("id"))
    )
    chosen = version or max((n for n in survey.versions if counted.get(n)), default=survey.version)
    questions = get_questions(code, chosen)
    rows = [] if _hides(survey, counted.get(chosen, 0)) else _answers(survey.id, chosen)
    values = [rules.from_stored(row["values"]) for row in rows]
    invited = Invitation.objects.filter(survey_id=survey.id).aggregate(
        told=Count("id", filter=Q(told_at__isnull=False)),
        shown=Count("id", filter=Q(shown_at__isnull=False)),
        dismissed=Count("id", filter=Q(dismissed_at__isnull=False)),
    )
    waiting = Box.objects.filter(version__survey_id=survey.id, version__number=chosen).first()
    return Readout(
        survey=survey,
        version=chosen,
        answers=len(rows),
        results=tuple(_result(survey.kind, question, questions, values) for question in questions),
        days=tuple(sorted(Counter(row["on_day"].isoformat() for row in rows).items())),
        invited=invited["told"],
        shown=invited["shown"],
        dismissed=invited["dismissed"],
        held_back=len(waiting.bundle) if waiting else 0,
        is_hidden=_hides(survey, counted.get(chosen, 0)),
        from_visitors=sum(1 for row in rows if row["is_visitor"]),
        computed_at=clock.at_or_now(at),
    )


def headline(survey: SurveyView, found: Readout) -> tuple[str, Interval] | None:
    """Name and value of the figure of a fixed kind; None for other kinds and without answers."""
    first = found.results[0] if found.results and survey.kind != SurveyKind.CUSTOM else None
    return (first.score_name, first.score) if first is not None and first.score is not None else None


def texts_of(code: str, *, version: int, question: str, theme: str | None = None) -> tuple[str, ...]:
    """The text answers to one question, or those of one theme, shortest first.

    :raises SurveyNotFound: there is no such survey or version.
    """
    survey = get_survey(code)
    asked = {one.key: one for one in get_questions(code, version)}
    if question not in asked or asked[question].form != QuestionForm.TEXT:
        raise SurveyNotFound
    rows = _answers(survey.id, version)
    if _hides(survey, len(rows)):
        return ()
    said = _texts([rules.from_stored(row["values"]) for row in rows], question)
    if theme is not None:
        places = next((places for word, places in themes.assign(said) if word == theme), [])
        said = [said[place] for place in places]
    return tuple(sorted(said, key=lambda text: (len(text), text)))


def texts_of_answer(answer_code: str) -> tuple[str, dict[str, str]]:
    """The survey of one answer under a name, and the words in it by question; nothing of answers without."""
    rows = Answer.objects.filter(code=answer_code, person__isnull=False).select_related("version__survey")
    row = rows.first()
    if row is None:
        return "", {}
    asked = {one.key for one in rules.from_rows(row.version.questions) if one.form == QuestionForm.TEXT}
    texts = {key: str(value).strip() for key, value in row.values.items() if key in asked}
    return row.version.survey.code, {key: text for key, text in texts.items() if text}


def people_of(code: str, *, version: int, question: str, value: str, limit: int = 200) -> tuple[int, ...]:
    """Who gave an answer, where answers have names.

    :raises SurveyNotFound: there is no such survey, or its answers have no names.
    """
    survey = get_survey(code)
    if survey.draft.is_anonymous:
        raise SurveyNotFound
    rows = Answer.objects.filter(version__survey_id=survey.id, version__number=version, person__isnull=False)
    exact: list[Any] = [{question: value}, {question: [value]}]
    if value.isdecimal():
        exact.append({question: int(value)})
    wanted = Q()
    for one in exact:
        wanted |= Q(values__contains=one)
    return tuple(rows.filter(wanted).order_by("-on_day", "pk").values_list("person_id", flat=True)[:limit])


def rows_of(code: str, *, version: int) -> Iterator[tuple[str, str, int | None, str, Values]]:
    """Every answer of a version for a table: its code, day, person, language, values.

    Without names the code is left out as well, and nothing comes before five are there.
    :raises SurveyNotFound: there is no such survey.
    """
    survey = get_survey(code)
    rows = Answer.objects.filter(version__survey_id=survey.id, version__number=version)
    if _hides(survey, rows.count()):
        return
    nameless = survey.draft.is_anonymous
    for row in rows.order_by("on_day", "pk").iterator(BATCH):
        yield (
            "" if nameless else row.code,
            row.on_day.isoformat(),
            row.person_id,
            row.language,
            rules.from_stored(row.values),
        )


def export_person(*, person_id: int) -> dict[str, Any]:
    """What somebody answered under their name, and where they took part."""
    answers = (
        Answer.objects.filter(person_id=person_id).select_related("version__survey").order_by("on_day", "pk")
    )
    parts = Part.objects.filter(person_id=person_id).select_related("survey").order_by("survey_id")
    return {
        "answers": [
            {"survey": row.version.survey.code, "on": row.on_day.isoformat(), "answers": row.values}
            for row in answers
        ],
        "took_part": [row.survey.code for row in parts],
    }


def _view(row: Survey, versions: Sequence[Version]) -> SurveyView:
    current = next((one for one in versions if one.number == row.version), None)
    return SurveyView(
        id=row.pk,
        code=row.code,
        kind=row.kind,
        state=row.state,
        draft=SurveyDraft(
            title=row.title,
            intro=row.intro,
            thanks=row.thanks,
            trigger=row.trigger,
            page=row.page,
            delay_h=row.delay_h,
            audience_kind=row.audience_kind,
            audience_key=row.audience_key,
            is_anonymous=row.is_anonymous,
            allows_visitors=row.allows_visitors,
            closes_at=row.closes_at,
        ),
        version=row.version,
        versions=tuple(one.number for one in versions),
        questions=rules.from_rows(current.questions) if current else (),
        answer_count=row.answer_count,
        owner_id=row.owner_id,
        created_at=row.created_at,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def _hides(survey: SurveyView, answers: int) -> bool:
    return survey.draft.is_anonymous and answers < LEAST_SHOWN


def _answers(survey_id: int, version: int) -> Sequence[Mapping[str, Any]]:
    rows = Answer.objects.filter(version__survey_id=survey_id, version__number=version)
    return list(rows.order_by("on_day", "pk").values("values", "on_day", "is_visitor"))


def _texts(values: Sequence[Mapping[str, Value]], question: str) -> list[str]:
    """The newest text answers, in an order that does not depend on the database."""
    found = [str(one[question]) for one in values if isinstance(one.get(question), str)]
    return sorted(found[-MOST_TEXTS:])


def _result(
    kind: str, question: Question, questions: Sequence[Question], values: Sequence[Values]
) -> QuestionResult:
    asked = sum(1 for one in values if question in rules.path(questions, one))
    given = [one[question.key] for one in values if question.key in one]
    total = len(given)
    if question.form == QuestionForm.TEXT:
        return QuestionResult(question, total, asked, themes=themes.group(_texts(values, question.key)))
    if question.form == QuestionForm.SCALE:
        points = [value for value in given if isinstance(value, int)]
        counts = Counter(points)
        options = tuple(
            OptionResult(str(n), {}, counts[n], intervals.share(counts[n], total))
            for n in range(question.low, question.high + 1)
        )
        name, score = _score(kind, question, points)
        mean = intervals.mean(points, low=question.low, high=question.high)
        return QuestionResult(question, total, asked, options, mean, score, name)
    chosen = Counter(key for value in given for key in ((value,) if isinstance(value, str) else _keys(value)))
    options = tuple(
        OptionResult(one.key, one.words, chosen[one.key], intervals.share(chosen[one.key], total))
        for one in question.options
    )
    return QuestionResult(question, total, asked, options)


def _keys(value: Value) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _score(kind: str, question: Question, points: Sequence[int]) -> tuple[str, Interval | None]:
    """The figure of the score question: NPS, or the share of good answers; none without answers."""
    if question.key != rules.SCORE or kind not in rules.FIXED or not points:
        return "", None
    if kind == SurveyKind.NPS:
        return "nps", intervals.promoters(points)
    good = sum(1 for point in points if point >= rules.GOOD[kind])
    return kind, intervals.share(good, len(points))


def step_after(
    questions: Sequence[Question], given: Mapping[str, Sequence[str]], *, current: str, back: bool = False
) -> tuple[Question | None, str]:
    """Which question comes after `current` (or before it), and what is wrong with the answer to it, if so.

    None means that there is nothing more to ask. An unknown `current` begins at the beginning; going back
    never looks at the answer that is left behind.
    """
    answers: Values = {}
    for question in questions:
        try:
            value = rules.read(question, given.get(question.key, ()))
        except ValueError:
            value = None
        if value is not None:
            answers[question.key] = value
    way = rules.path(questions, answers)
    place = next((number for number, one in enumerate(way) if one.key == current), -1)
    if back:
        return way[max(0, place - 1)], ""
    if place >= 0:
        now = way[place]
        sent = any(one.strip() for one in given.get(now.key, ()))
        if now.key not in answers and (now.is_required or sent):
            return now, now.key
    return (way[place + 1], "") if place + 1 < len(way) else (None, "")
