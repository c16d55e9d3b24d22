"""Experiments in the console: planned, kept, started by two, read out in words, guarded, taken as a table."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.factories import consoles, jotted
from tests.insight.experiments import kit

from jishi.goods.catalog.models import Product
from jishi.insight.experiments import operations as experiments
from jishi.insight.experiments import queries
from jishi.kernel import audit, clock, lately
from jishi.people.accounts.models import User
from jishi.promotions.timed_prices import queries as timed_queries
from jishi.promotions.timed_prices.models import TimedPrice, Window

CHINESE = re.compile(r"[\u4e00-\u9fff]{2,}")
FIELDS = {
    "name": "空购物车",
    "hypothesis": "口味相近的推荐能把人带回来",
    "control": "cart.empty:plain",
    "variant": "cart.empty:taste",
    "holdout_weight": "1",
    "measures": ["buyers", "revenue"],
    "guardrails": ["unsubscribed"],
}
DAY = timedelta(days=1)


@pytest.fixture
def world(db: None) -> consoles.World:
    queries.forget_running()
    return consoles.build()


def second() -> Client:
    client = Client()
    person = jotted.person(is_operator=True)
    client.force_login(User.objects.get(pk=person), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_plan_is_calculated_without_keeping_anything(world: consoles.World) -> None:
    client = world.client("operator")

    page = client.post("/ops/experiments/new/", {**FIELDS, "holdout_weight": "0", "do": "plan"})

    assert page.status_code == 200
    assert 'data-plan="14700"' in page.content.decode()
    assert queries.list_experiments() == ()


def test_one_makes_it_and_another_starts_it(world: consoles.World) -> None:
    client, other = world.client("operator"), second()

    made = client.post("/ops/experiments/new/", {**FIELDS, "do": "save"})
    url = made.headers["Location"]
    code = url.split("/")[3]
    client.post(f"{url}do/", {"do": "start"})
    mine = consoles.body(client, url)
    client.post(f"{url}do/", {"do": "confirm"})
    still = queries.get_experiment(code).state
    other.post(f"{url}do/", {"do": "confirm"})

    assert 'value="confirm"' not in mine
    assert (still, queries.get_experiment(code).state) == ("draft", "running")
    assert [arm.key for arm in queries.get_experiment(code).draft.arms] == ["control", "variant", "holdout"]
    client.post(f"{url}do/", {"do": "pause"})
    assert queries.get_experiment(code).state == "paused"


def test_what_cannot_be_is_said_and_nothing_is_lost(world: consoles.World) -> None:
    client = world.client("operator")

    page = client.post("/ops/experiments/new/", {**FIELDS, "measures": [], "do": "save"})

    assert page.status_code == 422
    assert "空购物车" in page.content.decode() and 'role="alert"' in page.content.decode()
    assert queries.list_experiments() == ()


def test_a_reading_in_words_with_its_intervals(world: consoles.World) -> None:
    client, now = world.client("operator"), clock.now()
    code = kit.start(at=now - 9 * DAY, guardrails=())
    got = kit.show(code, kit.people(500), at=now - 2 * DAY)
    for number, (person, arm) in enumerate(got.items()):
        if number % (3 if arm == "taste" else 8) == 0:
            kit.buy(person, world.shop.id, at=now - 2 * DAY + timedelta(hours=1))
    experiments.compute_now(code=code, at=now)
    url = f"/ops/experiments/{code}/"

    body = consoles.body(client, url)
    table = b"".join(client.get(f"{url}export/").streaming_content).decode()  # type: ignore[attr-defined]

    assert body.count('class="interval"') == 4
    assert "reading better" in body and "data-alarm" not in body
    assert table.count("\r\n") == 5 and "buyers" in table
    assert audit.list_entries(subject=f"experiment:{code}")[0].action == "experiments.export"


def test_combinations_are_planned_refused_when_one_lacks_and_read_together_with_a_drawing(
    world: consoles.World,
) -> None:
    client, other, now = world.client("operator"), second(), clock.now()
    form = FIELDS | {"holdout_weight": "0", "factors": "图片，文案", "guardrails": [], "do": "save"}
    for name, shows, ways in (
        ("control", "plain", "茶壶，长"), ("variant", "taste", "茶杯，长"),
        ("other", "plain", "茶壶、短"), ("fourth", "taste", "茶杯; 短"),
    ):  # fmt: skip
        form |= {name: f"cart.empty:{shows}", f"{name}_ways": ways}
    refused = client.post("/ops/experiments/new/", form | {"fourth": ""})
    url = client.post("/ops/experiments/new/", form)["Location"]
    code = url.split("/")[3]
    assert refused.status_code == 422 and "每种组合" in refused.content.decode()
    assert 'value="茶杯, 短"' in consoles.body(client, f"{url}edit/")
    client.post(f"{url}do/", {"do": "start"})
    other.post(f"{url}do/", {"do": "confirm"})
    queries.forget_running()
    began = now - 9 * DAY
    few = kit.show(code, kit.people(200), at=began)
    experiments.compute_now(code=code, at=now)
    early = consoles.body(client, url)
    got = few | kit.show(code, kit.people(700), at=began)
    for n, (person, arm) in enumerate(got.items()):
        if n % 10 < (6 if arm == "fourth" else 1):
            kit.buy(person, world.shop.id, at=began + timedelta(hours=1))
    experiments.compute_now(code=code, at=now)

    body = consoles.body(client, url)
    table = b"".join(client.get(f"{url}export/").streaming_content).decode()  # type: ignore[attr-defined]

    assert 'data-factors=""' in early and "crossed" not in early and "还差" in early
    assert body.count('class="crossed"') == 2 and body.count('class="way"') == 4
    assert "放在一起比各自效果相加更好" in body
    assert table.count("图片=茶杯 × 文案=短") + table.count("文案=短 × 图片=茶杯") == 2


def test_a_lopsided_split_and_a_decision_are_shown(world: consoles.World) -> None:
    client, other, now = world.client("operator"), second(), clock.now()
    code = kit.start(at=now - 9 * DAY)
    found = [one for person in kit.people(600) if (one := queries.assign("cart.empty", person_id=person))]
    experiments.expose([one for n, one in enumerate(found) if one.arm == "plain" or n % 4 == 0], at=now - DAY)
    experiments.compute_now(code=code, at=now)
    url = f"/ops/experiments/{code}/"

    alarmed = consoles.body(client, url)
    client.post(f"{url}do/", {"do": "stop"})
    client.post(f"{url}do/", {"do": "decide", "decision": "none", "reason": "漏了一部分人"})
    other.post(f"{url}do/", {"do": "confirm"})

    assert 'data-alarm="ratio"' in alarmed
    assert "漏了一部分人" in consoles.body(client, url)
    assert queries.get_experiment(code).state == "decided"
    assert code in consoles.body(client, "/ops/experiments/?state=decided")
    assert code not in consoles.body(client, "/ops/experiments/?state=running")


def test_a_price_trial_takes_the_shop_and_two_people_and_shows_on_the_goods(world: consoles.World) -> None:
    client, other, shop = world.client("operator"), second(), world.client("staff")
    scene, first = world.party.scene, (clock.now() + timedelta(days=3)).date()
    form = {
        "shop": scene.shop.slug,
        "name": "便宜一成",
        "hypothesis": "会多卖一些",
        "products": [str(scene.product_id)],
        "starts_on": first.isoformat(),
        "block_h": "12",
        "apart_days": "7",
        "cycles": "1",
        "washout_min": "30",
        "off": "10",
        "measures": ["goods_money"],
        "guardrails": ["house_money"],
    }

    planned = client.post("/ops/experiments/prices/new/", {**form, "do": "plan"})
    refused = client.post("/ops/experiments/prices/new/", {**form, "off": "60", "do": "save"})
    made = client.post("/ops/experiments/prices/new/", {**form, "do": "save"})
    url = made["Location"]
    asked = consoles.body(shop, "/m/timed-prices/")
    price = timed_queries.list_of_shop(scene.shop.id)[0]
    shop.post(f"/m/timed-prices/{price.code}/", {"do": "agree"})
    silent = timed_queries.get_price(price.code).state
    shop.post(f"/m/timed-prices/{price.code}/", {"do": "agree", "not_below_cost": "1"})
    client.post(f"{url}do/", {"do": "start"})
    other.post(f"{url}do/", {"do": "confirm"})
    running, now = consoles.body(client, url), clock.now()
    shelf = f"/p/{Product.objects.get(pk=scene.product_id).code}/"
    row = TimedPrice.objects.get(code=price.code)
    Window.objects.create(price=row, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1))
    lately.forget_all()
    told = consoles.body(Client(), shelf)  # on the first page, for readers without scripts too
    client.post(f"{url}do/", {"do": "pause"})
    paused = consoles.body(client, url)
    lately.forget_all()
    assert 'data-timed="1000"' in told and "data-timed" not in consoles.body(Client(), shelf)

    assert b"data-foreseen" in planned.content and refused.status_code == 422
    assert "便宜一成" in asked and "10%" in asked and silent == "proposed"
    assert timed_queries.get_price(price.code).state == "paused"
    assert running.count('role="img"') == 28 and "data-paused" not in running and "data-paused" in paused
    assert price.code not in consoles.body(client, "/ops/experiments/") and url in consoles.body(
        client, "/ops/experiments/"
    )
