"""What a survey may look like, which question comes next, and which answers fit; pure.

Invariant: the questions that are asked follow from the answers before them alone, so that a form sent step by
step, all at once, or through the API takes the same way.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from jishi.insight.surveys.contracts import (
    MAX_ANSWER,
    MAX_OPTIONS,
    MAX_QUESTIONS,
    MAX_TEXT,
    NEVER_ON,
    Condition,
    Option,
    Question,
    QuestionForm,
    SurveyDraft,
    SurveyKind,
    Trigger,
    Value,
    Words,
)

SCORE = "score"
KEY = re.compile(r"^[a-z][a-z0-9_]{0,19}$")
OPS = ("is", "is_not", "at_least", "at_most")
LANGUAGES = ("zh-hans", "en")
FIXED: Mapping[str, tuple[int, int]] = {
    SurveyKind.CSAT: (1, 5),
    SurveyKind.NPS: (0, 10),
    SurveyKind.CES: (1, 7),
}
"""The scale of the question that gives a kind its figure."""
GOOD: Mapping[str, int] = {SurveyKind.CSAT: 4, SurveyKind.CES: 5}
"""From which point on an answer counts as satisfied, or as easy."""
ASK_AGAIN = timedelta(days=30)
"""After "not now" the same survey does not come up for so long."""


def clean(words: Words) -> dict[str, str]:
    """A text in the languages there are, without spaces around it."""
    return {key: words[key].strip() for key in LANGUAGES if words.get(key, "").strip()}


def tidy(draft: SurveyDraft) -> SurveyDraft:
    """The draft without spaces around its texts, and without what its trigger does not use."""
    return replace(
        draft,
        title=clean(draft.title),
        intro=clean(draft.intro),
        thanks=clean(draft.thanks),
        page=draft.page.strip() if draft.trigger == Trigger.PAGE else "",
        audience_kind=draft.audience_kind.strip(),
        audience_key=draft.audience_key.strip(),
        allows_visitors=draft.allows_visitors and not draft.audience_kind,
    )


def fault(draft: SurveyDraft, at: datetime) -> str:
    """Name the field that cannot be; empty when all is well."""
    if not draft.title or any(len(text) > MAX_TEXT for text in draft.title.values()):
        return "title"
    if any(len(text) > 500 for words in (draft.intro, draft.thanks) for text in words.values()):
        return "intro"
    if draft.trigger not in tuple(Trigger):
        return "trigger"
    if draft.page in NEVER_ON or len(draft.page) > 40:
        return "page"
    if not 0 <= draft.delay_h <= 24 * 60:
        return "delay_h"
    if bool(draft.audience_kind) != bool(draft.audience_key):
        return "audience"
    if draft.closes_at is not None and draft.closes_at <= at:
        return "closes_at"
    return ""


def question_fault(kind: str, questions: Sequence[Question]) -> str:
    """Name the question that cannot be; empty when all is well."""
    if not 1 <= len(questions) <= MAX_QUESTIONS:
        return "questions"
    seen: dict[str, Question] = {}
    for question in questions:
        if question.key in seen or not _is_sound(question) or not _is_reachable(question, seen):
            return question.key or "questions"
        seen[question.key] = question
    if kind in FIXED:
        first = questions[0]
        if (first.key, first.form, first.low, first.high) != (SCORE, QuestionForm.SCALE, *FIXED[kind]):
            return SCORE
        if first.show_if is not None or not first.is_required:
            return SCORE
    return ""


def _is_sound(question: Question) -> bool:
    texts = [question.words, *(option.words for option in question.options)]
    if not KEY.match(question.key) or not all(texts):
        return False
    if any(len(text) > MAX_TEXT for words in texts for text in words.values()):
        return False
    if question.form in (QuestionForm.SINGLE, QuestionForm.MULTIPLE):
        keys = [option.key for option in question.options]
        return 2 <= len(keys) <= MAX_OPTIONS and len(set(keys)) == len(keys) and all(map(KEY.match, keys))
    if question.form == QuestionForm.SCALE:
        return 0 <= question.low < question.high <= 10 and not question.options
    return question.form == QuestionForm.TEXT and not question.options


def _is_reachable(question: Question, before: Mapping[str, Question]) -> bool:
    """A condition speaks of an earlier question, in terms that this question has."""
    rule = question.show_if
    if rule is None:
        return True
    asked = before.get(rule.question)
    if asked is None or rule.op not in OPS or asked.form == QuestionForm.TEXT:
        return False
    if asked.form == QuestionForm.SCALE:
        return rule.value.isdecimal() and asked.low <= int(rule.value) <= asked.high
    return rule.op in ("is", "is_not") and rule.value in {option.key for option in asked.options}


def is_asked(question: Question, answers: Mapping[str, Value]) -> bool:
    """Tell whether a question comes up after these answers."""
    rule = question.show_if
    if rule is None:
        return True
    given = answers.get(rule.question)
    if given is None:
        return False
    if isinstance(given, int):
        wanted = int(rule.value)
        return {
            "is": given == wanted,
            "is_not": given != wanted,
            "at_least": given >= wanted,
            "at_most": given <= wanted,
        }[rule.op]
    held = rule.value in given if isinstance(given, tuple) else rule.value == given
    return held if rule.op == "is" else not held


def path(questions: Sequence[Question], answers: Mapping[str, Value]) -> tuple[Question, ...]:
    """The questions that come up with these answers; answers to others are not looked at."""
    asked: list[Question] = []
    kept: dict[str, Value] = {}
    for question in questions:
        if is_asked(question, kept):
            asked.append(question)
            if question.key in answers:
                kept[question.key] = answers[question.key]
    return tuple(asked)


def read(question: Question, given: Sequence[str]) -> Value | None:
    """What a form or the API sent, as an answer; None when it is none.

    :raises ValueError: it is not an answer of this question.
    """
    filled = [one for one in given if one.strip()]
    if not filled:
        return None
    if question.form == QuestionForm.TEXT:
        text = " ".join(filled).replace("\x00", "").strip()
        if len(text) > MAX_ANSWER:
            raise ValueError(question.key)
        return text
    if question.form == QuestionForm.SCALE:
        if len(filled) != 1 or not (filled[0].isascii() and filled[0].isdecimal() and len(filled[0]) < 3):
            raise ValueError(question.key)
        number = int(filled[0])
        if not question.low <= number <= question.high:
            raise ValueError(question.key)
        return number
    known = [option.key for option in question.options]
    if not set(filled) <= set(known) or (question.form == QuestionForm.SINGLE and len(set(filled)) != 1):
        raise ValueError(question.key)
    if question.form == QuestionForm.SINGLE:
        return filled[0]
    return tuple(key for key in known if key in filled)


def settle(questions: Sequence[Question], given: Mapping[str, Sequence[str]]) -> tuple[dict[str, Value], str]:
    """Read everything along the way; returns the answers and the first question that lacks a good one."""
    answers: dict[str, Value] = {}
    for question in questions:
        if not is_asked(question, answers):
            continue
        try:
            value = read(question, given.get(question.key, ()))
        except ValueError:
            return answers, question.key
        if value is None:
            if question.is_required:
                return answers, question.key
            continue
        answers[question.key] = value
    return answers, ""


def to_rows(questions: Sequence[Question]) -> list[dict[str, Any]]:
    """The questions as they are stored."""
    rows: list[dict[str, Any]] = json.loads(json.dumps([asdict(question) for question in questions]))
    return rows


def from_rows(rows: Sequence[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Stored questions."""
    found = []
    for row in rows:
        rule = row.get("show_if")
        found.append(
            Question(
                key=row["key"],
                form=row["form"],
                words=row["words"],
                options=tuple(Option(one["key"], one["words"]) for one in row["options"]),
                low=row["low"],
                high=row["high"],
                low_words=row["low_words"],
                high_words=row["high_words"],
                is_required=row["is_required"],
                show_if=Condition(**rule) if rule else None,
            )
        )
    return tuple(found)


def to_stored(answers: Mapping[str, Value]) -> dict[str, Any]:
    """Answers as they are stored."""
    return {key: list(value) if isinstance(value, tuple) else value for key, value in answers.items()}


def from_stored(row: Mapping[str, Any]) -> dict[str, Value]:
    """Stored answers."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def shuffled(bundle: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Answers in an order that says nothing about who came first: that of their content."""
    return sorted(bundle, key=lambda one: json.dumps(one, sort_keys=True, ensure_ascii=False))


def score_of(kind: str, answers: Mapping[str, Value]) -> int | None:
    """The answer that gives a survey its figure."""
    found = answers.get(SCORE)
    return found if kind in FIXED and isinstance(found, int) else None


def hours(count: int) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)
