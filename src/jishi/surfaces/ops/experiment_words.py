"""Read-outs in plain words, and the geometry of their intervals. Nothing here asks the database.

Invariant: no sentence claims more than the always-valid interval does; an interval that contains zero is
"not known yet", never "no effect".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from jishi.insight.experiments.contracts import (
    LEVEL,
    SHARE,
    Arm,
    Estimate,
    ExperimentView,
    Guarded,
    Measure,
    Reading,
)
from jishi.surfaces.ops import experiment_forms
from jishi.surfaces.shell import formats

WIDTH, SIDE = 760, 12


@dataclass(frozen=True, slots=True)
class Drawing:
    """One interval on a line with zero on it: places from the left."""

    zero: float
    low: float
    width: float
    value: float
    tone: str
    width_all: int = WIDTH


@dataclass(frozen=True, slots=True)
class Line:
    """One reading as the page shows it."""

    measure: str
    arm: str
    sentence: str
    figures: str
    interval: str
    lift: str
    once: str
    p: str
    n: int
    spared: str
    drawing: Drawing
    tone: str


def states() -> dict[str, tuple[str, str]]:
    """The states in words, with their tone."""
    return {
        "draft": (gettext("Draft"), "gold"),
        "running": (gettext("Running"), "ok"),
        "paused": (gettext("Paused"), "bad"),
        "stopped": (gettext("Stopped"), ""),
        "decided": (gettext("Decided"), ""),
    }


def verbs() -> dict[str, str]:
    """What waits for a second person, in words."""
    return {"start": gettext("start"), "resume": gettext("go on"), "decide": gettext("decide")}


def arm_name(arm: Arm, choices: Mapping[str, str]) -> str:
    """An arm in words; `choices` are those of its place. A combination is called by its ways."""
    if arm.kind == "holdout":
        return gettext("Hold-out: gets nothing here")
    if ways := arm.payload.get("factors"):
        return " · ".join(ways.values())
    shows = str(arm.payload.get("shows", ""))
    return choices.get(shows, shows) or arm.key


def names(view: ExperimentView) -> dict[str, str]:
    """Every arm in words."""
    choices = experiment_forms.choices_of(view.draft.slot)
    return {arm.key: arm_name(arm, choices) for arm in view.draft.arms}


def lines(
    readings: Sequence[Reading], arms: Mapping[str, str], measures: Mapping[str, Measure], language: str
) -> list[Line]:
    """Readings in words, drawn on one scale per measure."""
    found = []
    for one in readings:
        same = [r for r in readings if r.measure == one.measure]
        reach = max(max(abs(r.always.low), abs(r.always.high)) for r in same) or 1.0
        if one.measure in measures:
            found.append(_line(one, measures[one.measure], arms, language, reach))
    return found


def _line(one: Reading, measure: Measure, arms: Mapping[str, str], language: str, reach: float) -> Line:
    p = one.always.p if one.p_corrected is None else one.p_corrected
    found = tone(one.always, measure.good, p)
    name = gettext(measure.name)
    return Line(
        measure=name,
        arm=segment_name(one.segment) if one.segment else arms.get(one.arm, one.arm),
        sentence=sentence(name, found),
        figures=f"{figure(one.mean, measure, language)} / {figure(one.mean_control, measure, language)}",
        interval=span(one.always, measure),
        lift=f"{one.lift.value * 100:+.1f} %",
        once=span(one.once, measure),
        p="< 0.001" if p < 0.001 else f"{p:.3f}",
        n=one.n + one.n_control,
        spared=formats.percent(round((1 - one.variance_ratio) * 10_000), language)
        if one.variance_ratio < 0.995
        else "",
        drawing=drawing(one.always, reach, found),
        tone=found,
    )


def tone(estimate: Estimate, good: int, p: float) -> str:
    """Better, worse, or open while zero is in the interval."""
    if p >= LEVEL or estimate.low <= 0 <= estimate.high:
        return "open"
    return "better" if (estimate.value > 0) == (good > 0) else "worse"


def sentence(name: str, tone: str) -> str:
    """What a reading says, no more than its interval does."""
    if tone == "better":
        return gettext("Better: %(measure)s improved, and this is not chance.") % {"measure": name}
    if tone == "worse":
        return gettext("Worse: %(measure)s suffered, and this is not chance.") % {"measure": name}
    return gettext("Not known yet: the interval still contains zero.")


def segment_name(code: str) -> str:
    """A part of people in words."""
    return {
        "bought_before": gettext("Bought before"),
        "never_bought": gettext("Never bought before"),
        "language:zh-hans": gettext("Reads Chinese"),
        "language:en": gettext("Reads English"),
    }.get(code, code)


def figure(value: float, measure: Measure, language: str) -> str:
    """A figure in its unit: a share as a percentage, money in whole units of its currency."""
    if measure.form == SHARE:
        return formats.percent(round(value * 10_000), language)
    return f"{value / 100:,.2f}" if measure.is_money else f"{value:,.3f}"


def _change(value: float, measure: Measure) -> str:
    if measure.form == SHARE:
        return f"{value * 100:+.2f}"
    return f"{value / 100:+,.2f}" if measure.is_money else f"{value:+,.3f}"


def span(estimate: Estimate, measure: Measure) -> str:
    """An interval in the unit of its measure."""
    unit = " " + gettext("points") if measure.form == SHARE else ""
    return f"{_change(estimate.low, measure)} … {_change(estimate.high, measure)}{unit}"


def drawing(estimate: Estimate, reach: float, tone: str) -> Drawing:
    """The geometry of an interval on a line with zero in its middle."""
    room = WIDTH / 2 - SIDE

    def place(value: float) -> float:
        return round(WIDTH / 2 + room * max(-1.0, min(1.0, value / reach)), 1)

    low, high = place(estimate.low), place(estimate.high)
    return Drawing(WIDTH / 2, low, max(2.0, round(high - low, 1)), place(estimate.value), tone)


def guard_rows(
    found: Sequence[Guarded], arms: Mapping[str, str], measures: Mapping[str, Measure]
) -> list[tuple[str, str, str, str, str, str]]:
    """Guardrails: measure, arm, allowed, how much worse it was and certainly is, the verdict, its tone."""
    said = {
        "waiting": (gettext("Too few people to tell."), ""),
        "held": (gettext("Holds: no proof that it is worse than allowed."), "ok"),
        "passed": (gettext("Passed: worse than allowed, and this is not chance."), "bad"),
        "accepted": (gettext("Passed, and let go on with a reason."), "gold"),
    }
    return [
        (
            gettext(measures[one.measure].name) if one.measure in measures else one.measure,
            arms.get(one.arm, one.arm),
            f"≤ {one.margin_bps / 100:g} %",
            _seen(one, measures.get(one.measure)),
            *said[one.state],
        )
        for one in found
    ]


def paused_words(
    reason: str, found: Sequence[Guarded], arms: Mapping[str, str], measures: Mapping[str, Measure]
) -> str:
    """Which guardrail paused it, by how much, in a sentence; nothing if none did."""
    if not reason:
        return ""
    name = gettext(measures[reason].name) if reason in measures else reason
    one = next((one for one in found if one.measure == reason and one.state != "held"), None)
    if one is None:
        return gettext("A guardrail paused this: %(measure)s. Nobody is shown it now.") % {"measure": name}
    harm, least = _harm(one, measures.get(reason))
    return gettext(
        "A guardrail paused this: %(measure)s got worse by %(harm)s under “%(arm)s”, and certainly by at"
        " least %(least)s. Allowed is %(allowed)s of the control’s figure. Nobody is shown it now."
    ) % {
        "measure": name,
        "harm": harm,
        "least": least,
        "arm": arms.get(one.arm, one.arm),
        "allowed": f"{one.margin_bps / 100:g} %",
    }


def _seen(one: Guarded, measure: Measure | None) -> str:
    if one.state == "waiting" or measure is None:
        return ""
    harm, least = _harm(one, measure)
    return gettext("worse by %(harm)s, certainly by at least %(least)s") % {"harm": harm, "least": least}


def _harm(one: Guarded, measure: Measure | None) -> tuple[str, str]:
    if one.state == "waiting" or measure is None:
        return "–", "–"
    unit = " " + gettext("points") if measure.form == SHARE else ""
    harm, least = _change(one.harm, measure), _change(one.at_least, measure)
    return f"{harm.lstrip('+')}{unit}", f"{least.lstrip('+')}{unit}"
