"""What a rule may ask about: tags, events by window, orders, places and the graph of people.

Invariant: a field that is not listed here is in no rule, and an operator that its field lacks neither.
"""

from functools import cache

from jishi.insight.behavior import queries as behavior
from jishi.insight.portraits import tags
from jishi.insight.portraits.contracts import WINDOWS, Choice, Field
from jishi.kernel.errors import N_

NUMBER = ("gte", "gt", "lte", "lt", "eq", "between")
CHOICE = ("in", "not_in")
TEXT = ("in", "not_in", "contains")
LIST = ("has_any", "has_all", "has_none")
FLAG = ("is",)
PERSON = ("in", "not_in")
KNOWN = "known"
ANY_DAYS = (7, 14, 30, 60, 90, 180, 365, 730)

_ORDERS = (
    ("count", N_("Paid orders"), "number", "orders"),
    ("amount", N_("Money of paid orders"), "money", ""),
    ("average", N_("Mean paid order"), "money", ""),
    ("refunds", N_("Orders sent back"), "number", "orders"),
    ("silence", N_("Days since the last paid order"), "number", "days"),
)
_BOUGHT = (
    ("product", N_("Bought the product"), N_("codes of products")),
    ("category", N_("Bought from the category"), N_("short names of categories; those below count too")),
    ("brand", N_("Bought the brand"), N_("short names of brands")),
    ("shop", N_("Bought at the shop"), N_("codes of shops")),
)
_PEOPLE = (
    ("follows", N_("Follows the person")),
    ("followed_by", N_("Is followed by the person")),
    ("friend_of", N_("Is a friend of the person")),
    ("near", N_("Is within two steps of the person")),
    ("invited_by", N_("Was invited by the person")),
)


@cache
def all_fields() -> dict[str, Field]:
    """Return every field by its code."""
    found = [*_tags(), *_events(), *_orders(), *_places(), *_graph()]
    return {one.code: one for one in found}


def _tags() -> list[Field]:
    operators = {"number": NUMBER, "choice": CHOICE, "text": TEXT, "list": LIST, "flag": FLAG}
    fields = []
    for definition in tags.ALL:
        tag = definition.tag
        kind = "money" if tag.unit == "money" else tag.kind
        fields.append(
            Field(
                f"tag:{tag.code}",
                tag.name,
                tag.family,
                kind,
                (*operators[tag.kind], KNOWN),
                "" if kind == "money" else tag.unit,
                tag.choices,
                (),
                tag.meaning,
            )
        )
    return fields


def _events() -> list[Field]:
    return [
        Field(
            f"event:{kind.name}", kind.meaning, "event", "number", NUMBER, "times", (), WINDOWS, kind.meaning
        )
        for kind in behavior.list_kinds()
    ]


def _orders() -> list[Field]:
    numbers = [
        Field(f"order:{code}", name, "order", kind, NUMBER, unit, (), () if code == "silence" else ANY_DAYS)
        for code, name, kind, unit in _ORDERS
    ]
    bought = [
        Field(f"order:{code}", name, "order", "text", PERSON, "", (), ANY_DAYS, meaning)
        for code, name, meaning in _BOUGHT
    ]
    return [*numbers, *bought]


def _places() -> list[Field]:
    return [
        Field("place:country", N_("Country of delivery"), "place", "text", CHOICE),
        Field("place:region", N_("Region"), "place", "text", TEXT),
        Field("place:told", N_("Place on the profile"), "place", "text", TEXT),
    ]


def _graph() -> list[Field]:
    people = [
        Field(f"graph:{code}", name, "graph", "person", PERSON, "", (), (), N_("codes of people"))
        for code, name in _PEOPLE
    ]
    community = Field(
        "graph:community", N_("Member of the community"), "graph", "text", PERSON, "", (), (),
        N_("short names of communities"),
    )  # fmt: skip
    return [*people, community]


OPERATORS: tuple[Choice, ...] = (
    Choice("gte", N_("at least")),
    Choice("gt", N_("more than")),
    Choice("lte", N_("at most")),
    Choice("lt", N_("less than")),
    Choice("eq", N_("exactly")),
    Choice("between", N_("between")),
    Choice("in", N_("one of")),
    Choice("not_in", N_("none of")),
    Choice("contains", N_("contains")),
    Choice("has_any", N_("has one of")),
    Choice("has_all", N_("has all of")),
    Choice("has_none", N_("has none of")),
    Choice("is", N_("is")),
    Choice("known", N_("is known")),
)
