"""A survey as its reader sees it: one question after the other, on a page, in a card, and in the preview.

The way through the questions is worked out anew from everything that was sent, so it works without scripts
and a hand-made form goes nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from jishi.insight.surveys import queries
from jishi.insight.surveys.contracts import MAX_ANSWER, Question, QuestionForm, SurveyView
from jishi.kernel.text import pick

PREFIX = "a."


@dataclass(frozen=True, slots=True)
class Choice:
    """One button of a question."""

    value: str
    text: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Step:
    """One question on the screen, with what was answered before it."""

    key: str
    form: str
    text: str
    choices: tuple[Choice, ...]
    low_text: str
    high_text: str
    written: str
    is_required: bool
    is_first: bool
    number: int
    most: int
    carried: tuple[tuple[str, str], ...]
    has_error: bool
    longest: int = MAX_ANSWER


def given_in(post: QueryDict, questions: Sequence[Question]) -> dict[str, list[str]]:
    """What a form carries: answers of earlier steps and the one of this step."""
    return {one.key: post.getlist(PREFIX + one.key)[:20] for one in questions if f"{PREFIX}{one.key}" in post}


def first(survey: SurveyView, language: str) -> Step:
    """The first question."""
    return _step(survey, survey.questions[0], {}, language, has_error=False)


def onward(survey: SurveyView, post: QueryDict, language: str) -> Step | None:
    """The question after the one that was sent, that one again if its answer is none, or None at the end."""
    given = given_in(post, survey.questions)
    found, error = queries.step_after(
        survey.questions, given, current=post.get("step", ""), back=post.get("go") == "back"
    )
    return _step(survey, found, given, language, has_error=bool(error)) if found is not None else None


def _step(
    survey: SurveyView,
    question: Question,
    given: Mapping[str, Sequence[str]],
    language: str,
    *,
    has_error: bool,
) -> Step:
    mine = list(given.get(question.key, ()))
    place = next(n for n, one in enumerate(survey.questions) if one.key == question.key)
    carried = tuple(
        (PREFIX + key, value) for key, values in given.items() if key != question.key for value in values
    )
    return Step(
        key=question.key,
        form=question.form,
        text=pick(question.words, language),
        choices=_choices(question, mine, language),
        low_text=pick(question.low_words, language),
        high_text=pick(question.high_words, language),
        written=mine[0] if question.form == QuestionForm.TEXT and mine else "",
        is_required=question.is_required,
        is_first=place == 0,
        number=place + 1,
        most=len(survey.questions),
        carried=carried,
        has_error=has_error,
    )


def _choices(question: Question, mine: Sequence[str], language: str) -> tuple[Choice, ...]:
    if question.form == QuestionForm.SCALE:
        points = [str(number) for number in range(question.low, question.high + 1)]
        return tuple(Choice(point, point, point in mine) for point in points)
    return tuple(Choice(one.key, pick(one.words, language), one.key in mine) for one in question.options)
