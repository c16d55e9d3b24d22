"""Searching, suggesting and spelling in Chinese and English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.goods.catalog.conftest import Sell

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries
from jishi.goods.catalog.contracts import ListingFilter
from jishi.kernel import words

pytestmark = pytest.mark.django_db


def titles(text: str, language: str = "zh-hans") -> list[str]:
    page = queries.page_listings(filter=ListingFilter(text=text), language=language)
    return [card.title for card in page.items]


@pytest.fixture
def goods(sell: Sell) -> None:
    sell("duck", "北京烤鸭真空包装", "Vacuum packed Beijing duck")
    sell("cake", "柿子饼礼盒", "Persimmon cake gift box", tags=["零食", "organic"])
    sell("tea", "高山乌龙茶", "High mountain oolong tea", description={"zh-hans": "<p>配柿子饼很好吃</p>"})


def test_short_words_inside_long_chinese_words_are_found(goods: None) -> None:
    for text in ("烤鸭", "北京烤鸭", "鸭", "烤鸭 北京", "真空"):
        assert titles(text) == ["北京烤鸭真空包装"], text


def test_either_language_finds_a_bilingual_product(goods: None) -> None:
    assert titles("persimmon cake") == ["柿子饼礼盒"]
    assert titles("柿子饼 礼盒", "en") == ["Persimmon cake gift box"]


def test_prefixes_plurals_case_and_width_do_not_matter(goods: None) -> None:
    for text in ("persim", "CAKES", "ｃａｋｅ", "Gift Bo"):
        assert titles(text, "en") == ["Persimmon cake gift box"], text


def test_a_title_ranks_above_a_description(goods: None) -> None:
    assert titles("柿子饼") == ["柿子饼礼盒", "高山乌龙茶"]


def test_tags_brands_and_categories_are_found(sell: Sell) -> None:
    brand = catalog.save_brand(slug="yunlu", name={"zh-hans": "云麓", "en": "Yunlu"})
    parent = catalog.save_category(slug="drinks", name={"zh-hans": "饮品", "en": "Drinks"})
    child = catalog.save_category(slug="tea", name={"zh-hans": "茶叶", "en": "Tea"}, parent_id=parent)
    sell("a", "白毫银针", tags=["明前"], brand_id=brand, category_id=child)

    for text in ("云麓", "yunlu", "明前", "茶叶", "drinks"):
        assert titles(text) == ["白毫银针"], text

    catalog.save_category(slug="drinks", name={"zh-hans": "酒水", "en": "Beverages"})
    assert titles("beverages") == ["白毫银针"]
    assert titles("drinks") == []


def test_a_misspelt_search_is_widened_and_told(goods: None) -> None:
    assert queries.did_you_mean("persimon", "en") == "persimmon"
    assert queries.did_you_mean("moutnain tea", "en") == "mountain tea"
    assert queries.did_you_mean("北京考鸭", "zh-hans") == "北京烤鸭"
    assert queries.did_you_mean("乌龙差", "zh-hans") == "乌龙茶"
    assert titles("persimon", "en") == ["Persimmon cake gift box"]
    assert titles("北京考鸭") == ["北京烤鸭真空包装"]
    assert queries.count_facets(filter=ListingFilter(text="persimon"), language="en").total == 1


def test_a_known_search_has_nothing_to_correct(goods: None) -> None:
    assert queries.did_you_mean("柿子饼", "zh-hans") == ""
    assert queries.did_you_mean("hovercraft", "en") == ""
    assert titles("hovercraft") == []
    assert titles("!!! ???") == []


def test_suggestions_begin_like_the_text(goods: None) -> None:
    catalog.save_category(slug="cakes", name={"zh-hans": "糕饼", "en": "Cakes"})

    found = queries.suggest("cak", language="en")
    assert [(row.kind, row.text) for row in found] == [
        ("category", "Cakes"),
        ("product", "Persimmon cake gift box"),
    ]
    assert found[1].key and found[1].slug
    assert [row.text for row in queries.suggest("persimon", language="en")] == ["persimmon"]
    assert queries.suggest("  ", language="en") == ()


def test_hidden_products_are_not_found(sell: Sell) -> None:
    sell("draft", "草稿柿子", status="draft")
    sell("priceless", "无价柿子", price=None)
    gone = sell("gone", "下架柿子")
    catalog.archive(product_id=gone.product_id)

    assert titles("柿子") == []
    catalog.publish(product_id=gone.product_id)
    assert titles("柿子") == ["下架柿子"]


@given(st.text(max_size=60))
def test_every_text_makes_valid_search_literals(text: str) -> None:
    from django.db import connection

    found = words.query_words(text)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::tsvector @@ %s::tsquery", [words.document([("A", text)])[0], words.tsquery(found)]
        )
        matches = cursor.fetchone()[0]

    assert matches is bool(found)
