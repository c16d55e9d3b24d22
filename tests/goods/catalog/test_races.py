"""Several writers at once."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from tests.goods.catalog.conftest import draft

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries
from jishi.goods.merchants import operations as merchants
from jishi.people.accounts import operations as accounts

Race = Callable[..., list[Any]]
pytestmark = pytest.mark.django_db(transaction=True)


def shop_id() -> int:
    owner = accounts.register(nickname="柿子", email="owner@example.org")
    return merchants.open_shop(slug="persimmon", name={"zh-hans": "柿铺"}, owner_id=owner.id).id


def test_two_saves_of_the_same_products_make_each_once(race: Race) -> None:
    shop = shop_id()
    drafts = [draft(shop, number) for number in range(20)]

    outcomes = race(4, lambda: catalog.save_products(drafts))

    assert {tuple(row.product_id for row in rows) for rows in outcomes} == {
        tuple(row.product_id for row in outcomes[0])
    }
    assert sorted(rows[0].change for rows in outcomes) == ["created", *["unchanged"] * 3]
    assert len(queries.list_states(shop)) == 20


def test_two_shops_save_the_same_words_without_waiting_in_a_circle(race: Race) -> None:
    first = shop_id()
    owner = accounts.register(nickname="茶", email="tea@example.org")
    second = merchants.open_shop(slug="tea", name={"zh-hans": "茶铺"}, owner_id=owner.id).id
    rows = {shop: [draft(shop, number) for number in range(60)] for shop in (first, second)}

    outcomes = race(
        4, lambda n: catalog.save_products(rows[first if n % 2 else second][:: 1 if n < 2 else -1])
    )

    assert [type(outcome) for outcome in outcomes] == [list] * 4


def test_listings_are_told_from_many_sides_without_deadlock_or_loss(race: Race) -> None:
    shop = shop_id()
    product_ids = [row.product_id for row in catalog.save_products([draft(shop, n) for n in range(40)])]

    def tell(number: int) -> None:
        shuffled = random.Random(number).sample(product_ids, len(product_ids))
        for turn in range(5):
            catalog.add_sold(rows=[(pk, 1) for pk in shuffled])
            catalog.set_in_stock(rows=[(pk, turn % 2 == 0) for pk in shuffled])
            catalog.set_price_from(rows=[(pk, 100 + number, None, "CNY") for pk in shuffled])

    outcomes = race(6, tell)

    assert outcomes == [None] * 6
    cards = queries.list_cards(product_ids, language="en")
    assert {card.sold_count for card in cards.values()} == {30}
    assert {card.in_stock for card in cards.values()} == {True}
