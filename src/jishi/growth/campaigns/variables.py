"""What a message may name: each variable with its type, what it means, a sample, what stands there when
nothing is known, and which way of coming in (or which earlier step) provides it. Pure.

In a text a variable is `{name}`, or `{name|what stands there otherwise}`. One that has a page may also be the
link of a message. Invariant: what a campaign's trigger cannot provide is refused when it is written, so that
nobody gets a message with a hole in it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal, get_currency_precision

from jishi.growth.campaigns.contracts import Draft, Step, StepKind, Trigger
from jishi.kernel.errors import N_

NAMED = re.compile(r"\{([^{}|]*)(?:\|([^{}]*))?\}")
NAME_MOST = 40
"""Names that people and shops gave are cut there, so that a message stays one."""
NOWHERE = "/"
"""Where the link of something leads that is not known."""


class Kind(StrEnum):
    """How a value is written."""

    TEXT = "text"
    COUNT = "count"
    MONEY = "money"
    DATE = "date"
    LINK = "link"
    """Something with a page: its name in a text, its address as the link of the message."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the smallest unit of its currency."""

    minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Thing:
    """Something with a page: what it is called, by language, and where it is."""

    name: Mapping[str, str]
    path: str


def both(zh_hans: str, en: str) -> dict[str, str]:
    """A text in both languages; the kernel's own one belongs to a module that knows the database."""
    return {"zh-hans": zh_hans, "en": en}


Value = str | int | Money | date | datetime | Thing | Mapping[str, str]
"""A text may be known in several languages."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. No triggers mean all of them; `facts` are those of the trigger by which it is provided,
    `after` the kind of an earlier step it needs."""

    name: str
    kind: str
    meaning: str
    sample: Value
    fallback: Mapping[str, str] = field(default_factory=dict)
    triggers: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    after: str = ""


_ORDER_FACTS = ("order_paid", "order_received", "order_expired")
_GOODS = (Trigger.STOCK, Trigger.HOOK, Trigger.CART, Trigger.FACT)
_TEA = both("明前龙井", "Spring Longjing")

REGISTRY: dict[str, Variable] = {
    one.name: one
    for one in (
        Variable("nickname", Kind.TEXT, N_("What somebody is called"), "小柿", both("朋友", "friend")),
        Variable("orders", Kind.COUNT, N_("How many orders they have paid"), 3, both("0", "0")),
        Variable(
            "spent",
            Kind.MONEY,
            N_("What they have paid in all, in the currency of the campaign"),
            Money(128_600, "CNY"),
            both("0 元", "nothing yet"),
        ),
        Variable(
            "days_since",
            Kind.COUNT,
            N_("How many days ago they paid last"),
            42,
            both("好些", "many"),
        ),
        Variable("joined", Kind.DATE, N_("The day they joined"), date(2026, 3, 8), both("那天", "that day")),
        Variable("cart", Kind.COUNT, N_("How many things are in their cart"), 2, both("0", "0")),
        Variable(
            "team",
            Kind.LINK,
            N_("What the team buys that they are in, the one that ends first; its page as the link"),
            Thing(_TEA, "/"),
            both("您的团", "your team"),
        ),
        Variable("team_left", Kind.COUNT, N_("How many that team still lacks"), 1, both("几", "a few")),
        Variable(
            "team_until",
            Kind.DATE,
            N_("Until when that team may fill"),
            datetime(2026, 11, 20, 12, 0, tzinfo=ZoneInfo("Asia/Shanghai")),
            both("截止前", "its end"),
        ),
        Variable(
            "product",
            Kind.LINK,
            N_("The product because of which they come in; its page as the link"),
            Thing(_TEA, "/"),
            both("您看中的商品", "what you had your eye on"),
            _GOODS,
            _ORDER_FACTS,
        ),
        Variable(
            "shop",
            Kind.TEXT,
            N_("The shop of that product"),
            both("山里人家", "The Hill House"),
            both("店家", "the shop"),
            _GOODS,
            _ORDER_FACTS,
        ),
        Variable(
            "order",
            Kind.LINK,
            N_("The number of the order because of which they come in; its page as the link"),
            Thing(both("7k2m9q4d8x1z", "7k2m9q4d8x1z"), "/"),
            both("您的订单", "your order"),
            (Trigger.FACT,),
            _ORDER_FACTS,
        ),
        Variable(
            "order_total",
            Kind.MONEY,
            N_("What that order comes to"),
            Money(5_800, "CNY"),
            both("这笔", "the amount"),
            (Trigger.FACT,),
            _ORDER_FACTS,
        ),
        Variable(
            "note",
            Kind.LINK,
            N_("The title of the note they published; its page as the link"),
            Thing(both("周末煮茶", "Tea on a weekend"), "/"),
            both("您的笔记", "your note"),
            (Trigger.FACT,),
            ("note_published",),
        ),
        Variable(
            "festival",
            Kind.TEXT,
            N_("What the festival is called"),
            both("中秋节", "Mid-Autumn"),
            both("这个节日", "the festival"),
            (Trigger.FESTIVAL,),
        ),
        Variable(
            "festival_on",
            Kind.DATE,
            N_("On which day the festival is"),
            date(2026, 9, 25),
            both("当天", "the day"),
            (Trigger.FESTIVAL,),
        ),
        Variable(
            "festival_days",
            Kind.COUNT,
            N_("How many days there are until the festival, from the day they come in"),
            3,
            both("几", "a few"),
            (Trigger.FESTIVAL,),
        ),
        Variable(
            "birthday",
            Kind.DATE,
            N_("The birthday because of which they come in"),
            date(2026, 10, 12),
            both("今天", "today"),
            (Trigger.BIRTHDAY,),
        ),
        Variable(
            "years",
            Kind.COUNT,
            N_("How many years they have been here"),
            2,
            both("几", "some"),
            (Trigger.ANNIVERSARY,),
        ),
        Variable(
            "gift",
            Kind.TEXT,
            N_("What the last step before gives them"),
            both("秋日抽奖", "The autumn draw"),
            both("一份心意", "something for you"),
            after=StepKind.GRANT,
        ),
    )
}


def named(text: str) -> list[str]:
    """The variables of a text, as they are written."""
    return [found.group(1) for found in NAMED.finditer(text)]


def used(step: Step) -> set[str]:
    """The variables that a message names, in any language or as its link."""
    texts = [str(text) for text in (step.params.get("text") or {}).values()]
    return {name for text in (*texts, str(step.params.get("url", ""))) for name in named(text)}


def link_of(url: str) -> str:
    """The variable that is the whole link of a message, or nothing."""
    found = NAMED.fullmatch(url)
    return found.group(1) if found and not found.group(2) else ""


def provided(draft: Draft, steps: Sequence[Step] = ()) -> tuple[Variable, ...]:
    """What a message may name behind these steps of a campaign."""
    return tuple(one for one in REGISTRY.values() if _is_provided(one, draft, steps))


def _is_provided(one: Variable, draft: Draft, before: Sequence[Step]) -> bool:
    if one.after and not any(step.kind == one.after for step in before):
        return False
    if one.triggers and draft.trigger not in one.triggers:
        return False
    return draft.trigger != Trigger.FACT or not one.facts or draft.trigger_key in one.facts


def fault(draft: Draft, steps: Sequence[Step]) -> tuple[int, str, str]:
    """The first step that names what it cannot: its number, the name, and why (`unknown`, `not_provided`,
    `no_page`); (0, "", "") if there is none."""
    for place, step in enumerate(steps):
        if step.kind != StepKind.SEND:
            continue
        for name in sorted(used(step)):
            if name not in REGISTRY:
                return place + 1, name, "unknown"
            if not _is_provided(REGISTRY[name], draft, steps[:place]):
                return place + 1, name, "not_provided"
        link = link_of(str(step.params.get("url", "")))
        if link and REGISTRY[link].kind != Kind.LINK:
            return place + 1, link, "no_page"
    return 0, "", ""


def fill(text: str, values: Mapping[str, Value | None], *, language: str, zone: str = "Asia/Shanghai") -> str:
    """A message with its variables put in, written as people of this language write them."""

    def put(found: re.Match[str]) -> str:
        one, value = REGISTRY.get(found.group(1)), values.get(found.group(1))
        said = write(value, language, zone) if value is not None else ""
        return said or found.group(2) or (_pick(one.fallback, language) if one else "")

    return NAMED.sub(put, text)


def address(url: str, values: Mapping[str, Value | None]) -> str:
    """The page a message leads to, with its variable put in."""
    name = link_of(url)
    if not name:
        return url
    value = values.get(name)
    return value.path if isinstance(value, Thing) and value.path else NOWHERE


def samples() -> dict[str, Value | None]:
    """A value of every variable, to show what a message would look like."""
    return {one.name: one.sample for one in REGISTRY.values()}


def write(value: Value, language: str, zone: str = "Asia/Shanghai") -> str:
    """A value as people of this language write it; moments where the person lives."""
    locale = _locale(language)
    if isinstance(value, Thing | Mapping):
        return _short(_pick(value.name if isinstance(value, Thing) else value, language))
    if isinstance(value, Money):
        amount = value.minor / 10 ** get_currency_precision(value.currency)
        return str(format_currency(amount, value.currency, locale=locale))
    if isinstance(value, date):  # a moment is one as well
        local = value.astimezone(ZoneInfo(zone)) if isinstance(value, datetime) else value
        pattern = "M月d日" if language.startswith("zh") else "MMM d"
        day = str(format_date(local, pattern, locale=locale))
        return f"{day} {format_time(local, 'HH:mm', locale=locale)}" if isinstance(local, datetime) else day
    return str(format_decimal(value, locale=locale)) if isinstance(value, int) else _short(value)


def _pick(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next((text for text in texts.values() if text), "")


def _short(text: str) -> str:
    return text if len(text) <= NAME_MOST else text[: NAME_MOST - 1].rstrip() + "…"


@lru_cache(maxsize=4)
def _locale(language: str) -> Locale:
    return Locale("zh", script="Hans") if language.startswith("zh") else Locale("en")
