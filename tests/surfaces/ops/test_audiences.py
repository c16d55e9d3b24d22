"""Segments, classes, stages and people in the console: built, counted, compared, drilled, written down."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from tests.factories import consoles, jotted

from jishi.insight.portraits import operations as portraits
from jishi.insight.portraits import queries
from jishi.insight.portraits.contracts import TagChange
from jishi.kernel import audit
from jishi.people.accounts.models import User
from jishi.surfaces.ops import rule_forms
from jishi.surfaces.ops.pages import people

CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
PAGES = (
    "/ops/audiences/",
    "/ops/audiences/new/",
    "/ops/audiences/new/?field=tag:stage&value=new",
    "/ops/audiences/upload/",
    "/ops/audiences/overlap/",
    "/ops/audiences/classes/",
    "/ops/audiences/social/",
    "/ops/audiences/clusters/",
    "/ops/audiences/tags/",
    "/ops/people/",
    "/ops/lifecycle/",
    "/ops/lifecycle/?days=90",
)


@pytest.fixture
def world(db: None, tmp_path: Path, settings: Any) -> consoles.World:
    """The consoles' world with everybody's portrait."""
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    found = consoles.build()
    portraits.touch_people(ids=list(User.objects.values_list("pk", flat=True)))
    portraits.refresh_touched()
    return found


def segment(name: str = "买过的人", rule: dict[str, Any] | None = None) -> str:
    code = portraits.create_segment(
        name=name, rule=rule or {"field": "tag:orders", "op": "gte", "value": 1}, owner_id=None
    )
    portraits.recompute(code=code)
    return code


def form(**fields: Any) -> dict[str, Any]:
    """A rule form: all of (orders at least 1, any of (stage new or active))."""
    return {
        "node": ["0", "0.0", "0.1", "0.1.0", "0.1.1"],
        "j-0": "all",
        "f-0.0": "tag:orders",
        "o-0.0": "gte",
        "v-0.0": "1",
        "j-0.1": "any",
        "f-0.1.0": "tag:stage",
        "o-0.1.0": "in",
        "v-0.1.0": ["new", "active"],
        "f-0.1.1": "order:amount",
        "o-0.1.1": "between",
        "v-0.1.1": "1",
        "w-0.1.1": "99.5",
        "d-0.1.1": "30",
        **fields,
    }


RULE = {
    "all": [
        {"field": "tag:orders", "op": "gte", "value": 1},
        {
            "any": [
                {"field": "tag:stage", "op": "in", "value": ["new", "active"]},
                {"field": "order:amount", "op": "between", "value": [100, 9950], "days": 30},
            ]
        },
    ]
}


def posted(fields: dict[str, Any]) -> QueryDict:
    return QueryDict(urlencode(fields, doseq=True))


def test_a_form_becomes_a_rule_and_the_rule_the_same_form() -> None:
    tree = rule_forms.read(posted(form()))

    assert rule_forms.to_rule(tree) == RULE
    assert rule_forms.to_rule(rule_forms.from_rule(RULE)) == RULE


@pytest.mark.parametrize(
    "rule",
    [
        {"not": {"field": "tag:orders", "op": "gte", "value": 1}},
        {"not": {"any": [{"field": "tag:has_phone", "op": "is", "value": True}]}},
        {"not": {"all": [{"field": "tag:orders", "op": "known", "value": False}, RULE]}},
        {"any": [{"not": RULE}, {"field": "graph:follows", "op": "in", "value": ["abc", "def"]}]},
    ],
)
def test_negations_keep_their_meaning(rule: dict[str, Any], world: consoles.World) -> None:
    again = rule_forms.to_rule(rule_forms.from_rule(rule))

    assert again is not None
    assert queries.count_reach(again) == queries.count_reach(rule)


def test_buttons_add_and_take_away() -> None:
    tree = rule_forms.read(posted(form()))

    more = rule_forms.changed(rule_forms.changed(tree, "line:0"), "group:0.1")
    less = rule_forms.changed(rule_forms.changed(more, "drop:0.1.0"), "drop:0.0")

    assert [row.path for row in rule_forms.rows(more) if row.kind == "line"] == [
        "0.0", "0.1.0", "0.1.1", "0.1.2.0", "0.2",
    ]  # fmt: skip
    assert [row.path for row in rule_forms.rows(less) if row.kind == "line"] == ["0.0.0", "0.0.1.0", "0.1"]
    assert rule_forms.to_rule(more) == RULE, "empty lines count for nothing"
    assert rule_forms.changed(tree, "drop:0.9") == tree


@pytest.mark.parametrize(
    "fields",
    [
        {"node": ["0", "x", "0.", "0.0.0.0.0.0.0.0.0"], "f-0.0": "tag:orders"},
        {"node": ["0", "0.0"], "f-0.0": "tag:nothing", "v-0.0": "1"},
        {"node": ["0", "0.0"], "f-0.0": "tag:orders", "o-0.0": "gte", "v-0.0": "NaN"},
        {"node": ["0", "0.0"], "f-0.0": "tag:orders", "o-0.0": "gte", "v-0.0": "9" * 40},
        {"node": ["0", "0.0"], "f-0.0": "tag:stage", "o-0.0": "in", "v-0.0": "'; DROP TABLE"},
    ],
)
def test_inp_119_a_made_up_form_asks_nothing(fields: dict[str, Any]) -> None:
    assert rule_forms.to_rule(rule_forms.read(posted({"j-0": "all", **fields}))) is None


def test_the_builder_counts_says_and_saves(world: consoles.World) -> None:
    client = world.client("operator")
    before = queries.count_reach(RULE)

    shown = client.post("/ops/audiences/new/", form(do="show")).content.decode()
    part = client.post("/ops/audiences/new/", form(do="line:0"), headers={"HX-Request": "true"})
    unnamed = client.post("/ops/audiences/new/", form(do="save"))
    saved = client.post("/ops/audiences/new/", form(do="save", name="新客", is_dynamic="1"))

    assert before > 0
    assert f'data-count="{before}"' in shown
    assert queries.describe(RULE) in unescape(shown)
    assert part.content.decode().lstrip().startswith("<form")
    assert unnamed.status_code == 422
    code = saved.headers["Location"].split("/")[3]
    found = queries.get_segment(code)
    assert (found.rule, found.count) == (RULE, before)
    body = consoles.body(client, f"/ops/audiences/{code}/")
    assert f'data-count="{before}"' in body
    consoles.body(client, f"/ops/audiences/{code}/edit/")
    assert [e.action for e in audit.list_entries(subject=f"segment:{code}")] == ["segments.save"]


def test_an_unfinished_line_is_said_and_not_saved(world: consoles.World) -> None:
    client = world.client("operator")
    open_line = {**form(name="半成品"), "v-0.0": ""}

    shown = client.post("/ops/audiences/new/", {**open_line, "do": "show"}).content.decode()
    saved = client.post("/ops/audiences/new/", {**open_line, "do": "save"})

    assert "有 1 条还没填数值" in shown
    assert saved.status_code == 422
    assert [one for one in queries.list_segments() if one.name == "半成品"] == []


def test_a_list_is_checked_before_it_becomes_a_segment(world: consoles.World) -> None:
    client = world.client("operator")
    code = User.objects.get(pk=world.shopper.id).code
    lines = f"{code}\n{code}\nnobody@example.org"

    report = client.post("/ops/audiences/upload/", {"lines": lines, "name": "名单", "do": "check"})
    assert queries.list_segments() == ()
    made = client.post("/ops/audiences/upload/", {"lines": lines, "name": "名单", "do": "create"})

    text = report.content.decode()
    assert 'data-count="1"' in text and "nobody@example.org" in text
    assert queries.get_segment(made.headers["Location"].split("/")[3]).count == 1
    empty = client.post("/ops/audiences/upload/", {"lines": "x", "name": "空", "do": "create"})
    assert empty.status_code == 422


def test_every_page_opens_with_few_statements_in_both_languages(world: consoles.World) -> None:
    client, code = world.client("operator"), segment("buyers")
    segment("members", {"field": "tag:member_days", "op": "gte", "value": 0})
    mine = User.objects.get(pk=world.shopper.id)
    known = (f"/ops/audiences/{code}/", f"/ops/people/{mine.code}/", f"/ops/people/?q={mine.nickname}")
    names = "|".join(["中文", "小满", *User.objects.values_list("nickname", flat=True)])

    for language in ("zh-hans", "en"):
        User.objects.filter(pk=world.operator_id).update(language=language)
        for url in (*PAGES, *known):
            body = consoles.body(client, url)
            if language == "en":
                text = re.sub(names, "", body)
                assert not CHINESE.search(text), (url, CHINESE.findall(text)[:5])


def test_a_number_leads_to_exactly_its_people(world: consoles.World) -> None:
    client = world.client("operator")
    html = consoles.body(client, "/ops/audiences/social/")
    links = re.findall(r'<a href="([^"]+)">[^<]+</a>[^<]*<progress[^>]+></progress><span[^>]+><b>(\d+)', html)

    assert links
    for href, count in links:
        behind = consoles.body(client, unescape(href))
        assert f'data-count="{count}"' in behind
        assert behind.count('class="main"') == min(50, int(count))


def test_an_any_rule_pages_only_its_own_people(world: consoles.World) -> None:
    rule = {
        "any": [
            {"field": "tag:orders", "op": "gte", "value": 1},
            {"field": "tag:member_days", "op": "lte", "value": 0},
        ]
    }
    everybody = queries.page_people(rule, limit=500)
    first = queries.page_people(rule, limit=1)
    second = queries.page_people(rule, after=first.next_after, limit=500)

    seen = [one.person_id for one in (*first.people, *second.people)]
    assert seen == [one.person_id for one in everybody.people]
    assert len(seen) == queries.count_reach(rule) > 1


def test_overlap_leads_to_who_is_in_both(world: consoles.World) -> None:
    client = world.client("operator")
    one, other = segment("a"), segment("b", {"field": "tag:member_days", "op": "gte", "value": 0})
    body = consoles.body(client, f"/ops/audiences/overlap/?code={one}&code={other}")

    href = f"/ops/people/behind/?one={one}&amp;other={other}"
    shared = queries.overlap([one, other]).cells[0][1]
    assert href in body and shared > 0
    assert consoles.body(client, unescape(href)).count('class="main"') == shared


def test_the_board_says_who_stands_and_moved(world: consoles.World) -> None:
    client = world.client("operator")
    body = consoles.body(client, "/ops/lifecycle/")
    board = queries.lifecycle_board(30)

    for line in board.stages:
        assert re.search(rf'data-stage="{line.code}">{line.people}<', body), line.code
    newest = next(line for line in board.stages if line.people)
    behind = consoles.body(client, f"/ops/people/behind/?stage={newest.code}")
    assert behind.count('class="main"') == min(50, newest.people)


def test_prv_every_look_at_a_person_is_written_down_and_contacts_need_a_reason(world: consoles.World) -> None:
    client, mine = world.client("operator"), User.objects.get(pk=world.shopper.id)
    url = f"/ops/people/{mine.code}/"

    body = consoles.body(client, url)
    bare = client.post(url, {"reason": " "}).content.decode()
    shown = client.post(url, {"reason": "工单 42"}).content.decode()

    assert mine.email is not None
    assert mine.email not in body and mine.email not in bare
    assert mine.email in shown
    entries = audit.list_entries(subject=f"person:{mine.code}")
    assert [e.action for e in entries] == ["people.contacts", "people.view", "people.view"]
    assert entries[0].detail == {"reason": "工单 42"}
    assert client.get("/ops/people/nobodyhere12/").status_code == 404


def test_prv_what_a_person_hid_is_not_shown(world: consoles.World) -> None:
    mine = User.objects.get(pk=world.shopper.id)
    portraits.edit_interests(person_id=mine.pk, remove=["tag:member_days"])

    names = {one.code: one.name for one in queries.list_tags()}
    families = people._families(*_known(mine.pk))

    shown = {one.tag.code for _, _, rows in families for one in rows}
    assert "member_days" in names and "member_days" not in shown
    assert "orders" in shown


def _known(person_id: int) -> tuple[Any, Any, Any]:
    return queries.get_portrait(person_id), queries.surroundings(person_id, "en"), ()


def test_tables_leave_as_csv_and_that_is_written_down(world: consoles.World) -> None:
    client, code = world.client("operator"), segment("buyers")
    urls = (
        "/ops/audiences/",
        "/ops/audiences/classes/",
        "/ops/audiences/overlap/",
        "/ops/audiences/tags/",
        "/ops/lifecycle/",
        f"/ops/audiences/{code}/",
        "/ops/people/behind/?stage=new",
    )

    for url in urls:
        answer = client.get(url + ("&" if "?" in url else "?") + "as=csv")
        lines = b"".join(answer.streaming_content).decode().splitlines()
        assert len(lines) > 1, url
        assert answer.headers["Content-Disposition"].startswith("attachment"), url
    members = b"".join(client.get(f"/ops/audiences/{code}/?as=csv").streaming_content).decode().splitlines()
    assert len(members) == queries.get_segment(code).count + 1
    assert len([e for e in audit.list_entries() if e.action == "people.export"]) == len(urls) + 1


def test_a_segment_is_kept_as_a_snapshot_and_put_away(world: consoles.World) -> None:
    client, code = world.client("operator"), segment("buyers")

    kept = client.post(f"/ops/audiences/{code}/do/", {"do": "snapshot"}).headers["Location"].split("/")[3]
    client.post(f"/ops/audiences/{code}/do/", {"do": "archive"})
    client.post(f"/ops/audiences/{code}/do/", {"do": "something"})

    assert queries.get_segment(kept).count > 0
    assert [one.code for one in queries.list_segments()] == [kept]


@pytest.mark.parametrize("rule", ["{", "[]", '{"field": "tag:none"}', '{"all": []}', "1"])
def test_inp_a_made_up_rule_is_not_there(rule: str, world: consoles.World) -> None:
    assert world.client("operator").get("/ops/people/behind/", {"rule": rule}).status_code == 404


def test_people_are_found_by_name_code_and_contact(world: consoles.World) -> None:
    client, mine = world.client("operator"), User.objects.get(pk=world.shopper.id)

    for text in (mine.nickname[:2], mine.code, mine.email):
        assert f"/ops/people/{mine.code}/" in consoles.body(client, f"/ops/people/?q={text}")
    assert "没有找到" in consoles.body(client, "/ops/people/?q=zzzzzz")


def test_the_line_of_a_history() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    changes = [
        TagChange("orders", None, 1, now),
        TagChange("orders", 1, 3, now),
        TagChange("orders", 3, 2, now),
    ]

    assert people.spark(changes[:1]) == ""
    assert people.spark(changes) == "0.0,22.0 48.0,2.0 96.0,12.0"


def test_clusters_wait_and_come(world: consoles.World) -> None:
    for _ in range(30):
        jotted.person()
    client = world.client("operator")

    asked = client.post("/ops/audiences/clusters/make/", {"k": "3"})
    waiting = consoles.body(client, "/ops/audiences/clusters/")

    assert asked.status_code == 302
    assert 'aria-busy="true"' in waiting
    assert json.dumps([e.action for e in audit.list_entries(subject="clusters")]) == '["segments.cluster"]'
