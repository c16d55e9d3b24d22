"""A birthday on the profile, and asking to be told when goods are back: as forms without scripts."""

from __future__ import annotations

import pytest
from tests.factories import consoles

from jishi.goods.catalog import queries as catalog
from jishi.goods.inventory import operations as inventory
from jishi.goods.inventory import queries as stock
from jishi.people.accounts import queries as accounts


@pytest.mark.django_db
def test_prv_141_a_birthday_and_a_wish_to_be_told_are_given_and_taken_back() -> None:
    world = consoles.build()
    client, scene = world.client("shopper"), world.party.scene
    form = {"nickname": "小满", "birth_month": "2", "birth_day": "30", "birth_agreed": "on"}
    wrong = client.post("/me/profile/", form)
    silent = client.post("/me/profile/", {**form, "birth_day": "29", "birth_agreed": ""})
    saved = client.post("/me/profile/", {**form, "birth_day": "29"})
    kept = accounts.find_birthday(world.shopper.id)
    page = consoles.body(client, "/me/profile/")
    exported = accounts.export_person(person_id=world.shopper.id)["birthday"]
    client.post("/me/profile/", {**form, "birth_month": "", "birth_day": ""})

    assert (wrong.status_code, silent.status_code, saved.status_code) == (422, 422, 302)
    assert kept == (2, 29) and exported["day"] == "02-29" and '<option value="29" selected' in page
    assert accounts.find_birthday(world.shopper.id) is None

    card = catalog.list_cards([scene.product_id], language="zh-hans")[scene.product_id]
    url = f"/p/{card.code}/"
    assert "到货提醒" not in client.get(url, follow=True).content.decode()
    free = stock.list_available([scene.variant_id])[scene.variant_id]
    held = next(one.reserved for one in stock.stock_report(scene.shop.id, variant_ids=[scene.variant_id]))
    assert free > 0
    inventory.set_stock(rows=[(scene.variant_id, held)], shop_id=scene.shop.id, reference="empty")
    assert "到货提醒" in client.get(url, follow=True).content.decode()
    asked = client.post(f"{url}wait/", {"do": "ask"})
    assert asked.status_code == 302 and "取消提醒" in client.get(url, follow=True).content.decode()
    client.post(f"{url}wait/", {"do": "stop"})
    assert not stock.is_waiting(product_id=scene.product_id, person_id=world.shopper.id)
