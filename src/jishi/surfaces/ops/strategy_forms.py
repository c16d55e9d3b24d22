"""The form of a strategy: what was typed, what a draft or a template fills in, and the words around it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.http import HttpRequest
from django.utils.translation import gettext

from jishi.growth.strategies import queries
from jishi.growth.strategies.contracts import SIDES, Goal, Side, State, StrategyDraft, Template
from jishi.growth.strategies.errors import StrategyInvalid
from jishi.kernel import http, money
from jishi.kernel.errors import DomainError
from jishi.people.accounts import queries as people

FIGURE_OF: Mapping[str, str] = {
    Goal.FIRST_ORDER: "buyers",
    Goal.SECOND_ORDER: "repeat",
    Goal.RHYTHM: "orders",
    Goal.VOICE: "gmv_minor",
    Goal.COME_BACK: "buyers",
}
"""Which figure of the board a goal looks at first."""
CURRENCY = "CNY"


@dataclass(frozen=True, slots=True)
class Form:
    """What a form holds: texts, and choices by side."""

    name_zh: str = ""
    name_en: str = ""
    goal: str = ""
    owner: str = ""
    budget: str = ""
    choices: Mapping[str, tuple[str, ...]] | None = None
    zh: Mapping[str, str] | None = None
    en: Mapping[str, str] | None = None


def typed(request: HttpRequest) -> Form:
    """What somebody typed."""
    post = request.POST
    return Form(
        name_zh=post.get("name_zh", "").strip(),
        name_en=post.get("name_en", "").strip(),
        goal=post.get("goal", ""),
        owner=post.get("owner", ""),
        budget=post.get("budget", "").strip(),
        choices={side: tuple(post.getlist(f"{side}_choices"))[:12] for side in SIDES},
        zh={side: post.get(f"{side}_zh", "").strip() for side in SIDES},
        en={side: post.get(f"{side}_en", "").strip() for side in SIDES},
    )


def filled(draft: StrategyDraft) -> Form:
    """A strategy as its form shows it."""
    owner = people.list_people({draft.owner_id}).get(draft.owner_id) if draft.owner_id else None
    scale = 10 ** money.exponent(draft.currency)
    form = _sides(draft.name, draft.goal, draft.sides)
    budget = f"{Decimal(draft.budget_minor) / scale:f}" if draft.budget_minor else ""
    return Form(
        name_zh=form.name_zh,
        name_en=form.name_en,
        goal=form.goal,
        owner=owner.code if owner else "",
        budget=budget,
        choices=form.choices,
        zh=form.zh,
        en=form.en,
    )


def of_template(shipped: Template | None) -> Form:
    """The form where nobody wrote anything yet: the shipped strategy, or nothing."""
    return _sides(shipped.name, shipped.goal, shipped.sides) if shipped else Form(goal=Goal.RHYTHM)


def _sides(name: Mapping[str, str], goal: str, sides: Mapping[str, Side]) -> Form:
    return Form(
        name_zh=name.get("zh-hans", ""),
        name_en=name.get("en", ""),
        goal=goal,
        choices={code: side.choices for code, side in sides.items()},
        zh={code: side.words.get("zh-hans", "") for code, side in sides.items()},
        en={code: side.words.get("en", "") for code, side in sides.items()},
    )


def draft_of(form: Form) -> StrategyDraft:
    """The draft that a form means.

    :raises StrategyInvalid: an amount or a person that cannot be read.
    """
    owner = people.find_person_by_code(form.owner[:20]) if form.owner else None
    if form.owner and owner is None:
        raise StrategyInvalid(field="owner")
    chosen, zh, en = form.choices or {}, form.zh or {}, form.en or {}
    return StrategyDraft(
        name={"zh-hans": form.name_zh, "en": form.name_en or form.name_zh},
        goal=form.goal,
        sides={
            side: Side(chosen.get(side, ()), {"zh-hans": zh.get(side, ""), "en": en.get(side, "")})
            for side in SIDES
        },
        owner_id=owner.id if owner else None,
        budget_minor=amount(form.budget, "budget") if form.budget else 0,
        currency=CURRENCY,
    )


def amount(text: str, field: str = "amount") -> int:
    """An amount as it is written, in minor units.

    :raises StrategyInvalid: it is none.
    """
    try:
        value = Decimal(text.strip().replace(",", "").replace("，", ""))
        minor = value * 10 ** money.exponent(CURRENCY)
        if not value.is_finite() or minor != minor.to_integral_value() or not 0 <= minor < 10**13:
            raise StrategyInvalid(field=field)
    except (InvalidOperation, ValueError):
        raise StrategyInvalid(field=field) from None
    return int(minor)


def fields(form: Form) -> list[dict[str, object]]:
    """The sides as fields: name, choices with their ticks, and the words in both languages."""
    known, names = queries.choices(), side_names()
    chosen, zh, en = form.choices or {}, form.zh or {}, form.en or {}
    return [
        {
            "code": side,
            "name": names[side],
            "choices": [
                (one.code, gettext(one.name), one.code in chosen.get(side, ())) for one in known[side]
            ],
            "zh": zh.get(side, ""),
            "en": en.get(side, ""),
        }
        for side in SIDES
    ]


def said(sides: Mapping[str, Side], language: str) -> list[tuple[str, list[str], str]]:
    """The sides in words: name, chosen deeds, what is meant."""
    known = {(side, one.code): gettext(one.name) for side, rows in queries.choices().items() for one in rows}
    names = side_names()
    return [
        (
            names[code],
            [known[code, one] for one in side.choices],
            side.words.get(language) or side.words.get("zh-hans", ""),
        )
        for code, side in sides.items()
    ]


def side_names() -> dict[str, str]:
    """The four sides in words."""
    return {
        "assortment": gettext("Goods"),
        "content": gettext("Content"),
        "offer": gettext("Advantage"),
        "service": gettext("Service"),
    }


def goals() -> dict[str, str]:
    """The goals in words."""
    return {
        Goal.FIRST_ORDER: gettext("The first order"),
        Goal.SECOND_ORDER: gettext("The second order"),
        Goal.RHYTHM: gettext("To keep buying"),
        Goal.VOICE: gettext("To stay and bring friends"),
        Goal.COME_BACK: gettext("To come back"),
    }


def states() -> dict[str, tuple[str, str]]:
    """The states in words, with their tones."""
    return {
        State.DRAFT: (gettext("Draft"), "gold"),
        State.RUNNING: (gettext("Running"), "ok"),
        State.ENDED: (gettext("Ended"), ""),
    }


def words(error: DomainError) -> str:
    """A refusal with the field's name as the form has it."""
    if not isinstance(error, StrategyInvalid):
        return http.message_of(error)
    names = {
        "name": gettext("Name"),
        "goal": gettext("What it is for"),
        "budget": gettext("Budget"),
        "owner": gettext("Responsible"),
        "amount": gettext("Amount"),
        "template": gettext("Template"),
        **side_names(),
    }
    field = str(error.fields.get("field", ""))
    return http.message_of(StrategyInvalid(field=names.get(field, field)))
