"""The main deal through the API: a shared link, a team of two, two payments, a parcel, settled books."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.factories import consoles

import jishi.verification as verification
from jishi.goods.imports import operations as imports
from jishi.goods.merchants import operations as merchants
from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.money.payments import operations as payments
from jishi.people.accounts.models import User
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys.contracts import ItemPlan, RoundPlan
from jishi.promotions.gates.contracts import Gate

ADDRESS = {
    "recipient": "阿柿",
    "phone": "13800001111",
    "region": "上海市",
    "city": "上海市",
    "district": "徐汇区",
    "line": "宛平路 1 号",
}


def address_of(app):
    return app.post("/addresses", ADDRESS, key=f"address-{app.person_id}", status=201)["code"]


def order(app, stall, *, key, share="", **tokens):
    wish = {
        "lines": [{"variant_id": stall["variant"], "quantity": 1}],
        "address_code": address_of(app),
        **tokens,
    }
    quote = app.post("/checkout/quote", wish)
    placed = app.post(
        "/checkout",
        {**wish, "fingerprint": quote["fingerprint"], "share_code": share},
        key=key,
        status=201,
    )
    return quote, placed


def pay(placed):
    payments.record_paid(intent_code=placed["payment_code"])
    relay.drain()


def test_a_shared_link_becomes_a_team_and_settled_books(people, stall):
    leader, friend, staff = people(), people(), people()
    merchants.add_staff(shop_id=stall["shop"].id, person_id=staff.person_id)
    offer = stall["offer"].code

    quote, placed = order(leader, stall, key="leader-places", offer=offer)
    assert quote["reasons"][0]["amount_minor"] == -1000
    assert quote["reasons"][0]["text"]
    pay(placed)
    team_code = leader.get(f"/orders/{placed['order_codes'][0]}")["team"]["code"]
    share = leader.post("/shares", {"kind": "team", "key": team_code}, status=201)

    visit = friend.post(f"/shares/{share['code']}/visits")
    assert visit["key"] == team_code
    seen = friend.get(f"/teams/{team_code}")
    assert (seen["viewer_state"], seen["screen"], seen["missing"]) == ("stranger", "open", 1)
    assert "join" in seen["actions"]
    _, joined = order(friend, stall, key="friend-places", share=share["code"], offer=offer, team=team_code)
    pay(joined)

    assert leader.get(f"/teams/{team_code}")["screen"] == "formed"
    slug = stall["shop"].slug
    for caller, code in ((leader, placed["order_codes"][0]), (friend, joined["order_codes"][0])):
        parcel = {"carrier": "sf", "tracking_number": f"SF{code}"}
        staff.post(f"/merchant/shops/{slug}/orders/{code}/ship", parcel, key=f"ship-{code}")
        relay.drain()
        caller.post(f"/orders/{code}/receipt", key=f"receipt-{code}")
        relay.drain()
        assert caller.get(f"/orders/{code}")["order"]["state"] == "received"
    assert leader.get("/shares/funnel")["orders"] == 1
    settled = staff.get(f"/merchant/shops/{slug}/settlements")["items"]
    assert {row["state"] for row in settled} == {"released"}
    assert not [finding for finding in verification.run() if finding.broken]


def test_pay_019_placing_twice_with_one_key_orders_once(people, stall):
    buyer = people()
    _, first = order(buyer, stall, key="twice-the-same")
    _, again = order(buyer, stall, key="twice-the-same")

    assert again == first
    assert buyer.last["Idempotent-Replayed"] == "true"
    assert len(buyer.get("/orders")["items"]) == 1


def test_pay_021_the_same_key_for_something_else_is_refused(people, stall):
    buyer = people()
    quote, _ = order(buyer, stall, key="one-key-for-all")
    body = {
        "lines": [{"variant_id": stall["variant"], "quantity": 2}],
        "address_code": address_of(buyer),
        "fingerprint": quote["fingerprint"],
    }

    problem = buyer.post("/checkout", body, key="one-key-for-all", status=409)

    assert problem["code"] == "checkout.key_reused"
    assert len(buyer.get("/orders")["items"]) == 1


def test_pay_032_a_price_from_the_client_is_not_even_read(people, stall):
    buyer = people()
    body = {"lines": [{"variant_id": stall["variant"], "quantity": 1, "unit_minor": 1}]}

    problem = buyer.post("/checkout/quote", body, status=422)

    assert problem["code"] == "malformed"


@pytest.mark.parametrize("quantity", [-1, 0, 0.5, 10**12, "1", True, None])
def test_cpn_080_a_quantity_nobody_can_order_is_refused(people, stall, quantity):
    buyer = people()
    body = {"lines": [{"variant_id": stall["variant"], "quantity": quantity}]}

    buyer.post("/checkout/quote", body, status=422)


def test_a_changed_price_is_told_before_it_is_paid(people, stall):
    buyer = people()
    wish = {"lines": [{"variant_id": stall["variant"], "quantity": 1}], "address_code": address_of(buyer)}

    problem = buyer.post("/checkout", {**wish, "fingerprint": "0" * 64}, key="stale-quote", status=409)

    assert problem["code"].startswith("checkout.")
    assert buyer.get("/orders")["items"] == []


def test_a_product_file_is_checked_applied_and_asked_about(people, stall):
    staff, slug = people(), stall["shop"].slug
    merchants.add_staff(shop_id=stall["shop"].id, person_id=staff.person_id)
    table = SimpleUploadedFile(
        "g.csv", "Handle,Title,Variant Price,Variant Inventory Qty\nnew-tea,新茶,12,3\n".encode()
    )
    url = f"/api/v1/merchant/shops/{slug}/products/import"

    answer = staff.client.post(
        f"{url}?dry_run=true", {"file": table}, headers={"X-Session-Token": staff.token}
    )
    found = answer.json()
    assert (answer.status_code, found["state"]) == (202, "waiting")
    imports.work_due(clock.database_now())
    at = f"/merchant/shops/{slug}/imports/{found['code']}"
    ready = staff.get(at)
    assert (ready["state"], ready["figures"]["created"]) == ("ready", 1)
    staff.call("POST", f"{at}/apply", {}, status=202)
    imports.work_due(clock.database_now())

    assert [one["state"] for one in staff.get(f"/merchant/shops/{slug}/imports")["items"]] == ["done"]
    assert staff.call("DELETE", at, status=409)["code"] == "imports.import_ended"
    exported = staff.client.get(
        f"/api/v1/merchant/shops/{slug}/products/export", headers={"X-Session-Token": staff.token}
    )
    assert "new-tea" in b"".join(exported.streaming_content).decode()


def test_a_shop_repeats_and_ends_a_round_and_reads_its_limits(people, stall):
    now, hour, shop = clock.now(), timedelta(hours=1), stall["shop"]
    times = (now - hour, now + hour, now + 2 * hour, now + 3 * hour)
    plan = RoundPlan("团", "Round", "Area", *times, 500, 10_000, gate=Gate(per_household=2))
    code = community.plan(shop_id=shop.id, wish=plan, by=None, at=now - hour)
    wish = ItemPlan(stall["variant"], 1, 10)
    community.put_item(shop_id=shop.id, round_code=code, wish=wish)
    community.open_round(shop_id=shop.id, round_code=code, by=None, at=now - hour)
    staff, operator = people(), people()
    merchants.add_staff(shop_id=shop.id, person_id=staff.person_id)
    User.objects.filter(pk=operator.person_id).update(is_operator=True, language="en")
    at = f"/merchant/shops/{shop.slug}"

    made = staff.post(f"{at}/rounds/{code}/repeat", {"days": [0, 6]}, key="repeat-once", status=201)
    again = staff.post(f"{at}/rounds/{code}/repeat", {"days": [0, 6]}, key="repeat-once", status=201)
    staff.post(f"{at}/rounds/{code}/repeat", {"days": [7]}, key="repeat-wrong", status=422)
    limits = staff.get(f"{at}/gates")["items"]

    assert (made["round_code"], made["days"], made["state"], again["code"]) == (
        code,
        [0, 6],
        "on",
        made["code"],
    )
    assert [(one["kind"], one["code"], one["per_household"], one["taken"]) for one in limits] == [
        ("round", code, 2, 0)
    ]
    operator.client.force_login(
        User.objects.get(pk=operator.person_id), backend="django.contrib.auth.backends.ModelBackend"
    )
    page = consoles.body(operator.client, "/ops/rounds/series/")
    assert "Sunday" in page and f"/ops/rounds/series/{made['code']}/end/" in page
    operator.client.post(f"/ops/rounds/series/{made['code']}/end/")
    assert staff.get(f"{at}/series")["items"][0]["state"] == "stopped"
    assert staff.post(f"{at}/series/{made['code']}/stop")["state"] == "stopped"
