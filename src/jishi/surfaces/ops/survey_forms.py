"""What the builder of surveys sends, read into drafts and questions; and what its fields show.

Keys of questions and options stay what they were as long as their words do: answers refer to them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time

from django.http import QueryDict
from django.utils.translation import gettext

from jishi.insight.surveys.contracts import (
    Condition,
    Option,
    Question,
    QuestionForm,
    SurveyDraft,
    Trigger,
    Words,
)
from jishi.surfaces.shell.formats import PLATFORM_ZONE

PAGES = ("home", "product", "search", "shop", "note", "community", "hot", "orders", "order", "team", "me")


def words(post: Mapping[str, str], name: str) -> Words:
    """A text in both languages."""
    return {"zh-hans": post.get(f"{name}_zh", "").strip(), "en": post.get(f"{name}_en", "").strip()}


def draft(post: QueryDict) -> SurveyDraft:
    """The settings."""
    kind, _, key = post.get("audience", "").partition(":")
    delay = post.get("delay_h", "")
    return SurveyDraft(
        title=words(post, "title"),
        intro=words(post, "intro"),
        thanks=words(post, "thanks"),
        trigger=post.get("trigger", ""),
        page=post.get("page", ""),
        delay_h=int(delay) if delay.isascii() and delay.isdecimal() and len(delay) < 6 else 24,
        audience_kind=kind,
        audience_key=key,
        is_anonymous=bool(post.get("is_anonymous")),
        allows_visitors=bool(post.get("allows_visitors")),
        closes_at=_end(post.get("closes_on", "")),
    )


def question(post: QueryDict, old: Question) -> Question:
    """One question as it was changed."""
    condition = None
    if post.get("if_question"):
        condition = Condition(
            post.get("if_question", ""), post.get("if_op", ""), _value(post.get("if_value", ""))
        )
    return replace(
        old,
        words=_filled(words(post, "text")),
        options=options(post.get("options", ""), old.options) if is_choice(old.form) else (),
        low=_number(post, "low", old.low),
        high=_number(post, "high", old.high),
        low_words=_filled(words(post, "low")),
        high_words=_filled(words(post, "high")),
        is_required=bool(post.get("is_required")),
        show_if=condition,
    )


def added(post: QueryDict, before: Sequence[Question]) -> Question:
    """A new question at the end."""
    taken = {one.key for one in before}
    key = next(name for number in range(1, 99) if (name := f"q{number}") not in taken)
    form = post.get("form", "")
    start: tuple[Option, ...] = ()
    if is_choice(form):
        start = (
            Option("o1", {"zh-hans": gettext("First option"), "en": "First option"}),
            Option("o2", {"zh-hans": gettext("Second option"), "en": "Second option"}),
        )
    return Question(key, form, _filled(words(post, "text")), options=start, is_required=False)


def options(text: str, old: Sequence[Option]) -> tuple[Option, ...]:
    """One option per line, Chinese and English parted by `|`."""
    taken = {one.key for one in old}
    found: list[Option] = []
    for line in text.splitlines():
        chinese, _, english = (part.strip() for part in line.partition("|"))
        if not chinese and not english:
            continue
        said = _filled({"zh-hans": chinese, "en": english})
        same = next((one for one in old if set(one.words.values()) & set(said.values())), None)
        if same is None or same.key in {one.key for one in found}:
            key = next(name for number in range(1, 99) if (name := f"o{number}") not in taken)
            taken.add(key)
        else:
            key = same.key
        found.append(Option(key, said))
    return tuple(found)


def lines(question: Question) -> str:
    """The options as they are edited."""
    return "\n".join(
        " | ".join(text for text in (one.words.get("zh-hans", ""), one.words.get("en", "")) if text)
        if one.words.get("zh-hans")
        else f"| {one.words.get('en', '')}"
        for one in question.options
    )


def is_choice(form: str) -> bool:
    """Whether a question of this form has options."""
    return form in (QuestionForm.SINGLE, QuestionForm.MULTIPLE)


def field_name(code: str) -> str:
    """What a refusal is about, in words."""
    names = {
        "title": gettext("the title"),
        "intro": gettext("the introduction or the thanks"),
        "trigger": gettext("when to ask"),
        "page": gettext("the page"),
        "delay_h": gettext("the hours to wait"),
        "audience": gettext("who is asked"),
        "closes_at": gettext("the last day"),
        "questions": gettext("the questions"),
    }
    return names.get(code) or gettext("the question “%(code)s”") % {"code": code}


def kinds() -> list[tuple[str, str, str]]:
    """What can be made: code, name, what it is for."""
    return [
        ("csat", gettext("Satisfaction (CSAT)"), gettext("How content buyers are with an order, 1 to 5.")),
        ("nps", gettext("Recommendation (NPS)"), gettext("Promoters minus detractors, -100 to 100.")),
        ("ces", gettext("Effort (CES)"), gettext("Whether it was easy to do what people came for, 1 to 7.")),
        (
            "custom",
            gettext("Own questions"),
            gettext("Anything else: choices, scales, words, with branches."),
        ),
    ]


def forms() -> list[tuple[str, str]]:
    """The forms of questions."""
    return [
        ("single", gettext("One of several")),
        ("multiple", gettext("Several of them")),
        ("scale", gettext("A scale")),
        ("text", gettext("In own words")),
    ]


def triggers() -> list[tuple[str, str]]:
    """When people are asked."""
    return [
        (Trigger.LINK, gettext("Only who has the link")),
        (Trigger.PAGE, gettext("While reading a page, as a card")),
        (Trigger.RECEIPT, gettext("After the goods arrived")),
    ]


def pages() -> list[tuple[str, str]]:
    """The pages on which a card may come up."""
    names = (
        gettext("Home"), gettext("Product"), gettext("Search"), gettext("Shop"), gettext("A note"),
        gettext("Community"), gettext("Hot list"), gettext("My orders"), gettext("Order"), gettext("Team"),
        gettext("Me"),
    )  # fmt: skip
    return [("", gettext("Any page, never while buying")), *zip(PAGES, names, strict=True)]


def operators() -> list[tuple[str, str]]:
    """How an earlier answer is compared."""
    return [
        ("is", gettext("is")),
        ("is_not", gettext("is not")),
        ("at_least", gettext("is at least")),
        ("at_most", gettext("is at most")),
    ]


def _filled(given: Words) -> dict[str, str]:
    return {key: text for key, text in given.items() if text}


def _number(post: Mapping[str, str], name: str, old: int) -> int:
    text = post.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else old


def _value(text: str) -> str:
    return text.strip()[:20]


def _end(text: str) -> datetime | None:
    """The end of the last day, in the platform's zone."""
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(23, 59), PLATFORM_ZONE)
    except ValueError:
        return None
