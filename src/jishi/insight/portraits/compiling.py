"""A clean rule as one parametrised statement over portraits, orders and the graph.

Invariant: no value of a rule is ever written into the text; every condition is true or false, never unknown,
so that "not" is the exact opposite. Tables of lower domains are read because one set-based statement must
answer for everybody.
"""

# ruff: noqa: E501, S608 - statements of ours, read as they are written; no value is written into them

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jishi.insight.portraits.contracts import WINDOWS, Rule
from jishi.insight.portraits.sources import KEPT

COMPARE = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "eq": "="}
ZONE = "Asia/Shanghai"
_DAY = f"(o.paid_at AT TIME ZONE '{ZONE}')::date"
_SINCE = f" AND {_DAY} > %s::date - %s::int"
_WHOSE = {
    "product": "SELECT p.id FROM catalog_product p WHERE p.code = ANY(%s)",
    "category": (
        "SELECT p.id FROM catalog_product p JOIN catalog_category c ON c.id = p.category_id WHERE c.slug = ANY(%s)"
        " OR c.ancestor_ids && (SELECT array_agg(a.id) FROM catalog_category a WHERE a.slug = ANY(%s))"
    ),
    "brand": "SELECT p.id FROM catalog_product p JOIN catalog_brand b ON b.id = p.brand_id WHERE b.slug = ANY(%s)",
}
_PERSON = "(SELECT id FROM accounts_user WHERE code = ANY(%s))"
_GRAPH = {
    "follows": (
        "SELECT f.follower_id FROM graph_follow f WHERE f.state = 'active' AND f.followee_id IN " + _PERSON
    ),
    "followed_by": (
        "SELECT f.followee_id FROM graph_follow f WHERE f.state = 'active' AND f.follower_id IN " + _PERSON
    ),
    "friend_of": (
        "SELECT f.follower_id FROM graph_follow f JOIN graph_follow b ON b.follower_id = f.followee_id"
        " AND b.followee_id = f.follower_id AND b.state = 'active'"
        " WHERE f.state = 'active' AND f.followee_id IN " + _PERSON
    ),
    "near": (
        "SELECT f.followee_id FROM graph_follow f WHERE f.state = 'active' AND f.follower_id IN " + _PERSON
        + " UNION SELECT g.followee_id FROM graph_follow f JOIN graph_follow g ON g.follower_id = f.followee_id"
        " AND g.state = 'active' WHERE f.state = 'active' AND f.follower_id IN " + _PERSON
    ),
    "invited_by": (
        "SELECT e.person_id FROM graph_invitationuse e JOIN graph_invitation i ON i.id = e.invitation_id"
        " WHERE i.inviter_id IN " + _PERSON
    ),
    "community": (
        "SELECT m.person_id FROM communities_membership m JOIN communities_community c ON c.id = m.community_id"
        " WHERE m.state = 'member' AND c.slug = ANY(%s)"
    ),
}  # fmt: skip
_SUMS = {
    "count": ("count(*)", KEPT, True),
    "amount": ("sum(o.total_minor)", KEPT, True),
    "average": ("avg(o.total_minor)", KEPT, False),
    "refunds": ("count(*)", "o.paid_at IS NOT NULL AND o.state IN ('refunding', 'refunded')", True),
    "silence": (f"%s::date - max({_DAY})", KEPT, False),
}
_PLACES = {"country": "country", "region": "region", "told": "told_place"}


@dataclass(slots=True)
class Compiled:
    """A statement without its beginning: what to join and which people to take."""

    joins: list[str] = field(default_factory=list)
    join_params: list[Any] = field(default_factory=list)
    where: str = "true"
    params: list[Any] = field(default_factory=list)

    def select(self, columns: str = "p.person_id", more: str = "") -> str:
        """Return the whole statement; its parameters are :meth:`values`."""
        joined = "\n".join(self.joins)
        return f"SELECT {columns} FROM portraits_portrait p\n{joined}\nWHERE ({self.where}) {more}"

    def values(self) -> list[Any]:
        """Return the parameters in the order of the statement."""
        return [*self.join_params, *self.params]


def compile_rule(rule: Rule, *, today: date, currency: str) -> Compiled:
    """Return the statement for a clean rule."""
    made = _Compiler(today, currency)
    made.out.where = made.node(rule)
    return made.out


class _Compiler:
    def __init__(self, today: date, currency: str) -> None:
        self.today, self.currency = today, currency
        self.out = Compiled()

    def node(self, rule: Rule) -> str:
        if "field" in rule:
            return f"coalesce({self.condition(rule)}, false)"
        if "not" in rule:
            return f"NOT ({self.node(rule['not'])})"
        word = "all" if "all" in rule else "any"
        parts = [f"({self.node(one)})" for one in rule[word]]
        return (" AND " if word == "all" else " OR ").join(parts)

    def condition(self, rule: Rule) -> str:
        group, name = rule["field"].split(":", 1)
        operator, value, days = rule["op"], rule["value"], rule.get("days")
        if group == "tag":
            return self.tag(name, operator, value)
        if group == "place":
            return self.tag(_PLACES[name], operator, value)
        if group == "event":
            place = WINDOWS.index(days or WINDOWS[-1])
            count = f"coalesce((p.events->'{name}'->>{place})::bigint, 0)"
            return f"p.has_consent AND {self.compare(count, operator, value)}"
        if group == "graph":
            texts = _GRAPH[name].count("%s")
            return self.within(_GRAPH[name], [value] * texts, operator)
        return self.order(name, operator, value, days)

    def tag(self, name: str, operator: str, value: Any) -> str:
        text = f"p.tags->>'{name}'"
        if operator == "known":
            return f"{'' if value else 'NOT '}p.tags ? '{name}'"
        if operator == "is":
            self.out.params.append(value)
            return f"({text})::boolean = %s"
        if operator in ("in", "not_in"):
            self.out.params.append(value)
            return f"{text} = ANY(%s)" if operator == "in" else f"NOT coalesce({text} = ANY(%s), false)"
        if operator == "contains":
            self.out.params.append(_like(value))
            return f"{text} ILIKE %s"
        if operator in ("has_any", "has_all", "has_none"):
            self.out.params.append(value)
            sign = "?&" if operator == "has_all" else "?|"
            has = f"p.tags->'{name}' {sign} %s"
            return f"NOT coalesce({has}, false)" if operator == "has_none" else has
        return self.compare(f"({text})::numeric", operator, value)

    def compare(self, expression: str, operator: str, value: Any) -> str:
        if operator == "between":
            self.out.params.extend(value)
            return f"{expression} BETWEEN %s AND %s"
        self.out.params.append(value)
        return f"{expression} {COMPARE[operator]} %s"

    def within(self, people: str, params: list[Any], operator: str) -> str:
        self.out.params.extend(params)
        return f"p.person_id {'NOT IN' if operator == 'not_in' else 'IN'} ({people})"

    def order(self, name: str, operator: str, value: Any, days: int | None) -> str:
        if name in _SUMS:
            return self.compare(self.sum_of(name, days), operator, value)
        params: list[Any] = []
        if name == "shop":
            what = "o.shop_id IN (SELECT id FROM merchants_shop WHERE code = ANY(%s))"
            people = f"SELECT o.buyer_id FROM orders_order o WHERE {KEPT} AND {what}"
            params = [value]
        else:
            people = (
                f"SELECT o.buyer_id FROM orders_order o JOIN orders_orderline l ON l.order_id = o.id"
                f" WHERE {KEPT} AND l.product_id IN ({_WHOSE[name]})"
            )
            params = [value] * _WHOSE[name].count("%s")
        if days:
            people += _SINCE
            params += [self.today, days]
        return self.within(people, params, operator)

    def sum_of(self, name: str, days: int | None) -> str:
        """Join a sum over orders, one row per buyer, and return its column."""
        expression, which, has_zero = _SUMS[name]
        alias = f"j{len(self.out.joins)}"
        if name == "silence":
            self.out.join_params.append(self.today)
        money = name in ("amount", "average")
        where = which + (" AND o.currency = %s" if money else "") + (_SINCE if days else "")
        self.out.join_params += [self.currency] if money else []
        self.out.join_params += [self.today, days] if days else []
        self.out.joins.append(
            f"LEFT JOIN (SELECT o.buyer_id, {expression} AS v FROM orders_order o WHERE {where} GROUP BY 1)"
            f" {alias} ON {alias}.buyer_id = p.person_id"
        )
        return f"coalesce({alias}.v, 0)" if has_zero else f"{alias}.v"


def _like(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
