"""Rules: what is refused, what they say in words, and whom they find against a plain evaluator."""

# ruff: noqa: E501 - tables of cases are read line by line

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.insight.portraits import world
from tests.insight.portraits.world import NOW, TODAY

from jishi.insight.portraits import checking, compiling, errors, fields, queries
from jishi.insight.portraits import operations as portraits
from jishi.insight.portraits.contracts import WINDOWS, Rule
from jishi.insight.portraits.models import Portrait
from jishi.trade.orders.models import Order

TAGS = {
    "orders": [0, 1, 2, 5], "last_order_days": [0, 3, 40, None], "stage": ["new", "active", "churned", None],
    "has_phone": [True, False, None], "categories": [["hats"], ["hats", "shoes"], [], None],
    "region": ["浙江", "50%_\\", None],
}  # fmt: skip
KINDS = ("product_viewed", "searched")


def people() -> list[dict[str, Any]]:
    """Portraits with every kind of value and gap, written as they lie, and orders behind some of them."""
    dice, ware, found = random.Random(5), world.ware(), []
    for number in range(40):
        who = world.person()
        tags = {code: value for code, of in TAGS.items() if (value := dice.choice(of)) is not None}
        events = {
            kind: sorted(dice.choices(range(6), k=len(WINDOWS))) for kind in KINDS if dice.random() < 0.7
        }
        allows = dice.random() < 0.8
        Portrait.objects.create(person_id=who, tags=tags, events=events, has_consent=allows, computed_at=NOW)
        orders = []
        for _ in range(dice.choice([0, 0, 1, 3])):
            days, amount = dice.choice([0, 5, 8, 45, 400]), dice.choice([100, 990])
            state = dice.choice(["paid", "received", "refunded", "expired"])
            world.order(who, ware, days, amount=amount, state=state)
            orders.append((days, amount, state))
        found.append(
            {"id": who, "tags": tags, "events": events, "allows": allows, "orders": orders, "n": number}
        )
    return found


NUMBERS = st.one_of(
    st.tuples(st.sampled_from(["gte", "gt", "lte", "lt", "eq"]), st.integers(-1, 6)),
    st.tuples(st.just("between"), st.tuples(st.integers(-1, 3), st.integers(3, 50)).map(list)),
)


def number(field: str, days: Any = None) -> st.SearchStrategy[Rule]:
    def made(pair: tuple[Any, Any], look: Any) -> Rule:
        rule = {"field": field, "op": pair[0], "value": pair[1]}
        return {**rule, "days": look} if look else rule

    return st.builds(made, NUMBERS, days if days is not None else st.none())


def texts(field: str, operators: list[str], values: list[str]) -> st.SearchStrategy[Rule]:
    return st.builds(
        lambda op, value: {"field": field, "op": op, "value": value[0] if op == "contains" else value},
        st.sampled_from(operators),
        st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True),
    )


CONDITIONS = st.one_of(
    number("tag:orders"),
    number("tag:last_order_days"),
    *(number(f"event:{kind}", st.sampled_from(WINDOWS)) for kind in KINDS),
    number("order:count", st.one_of(st.none(), st.sampled_from([7, 60]))),
    number("order:refunds", st.one_of(st.none(), st.sampled_from([7, 730]))),
    st.builds(lambda op, n: {"field": "order:amount", "op": op, "value": n}, st.sampled_from(["gte", "lt"]),
              st.sampled_from([0, 100, 1000])),
    number("order:silence"),
    texts("tag:stage", ["in", "not_in"], ["new", "active"]),
    texts("tag:categories", ["has_any", "has_all", "has_none"], ["hats", "shoes"]),
    texts("tag:region", ["in", "not_in", "contains"], ["浙江", "%_\\", "0%"]),
    st.builds(lambda v: {"field": "tag:has_phone", "op": "is", "value": v}, st.booleans()),
    st.builds(lambda v: {"field": "tag:stage", "op": "known", "value": v}, st.booleans()),
)  # fmt: skip
RULES = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(lambda one: {"not": one}, inner),
        st.builds(lambda word, some: {word: some}, st.sampled_from(["all", "any"]),
                  st.lists(inner, min_size=1, max_size=3)),
    ),
    max_leaves=6,
)  # fmt: skip


def holds(rule: Rule, who: dict[str, Any]) -> bool:
    if "all" in rule:
        return all(holds(one, who) for one in rule["all"])
    if "any" in rule:
        return any(holds(one, who) for one in rule["any"])
    if "not" in rule:
        return not holds(rule["not"], who)
    group, name = rule["field"].split(":")
    operator, value, days = rule["op"], rule["value"], rule.get("days")
    if group == "event":
        counts = who["events"].get(name, [0] * len(WINDOWS))
        return who["allows"] and compare(counts[WINDOWS.index(days)], operator, value)
    if group == "order":
        return compare(of_orders(name, who["orders"], days), operator, value)
    have = who["tags"].get(name)
    if operator == "known":
        return (have is not None) == value
    if operator == "not_in":
        return have not in value
    if operator == "has_none":
        return not set(have or []) & set(value)
    if have is None:
        return False
    tests = {
        "in": lambda: have in value, "is": lambda: have == value, "contains": lambda: value.lower() in have.lower(),
        "has_any": lambda: bool(set(have) & set(value)), "has_all": lambda: set(value) <= set(have),
    }  # fmt: skip
    return tests[operator]() if operator in tests else compare(have, operator, value)


def of_orders(name: str, orders: list[tuple[int, int, str]], days: int | None) -> int | None:
    paid = [one for one in orders if one[2] in ("paid", "received")]
    if name == "silence":
        return min((one[0] for one in paid), default=None)
    chosen = [one for one in orders if one[2] == "refunded"] if name == "refunds" else paid
    chosen = [one for one in chosen if days is None or one[0] < days]
    return sum(one[1] for one in chosen) if name == "amount" else len(chosen)


def compare(have: int | None, operator: str, value: Any) -> bool:
    if have is None:
        return False
    if operator == "between":
        return value[0] <= have <= value[1]
    return {
        "gte": have >= value,
        "gt": have > value,
        "lte": have <= value,
        "lt": have < value,
        "eq": have == value,
    }[operator]


@pytest.mark.django_db
def test_rules_find_whom_a_plain_evaluator_finds() -> None:
    crowd = people()

    @settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(RULES)
    def check(rule: Rule) -> None:
        cleaned = checking.clean(rule)
        found = compiling.compile_rule(cleaned, today=TODAY, currency="CNY")
        ids = {row[0] for row in _run(found.select(), found.values())}
        assert ids == {who["id"] for who in crowd if holds(cleaned, who)}
        assert checking.clean(cleaned) == cleaned
        assert queries.describe(cleaned)

    check()


def _run(text: str, params: list[Any]) -> list[tuple[Any, ...]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_every_field_compiles_with_every_operator() -> None:
    samples = {
        "gte": 1, "gt": 1, "lte": 1, "lt": 1, "eq": 1, "between": [1, 2], "in": ["x"], "not_in": ["x"],
        "contains": "x", "has_any": ["x"], "has_all": ["x"], "has_none": ["x"], "is": True, "known": True,
    }  # fmt: skip
    checked = 0
    for field in fields.all_fields().values():
        rules = []
        for operator in field.operators:
            value = samples[operator]
            if field.choices and operator in ("in", "not_in"):
                value = [field.choices[0].code]
            rule = {"field": field.code, "op": operator, "value": value}
            rules += [rule, {**rule, "days": field.windows[0]}] if field.windows else [rule]
        assert queries.count_reach({"any": rules}, at=NOW) == 0
        assert queries.describe({"any": rules})
        checked += len(rules)
    assert checked > 400


@pytest.mark.django_db
def test_the_graph_and_places_are_asked() -> None:
    from jishi.social.graph.models import Follow

    one, two, three, four = (world.person() for _ in range(4))
    codes = dict(world.User.objects.values_list("pk", "code"))
    for follower, followee in ((one, two), (two, one), (two, three), (three, four)):
        Follow.objects.create(follower_id=follower, followee_id=followee)
    portraits.rebuild(at=NOW)

    def found(field: str, who: int, operator: str = "in") -> set[int]:
        rule = {"field": f"graph:{field}", "op": operator, "value": [codes[who]]}
        compiled = compiling.compile_rule(checking.clean(rule), today=TODAY, currency="CNY")
        return {row[0] for row in _run(compiled.select(), compiled.values())}

    assert found("follows", two) == {one}
    assert found("followed_by", two) == {one, three}
    assert found("friend_of", one) == {two}
    assert found("near", two) == {one, three, two, four}
    assert found("follows", two, "not_in") == {two, three, four}


@pytest.mark.parametrize(
    ("rule", "error"),
    [
        ({}, errors.RuleInvalid),
        ([], errors.RuleInvalid),
        ({"all": []}, errors.RuleInvalid),
        ({"all": [{}], "any": [{}]}, errors.RuleInvalid),
        ({"field": "tag:orders", "op": "gte", "value": 1, "more": 2}, errors.RuleInvalid),
        ({"field": "tag:orders'; drop", "op": "gte", "value": 1}, errors.FieldUnknown),
        ({"field": ["tag:orders"], "op": "gte", "value": 1}, errors.FieldUnknown),
        ({"field": "tag:orders", "op": "in", "value": ["1"]}, errors.OperatorInvalid),
        ({"field": "tag:orders", "op": "gte", "value": True}, errors.ValueInvalid),
        ({"field": "tag:orders", "op": "gte", "value": "1 or 1=1"}, errors.ValueInvalid),
        ({"field": "tag:orders", "op": "gte", "value": 1.5}, errors.ValueInvalid),
        ({"field": "tag:orders", "op": "between", "value": [3, 1]}, errors.ValueInvalid),
        ({"field": "tag:stage", "op": "in", "value": ["rich"]}, errors.ValueInvalid),
        ({"field": "tag:region", "op": "contains", "value": "a\x00b"}, errors.ValueInvalid),
        ({"field": "tag:orders", "op": "gte", "value": 1, "days": 7}, errors.DaysInvalid),
        ({"field": "event:searched", "op": "gte", "value": 1, "days": 8}, errors.DaysInvalid),
        ({"field": "event:searched", "op": "gte", "value": 1, "days": True}, errors.DaysInvalid),
    ],
)
def test_what_is_no_rule_is_refused(rule: Any, error: type[Exception]) -> None:
    with pytest.raises(error):
        checking.clean(rule)


def test_a_rule_too_deep_or_too_large_is_refused() -> None:
    leaf: Rule = {"field": "tag:orders", "op": "gte", "value": 1}
    deep = leaf
    for _ in range(checking.DEEPEST + 1):
        deep = {"not": deep}

    with pytest.raises(errors.RuleTooLarge):
        checking.clean(deep)
    with pytest.raises(errors.RuleTooLarge):
        checking.clean({"all": [{"any": [leaf] * 30}, {"any": [leaf] * 30}]})


@pytest.mark.django_db
def test_a_rule_is_said_in_both_languages() -> None:
    rule = {
        "all": [
            {"field": "tag:orders", "op": "gte", "value": 2},
            {"any": [
                {"field": "tag:stage", "op": "in", "value": ["at_risk", "churned"]},
                {"not": {"field": "event:product_viewed", "op": "gte", "value": 3, "days": 30}},
            ]},
        ]
    }  # fmt: skip

    with override("en"):
        english = queries.describe(rule)
    with override("zh-hans"):
        chinese = queries.describe(rule)

    assert english == (
        "Orders at least 2 orders and (Stage of life is one of: At risk, Churned or not"
        " (“a product's page was really visible” at least 3 times in the last 30 days))"
    )
    assert chinese == (
        "订单至少 2 个订单，且（生命周期属于：有流失风险、已流失，或不满足（近 30 天「商品页真正显示在眼前」至少 3 次））"
    )


@pytest.mark.django_db
def test_days_are_those_of_the_platform() -> None:
    who, ware = world.person(), world.ware()
    late = world.order(who, ware, 0)
    # 23:30 on the 23rd in Shanghai: the seventh day back is the 24th.
    Order.objects.filter(pk=late.pk).update(paid_at=NOW.replace(day=23, hour=15, minute=30))
    Portrait.objects.create(person_id=who, computed_at=NOW)
    rule = {"field": "order:count", "op": "gte", "value": 1, "days": 7}

    assert date(2026, 6, 30) == TODAY
    assert queries.count_reach(rule, at=NOW) == 0
    assert queries.count_reach(rule, at=NOW - timedelta(days=1)) == 1
