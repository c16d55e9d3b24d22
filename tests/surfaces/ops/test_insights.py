"""Pages of insights: ask, wait, answer, who is behind it, save, boards, CSV; in both languages."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.factories import consoles

from jishi.insight.behavior import operations as behavior
from jishi.insight.metrics import catalogue
from jishi.insight.metrics import operations as metrics
from jishi.insight.metrics.models import View
from jishi.kernel import audit
from jishi.kernel.outbox import relay
from jishi.people.accounts.models import User
from jishi.surfaces.ops import charts

CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")


@pytest.fixture
def world(db: None, tmp_path: Path, settings: Any) -> consoles.World:
    """The consoles' world with its facts in a lake."""
    settings.JISHI_LAKE_ROOT = tmp_path / "lake"
    found = consoles.build()
    relay.drain()
    while behavior.compact().batches:
        pass
    return found


def answered(client: Any, url: str) -> str:
    first = consoles.body(client, url)
    if "aria-busy" in first:
        metrics.compute_due()
    return consoles.body(client, url)


def test_a_page_asks_waits_and_shows_the_answer_with_its_moment(world: consoles.World) -> None:
    client = world.client("operator")
    url = "/ops/insights/gmv/?metric=gmv&since=-6&grain=total"

    waiting = consoles.body(client, url)
    metrics.compute_due()
    shown = consoles.body(client, url)

    assert 'aria-busy="true"' in waiting and "hx-get" in waiting
    assert "aria-busy" not in shown
    assert "insights/behind/gmv/" in shown
    part = consoles.body(client, url + "&part=1")
    assert part.lstrip().startswith('<section class="panel" id="answer"')


def test_the_number_leads_to_exactly_the_orders_behind_it(world: consoles.World) -> None:
    client = world.client("operator")
    html = answered(client, "/ops/insights/gmv/?metric=gmv&since=-6&grain=total")
    links = [unescape(link) for link in re.findall(r'href="([^"]+section=orders[^"]+)"', html)]

    behind = answered(client, links[0])

    assert 'data-count="5"' in behind
    for code in (world.ready, world.shipped, world.refunding, world.waiting, world.foreign):
        assert f"/ops/orders/{code}/" in behind
    assert world.unpaid not in behind


def test_every_topic_opens_in_both_languages(world: consoles.World) -> None:
    User.objects.filter(pk=world.operator_id).update(language="en")
    client = world.client("operator")

    for metric in catalogue.METRICS.values():
        html = consoles.body(client, f"/ops/insights/{metric.kind}/?metric={metric.code}")
        assert metric.name in unescape(html)
        assert not CHINESE.search(re.sub(r"小满|中文", "", html)), metric.code
    metrics.compute_due(limit=50)
    for metric in catalogue.METRICS.values():
        html = consoles.body(client, f"/ops/insights/{metric.kind}/?metric={metric.code}")
        assert "aria-busy" not in html, metric.code


def test_a_wrong_question_is_answered_with_a_sentence(world: consoles.World) -> None:
    client = world.client("operator")

    html = consoles.body(client, "/ops/insights/trend/?metric=trend&since=2026-05-02&until=2026-05-01")

    assert "note bad" in html
    unread = consoles.body(client, "/ops/insights/trend/?metric=trend&since=abc&kind=order_paid")
    assert "since cannot" not in unread and "abc" in unread
    assert 'value="order_paid" selected' in unread and 'name="until" value="20' in unread
    assert client.get("/ops/insights/nonsense/").status_code == 404
    assert "note bad" in consoles.body(client, "/ops/insights/behind/gmv/?section=people&cell=x")


def test_comparing_asks_about_the_period_before_as_well(world: consoles.World) -> None:
    client = world.client("operator")
    url = "/ops/insights/trend/?metric=trend&kind=order_paid&since=-6&compare=1"
    consoles.body(client, url)

    assert metrics.compute_due() == 2
    assert "key line2" in consoles.body(client, url)


def test_a_view_is_saved_put_on_a_board_and_printed(world: consoles.World) -> None:
    client = world.client("operator")
    client.post("/ops/insights/save/", {"name": "每日成交", "metric": "gmv", "since": "-6", "grain": "day"})
    view = View.objects.get()
    board = client.post("/ops/boards/", {"name": "早会"}).headers["Location"]
    client.post(f"{board}change/", {"verb": "place", "view": view.code})
    assert "aria-busy" in consoles.body(client, board)

    metrics.compute_due()

    html = consoles.body(client, board)
    assert "每日成交" in html and "<svg" in html and "aria-busy" not in html
    assert "每日成交" in consoles.body(client, "/ops/insights/")
    client.post(f"{board}change/", {"verb": "delete"})
    assert client.get(board).status_code == 404


def test_an_answer_leaves_as_csv_and_that_is_written_down(world: consoles.World) -> None:
    client = world.client("operator")
    code = metrics.ask(metric="gmv", params={"since": "-6", "grain": "total"}, person_id=None)
    metrics.compute_due()

    response = client.get(f"/ops/insights/runs/{code}/table/")

    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert text.splitlines()[0].startswith("bucket,part,currency,people,orders,gmv_minor")
    assert len(text.splitlines()) == 2
    assert audit.list_entries(action="metrics.export")[0].subject == "metric:gmv"


def test_a_flow_keeps_the_visits_of_every_stop() -> None:
    flow = charts.flow([(1, "a", "b", 6, "/x"), (1, "a", "", 2, ""), (2, "b", "c", 6, "")])

    stops = {(node.name, node.x): node.visits for node in flow.nodes}
    assert stops[("a", 0)] == 8
    assert stops[("b", charts.COLUMN)] == 6
    assert len(flow.ribbons) == 3
    assert charts.flow([]).nodes == ()


def test_the_grid_of_rfm_holds_every_buyer_once(world: consoles.World) -> None:
    html = answered(world.client("operator"), "/ops/insights/rfm/?metric=rfm&since=-20")

    grid = html[html.index('class="table heat"') : html.index("</table>")]
    counts = [int(count) for count in re.findall(r'<td class="r h\d">(\d+) · ', grid)]
    answer = metrics.compute(metrics.check(metric="rfm", params={"since": "-20"}))[0].as_dicts()
    assert len(counts) == 25
    assert sum(counts) == sum(row["people"] for row in answer) > 0
