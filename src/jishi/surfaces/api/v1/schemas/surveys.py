"""Surveys as the API shows and takes them: the questions of the version that is asked now."""

from dataclasses import dataclass
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.insight.surveys.contracts import Condition, Interval, Question, Readout, SurveyView
from jishi.kernel.text import pick

Texts = Annotated[list[Annotated[str, Field(max_length=1000)]], Field(max_length=20)]


class AnswersIn(Schema):
    """Answers by the key of their question; a list, also where one is chosen."""

    model_config = ConfigDict(extra="forbid")

    answers: Annotated[dict[Annotated[str, Field(max_length=20)], Texts], Field(max_length=20)]


@dataclass(frozen=True, slots=True)
class SurveyOption:
    """One answer that can be chosen."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class OnlyIf:
    """The earlier answer after which a question is asked."""

    question: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class SurveyQuestion:
    """One question; `low` and `high` are the ends of a scale."""

    key: str
    form: str
    text: str
    options: list[SurveyOption]
    low: int
    high: int
    low_text: str
    high_text: str
    is_required: bool
    only_if: OnlyIf | None


@dataclass(frozen=True, slots=True)
class Survey:
    """A survey, and whether I can answer it: open, answered, closed, or other (it asks other people)."""

    code: str
    kind: str
    title: str
    intro: str
    thanks: str
    is_anonymous: bool
    viewer_state: str
    actions: list[str]
    questions: list[SurveyQuestion]


@dataclass(frozen=True, slots=True)
class NextSurvey:
    """The survey that wants to come up, if any."""

    survey: Survey | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OptionCount:
    """How many chose something, and their share."""

    key: str
    count: int
    share: Estimate


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """Text answers that have words in common."""

    word: str
    count: int


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """What was answered to one question."""

    key: str
    answered: int
    asked: int
    options: list[OptionCount]
    mean: Estimate | None
    score_name: str
    score: Estimate | None
    themes: list[ThemeCount]


@dataclass(frozen=True, slots=True)
class SurveyFigures:
    """What one version found out."""

    code: str
    version: int
    answers: int
    is_hidden: bool
    held_back: int
    questions: list[QuestionFigures]


def survey(found: SurveyView, viewer_state: str, language: str) -> Survey:
    """A survey in the reader's language."""
    return Survey(
        code=found.code,
        kind=found.kind,
        title=pick(found.title, language),
        intro=pick(found.draft.intro, language),
        thanks=pick(found.draft.thanks, language),
        is_anonymous=found.draft.is_anonymous,
        viewer_state=viewer_state,
        actions=["answer", "later"] if viewer_state == "open" else [],
        questions=[_question(one, language) for one in found.questions],
    )


def figures(found: Readout) -> SurveyFigures:
    """A read-out."""
    return SurveyFigures(
        code=found.survey.code,
        version=found.version,
        answers=found.answers,
        is_hidden=found.is_hidden,
        held_back=found.held_back,
        questions=[
            QuestionFigures(
                key=one.question.key,
                answered=one.answered,
                asked=one.asked,
                options=[OptionCount(o.key, o.count, _required(o.share)) for o in one.options],
                mean=_estimate(one.mean),
                score_name=one.score_name,
                score=_estimate(one.score),
                themes=[ThemeCount(theme.word, theme.count) for theme in one.themes],
            )
            for one in found.results
        ],
    )


def _question(one: Question, language: str) -> SurveyQuestion:
    rule: Condition | None = one.show_if
    return SurveyQuestion(
        key=one.key,
        form=one.form,
        text=pick(one.words, language),
        options=[SurveyOption(option.key, pick(option.words, language)) for option in one.options],
        low=one.low,
        high=one.high,
        low_text=pick(one.low_words, language),
        high_text=pick(one.high_words, language),
        is_required=one.is_required,
        only_if=OnlyIf(rule.question, rule.op, rule.value) if rule else None,
    )


def _estimate(value: Interval | None) -> Estimate | None:
    return _required(value) if value is not None else None


def _required(value: Interval) -> Estimate:
    return Estimate(round(value.value, 4), round(value.low, 4), round(value.high, 4))
