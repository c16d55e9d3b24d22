"""The table of tags in the documentation is the code's, and every tag says what it is for."""

# ruff: noqa: E501 - a row is read on one line

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.insight.portraits import world
from tests.insight.portraits.world import NOW

import jishi.verification as verification
from jishi.insight.portraits import operations as portraits
from jishi.insight.portraits import queries, tags
from jishi.insight.portraits.contracts import Family, Tag
from jishi.insight.portraits.models import Portrait, Segment
from jishi.insight.portraits.operations.ready import READY

PAGE = Path(__file__).parents[3] / "docs" / "portraits.md"


def table() -> str:
    """The table as it should be."""
    lines = [
        "| tag | family | name | meaning | unit | fresh | basis | used by |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [row(one.tag) for one in tags.ALL]
    return "\n".join(lines)


def row(tag: Tag) -> str:
    unit = tag.unit or tag.kind
    used = ", ".join(tag.used_by)
    return f"| `{tag.code}` | {tag.family} | {tag.name} | {tag.meaning} | {unit} | {tag.freshness} | {tag.basis} | {used} |"


def test_the_page_lists_every_tag() -> None:
    written = re.search(r"<!-- tags -->\n(.*?)\n<!-- end of tags -->", PAGE.read_text(), re.DOTALL)

    assert written is not None
    assert written[1] == table()


def test_there_are_fifty_tags_in_five_families_with_a_use_each() -> None:
    codes = [one.tag.code for one in tags.ALL]

    assert len(codes) == len(set(codes)) >= 50
    assert {one.tag.family for one in tags.ALL} == set(Family)
    for definition in tags.ALL:
        tag = definition.tag
        assert tag.name and tag.meaning and tag.evidence and tag.used_by, tag.code
        assert {use.split(":")[0] for use in tag.used_by} <= {"screen", "segment", "model"}, tag.code


def test_segments_that_tags_name_ask_for_them() -> None:
    asked = {code: {leaf["field"] for leaf in _conditions(rule)} for code, _, _, _, _, rule in READY}
    wrong = [
        (one.tag.code, use)
        for one in tags.ALL
        for use in one.tag.used_by
        if use.startswith("segment:")
        and use != "segment:builder"
        and f"tag:{one.tag.code}" not in asked.get(use.split(":")[1], set())
    ]

    assert wrong == []


def _conditions(rule: dict) -> list[dict]:
    if "field" in rule:
        return [rule]
    return [leaf for inner in next(iter(rule.values())) for leaf in _conditions(inner)]


@pytest.mark.django_db
def test_i16_drift_of_portraits_is_found() -> None:
    who = world.person()
    hats = world.category("hats")
    world.order(who, world.ware(), 5)
    code = portraits.create_segment(
        name="All", rule={"field": "tag:orders", "op": "gte", "value": 0}, owner_id=None, at=NOW
    )
    portraits.rebuild(at=NOW)
    portraits.edit_interests(person_id=who, remove=["category:hats"], at=NOW)
    portraits.refresh_touched(at=NOW)
    assert hats
    assert broken() == {}

    Segment.objects.filter(code=code).update(count=7)
    row = Portrait.objects.get(pk=who)
    row.tags["orders"] = 4
    row.tags["interests"] = ["category:hats"]
    row.computed_at = NOW.replace(year=2027)
    row.save()

    assert broken() == {
        "a segment counts its members as they are": 1,
        "nothing a person took away is in their portrait": 1,
        "a portrait that was not touched since counts paid orders as they are": 1,
    }
    assert queries.get_segment(code).count == 7


def broken() -> dict[str, int]:
    return {one.title: one.broken for one in verification.run() if one.broken and one.id == "I16"}
