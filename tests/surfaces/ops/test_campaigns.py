"""Campaigns in the console: from a template to steps, a second person, people behind, and the result."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

import pytest
from django.http import QueryDict
from django.test import Client
from tests.factories import consoles, jotted
from tests.growth.campaigns import kit

from jishi.growth.campaigns import operations as campaigns
from jishi.growth.campaigns import queries, rules
from jishi.growth.campaigns.models import Campaign, Enrolment
from jishi.kernel import audit, clock
from jishi.people.accounts.models import User
from jishi.surfaces.ops import campaign_forms as forms


@pytest.fixture
def world(db: None) -> consoles.World:
    return consoles.build()


def second() -> Client:
    client = Client()
    person = jotted.person(is_operator=True)
    client.force_login(User.objects.get(pk=person), backend=consoles.BACKEND)
    return client


def festival_and_back(client: Client, code: str, fields: dict[str, str]) -> None:
    """Have a festival bring people in, look at what the pages say, and take it back."""
    url = f"/ops/campaigns/{code}/"
    festive = {"trigger": "festival", "festival": "little_year", "festival_days": "3"}
    festive["festival_side"] = "after"
    assert client.post(f"{url}settings/", {**fields, **festive, "festival": "none"}).status_code == 422
    client.post(f"{url}settings/", {**fields, **festive, "festival_where": "all"})
    form, way = consoles.body(client, f"{url}settings/"), consoles.body(client, f"{url}steps/")
    assert queries.get_campaign(code).draft.trigger_key == "little_year:3:all"
    assert 'value="little_year" selected' in form and 'value="all" selected' in form
    sheet = consoles.body(client, f"{url}sheet/", most=14)
    assert "小年（北方） · 节后 3 天" in way and "小年（北方）" in sheet
    client.post(f"{url}settings/", fields)


def test_from_a_template_to_people_reached(world: consoles.World) -> None:
    client, other = world.client("operator"), second()
    segment, people = kit.crowd(8)
    assert "template-card" in consoles.body(client, "/ops/campaigns/new/")
    code = client.post("/ops/campaigns/new/", {"template": "blank"}).headers["Location"].split("/")[3]
    url = f"/ops/campaigns/{code}/"
    fields = {
        "name": "周末尝鲜", "goal": "试一试", "trigger": "segment", "segment": segment, "budget": "12.50",
        "fixed_cost": "0", "quiet_from": "12:00", "quiet_to": "12:00", "goal_kind": "order",
        "goal_days": "7", "repeat_days": "0", "reentry_days": "0", "exits_on_goal": "1",
    }  # fmt: skip
    bad = client.post(f"{url}settings/", {**fields, "goal_days": "900"})
    saved = client.post(f"{url}settings/", fields)
    assert bad.status_code == 422 and 'role="alert"' in bad.content.decode()
    assert saved.status_code == 302 and queries.get_campaign(code).draft.budget_minor == 1250

    festival_and_back(client, code, fields)
    for kind in ("send", "wait", "split", "condition", "task"):
        assert client.post(f"{url}steps/", {"do": "add", "kind": kind}).status_code == 302, kind
    assert client.post(f"{url}steps/", {"do": "add", "kind": "place"}).status_code == 422
    arms = {"weight_a": "1", "to_a": "s5", "weight_b": "3", "to_b": ""}
    client.post(f"{url}steps/", {"do": "save", "key": "s3", **arms})
    wrong = client.post(
        f"{url}steps/", {"do": "save", "key": "s5", "title": "回访", "due_days": "3", "then": "s1"}
    )
    client.post(f"{url}steps/", {"do": "up", "key": "s5"})
    moved = [one.key for one in queries.list_versions(code)[0].steps]
    client.post(f"{url}steps/", {"do": "move", "key": "s5", "place": "1"})
    client.post(f"{url}steps/", {"do": "remove", "key": "s2"})
    steps = queries.list_versions(code)[0].steps
    assert wrong.status_code == 422 and moved == ["s1", "s2", "s3", "s5", "s4"]
    assert [one.key for one in steps] == ["s1", "s5", "s3", "s4"]
    assert [arm["to"] for arm in steps[2].params["arms"]] == ["", ""]  # what led backwards leads on
    page = consoles.body(client, f"{url}steps/")
    assert re.findall(r'<a class="node \w+" href="#s-(\w+)"', page) == re.findall(
        r'<details[^>]*id="s-(\w+)"', page
    )
    assert re.findall(r'<details[^>]*id="s-(\w+)"', page) == ["s1", "s5", "s3", "s4"]

    assert "周末尝鲜" in consoles.body(client, f"{url}preview/?person={User.objects.get(pk=people[0]).code}")
    assert client.get(f"{url}preview/?person=none").status_code == 404
    assert 'data-level="warn"' in consoles.body(client, f"{url}sheet/", most=14)
    client.post(f"{url}do/", {"do": "try"})
    assert len(kit.told()) == 1
    client.post(f"{url}do/", {"do": "start"})
    client.post(f"{url}do/", {"do": "confirm"})
    mine = consoles.body(client, url)
    other.post(f"{url}do/", {"do": "confirm"})
    assert 'value="confirm"' not in mine and queries.get_campaign(code).state == "running"

    kit.run(clock.now())
    count = Enrolment.objects.filter(arm="treated").count()
    body = consoles.body(client, url)
    assert f'data-treated="{count}"' in body and 'data-outcome="s1:sent"' in body
    assert "柿友" in consoles.body(client, f"{url}people/?step=s1&outcome=sent")
    assert audit.list_entries(subject=f"campaign:{code}")[0].action == "campaigns.people"
    client.post(f"{url}do/", {"do": "stop"})
    assert queries.get_campaign(code).state == "ended"
    for path in ("", "settings/", "team/", "result/", "steps/"):
        consoles.body(client, url + path)
    assert code in consoles.body(client, "/ops/campaigns/?state=ended")
    assert code not in consoles.body(client, "/ops/campaigns/?state=running")


def test_the_read_out_compares_with_those_held_out(world: consoles.World) -> None:
    from tests.insight.experiments import kit as shop

    client, now = world.client("operator"), clock.now()
    segment, _ = kit.crowd(500)
    split = kit.Step("s2", "split", {"arms": [{"key": "a", "weight": 1}, {"key": "b", "weight": 1}]})
    begun = (now - 9 * 24 * kit.HOUR).astimezone(rules.HOUSE).replace(hour=12)
    code = kit.start(
        kit.send("s1"), split, segment=segment, holdout=4000, at=begun, goal_days=7, fixed_cost_minor=500,
        quiet_from=0, quiet_to=0,
    )  # fmt: skip
    kit.run(begun)
    for way in Enrolment.objects.filter(campaign__code=code).order_by("pk"):
        if way.pk % (2 if way.arm == "treated" else 9) == 0:
            shop.buy(way.person_id, world.shop.id, at=begun + kit.HOUR, total=2_000)
            campaigns.reach_goal(person_id=way.person_id, kind="order", at=begun + kit.HOUR)
    read = campaigns.evaluate(code=code, at=now)

    buyers = next(one for one in read.readings if one.measure == "buyers")
    assert buyers.arm == "treated" and buyers.always.low > 0 and buyers.n + buyers.n_control == 500
    assert read.goals["treated"] > read.goals["holdout"] and set(read.splits) == {"s2"}
    body = consoles.body(client, f"/ops/campaigns/{code}/result/")
    assert "verdict better" in body and 'data-arm="holdout"' in body and body.count('class="interval"') >= 4
    Campaign.objects.update(read_due_at=now, name="=1+1 秋天")
    assert campaigns.evaluate_due(now) == 1
    gained = next(one for one in read.readings if one.measure == "new_buyers")
    assert gained.always.low > 0 and read.usual is not None and read.usual.days == 8
    assert (read.usual.expected, read.usual.orders) == (0.0, 0)  # all bought on the day of the start
    answer = client.get(f"/ops/campaigns/{code}/export/")
    table = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert (
        "'=1+1 秋天" in table and "against held out,new_buyers,treated" in table and "step s2,buyers" in table
    )
    assert table.count("柿友") == 0
    assert audit.list_entries(subject=f"campaign:{code}")[0].action == "campaigns.export"


def test_a_festival_joins_its_offers(world: consoles.World) -> None:
    client = world.client("operator")
    code = client.post("/ops/campaigns/new/", {"template": "festival"}).headers["Location"].split("/")[3]
    url = f"/ops/campaigns/{code}/"
    offer = world.party.offer.code
    assert f'value="offer:{offer}"' in consoles.body(client, f"{url}parts/", most=20)
    assert client.post(f"{url}parts/", {"parts": ["balloon:1"]}).status_code == 422
    client.post(f"{url}parts/", {"parts": [f"offer:{offer}"]})
    body = consoles.body(client, f"{url}result/", most=20)

    figures = queries.part_figures(code, language="zh-hans")
    assert figures[0].orders == 1 and figures[0].people == 1
    assert figures[0].name in body
    consoles.body(client, url)
    consoles.body(client, f"{url}settings/")


def test_list_and_drawing_agree_whatever_is_done_to_the_steps() -> None:
    """Steps are added, moved, taken out and led elsewhere at random: the drawing shows this list, every step
    can stand, and every way out of one is a line that leads downwards."""
    chance, kinds = Random(11), ("wait", "condition", "send", "task", "split", "goal", "exit")
    for _ in range(40):
        steps: list[kit.Step] = []
        for _ in range(30):
            if not steps or (len(steps) < 14 and chance.random() < 0.4):
                steps.append(forms.fresh(chance.choice(kinds), steps))
            else:
                place = chance.randrange(len(steps))
                later = ["", "end", *(one.key for one in steps[place + 1 :])]
                verb = chance.choice(("up", "down", "move", "remove", "save"))
                then, otherwise = chance.choice(later), chance.choice(later)
                typed = f"place={chance.randrange(16)}&then={then}&otherwise={otherwise}"
                steps = _changed(steps, place, verb, QueryDict(typed))
            nodes, end, height = forms.drawn(steps)
            assert [one.key for one in nodes] == [one.key for one in steps]
            assert [one.y for one in nodes] == sorted({one.y for one in nodes}) and height > end
            assert rules.steps_fault(steps) == (0, "")
            for step, node in zip(steps, nodes, strict=True):
                assert len(node.lines) == len(rules.leads_to(step))
                for path, *_ in node.lines:
                    heights = [int(one) for one in re.findall(r"V(\d+)", path)]
                    assert heights and heights[-1] > node.y


def _changed(steps: list[kit.Step], place: int, verb: str, post: QueryDict) -> list[kit.Step]:
    """The steps after a verb of the form; leading elsewhere changes the ways out alone."""
    if verb != "save":
        return forms.rearranged(steps, steps[place].key, verb, post)
    one = steps[place]
    params = dict(one.params) | ({"otherwise": post["otherwise"]} if "otherwise" in one.params else {})
    if one.kind == "split":
        params["arms"] = [{**arm, "to": post["otherwise"]} for arm in one.params["arms"]]
    return [*steps[:place], replace(one, params=params, then=post["then"]), *steps[place + 1 :]]
