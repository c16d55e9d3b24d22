"""What the pages of segments, classes and stages share: drills by rule, heat, words, and tables as CSV."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext

from jishi.insight.portraits import queries as portraits
from jishi.insight.portraits.contracts import PersonLine, Rule, SegmentView
from jishi.kernel import audit
from jishi.surfaces.ops.gate import person
from jishi.surfaces.ops.rule_forms import CURRENCY
from jishi.surfaces.shell import formats, spreadsheet

HEATS = 9
NAMED = ("stage", "rfm", "social_activity")


def behind(rule: Rule) -> str:
    """Where the people of a rule are listed."""
    return f"{reverse('ops:people_behind')}?{urlencode({'rule': json.dumps(rule, separators=(',', ':'))})}"


def one_of(field: str, value: str) -> Rule:
    """A rule of one condition."""
    return {"field": field, "op": "in", "value": [value]}


def heat(value: int, most: int) -> int:
    """How warm a cell is drawn: -1 for nothing, else 0 to 9."""
    return -1 if value <= 0 or most <= 0 else min(HEATS, value * HEATS // most)


def kind_names() -> dict[str, str]:
    """Kinds of segments in words."""
    return {
        "rule": gettext("Rule"),
        "static": gettext("List"),
        "rfm": gettext("Class of customer"),
        "cluster": gettext("Cluster"),
        "stage": gettext("Stage of life"),
    }


def choice_names(tag: str) -> dict[str, str]:
    """The values of a tag in words."""
    found = next((one for one in portraits.list_tags() if one.code == tag), None)
    return {one.code: gettext(one.name) for one in found.choices} if found else {}


@dataclass(frozen=True, slots=True)
class Face:
    """A person in a list, with the tags that lists show, in words."""

    code: str
    nickname: str
    avatar_url: str
    facts: Mapping[str, object]


def faces(lines: Iterable[PersonLine]) -> list[Face]:
    """People as lists show them."""
    names = {tag: choice_names(tag) for tag in NAMED}
    return [
        Face(
            one.code,
            one.name,
            one.avatar_url,
            {tag: names.get(tag, {}).get(str(value), value) for tag, value in one.facts.items()},
        )
        for one in lines
    ]


@dataclass(frozen=True, slots=True)
class Trait:
    """What sets a cluster apart: a tag that is higher or lower here than with everybody."""

    words: str
    here: str
    everybody: str
    is_more: bool


def traits(found: SegmentView) -> list[Trait]:
    """The marks of a cluster in the reader's language."""
    known = {one.code: one for one in portraits.list_tags()}
    return [
        Trait(
            gettext(known[mark["tag"]].name),
            measured(mark["here"], known[mark["tag"]].unit),
            measured(mark["everybody"], known[mark["tag"]].unit),
            mark["away"] > 0,
        )
        for mark in found.card.get("marks", ())
        if mark["tag"] in known
    ]


def measured(value: int, unit: str) -> str:
    """A number with its unit, as tables show it."""
    language = get_language() or "en"
    if unit == "money":
        return formats.money(value, CURRENCY, language)
    return f"{value}%" if unit == "percent" else formats.number(value, language)


def cluster_name(number: int) -> str:
    """What a cluster is called when people talk about it."""
    return gettext("Group %(letter)s") % {"letter": chr(ord("A") + number)}


def wants_csv(request: HttpRequest) -> bool:
    """Whether a page is asked for as a table."""
    return request.GET.get("as") == "csv"


def csv(
    request: HttpRequest, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]
) -> StreamingHttpResponse:
    """A table for spreadsheets; that it was taken is written down."""
    audit.record(actor_id=person(request), action="people.export", subject=f"table:{name}")
    response = StreamingHttpResponse(spreadsheet.lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
