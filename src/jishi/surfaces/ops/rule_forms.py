"""The rule of a segment as a form: nested groups and conditions that work with plain fields and buttons.

Every node has a path (`0`, `0.2`, `0.2.1`); what stands under a path is found by its name. A line without a
value is kept while somebody is still writing, and counts for nothing until it has one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from jishi.insight.portraits import queries as portraits
from jishi.insight.portraits.contracts import Field, Rule
from jishi.kernel.money import exponent

ALL, ANY, NONE, NOT_ALL = "all", "any", "none", "not_all"
ROOT = "0"
DEEPEST = 4
CURRENCY = "CNY"


@dataclass(frozen=True, slots=True)
class Condition:
    """One line of the builder, as it was typed."""

    field: str = ""
    op: str = ""
    values: tuple[str, ...] = ()
    second: str = ""
    days: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Several lines and what holds them together."""

    join: str = ALL
    nodes: "tuple[Condition | Group, ...]" = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One node as the page draws it: opening a group, a condition, or closing a group."""

    kind: str
    path: str
    depth: int
    join: str = ""
    condition: Condition = Condition()
    field: Field | None = None
    is_complete: bool = True
    can_nest: bool = True


@cache
def fields() -> dict[str, Field]:
    """Everything a rule may ask about, by code."""
    return {one.code: one for one in portraits.list_fields()}


def joins() -> list[tuple[str, str]]:
    """How the lines of a group are held together."""
    return [
        (ALL, gettext("all of these")),
        (ANY, gettext("any of these")),
        (NONE, gettext("none of these")),
        (NOT_ALL, gettext("not all of these")),
    ]


def group_names() -> dict[str, str]:
    """The groups of fields in words."""
    return {
        "static": gettext("Who they are"),
        "behaviour": gettext("What they do"),
        "preference": gettext("What they like"),
        "value": gettext("What they buy"),
        "social": gettext("Who they are among others"),
        "event": gettext("Events"),
        "order": gettext("Orders"),
        "place": gettext("Places"),
        "graph": gettext("People around them"),
    }


def operator_names() -> dict[str, str]:
    """The comparisons in words."""
    return {
        "gte": gettext("at least"),
        "gt": gettext("more than"),
        "lte": gettext("at most"),
        "lt": gettext("less than"),
        "eq": gettext("exactly"),
        "between": gettext("between"),
        "in": gettext("one of"),
        "not_in": gettext("none of"),
        "contains": gettext("contains"),
        "has_any": gettext("has one of"),
        "has_all": gettext("has all of"),
        "has_none": gettext("has none of"),
        "is": gettext("is"),
        "known": gettext("is known"),
    }


def unit_names() -> dict[str, str]:
    """The units of numbers in words."""
    return {
        "days": gettext("days"),
        "percent": "%",
        "people": gettext("people"),
        "communities": gettext("communities"),
        "notes": gettext("notes"),
        "comments": gettext("comments"),
        "times": gettext("times"),
        "reviews": gettext("reviews"),
        "tenths": gettext("tenths of a star"),
        "answers": gettext("answers"),
        "links": gettext("links"),
        "orders": gettext("orders"),
        "teams": gettext("teams"),
        "fifth": gettext("of five"),
        "shops": gettext("shops"),
        "goods": gettext("goods"),
        "minutes": gettext("minutes"),
        "categories": gettext("categories"),
        "sittings": gettext("sittings"),
    }


def read(post: QueryDict) -> Group:
    """The tree that a form holds; an empty form is one empty line."""
    paths = [path for path in post.getlist("node") if _is_path(path)]
    found = _group(post, ROOT, set(paths), 0) if f"j-{ROOT}" in post else Group()
    return found if found.nodes else Group(found.join, (Condition(),))


def changed(tree: Group, verb: str) -> Group:
    """The tree after a button: `line:path`, `group:path` or `drop:path`."""
    act, _, path = verb.partition(":")
    steps = [int(step) for step in path.split(".")[1:] if step.isdecimal()]
    if act == "line":
        return _at(tree, steps, lambda group: replace(group, nodes=(*group.nodes, Condition())))
    if act == "group":
        inner = Group(ANY, (Condition(),))
        return _at(tree, steps, lambda group: replace(group, nodes=(*group.nodes, inner)))
    if act == "drop" and steps:
        kept = _at(
            tree,
            steps[:-1],
            lambda group: replace(
                group, nodes=tuple(one for n, one in enumerate(group.nodes) if n != steps[-1])
            ),
        )
        return kept if kept.nodes else Group(kept.join, (Condition(),))
    return tree


def to_rule(tree: Group) -> Rule | None:
    """The rule of what is complete; None when nothing is."""
    parts = []
    for node in tree.nodes:
        part = to_rule(node) if isinstance(node, Group) else _to_condition(node)
        if part is not None:
            parts.append(part)
    if not parts:
        return None
    inner: Rule = {ANY if tree.join in (ANY, NONE) else ALL: parts}
    return {"not": inner} if tree.join in (NONE, NOT_ALL) else inner


def from_rule(rule: Rule) -> Group:
    """A rule as a tree, with a group at its top."""
    if "field" in rule:
        return Group(ALL, (_from_condition(rule),))
    if "not" in rule:
        inner = rule["not"]
        if "field" in inner or "not" in inner:
            return Group(NONE, (_node(inner),))
        return replace(from_rule(inner), join=NONE if ANY in inner else NOT_ALL)
    join = ALL if ALL in rule else ANY
    return Group(join, tuple(_node(one) for one in rule[join]))


def rows(tree: Group) -> list[Row]:
    """The tree as the page draws it, from top to bottom."""
    return list(_rows(tree, ROOT, 0))


def count_unfinished(tree: Group) -> int:
    """How many lines have a field and no value yet."""
    return sum(1 for row in rows(tree) if row.kind == "line" and not row.is_complete)


def _is_path(path: str) -> bool:
    return len(path) < 24 and all(step.isdecimal() for step in path.split("."))


def _group(post: QueryDict, path: str, known: set[str], depth: int) -> Group:
    children = sorted(
        (one for one in known if one.rpartition(".")[0] == path), key=lambda one: int(one.rpartition(".")[2])
    )
    nodes: list[Condition | Group] = []
    for child in children:
        if f"j-{child}" in post and depth < DEEPEST:
            inner = _group(post, child, known, depth + 1)
            if inner.nodes:
                nodes.append(inner)
        else:
            nodes.append(_condition(post, child))
    return Group(post.get(f"j-{path}", ALL), tuple(nodes))


def _condition(post: QueryDict, path: str) -> Condition:
    code = post.get(f"f-{path}", "")
    field = fields().get(code)
    if field is None:
        return Condition()
    op = post.get(f"o-{path}", "")
    if op not in field.operators:
        return Condition(code, field.operators[0], days=str(field.windows[-1]) if field.windows else "")
    days = post.get(f"d-{path}", "")
    if field.windows and days not in {str(one) for one in field.windows}:
        days = str(field.windows[-1]) if code.startswith("event:") else ""
    values = tuple(one.strip() for one in post.getlist(f"v-{path}")[:40] if one.strip())
    return Condition(code, op, values, post.get(f"w-{path}", "").strip(), days)


def _at(tree: Group, steps: Sequence[int], change: Any) -> Group:
    if not steps:
        found: Group = change(tree)
        return found
    place = steps[0]
    if place >= len(tree.nodes) or not isinstance(tree.nodes[place], Group):
        return tree
    inner = tree.nodes[place]
    assert isinstance(inner, Group)
    changed_inner = _at(inner, steps[1:], change)
    nodes = [changed_inner if n == place else one for n, one in enumerate(tree.nodes)]
    return replace(tree, nodes=tuple(one for one in nodes if not isinstance(one, Group) or one.nodes))


def _to_condition(line: Condition) -> Rule | None:
    field = fields().get(line.field)
    if field is None:
        return None
    value = _value(field, line)
    if value is None:
        return None
    rule: Rule = {"field": field.code, "op": line.op, "value": value}
    if line.days and field.windows:
        rule["days"] = int(line.days)
    return rule


def _value(field: Field, line: Condition) -> Any:
    if line.op in ("is", "known"):
        return (line.values or ("yes",))[0] != "no"
    if not line.values:
        return None
    if line.op == "between":
        low, high = _number(field, line.values[0]), _number(field, line.second)
        return None if low is None or high is None else [min(low, high), max(low, high)]
    if line.op in ("gte", "gt", "lte", "lt", "eq"):
        return _number(field, line.values[0])
    if line.op == "contains":
        return line.values[0]
    if field.choices:
        known = {one.code for one in field.choices}
        return [one for one in line.values if one in known] or None
    texts = [one.strip() for value in line.values for one in value.replace("，", ",").split(",")]
    return [one for one in texts if one] or None


def _number(field: Field, text: str) -> int | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > 10**12:
        return None
    return int(number.scaleb(exponent(CURRENCY))) if field.type == "money" else int(number)


def _node(rule: Rule) -> Condition | Group:
    return _from_condition(rule) if "field" in rule else from_rule(rule)


def _from_condition(rule: Rule) -> Condition:
    field, value = fields().get(rule["field"]), rule["value"]
    if field is None:
        return Condition()
    days = str(rule["days"]) if rule.get("days") else ""
    if isinstance(value, bool):
        return Condition(field.code, rule["op"], ("yes" if value else "no",), days=days)
    if rule["op"] == "between":
        return Condition(field.code, rule["op"], (_shown(field, value[0]),), _shown(field, value[1]), days)
    if isinstance(value, list):
        texts = tuple(value) if field.choices else (", ".join(value),)
        return Condition(field.code, rule["op"], texts, days=days)
    shown = _shown(field, value) if isinstance(value, int) else str(value)
    return Condition(field.code, rule["op"], (shown,), days=days)


def _shown(field: Field, value: int) -> str:
    if field.type != "money":
        return str(value)
    digits = exponent(CURRENCY)
    return f"{Decimal(value).scaleb(-digits):.{digits}f}".removesuffix(".00")


def _rows(tree: Group, path: str, depth: int) -> Iterator[Row]:
    yield Row("open", path, depth, tree.join, can_nest=depth < DEEPEST)
    for number, node in enumerate(tree.nodes):
        inner = f"{path}.{number}"
        if isinstance(node, Group):
            yield from _rows(node, inner, depth + 1)
        else:
            field = fields().get(node.field)
            complete = field is None or _value(field, node) is not None
            yield Row("line", inner, depth + 1, condition=node, field=field, is_complete=complete)
    yield Row("close", path, depth, can_nest=depth < DEEPEST)
