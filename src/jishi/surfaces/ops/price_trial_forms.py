"""Price trials as forms and in words: what was typed becomes a plan, a reading becomes sentences.

Invariant: before the planned end no sentence claims more than the reading that may be looked at as often as
one likes; at it, the randomisation test speaks.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext

from jishi.goods.merchants.contracts import ShopView
from jishi.insight.experiments import queries
from jishi.insight.experiments.contracts import (
    LEVEL,
    RATIO,
    SWITCH_BLOCKS_H,
    Block,
    Estimate,
    Guarded,
    Guardrail,
    Measure,
    SwitchDraft,
    SwitchReading,
    SwitchView,
)
from jishi.kernel.money import exponent
from jishi.surfaces.ops import experiment_words
from jishi.surfaces.ops.experiment_words import Drawing
from jishi.surfaces.shell import formats

FIELDS: Mapping[str, str] = {
    "name": "",
    "hypothesis": "",
    "off": "10",
    "starts_on": "",
    "block_h": "12",
    "apart_days": "7",
    "cycles": "1",
    "washout_min": "30",
    "margin": "10",
    "budget": "",
}
USUAL_MEASURES = ("goods_money", "goods_units")
USUAL_GUARDRAILS = ("house_money",)


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields."""

    given: Mapping[str, str]
    products: tuple[int, ...] = ()
    measures: tuple[str, ...] = USUAL_MEASURES
    guardrails: tuple[str, ...] = USUAL_GUARDRAILS


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One reading as the page shows it."""

    measure: str
    tone: str
    sentence: str
    figures: str
    interval: str
    once: str
    lift: str
    p: str
    flipped: str
    pairs: int
    drawing: Drawing | None


@dataclass(frozen=True, slots=True)
class Day:
    """The blocks of a day, as the plan shows them."""

    on: date
    blocks: list[tuple[Block, str]] = field(default_factory=list)


def typed(request: HttpRequest, *, today: date) -> Form:
    """The form as it was sent, or as it begins: a week from now."""
    if request.method != "POST":
        return Form({**FIELDS, "starts_on": (today + timedelta(days=7)).isoformat()})
    post = request.POST
    given = {name: post.get(name, usual).strip()[:500] for name, usual in FIELDS.items()}
    products = tuple(int(one) for one in post.getlist("products") if one.isascii() and one.isdecimal())
    return Form(given, products, tuple(post.getlist("measures")), tuple(post.getlist("guardrails")))


def draft_of(form: Form, shop: ShopView) -> SwitchDraft:
    """What the form asks for; what makes no sense is left for the domain to refuse by name."""
    given = form.given
    margin = _whole(given["margin"]) * 100
    return SwitchDraft(
        name=given["name"],
        hypothesis=given["hypothesis"],
        shop_id=shop.id,
        product_ids=form.products,
        off_bps=_whole(given["off"]) * 100,
        starts_at=_midnight(given["starts_on"], shop.time_zone),
        block_h=_whole(given["block_h"]),
        apart_days=_whole(given["apart_days"]),
        cycles=_whole(given["cycles"]),
        washout_min=_whole(given["washout_min"]),
        measures=form.measures,
        guardrails=tuple(Guardrail(key, margin) for key in form.guardrails),
        budget_minor=_whole(given["budget"]) * 10 ** exponent(shop.currency),
    )


def measure_names() -> dict[str, str]:
    """Every measure of a price trial in words."""
    return {key: gettext(one.name) for key, one in queries.list_switch_measures().items()}


def block_choices() -> tuple[int, ...]:
    """How many hours a block may have."""
    return SWITCH_BLOCKS_H


def field_name(name: str) -> str:
    """What a refusal calls a field."""
    return {
        "name": gettext("the name"),
        "title": gettext("the name"),
        "hypothesis": gettext("the hypothesis"),
        "products": gettext("the goods: 1 to 20 of this shop that are on sale"),
        "off": gettext("what comes off: 1 to 50 percent"),
        "blocks": gettext("the length of a block"),
        "cycles": gettext("the rounds: they have to make 8 to 180 pairs"),
        "washout": gettext("the wash-out: at least 10 minutes and at most half a block"),
        "measures": gettext("the measures"),
        "guardrails": gettext("the guardrails"),
        "budget": gettext("the budget"),
        "starts_at": gettext("the first day: from tomorrow on, within 90 days"),
        "windows": gettext("the plan: it changes too often"),
        "reason": gettext("the reason"),
        "decision": gettext("the decision"),
    }.get(name, name)


def days(view: SwitchView, zone: str, now: datetime) -> list[Day]:
    """The plan day by day where the shop is; each block says whether it is over, on now or to come."""
    local = ZoneInfo(zone)

    def day_of(one: Block) -> date:
        return one.starts_at.astimezone(local).date()

    def phase(one: Block) -> str:
        if one.ends_at <= now:
            return "past"
        return "now" if one.starts_at <= now else ""

    return [Day(on, [(one, phase(one)) for one in those]) for on, those in groupby(view.blocks, day_of)]


def lines(
    view: SwitchView, readings: Sequence[SwitchReading], *, is_complete: bool, language: str
) -> list[TrialLine]:
    """Readings in words."""
    measures = queries.list_switch_measures()
    return [
        _line(one, measures[one.measure], is_complete, language)
        for one in readings
        if one.measure in measures
    ]


def _line(one: SwitchReading, measure: Measure, is_complete: bool, language: str) -> TrialLine:
    decides = one.flipped if is_complete else one.always_p
    tone = "open"
    if decides < LEVEL:
        tone = "better" if (one.once.value > 0) == (measure.good > 0) else "worse"
    drawn = one.always or one.once
    reach = max(abs(drawn.low), abs(drawn.high)) or 1.0
    return TrialLine(
        measure=gettext(measure.name),
        tone=tone,
        sentence=_sentence(gettext(measure.name), one, tone, is_complete),
        figures=f"{_figure(one.mean_on, measure)} / {_figure(one.mean_off, measure)}",
        interval=_span(one.always, measure) if one.always else "–",
        once=_span(one.once, measure),
        lift=f"{one.lift.value * 100:+.1f} %",
        p=_p(one.always_p),
        flipped=_p(one.flipped),
        pairs=one.pairs,
        drawing=experiment_words.drawing(drawn, reach, tone),
    )


def _sentence(name: str, one: SwitchReading, tone: str, is_complete: bool) -> str:
    if tone == "open":
        if is_complete:
            return gettext("Not known: the trial is over, and chance alone could have done this.")
        return gettext("Not known yet: chance alone could have done this.")
    if one.once.value > 0:
        return gettext("Higher with the lower price: %(measure)s, and this is not chance.") % {
            "measure": name
        }
    return gettext("Lower with the lower price: %(measure)s, and this is not chance.") % {"measure": name}


def guard_rows(found: Sequence[Guarded], language: str) -> list[tuple[str, str, str, str, str]]:
    """Guardrails: measure, allowed, how much worse, the verdict, its tone."""
    measures = queries.list_switch_measures()
    said = {
        "waiting": (gettext("Too few pairs to tell."), ""),
        "held": (gettext("Holds: no proof that it is worse than allowed."), "ok"),
        "passed": (gettext("Passed: worse than allowed, and this is not chance."), "bad"),
        "accepted": (gettext("Passed, and let go on with a reason."), "gold"),
    }
    rows = []
    for one in found:
        measure = measures[one.measure]
        seen = "" if one.state == "waiting" or one.harm <= 0 else _figure(one.harm, measure)
        rows.append((gettext(measure.name), f"≤ {one.margin_bps / 100:g} %", seen, *said[one.state]))
    return rows


def paused_words(view: SwitchView) -> str:
    """Why it was paused, in a sentence; nothing if a person did it."""
    if not view.pause_reason:
        return ""
    if view.pause_reason == "budget":
        return gettext("The budget is used up. Nobody gets the price now.")
    name = gettext(queries.list_switch_measures()[view.pause_reason].name)
    return gettext("A guardrail paused this: %(measure)s. Nobody gets the price now.") % {"measure": name}


def price_states() -> dict[str, tuple[str, str]]:
    """What the shop said, in words with a tone."""
    return {
        "proposed": (gettext("No answer yet"), "gold"),
        "refused": (gettext("The shop said no"), "bad"),
        "ready": (gettext("The shop agreed"), "ok"),
        "open": (gettext("The shop agreed"), "ok"),
        "paused": (gettext("The shop agreed"), "ok"),
        "ended": (gettext("Over"), ""),
    }


def percent(value: float | None, language: str) -> str:
    """A share in percent, or nothing."""
    return "" if value is None else formats.percent(round(value * 10_000), language)


def _figure(value: float, measure: Measure) -> str:
    if measure.form == RATIO and not measure.is_money:
        return f"{value * 100:,.1f} %"
    return f"{value / 100:,.2f}" if measure.is_money else f"{value:,.2f}"


def _span(estimate: Estimate, measure: Measure) -> str:
    low, high = (f"{'+' if end > 0 else ''}{_figure(end, measure)}" for end in (estimate.low, estimate.high))
    return f"{low} … {high}"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _midnight(text: str, zone: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
