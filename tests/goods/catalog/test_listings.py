"""Lists: pages, orders, facets, statements per page, and what higher domains tell a listing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext
from tests.goods.catalog.conftest import Sell, draft

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries
from jishi.goods.catalog.contracts import ListingFilter
from jishi.goods.catalog.errors import SortUnknown
from jishi.kernel.paging import BadCursor

pytestmark = pytest.mark.django_db
EVERYTHING = ListingFilter()


def walk(**more: Any) -> list[str]:
    seen: list[str] = []
    cursor = None
    while True:
        page = queries.page_listings(language="zh-hans", cursor=cursor, **more)
        seen += [card.title for card in page.items]
        cursor = page.next_cursor
        if cursor is None:
            return seen


def test_every_order_pages_through_everything_once(sell: Sell) -> None:
    for number in range(23):
        saved = sell(f"p{number}", f"柿子 {number}", price=100 + number % 4)
        catalog.add_sold(rows=[(saved.product_id, number % 3)])

    for sort in ("relevance", "newest", "price_asc", "price_desc", "sold"):
        for text in ("", "柿子"):
            seen = walk(filter=ListingFilter(text=text), sort=sort, limit=4)
            assert len(seen) == len(set(seen)) == 23, (sort, text)


def test_pages_stay_stable_while_rows_are_inserted(sell: Sell) -> None:
    for number in range(10):
        sell(f"p{number}", f"柿子 {number}")
    first = queries.page_listings(filter=EVERYTHING, sort="newest", limit=5, language="zh-hans")

    for number in range(10, 14):
        sell(f"p{number}", f"柿子 {number}")
    second = queries.page_listings(
        filter=EVERYTHING, sort="newest", limit=5, language="zh-hans", cursor=first.next_cursor
    )

    assert [card.title for card in [*first.items, *second.items]] == [f"柿子 {n}" for n in range(9, -1, -1)]
    assert second.next_cursor is None


def test_a_cursor_belongs_to_its_list(sell: Sell) -> None:
    for number in range(4):
        sell(f"p{number}", f"柿子 {number}")
    cursor = queries.page_listings(filter=EVERYTHING, limit=2, language="zh-hans").next_cursor
    assert cursor

    for bad in ("", "x", cursor[:-2] + "zz", cursor * 2):
        if bad:
            with pytest.raises(BadCursor):
                queries.page_listings(filter=EVERYTHING, cursor=bad, language="zh-hans")
    with pytest.raises(BadCursor):
        queries.page_listings(filter=EVERYTHING, cursor=cursor, sort="sold", language="zh-hans")
    with pytest.raises(BadCursor):
        queries.page_listings(filter=ListingFilter(text="柿"), cursor=cursor, language="zh-hans")


def test_a_page_of_listings_is_one_statement(sell: Sell, django_assert_num_queries: Any) -> None:
    for number in range(30):
        sell(f"p{number}", f"柿子 {number}")

    with django_assert_num_queries(1):
        queries.page_listings(filter=ListingFilter(text="柿子", in_stock_only=True), language="zh-hans")
    with django_assert_num_queries(1):
        queries.count_facets(filter=ListingFilter(text="柿子"), language="zh-hans")
    with django_assert_num_queries(1):
        queries.suggest("柿", language="zh-hans")


def test_inp_119_orders_are_an_allow_list(sell: Sell) -> None:
    for sort in ("price", "id; DROP TABLE catalog_listing", "l.popularity", "", "RELEVANCE"):
        with pytest.raises(SortUnknown):
            queries.page_listings(filter=EVERYTHING, sort=sort, language="en")


def test_facets_count_with_the_other_choices(sell: Sell) -> None:
    root = catalog.save_category(slug="food", name={"en": "Food"})
    tea = catalog.save_category(slug="tea", name={"en": "Tea"}, parent_id=root)
    cake = catalog.save_category(slug="cake", name={"en": "Cake"}, parent_id=root)
    brand = catalog.save_brand(slug="shi", name={"en": "Shi"})
    sell("a", "甲", category_id=tea, brand_id=brand, price=500)
    sell("b", "乙", category_id=tea, price=9_000)
    out = sell("c", "丙", category_id=cake, brand_id=brand, price=90_000)
    catalog.set_in_stock(rows=[(out.product_id, False)])
    catalog.set_badge(
        product_id=out.product_id, badge={"kind": "group_buy", "size": 3, "price_minor": 80_000}
    )

    facets = queries.count_facets(filter=ListingFilter(category_slug="tea"), language="en")
    assert facets.total == 2
    assert {(v.key, v.label, v.count, v.is_selected) for v in facets.categories} == {
        ("food", "Food", 3, False),
        ("tea", "Tea", 2, True),
        ("cake", "Cake", 1, False),
    }
    assert [(v.key, v.count) for v in facets.brands] == [("shi", 1)]
    whole = queries.count_facets(filter=EVERYTHING, language="en")
    assert (whole.total, whole.in_stock) == (3, 2)
    assert [(v.key, v.count) for v in whole.badges] == [("group_buy", 1)]
    assert sum(band.count for band in whole.price_bands) == 3
    for band in whole.price_bands:
        part = ListingFilter(price_min_minor=band.min_minor, price_max_minor=band.max_minor)
        assert len(queries.page_listings(filter=part, language="en").items) == band.count
    assert walk(filter=ListingFilter(category_slug="food"), sort="price_asc") == ["甲", "乙", "丙"]
    assert walk(filter=ListingFilter(badge_kind="group_buy")) == ["丙"]
    assert walk(filter=ListingFilter(brand_slugs=("shi",), in_stock_only=True)) == ["甲"]
    assert walk(filter=ListingFilter(category_slug="no-such")) == []


def test_recent_sales_weigh_more(sell: Sell) -> None:
    old, new = sell("old", "旧爱"), sell("new", "新欢")
    now = datetime(2026, 11, 1, tzinfo=UTC)
    catalog.add_sold(rows=[(old.product_id, 100)], at=now - timedelta(days=365))
    catalog.add_sold(rows=[(new.product_id, 5)], at=now)

    assert walk(filter=EVERYTHING) == ["新欢", "旧爱"]
    assert walk(filter=EVERYTHING, sort="sold") == ["旧爱", "新欢"]


def test_saving_again_keeps_price_stock_badge_and_sales(sell: Sell, shop: Any) -> None:
    saved = sell("a", "柿子", price=777)
    catalog.set_badge(product_id=saved.product_id, badge={"kind": "group_buy"})
    catalog.add_sold(rows=[(saved.product_id, 3), (saved.product_id, 2)])

    catalog.save_product(shop_id=shop.id, handle="a", title={"zh-hans": "甜柿子"})

    card = queries.list_cards([saved.product_id], language="zh-hans")[saved.product_id]
    assert (card.title, card.price_minor, card.in_stock, card.sold_count) == ("甜柿子", 777, True, 5)
    assert card.badge == {"kind": "group_buy"}


def test_telling_what_is_already_so_writes_nothing(sell: Sell) -> None:
    saved = sell("a", "柿子", price=777)

    assert catalog.set_in_stock(rows=[(saved.product_id, True)]) == 0
    assert catalog.set_price_from(rows=[(saved.product_id, 777, None, "CNY")]) == 0
    assert catalog.set_badge(product_id=saved.product_id, badge=None) == 0
    assert catalog.set_in_stock(rows=[(saved.product_id, False)]) == 1


def test_statements_do_not_grow_with_the_batch(shop: Any, django_assert_num_queries: Any) -> None:
    from django.db import connection

    counts = []
    for start, size in ((0, 2), (100, 200)):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            catalog.save_products([draft(shop.id, start + n) for n in range(size)])
        counts.append(len(captured))

    assert counts[0] == counts[1] <= 20
