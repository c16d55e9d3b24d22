"""Community purchase without scripts: applying, planning, ordering, counting, collecting, on every screen."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from tests.factories import consoles, trade

from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.people.accounts.models import User
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys.models import Collection, Item, Leader, Round

pytestmark = pytest.mark.django_db


def browser(person_id: int) -> Client:
    """Somebody signed in."""
    client = Client()
    client.force_login(User.objects.get(pk=person_id), backend=consoles.BACKEND)
    return client


def moment(hours: float) -> str:
    """A moment as the form's field sends it, in the shop's zone."""
    at = clock.now() + timedelta(hours=hours)
    return at.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT%H:%M")


def test_a_round_from_the_application_to_the_hand_out() -> None:
    world = consoles.build()
    staff, operator, shopper = (world.client(role) for role in ("staff", "operator", "shopper"))
    leader_id = trade.buyer().id
    desk = browser(leader_id)
    code = _become_leader(desk, operator)

    plan = {
        "title_zh": "柿子团", "region": "西湖", "rate": "10", "budget": "50", "shortage": "even",
        "unpicked": "refund", "starts": moment(-1), "cutoff": moment(1), "arrives": moment(20),
        "until": moment(48),
    }  # fmt: skip
    assert staff.post("/m/rounds/new/", plan | {"cutoff": moment(30)}).status_code == 422
    made = staff.post("/m/rounds/new/", plan)
    page = made.url
    item = {"variant": world.party.scene.variant_id, "price": "8", "cap": "9", "limit": "5", "cost": "9"}
    seen = staff.post(page, item | {"do": "preview"}).content.decode()
    assert 'id="preview"' in seen and "note bad" in seen
    assert staff.post(page, item | {"price": "x", "do": "put"}).status_code == 422
    warned = staff.post(page, item | {"do": "put"}).content.decode()
    assert 'name="agreed"' in warned and not Item.objects.exists()  # below cost, and a team offer beside it
    staff.post(page, item | {"do": "put", "agreed": "1"})
    staff.post(f"{page}act/", {"do": "open"})
    row = Round.objects.get()
    assert row.state == "open" and row.items.count() == 1

    shop_page = f"/rounds/{row.code}/"
    entry, point = row.items.get().code, Leader.objects.get().points.get().code
    assert "柿子团" in Client().get("/rounds/").content.decode()
    assert Client().get(f"/en{shop_page}").status_code == 200
    choice = {f"n-{entry}": "3", "point": point}
    _place(shopper, shop_page, choice)
    order_code = Collection.objects.get().order_code
    trade.pay(trade.checkout_placed(order_code), at=clock.now())
    relay.drain()
    assert "collect" in shopper.get(f"/orders/{order_code}/").content.decode()

    community.cut_due(row.cutoff_at)
    relay.drain()
    csv = staff.get(f"/m/rounds/{row.code}/demand.csv")
    assert csv.content.decode().strip().endswith(",3")
    staff.post(f"/m/rounds/{row.code}/count/", {f"n-{entry}": "2"})
    community.settle_due(clock.now())
    relay.drain()
    mine = shopper.get(f"/collect/{order_code}/").content.decode()
    secret = re.search(r"data-secret>(\d{6})<", mine).group(1)  # type: ignore[union-attr]
    assert 'data-state="ready"' in mine and order_code in desk.get("/leader/").content.decode()
    assert secret not in desk.get("/leader/").content.decode()
    assert desk.get(f"/collect/{order_code}/").status_code == 404
    _hand_out(shopper, desk, order_code, secret)

    for client, url in (
        (shopper, "/collect/"), (shopper, f"/collect/{order_code}/"), (desk, "/leader/"),
        (staff, "/m/rounds/"),
        (staff, page), (operator, "/ops/rounds/"), (operator, f"/ops/leaders/{code}/"), (shopper, shop_page),
        (shopper, "/rounds/"),
    ):  # fmt: skip
        consoles.body(client, url)


def _become_leader(desk: Client, operator: Client) -> str:
    """Apply, and be approved by an operator, whose refusal would have to say why."""
    wish = {
        "name": "柿婆婆",
        "phone": "13900139000",
        "region": "西湖",
        "point_name": "东门",
        "point_line": "9 号",
    }
    assert "成为团长" in desk.get("/leader/").content.decode()
    desk.post("/leader/apply/", wish)
    code: str = Leader.objects.get().code
    assert code in operator.get("/ops/leaders/").content.decode()
    operator.post(f"/ops/leaders/{code}/decide/", {"do": "refuse"})
    assert Leader.objects.get().state == "applied"
    operator.post(f"/ops/leaders/{code}/decide/", {"do": "approve"})
    return code


def _hand_out(shopper: Client, desk: Client, order_code: str, secret: str) -> None:
    """Only the leader, and only with the code that counts now."""
    hand = f"/leader/hand-out/{order_code}/"
    shopper.post(hand, {"secret": secret})  # the buyer is no leader
    desk.post(hand, {"secret": "x"})
    assert Collection.objects.get().state == "ready" and Collection.objects.get().tries == 1
    shopper.post(f"/collect/{order_code}/renew/")
    desk.post(hand, {"secret": Collection.objects.get().secret})
    assert Collection.objects.get().state == "collected" and trade.state(order_code) == "received"


def _place(shopper: Client, shop_page: str, choice: dict[str, str]) -> None:
    """Ordering twice with one key is one order."""
    html = shopper.get(shop_page, choice).content.decode()
    hidden = {
        name: re.search(f'name="{name}" value="([^"]+)"', html).group(1)  # type: ignore[union-attr]
        for name in ("fingerprint", "checkout_key")
    }
    placed = [shopper.post(f"{shop_page}order/", choice | hidden | {"do": "place"}) for _ in range(2)]
    assert placed[0].url == placed[1].url and placed[0].url.startswith("/pay/")
