"""Surveys in the console: made, changed, opened, read out, taken as a table; in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.factories import consoles, jotted

from jishi.insight.surveys import operations as surveys
from jishi.insight.surveys import queries
from jishi.insight.surveys.contracts import Taker
from jishi.kernel import audit
from jishi.people.accounts.models import User

CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")


@pytest.fixture
def world(db: None) -> consoles.World:
    return consoles.build()


def answered(*, kind: str = "nps", anonymous: bool = False) -> tuple[str, list[int]]:
    code = surveys.create(kind=kind, owner_id=None)
    if anonymous:
        draft = queries.get_survey(code).draft
        surveys.edit(code=code, draft=replace(draft, is_anonymous=True))
    surveys.launch(code=code)
    people = []
    for score in (10, 9, 9, 8, 2, 3):
        people.append(jotted.person())
        given = {"score": [str(score)], "words": ["物流太慢" if score < 7 else "包装很好"]}
        surveys.answer(code=code, taker=Taker(people[-1]), given=given)
    return code, people


def test_a_survey_is_made_changed_opened_and_closed(world: consoles.World) -> None:
    client = world.client("operator")

    made = client.post("/ops/surveys/new/", {"kind": "nps"})
    url = made.headers["Location"]
    code = url.split("/")[3]
    consoles.body(client, url)
    client.post(url, {"do": "add", "text_zh": "常买什么？", "text_en": "What do you buy?", "form": "single"})
    options = "水果 | Fruit\n茶 | Tea\n| Only English"
    condition = {"if_question": "score", "if_op": "at_least", "if_value": "9", "is_required": "1"}
    client.post(url, {"do": "save", "key": "q1", "text_zh": "买什么？", "options": options, **condition})
    settings = {"do": "settings", "title_zh": "您好", "trigger": "page", "page": "home", "delay_h": "5"}
    client.post(url, settings)
    client.post(f"/ops/surveys/{code}/do/", {"do": "launch"})

    found = queries.get_survey(code)
    last = found.questions[-1]
    assert (found.state, found.draft.title, found.draft.page) == ("open", {"zh-hans": "您好"}, "home")
    assert [one.words.get("en") for one in last.options] == ["Fruit", "Tea", "Only English"]
    assert last.show_if is not None and (last.show_if.op, last.show_if.value) == ("at_least", "9")
    body = consoles.body(client, url)
    assert "水果 | Fruit" in body and "| Only English" in body
    keys = [one.key for one in last.options]
    client.post(url, {"do": "save", "key": "q1", "text_zh": "买什么？", "options": "茶 | Tea\n水果 | Fruits"})
    assert [one.key for one in queries.get_survey(code).questions[-1].options] == [keys[1], keys[0]]
    client.post(f"/ops/surveys/{code}/do/", {"do": "close"})
    assert queries.get_survey(code).state == "closed"


def test_what_cannot_be_is_said_in_words(world: consoles.World) -> None:
    client = world.client("operator")
    code = surveys.create(kind="nps", owner_id=None)

    answer = client.post(f"/ops/surveys/{code}/edit/", {"do": "settings", "title_zh": ""}, follow=True)

    assert "请检查：标题。" in answer.content.decode()


def test_the_read_out_shows_figure_interval_and_themes(world: consoles.World) -> None:
    code, _people = answered()
    body = consoles.body(world.client("operator"), f"/ops/surveys/{code}/")

    assert "+17" in body
    assert "物流" in body
    link = re.search(rf'href="(/ops/surveys/{code}/people/[^"]+value=9)"', body)
    assert link is not None
    behind = consoles.body(world.client("operator"), link[1].replace("&amp;", "&"))
    assert 'data-count="2"' in behind
    assert [e.action for e in audit.list_entries() if e.action == "surveys.people"] == ["surveys.people"]
    texts = consoles.body(world.client("operator"), f"/ops/surveys/{code}/texts/words/")
    assert 'data-count="6"' in texts


def test_prv_without_names_nothing_leads_to_people(world: consoles.World) -> None:
    code, people = answered(anonymous=True)
    client = world.client("operator")

    body = consoles.body(client, f"/ops/surveys/{code}/")

    content = body[body.index("<main") : body.index("</main>")]
    assert "/people/" not in content
    assert client.get(f"/ops/surveys/{code}/people/?question=score&value=9").status_code == 404
    table = b"".join(client.get(f"/ops/surveys/{code}/export/").streaming_content).decode()
    codes = set(User.objects.filter(pk__in=people).values_list("code", flat=True))
    assert len(table.splitlines()) == 6
    assert not any(one in table for one in codes)


def test_the_table_has_every_answer(world: consoles.World) -> None:
    code, people = answered()

    answer = world.client("operator").get(f"/ops/surveys/{code}/export/")
    table = b"".join(answer.streaming_content).decode()

    lines = table.splitlines()
    assert lines[0].endswith("answer,day,person,language,score,why,words")
    assert len(lines) == 7
    assert User.objects.get(pk=people[0]).code in table


def test_the_preview_walks_through_and_keeps_nothing(world: consoles.World) -> None:
    code = surveys.create(kind="nps", owner_id=None)
    client, url = world.client("operator"), f"/ops/surveys/{code}/preview/"

    first = consoles.body(client, url)
    second = client.post(url, {"step": "score", "a.score": "3", "go": "next"}).content.decode()
    third = client.post(url, {"step": "why", "a.score": "3", "go": "next"}).content.decode()
    end = client.post(url, {"step": "words", "a.score": "3", "go": "next"}).content.decode()

    assert 'name="a.score"' in first
    assert 'name="a.why"' in second and 'name="a.words"' in third
    assert 'name="step"' not in end
    assert queries.get_survey(code).answer_count == 0


def test_pages_speak_english(world: consoles.World) -> None:
    User.objects.filter(pk=world.operator_id).update(language="en")
    client = world.client("operator")
    code, _ = answered()

    for url in ("", f"{code}/", f"{code}/preview/"):
        body = consoles.body(client, f"/ops/surveys/{url}")
        body = re.sub("小满|中文|物流太慢|包装很好|物流|太慢|包装|“[^”]*”|<b>[^<]*</b>", "", body)
        assert not CHINESE.search(body), CHINESE.findall(body)
