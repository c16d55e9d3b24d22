"""Campaigns in words: states, triggers, steps, outcomes, checks, and what a read-out says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext, ngettext

from jishi.growth.campaigns import queries as campaigns
from jishi.growth.campaigns.contracts import (
    CampaignView,
    Check,
    Draft,
    ReadOut,
    Return,
    Step,
    StepKind,
    VariableView,
)
from jishi.growth.publishing import queries as calendar
from jishi.insight.experiments.contracts import Reading
from jishi.insight.portraits import queries as portraits
from jishi.kernel import clock
from jishi.kernel.errors import fill
from jishi.kernel.text import pick
from jishi.surfaces.shell import formats

ICONS: Mapping[str, str] = {
    "wait": "clock", "condition": "filter", "send": "chat", "place": "image", "task": "check",
    "grant": "gift", "split": "share", "goal": "crown", "exit": "close",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Worth:
    """What a campaign brought in money, as a range, beside what it cost."""

    sentence: str
    tone: str
    gain: str
    low: str
    high: str
    cost: str
    ratio: str
    is_less: bool = False


def states() -> dict[str, tuple[str, str]]:
    """The states with their tones."""
    return {
        "draft": (gettext("Draft"), ""),
        "approval": (gettext("Waits for approval"), "gold"),
        "running": (gettext("Running"), "ok"),
        "paused": (gettext("Paused"), "bad"),
        "ended": (gettext("Ended"), ""),
    }


def verbs() -> dict[str, str]:
    """What waits for a second person, in words."""
    return {"start": gettext("start"), "resume": gettext("go on"), "version": gettext("use the new steps")}


def triggers() -> dict[str, str]:
    """What brings people in."""
    return {
        "segment": gettext("Everybody in the segment, at the start"),
        "entered": gettext("Whoever comes into the segment"),
        "left": gettext("Whoever leaves the segment"),
        "stage": gettext("Whoever moves to another stage of life"),
        "fact": gettext("Whoever does something"),
        "cart": gettext("Whoever leaves a cart standing"),
        "anniversary": gettext("The day somebody joined, each year"),
        "birthday": gettext("The birthday of whoever told us theirs, each year"),
        "festival": gettext("A festival of the calendar, each year"),
        "stock": gettext("Goods in the cart or in a note they keep are back in stock"),
        "hook": gettext("Whoever is expected to want something again about now"),
    }


def trigger_line(draft: Draft, language: str) -> str:
    """What brings people in, with the festival and its days where it is one."""
    said = triggers()[draft.trigger]
    found = campaigns.read_festival(draft.trigger_key) if draft.trigger == "festival" else None
    names = {one.code: one.name for one in calendar.list_day_kinds()}
    if found is None or found.day not in names:
        return said
    return f"{pick(names[found.day], language)} · {shift_line(found.shift)}"


def festivals(language: str) -> list[tuple[str, str]]:
    """The days of the calendar, to choose from."""
    return [(one.code, pick(one.name, language)) for one in calendar.list_day_kinds()]


def shift_line(shift: int) -> str:
    """How far from a festival, in words."""
    days = abs(shift)
    if not shift:
        return gettext("on the day")
    if shift < 0:
        return ngettext("%(days)s day before", "%(days)s days before", days) % {"days": days}
    return ngettext("%(days)s day after", "%(days)s days after", days) % {"days": days}


def facts() -> dict[str, str]:
    """What people do that brings them in."""
    return {
        "order_paid": gettext("Paid an order"),
        "order_received": gettext("Received the goods"),
        "order_expired": gettext("Left an order unpaid"),
        "note_published": gettext("Published a note"),
    }


def goals() -> dict[str, str]:
    """What a campaign is for."""
    return {
        "order": gettext("They buy"),
        "note": gettext("They write a note"),
        "": gettext("Nothing countable"),
    }


def kinds() -> dict[str, str]:
    """What steps do."""
    return {
        "send": gettext("Send a message"),
        "wait": gettext("Wait"),
        "condition": gettext("Ask a condition"),
        "split": gettext("Split"),
        "place": gettext("Show in the shop"),
        "task": gettext("Give the team a task"),
        "grant": gettext("Give something"),
        "goal": gettext("Wait for the goal"),
        "exit": gettext("Leave"),
    }


def tests() -> dict[str, str]:
    """What a condition may ask."""
    return {
        "bought": gettext("bought since they came in"),
        "clicked": gettext("followed the link of a step"),
        "segment": gettext("is in a segment"),
        "stage": gettext("stands at a stage"),
        "language": gettext("reads a language"),
    }


def part_kinds() -> dict[str, str]:
    """What belongs to a festival."""
    return {
        "offer": gettext("Team offer"),
        "flash": gettext("Flash sale slot"),
        "lottery": gettext("Lottery"),
        "landing": gettext("Landing page"),
        "journey": gettext("Journey"),
    }


def outcomes() -> dict[str, str]:
    """How people leave steps."""
    return {
        "sent": gettext("reached"),
        "objected": gettext("wants no messages"),
        "no_consent": gettext("no consent"),
        "capped": gettext("over the cap"),
        "gone": gettext("not there"),
        "waited": gettext("waited"),
        "yes": gettext("yes"),
        "no": gettext("no"),
        "placed": gettext("shown"),
        "refused": gettext("refused"),
        "assigned": gettext("task made"),
        "granted": gettext("given"),
        "reached": gettext("reached the goal"),
        "missed": gettext("missed the goal"),
        "left": gettext("left"),
    }


def outcome(code: str) -> str:
    """One outcome; an arm of a split has only its letter."""
    return outcomes().get(code) or gettext("arm %(key)s") % {"key": code.upper()}


def flows() -> dict[str, str]:
    """Where somebody's way stands."""
    return {
        "active": gettext("on the way"),
        "held": gettext("held out"),
        "done": gettext("through"),
        "goal": gettext("reached the goal"),
        "stopped": gettext("stopped"),
        "failed": gettext("failed"),
    }


def reasons() -> dict[str, str]:
    """Why a campaign paused by itself."""
    return {
        "budget": gettext("the budget is used up"),
        "objections": gettext("too many people objected"),
        "unsubscribed": gettext("more people withdrew a consent than in the hold-out"),
        "complained": gettext("more people complained than in the hold-out"),
        "left": gettext("more people asked to leave for good than in the hold-out"),
    }


def field_name(field: str) -> str:
    """What a refusal calls a field."""
    return {
        "name": gettext("the name"),
        "segment": gettext("the segment"),
        "trigger_key": gettext("what brings people in"),
        "period": gettext("the first and last day"),
        "budget_minor": gettext("the budget: not below what is spent"),
        "quiet": gettext("the quiet hours"),
        "goal_days": gettext("the days for the goal"),
        "holdout_bps": gettext("the hold-out: between 1 and 90 percent"),
        "holdout_reason": gettext("the reason"),
        "then": gettext("where it goes on: only to a later step"),
        "hours": gettext("the hours"),
        "at": gettext("the time of day"),
        "test": gettext("the condition"),
        "text": gettext("the message: both languages, at most 200 characters"),
        "url": gettext("the link: a page of this shop, beginning with /"),
        "cost_minor": gettext("the cost"),
        "placement": gettext("what is shown, and for how many days"),
        "title": gettext("the task"),
        "grant": gettext("what is given"),
        "arms": gettext("the arms: two to four, each with a weight"),
        "count": gettext("the number of steps"),
        "parts": gettext("the offers"),
        "person": gettext("the person: somebody who works here"),
        "steps": gettext("the steps"),
    }.get(field, field)


def variable_kinds() -> dict[str, str]:
    """How a variable of a message is written."""
    return {
        "text": gettext("text"),
        "count": gettext("number"),
        "money": gettext("amount"),
        "date": gettext("date"),
        "link": gettext("thing with a page"),
    }


def variable_rows(
    found: Sequence[VariableView], language: str
) -> list[tuple[VariableView, str, str, str, str]]:
    """Variables with type, meaning, sample and what stands there otherwise, in a language."""
    kinds = variable_kinds()
    return [
        (one, kinds[one.kind], gettext(one.meaning), pick(one.sample, language), pick(one.fallback, language))
        for one in found
    ]


def check_line(check: Check, language: str) -> str:
    """A line of the run sheet; names and days are said in the reader's language."""
    said = {
        name: pick(value, language) if isinstance(value, Mapping)
        else formats.date_of(value, language, clock.now()) if isinstance(value, date) else value
        for name, value in check.params.items()
    }  # fmt: skip
    return fill(gettext(check.text), said)


def summary(step: Step, language: str) -> str:
    """A step in one line."""
    values = step.params
    if step.kind == StepKind.SEND:
        return pick(values.get("text"), language)
    if step.kind in (StepKind.WAIT, StepKind.GOAL):
        hours = int(values.get("hours", 0))
        text = ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": hours}
        if hours and hours % 24 == 0:
            days = hours // 24
            text = ngettext("%(days)s day", "%(days)s days", days) % {"days": days}
        if values.get("at"):
            until = gettext("until %(at)s") % {"at": values["at"]}
            return f"{text}, {until}" if hours else until
        return text
    if step.kind == StepKind.CONDITION:
        value = f" {values.get('value', '')}" if values.get("value") else ""
        return tests().get(str(values.get("test")), "") + value
    if step.kind == StepKind.SPLIT:
        return " : ".join(str(arm["weight"]) for arm in values.get("arms", ()))
    if step.kind == StepKind.TASK:
        return str(values.get("title", ""))
    return str(values.get("value") or values.get("placement") or "")


def worth(view: CampaignView, read: ReadOut, language: str) -> Worth | None:
    """What the treated brought more than the held-out, with its range; None without a comparison."""
    revenue = next((one for one in read.readings if one.measure == "revenue"), None)
    if revenue is None:
        return None
    treated = read.people.get("treated", 0)

    def money(value: float) -> str:
        return formats.money(round(value), view.draft.currency, language)

    gain, low, high = (x * treated for x in (revenue.always.value, revenue.always.low, revenue.always.high))
    cost = read.cost_minor
    if low > cost:
        said, tone = gettext("It brought more than it cost, and this is not chance."), "better"
    elif high < cost:
        said, tone = gettext("It cost more than it brought, and this is not chance."), "worse"
    else:
        said, tone = gettext("Whether it paid is not known yet: the range still contains its cost."), "open"
    ratio = f"{gain / cost:.1f}" if cost and gain > 0 else ""
    return Worth(said, tone, money(abs(gain)), money(low), money(high), money(cost), ratio, is_less=gain < 0)


def advice(read: ReadOut) -> list[str]:
    """What to do next about the arms of splits."""
    found = []
    for key, readings in read.splits.items():
        best = _better(readings)
        if best is not None:
            found.append(
                gettext(
                    "Step %(step)s: arm %(arm)s sells better, and this is not chance. Move the weight there."
                )
                % {"step": key, "arm": best.upper()}
            )
    return found


def shift_advice(returns: Sequence[Return], moves: Sequence[tuple[Return, Return]]) -> list[str]:
    """Where money of a festival should go, between its journeys; and what cannot be told."""
    found = [
        gettext(
            "Move money from “%(from)s” (%(worse)s) to “%(to)s” (%(better)s): what each yuan brings differs,"
            " and this is not chance."
        )
        % {"from": one.name, "to": best.name, "worse": per_unit(one), "better": per_unit(best)}
        for one, best in moves
    ]
    known = [one for one in returns if one.low is not None]
    if len(known) == 1:
        found.append(gettext("With the figures of one journey alone there is nothing to compare."))
    if len(known) > 1 and not moves:
        found.append(
            gettext("Leave the money where it is: the ranges of what each yuan brings still overlap.")
        )
    found += [
        gettext("“%(name)s”: what its money brings cannot be told yet.") % {"name": one.name}
        for one in returns
        if one.low is None
    ]
    return found


def per_unit(one: Return) -> str:
    """What each unit of money brought, with its range."""
    if one.value is None or one.low is None or one.high is None:
        return "–"
    ends = [f"{value:.1f}".replace("-", "−") for value in (one.value, one.low, one.high)]
    return gettext("%(n)s per yuan (%(low)s … %(high)s)") % dict(zip(("n", "low", "high"), ends, strict=True))


def before_after(read: ReadOut) -> tuple[str, str]:
    """Orders since the start beside the season of the week, in a sentence with its tone."""
    usual = read.usual
    if usual is None:
        return gettext("The first whole day is not over yet."), "open"
    values = {
        "days": usual.days, "orders": usual.orders, "expected": usual.expected,
        "low": usual.low, "high": usual.high,
    }  # fmt: skip
    said = (
        gettext(
            "%(orders)s orders on %(days)s whole days; the same weekdays of the four weeks before let expect"
            " %(expected)s, and between %(low)s and %(high)s would be nothing unusual."
        )
        % values
    )
    if usual.orders > usual.high:
        verdict = gettext("That is more than usual.")
        return f"{said} {verdict}", "better"
    if usual.orders < usual.low:
        verdict = gettext("That is less than usual.")
        return f"{said} {verdict}", "worse"
    verdict = gettext("So nothing can be told from it.")
    return f"{said} {verdict}", "open"


def cost_lines(view: CampaignView, read: ReadOut, language: str) -> list[tuple[str, str]]:
    """What it cost so far by person, and how far the budget reaches at this pace."""

    def money(value: float) -> str:
        return formats.money(round(value), view.draft.currency, language)

    found = []
    if read.cost_minor and read.reached:
        found.append((gettext("Cost for each person reached"), money(read.cost_minor / read.reached)))
    if read.cost_minor and read.gained:
        found.append((gettext("Cost for each first-time buyer"), money(read.cost_minor / read.gained)))
    left = view.draft.budget_minor - view.spent_minor
    if view.started_at is not None and view.state == "running" and view.spent_minor and left > 0:
        age = max((read.at - view.started_at).total_seconds() / 86_400, 1 / 24)
        days = left / (view.spent_minor / age)
        said = gettext("more than a year") if days > 365 else gettext("%(n)s days") % {"n": f"{days:.1f}"}
        found.append((gettext("At this pace the budget lasts"), said))
    return found


def _better(readings: tuple[Reading, ...]) -> str | None:
    sure = [one for one in readings if one.measure == "buyers" and one.always.low > 0]
    return max(sure, key=lambda one: one.always.value).arm if sure else None


def stages() -> list[tuple[str, str]]:
    """The stages of life, to choose from."""
    return [(one.code, gettext(one.name)) for one in portraits.list_stages()]
