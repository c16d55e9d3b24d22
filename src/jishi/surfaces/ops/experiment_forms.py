"""Experiments as forms: what was typed becomes a draft, a draft becomes what stands in the fields again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest

from django.http import HttpRequest, QueryDict
from django.utils.translation import get_language, gettext

from jishi.insight.experiments import ports, queries
from jishi.insight.experiments.contracts import Arm, ArmKind, Draft, Guardrail, Plan
from jishi.insight.portraits import queries as portraits
from jishi.insight.portraits.contracts import AUDIENCE

ARMS = ("control", "variant", "other", "fourth", "fifth", "sixth")
APART = re.compile(r"[,，;；、]")
"""What people put between the names of factors, and between the ways of an arm."""
DEFAULTS: Mapping[str, str] = {
    "name": "",
    "hypothesis": "",
    "control": "cart.empty:plain",
    "variant": "cart.empty:taste",
    "other": "",
    "fourth": "",
    "fifth": "",
    "sixth": "",
    **dict.fromkeys((f"{name}_weight" for name in ARMS), "1"),
    **dict.fromkeys((f"{name}_ways" for name in ARMS), ""),
    "factors": "",
    "holdout_weight": "0",
    "unit": "person",
    "layer": "page",
    "share": "100",
    "audience": "",
    "margin": "5",
    "window_h": "168",
    "before_days": "28",
    "planned_n": "2000",
    "base": "10",
    "change": "2",
    "power": "80",
    "daily": "500",
}
USUAL_MEASURES = ("buyers", "revenue")
USUAL_GUARDRAILS = ("unsubscribed", "complained", "refund_rate")


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the fields, and which measures and guardrails are ticked."""

    given: Mapping[str, str]
    measures: tuple[str, ...] = USUAL_MEASURES
    guardrails: tuple[str, ...] = USUAL_GUARDRAILS


def typed(request: HttpRequest) -> Form:
    """The form as it was sent, or as it begins."""
    if request.method != "POST":
        return Form(DEFAULTS)
    post: QueryDict = request.POST
    given = {name: post.get(name, usual).strip()[:500] for name, usual in DEFAULTS.items()}
    return Form(given, tuple(post.getlist("measures")), tuple(post.getlist("guardrails")))


def filled(draft: Draft) -> Form:
    """The form of a draft that was kept."""
    arms = {arm.key: arm for arm in draft.arms}
    values = dict(DEFAULTS) | {
        "name": draft.name,
        "hypothesis": draft.hypothesis,
        "unit": draft.unit,
        "layer": draft.layer,
        "share": str(draft.share),
        "audience": draft.audience_key,
        "window_h": str(draft.window_h),
        "before_days": str(draft.before_days),
        "planned_n": str(draft.planned_n),
        "factors": ", ".join(one.key for one in queries.factors_of(draft.arms)),
    }
    if draft.guardrails:
        values["margin"] = str(draft.guardrails[0].margin_bps // 100)
    for name in ARMS:
        arm = arms.get(name)
        if arm is not None:
            values[name] = f"{draft.slot}:{arm.payload.get('shows', '')}"
            values[f"{name}_weight"] = str(arm.weight)
            ways = arm.payload.get("factors", {})
            values[f"{name}_ways"] = ", ".join(ways[one.key] for one in queries.factors_of(draft.arms))
    values["holdout_weight"] = str(arms["holdout"].weight) if "holdout" in arms else "0"
    return Form(values, draft.measures, tuple(one.measure for one in draft.guardrails))


def draft_of(form: Form) -> Draft:
    """What the form asks for; what makes no sense is left for the domain to refuse by name."""
    given = form.given
    slot = given["control"].partition(":")[0]
    arms, names = [], _parts(given["factors"])
    for name in ARMS:
        place, _, shows = given[name].partition(":")
        if not given[name]:
            continue
        kind = ArmKind.CONTROL if name == "control" else ArmKind.VARIANT
        # A variant of another place cannot be an arm of this one; weight 0 is refused as an arm.
        weight = number(given, f"{name}_weight") if place == slot and _is_choice(place, shows) else 0
        ways = dict(zip_longest(names, _parts(given[f"{name}_ways"]), fillvalue=""))
        arms.append(Arm(name, kind, weight, {"shows": shows} | ({"factors": ways} if names else {})))
    if number(given, "holdout_weight"):
        arms.append(Arm("holdout", ArmKind.HOLDOUT, number(given, "holdout_weight")))
    margin = number(given, "margin") * 100
    return Draft(
        name=given["name"],
        hypothesis=given["hypothesis"],
        slot=slot,
        arms=tuple(arms),
        measures=form.measures,
        guardrails=tuple(Guardrail(key, margin) for key in form.guardrails),
        unit=given["unit"],
        layer=given["layer"],
        share=number(given, "share"),
        audience_kind=AUDIENCE if given["audience"] else "",
        audience_key=given["audience"][:80],
        window_h=number(given, "window_h"),
        before_days=number(given, "before_days"),
        planned_n=number(given, "planned_n"),
    )


def plan_of(form: Form) -> Plan:
    """How many units the question needs, from the planner's fields."""
    given = form.given
    return queries.plan(
        draft_of(form),
        base=_decimal(given["base"]) / 100,
        change=_decimal(given["change"]) / 100,
        power=_decimal(given["power"]) / 100,
        daily=number(given, "daily"),
    )


def arm_rows(form: Form) -> list[tuple[str, str, str, str, str]]:
    """The arms as rows of the form: name, label, what is chosen, weight, ways."""
    labels = (
        gettext("As it is now (control)"),
        gettext("What is tried"),
        gettext("A third way, if there is one"),
        gettext("A fourth way, if there is one"),
        gettext("A fifth way, if there is one"),
        gettext("A sixth way, if there is one"),
    )
    given = form.given
    return [
        (name, label, given[name], given[f"{name}_weight"], given[f"{name}_ways"])
        for name, label in zip(ARMS, labels, strict=True)
    ]


def choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be shown where, place by place."""
    return [
        (gettext(slot.name), [(f"{slot.key}:{key}", gettext(words)) for key, words in slot.choices])
        for slot in ports.slots(get_language() or "en").values()
        if slot.choices
    ]


def choices_of(slot: str) -> dict[str, str]:
    """What may be shown at one place, in words."""
    found = ports.find_slot(slot, get_language() or "en")
    return {key: gettext(words) for key, words in found.choices} if found else {}


def place_names() -> dict[str, str]:
    """Every place in words."""
    return {key: gettext(slot.name) for key, slot in ports.slots(get_language() or "en").items()}


def measure_names() -> dict[str, str]:
    """Every measure in words."""
    return {key: gettext(one.name) for key, one in queries.list_measures().items()}


def audiences() -> list[tuple[str, str]]:
    """Everybody, or one of the segments."""
    found = [(one.code, one.name) for one in portraits.list_segments()]
    return [("", gettext("Everybody")), *found]


def field_name(field: str) -> str:
    """What a refusal calls a field."""
    return {
        "name": gettext("the name"),
        "hypothesis": gettext("the hypothesis"),
        "arms": gettext("the arms and their weights"),
        "factors": gettext(
            "the factors: every combination of two or three of them as an arm of its own, each once"
        ),
        "share": gettext("the share of the layer"),
        "measures": gettext("the measures"),
        "guardrails": gettext("the guardrails"),
        "window_h": gettext("the hours that count"),
        "before_days": gettext("the days before"),
        "planned_n": gettext("the planned size"),
        "audience": gettext("the audience: browsers that nobody signed in with belong to none"),
        "reason": gettext("the reason"),
        "decision": gettext("the decision"),
    }.get(field, field)


def number(given: Mapping[str, str], name: str) -> int:
    """A whole number that was typed, or 0."""
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _parts(text: str) -> list[str]:
    return [part.strip() for part in APART.split(text) if part.strip()]


def _decimal(text: str) -> float:
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return 0.0
    return found if abs(found) < 1e9 else 0.0


def _is_choice(slot: str, shows: str) -> bool:
    found = ports.find_slot(slot)
    return found is not None and shows in dict(found.choices)
