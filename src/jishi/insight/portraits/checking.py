"""Whether a rule is built as rules are. Pure but for the list of fields.

Invariant: what comes out of :func:`clean` holds only known fields, operators and values of the right type, is
no larger than its limits, and cleaning it again changes nothing.
"""

from collections.abc import Iterator
from typing import Any

from jishi.insight.portraits import errors, fields
from jishi.insight.portraits.contracts import Field, Rule

MOST_CONDITIONS, DEEPEST, MOST_VALUES, LONGEST = 40, 6, 200, 120
MOST_NUMBER = 10**15


def clean(rule: Any) -> Rule:
    """Return the rule in its one spelling.

    :raises RuleInvalid: something is neither a group nor a condition.
    :raises RuleTooLarge: too many conditions, or nested too deeply.
    :raises FieldUnknown: a field that does not exist.
    :raises OperatorInvalid: an operator the field does not have.
    :raises ValueInvalid: a value of the wrong type, or none of the field's choices.
    :raises DaysInvalid: a look back that is not kept.
    """
    cleaned = _node(rule, "1", 0)
    if sum(1 for _ in conditions(cleaned)) > MOST_CONDITIONS:
        raise errors.RuleTooLarge(most=MOST_CONDITIONS, deep=DEEPEST)
    return cleaned


def conditions(rule: Rule) -> Iterator[Rule]:
    """Yield every condition of a clean rule."""
    if "field" in rule:
        yield rule
    elif "not" in rule:
        yield from conditions(rule["not"])
    else:
        for one in rule["all"] if "all" in rule else rule["any"]:
            yield from conditions(one)


def _node(rule: Any, place: str, depth: int) -> Rule:
    if depth > DEEPEST:
        raise errors.RuleTooLarge(most=MOST_CONDITIONS, deep=DEEPEST)
    if not isinstance(rule, dict):
        raise errors.RuleInvalid(at=place)
    if "field" in rule:
        return _condition(rule, place)
    if len(rule) != 1:
        raise errors.RuleInvalid(at=place)
    ((key, inner),) = rule.items()
    if key == "not":
        return {"not": _node(inner, f"{place}.1", depth + 1)}
    if key not in ("all", "any") or not isinstance(inner, list) or not inner or len(inner) > MOST_CONDITIONS:
        raise errors.RuleInvalid(at=place)
    return {key: [_node(one, f"{place}.{n}", depth + 1) for n, one in enumerate(inner, 1)]}


def _condition(rule: dict[str, Any], place: str) -> Rule:
    if not set(rule) <= {"field", "op", "value", "days"}:
        raise errors.RuleInvalid(at=place)
    name = rule["field"]
    field = fields.all_fields().get(name) if isinstance(name, str) else None
    if field is None:
        raise errors.FieldUnknown(field=str(name)[:60])
    operator = rule.get("op")
    if operator not in field.operators:
        raise errors.OperatorInvalid(field=field.code, op=str(operator)[:20])
    kept: Rule = {"field": field.code, "op": operator, "value": _value(field, operator, rule.get("value"))}
    days = rule.get("days")
    if days is None and field.code.startswith("event:"):
        days = field.windows[-1]
    if days is not None:
        if isinstance(days, bool) or days not in field.windows:
            windows = ", ".join(str(one) for one in field.windows) or "0"
            raise errors.DaysInvalid(field=field.code, windows=windows)
        kept["days"] = int(days)
    return kept


def _value(field: Field, operator: str, value: Any) -> Any:
    if operator in ("is", "known"):
        if not isinstance(value, bool):
            raise errors.ValueInvalid(field=field.code, value=str(value)[:60])
        return value
    if operator == "between":
        if not isinstance(value, list | tuple) or len(value) != 2:
            raise errors.ValueInvalid(field=field.code, value=str(value)[:60])
        pair = [_number(field, one) for one in value]
        if pair[0] > pair[1]:
            raise errors.ValueInvalid(field=field.code, value=str(value)[:60])
        return pair
    if operator in fields.NUMBER:
        return _number(field, value)
    if operator == "contains":
        return _text(field, value)
    return _texts(field, value)


def _number(field: Field, value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MOST_NUMBER:
        raise errors.ValueInvalid(field=field.code, value=str(value)[:60])
    return value


def _text(field: Field, value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= LONGEST or "\x00" in value:
        raise errors.ValueInvalid(field=field.code, value=str(value)[:60])
    return value.strip()


def _texts(field: Field, value: Any) -> list[str]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list | tuple) or not 0 < len(listed) <= MOST_VALUES:
        raise errors.ValueInvalid(field=field.code, value=str(value)[:60])
    texts = list(dict.fromkeys(_text(field, one) for one in listed))
    known = {choice.code for choice in field.choices}
    for one in texts:
        if known and one not in known:
            raise errors.ValueInvalid(field=field.code, value=one[:60])
    return texts
