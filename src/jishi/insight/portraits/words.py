"""Rules, tags and facts as people read them, in the reader's language.

Invariant: the sentence of a rule names every condition of it, and its brackets are those of the rule.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext

from jishi.insight.portraits import fields, tags
from jishi.insight.portraits.contracts import Choice, Rule
from jishi.kernel.errors import N_, fill
from jishi.kernel.money import exponent

SAID: Mapping[str, str] = {
    "gte": N_("%(field)s at least %(value)s"),
    "gt": N_("%(field)s more than %(value)s"),
    "lte": N_("%(field)s at most %(value)s"),
    "lt": N_("%(field)s less than %(value)s"),
    "eq": N_("%(field)s exactly %(value)s"),
    "between": N_("%(field)s between %(value)s"),
    "in": N_("%(field)s is one of: %(value)s"),
    "not_in": N_("%(field)s is none of: %(value)s"),
    "contains": N_("%(field)s contains %(value)s"),
    "has_any": N_("%(field)s has one of: %(value)s"),
    "has_all": N_("%(field)s has all of: %(value)s"),
    "has_none": N_("%(field)s has none of: %(value)s"),
}


class _Blank(dict[str, Any]):
    """Facts that are not there read as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def sentence(rule: Rule, currency: str = "CNY") -> str:
    """Say who is in a clean rule, in one sentence."""
    return _node(rule, currency, is_outer=True)


def _node(rule: Rule, currency: str, *, is_outer: bool = False) -> str:
    if "field" in rule:
        return _condition(rule, currency)
    if "not" in rule:
        return gettext("not (%(inner)s)") % {"inner": _node(rule["not"], currency, is_outer=True)}
    word = "all" if "all" in rule else "any"
    parts = [_node(one, currency) for one in rule[word]]
    joined = (gettext(" and ") if word == "all" else gettext(" or ")).join(parts)
    return joined if is_outer or len(parts) == 1 else gettext("(%(inner)s)") % {"inner": joined}


def _condition(rule: Rule, currency: str) -> str:
    field = fields.all_fields()[rule["field"]]
    named = gettext(field.name)
    operator, value = rule["op"], rule["value"]
    if operator == "known":
        text = gettext("%(field)s is known") if value else gettext("%(field)s is not known")
        return text % {"field": named}
    if operator == "is":
        return (gettext("%(field)s: yes") if value else gettext("%(field)s: no")) % {"field": named}
    named = gettext("“%(name)s”") % {"name": named} if field.group == "event" else named
    said = gettext(SAID[operator]) % {
        "field": named,
        "value": _value(field.type, field.unit, field.choices, value, currency),
    }
    days = rule.get("days")
    if days is None:
        return said
    if days == 1:
        return gettext("%(said)s today") % {"said": said}
    return gettext("%(said)s in the last %(days)s days") % {"said": said, "days": days}


def _value(kind: str, unit: str, choices: tuple[Choice, ...], value: Any, currency: str) -> str:
    if isinstance(value, list) and value and not isinstance(value[0], str):
        low, high = (_value(kind, unit, choices, one, currency) for one in value)
        return gettext("%(low)s and %(high)s") % {"low": low, "high": high}
    if isinstance(value, list):
        names = {choice.code: gettext(choice.name) for choice in choices}
        return gettext(", ").join(names.get(str(one), str(one)) for one in value)
    if isinstance(value, str):
        return f"“{value}”"
    return money(value, currency) if kind == "money" else counted(value, unit)


def money(minor: int, currency: str) -> str:
    """Write an amount in minor units with its currency."""
    digits = exponent(currency)
    return f"{minor / 10**digits:,.{digits}f} {currency}"


def counted(value: Any, unit: str) -> str:
    """Write a number with its unit."""
    if unit == "percent":
        return f"{value}%"
    if unit == "days":
        return ngettext("%(n)s day", "%(n)s days", abs(int(value))) % {"n": value}
    if unit == "times":
        return ngettext("%(n)s time", "%(n)s times", int(value)) % {"n": value}
    if unit == "orders":
        return ngettext("%(n)s order", "%(n)s orders", int(value)) % {"n": value}
    if unit == "people":
        return ngettext("%(n)s person", "%(n)s people", int(value)) % {"n": value}
    if unit == "minutes":
        return ngettext("%(n)s minute", "%(n)s minutes", int(value)) % {"n": value}
    if unit == "tenths":
        return f"{value / 10:.1f}"
    return str(value)


def label(code: str, value: Any, currency: str) -> str:
    """Write the value of a tag."""
    definition = tags.BY_CODE[code].tag
    if value is None:
        return gettext("unknown")
    if definition.kind == "flag":
        return gettext("yes") if value else gettext("no")
    if definition.kind == "list":
        return gettext(", ").join(value)
    if definition.kind == "choice":
        names = {choice.code: choice.name for choice in definition.choices}
        return gettext(names[value]) if value in names else str(value)
    if definition.kind == "number":
        return money(value, currency) if definition.unit == "money" else counted(value, definition.unit)
    return str(value)


def evidence(code: str, values: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Say what a tag of one person was made of."""
    known = _Blank({**facts, **values, "stage_words": stage(facts.get("stage") or {})})
    return fill(gettext(tags.BY_CODE[code].tag.evidence), known)


def stage(facts: Mapping[str, Any]) -> str:
    """Say why somebody stands at a stage."""
    if not facts.get("orders"):
        return gettext("No paid order so far.")
    text = gettext(
        "%(orders)s paid orders, silent for %(silent)s days;"
        " at risk from %(at_risk)s days, lost from %(churn)s."
    )
    return fill(text, _Blank(facts))
