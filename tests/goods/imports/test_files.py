"""Product files through catalogue, prices and stock."""

from __future__ import annotations

import csv
import io
import time
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.goods.catalog.conftest import *  # noqa: F403 - the shop and the hostile texts
from tests.goods.catalog.test_pictures import picture

from jishi.goods.catalog import csv_cells, markup, queries
from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog.contracts import ListingFilter, ProductDraft, VariantDraft
from jishi.goods.catalog.errors import ImportRefused, MappingUnconfirmed
from jishi.goods.imports import operations as imports
from jishi.goods.imports import queries as import_queries
from jishi.goods.imports.operations import writing
from jishi.goods.inventory import operations as inventory
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.pricing import operations as pricing
from jishi.goods.pricing import queries as pricing_queries

pytestmark = pytest.mark.django_db


class Tags(HTMLParser):
    """Which tags and attributes a piece of HTML really has."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]


def file_of(rows: list[dict[str, str]], encoding: str = "utf-8") -> bytes:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode(encoding, "surrogatepass")


def export(shop: Any, **more: str) -> bytes:
    return b"".join(import_queries.stream(shop_id=shop.id, **more))


def cells(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def row(handle: str, title: str, **more: str) -> dict[str, str]:
    base = {
        "Handle": handle,
        "Title": title,
        "Body (HTML)": "<p>好吃</p>",
        "Vendor": "云麓",
        "Type": "茶",
        "Tags": "茶, 春",
        "Published": "TRUE",
        "Option1 Name": "Title",
        "Option1 Value": "Default Title",
        "Variant SKU": "",
        "Variant Grams": "100",
        "Variant Inventory Qty": "5",
        "Variant Price": "12.50",
        "Variant Compare At Price": "",
        "Image Src": "",
        "Product rating count (product.metafields.reviews.rating_count)": "9",
    }
    return base | {name.replace("_", " "): value for name, value in more.items()}


REAL = [
    row(
        "oolong",
        "乌龙茶",
        Option1_Name="规格",
        Option1_Value="100 克",
        Image_Src="https://cdn.example/1.jpg?v=1",
    ),
    row(
        "oolong", "", Option1_Name="", Option1_Value="250 克", Variant_Price="28", Variant_Inventory_Qty="-4"
    ),
    {"Handle": "oolong", "Image Src": "https://cdn.example/2.jpg"},
    row("cake", "柿子饼", Variant_SKU="R1", Variant_Compare_At_Price="20.00"),
    row("box", "礼盒", Variant_SKU="R1", Published="FALSE"),
]


def test_a_real_file_becomes_products_prices_and_stock(shop: Any) -> None:
    seen = import_queries.preview(shop_id=shop.id, data=file_of(REAL))
    assert (seen.plan.count("create"), seen.price_changes, seen.stock_changes, seen.is_ready) == (
        3,
        4,
        3,
        True,
    )
    assert queries.list_states(shop.id) == {}

    phases: list[tuple[str, int, int]] = []
    done = imports.run(
        shop_id=shop.id, data=file_of(REAL), progress=lambda phase, n, total: phases.append((phase, n, total))
    )

    assert (done.created, done.price_changes, done.stock_changes) == (3, 4, 3)
    assert phases == [
        ("comparing", 0, 3), ("products", 3, 3), ("prices", 0, 4), ("stock", 0, 4), ("stock", 4, 4),
    ]  # fmt: skip
    said = {issue.code for issue in done.issues}
    assert {"stock_negative", "columns_ignored", "pictures_recorded", "sku_repeated", "brand_new"} <= said
    cards = queries.page_listings(filter=ListingFilter(), sort="price_asc", language="zh-hans").items
    assert [(card.title, card.price_minor, card.in_stock) for card in cards] == [
        ("乌龙茶", 1250, True),
        ("柿子饼", 1250, True),
    ]
    states = queries.list_states(shop.id)
    assert states["box"].draft.status == "draft"
    small, large = states["oolong"].variant_ids
    assert inventory_queries.list_available([small, large]) == {small: 5, large: 0}
    assert pricing_queries.list_prices([large], "CNY")[large].amount_minor == 2800
    assert [p.url for p in states["oolong"].draft.pending or ()] == [
        "https://cdn.example/1.jpg?v=1",
        "https://cdn.example/2.jpg",
    ]


def test_the_same_file_again_changes_nothing(shop: Any) -> None:
    imports.run(shop_id=shop.id, data=file_of(REAL))

    again = import_queries.preview(shop_id=shop.id, data=file_of(REAL))
    assert again.changes == 0
    done = imports.run(shop_id=shop.id, data=file_of(REAL, "gb18030"))
    assert (done.unchanged, done.price_changes, done.stock_changes) == (3, 0, 0)


def test_an_export_read_again_changes_nothing(shop: Any) -> None:
    brand = catalog.save_brand(slug="shi", name={"zh-hans": "柿记", "en": "Shi"})
    parent = catalog.save_category(slug="food", name={"zh-hans": "食品", "en": "Food"})
    tea = catalog.save_category(slug="tea", name={"zh-hans": "茶", "en": "Tea"}, parent_id=parent)
    saved = catalog.save_product(
        shop_id=shop.id,
        handle="=oolong",
        title={"zh-hans": "=1+1 乌龙", "en": "Oolong"},
        description={"en": "<p>Only in English</p>"},
        category_id=tea,
        brand_id=brand,
        option_names=["A", "B", "C", "D"],
        variants=[
            VariantDraft(("-1", "'=x", "@", "d")),
            VariantDraft(("1", "2", "3", "4"), "+SKU", 7, "6901234567892"),
        ],
        tags=["@home"],
        kind="茶",
        media=[picture()],
    )
    pricing.set_prices(rows=[(pk, "CNY", 100 + pk, None) for pk in saved.variant_ids])
    inventory.set_stock(rows=[(saved.variant_ids[0], 3)], shop_id=shop.id, reference="first")
    imports.run(shop_id=shop.id, data=file_of(REAL))

    for language in ("zh-hans", "en"):
        data = export(shop, language=language, base_url="https://shop.example")
        seen = import_queries.preview(shop_id=shop.id, data=data, language=language)
        assert [issue for issue in seen.plan.issues if issue.level != "note"] == []
        assert (seen.changes, seen.plan.count("unchanged")) == (0, 4)
        assert imports.run(shop_id=shop.id, data=data, language=language).unchanged == 4
        assert export(shop, language=language, base_url="https://shop.example") == data


def test_inp_127_no_cell_of_an_export_is_a_formula(shop: Any, hostile_texts: list[str]) -> None:
    risky = [text for text in hostile_texts if csv_cells.neutralise(text) != text]
    drafts = [
        ProductDraft(
            shop_id=shop.id,
            handle=f"{text[:100].strip()} {number}",
            title={"zh-hans": text[:200].strip() or "="},
            description={"zh-hans": text},
            tags=(text[:50],),
            kind=text[:100],
            variants=(VariantDraft(sku=text[:100]),),
        )
        for number, text in enumerate(risky)
    ]
    catalog.save_products(drafts)

    for record in cells(export(shop, language="zh-hans")):
        for cell in record.values():
            assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠")), cell


def test_nothing_is_half_imported(shop: Any) -> None:
    bad = [*REAL, row("bad", "坏", Variant_Price="twelve")]

    with pytest.raises(ImportRefused):
        imports.run(shop_id=shop.id, data=file_of(bad))

    assert queries.list_states(shop.id) == {}
    seen = import_queries.preview(shop_id=shop.id, data=file_of(bad))
    assert [(i.row, i.code) for i in seen.plan.issues if i.level == "error"] == [(7, "price_unreadable")]
    assert not seen.is_ready


def test_a_late_failure_takes_everything_back(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**more: Any) -> int:
        raise RuntimeError

    monkeypatch.setattr(writing.inventory, "set_stock", fail)
    with pytest.raises(RuntimeError):
        imports.run(shop_id=shop.id, data=file_of(REAL))

    assert queries.list_states(shop.id) == {}


def test_columns_that_a_file_lacks_stay_as_they_are(shop: Any) -> None:
    imports.run(shop_id=shop.id, data=file_of(REAL))
    before = queries.list_states(shop.id)["cake"].draft
    prices = [{"Handle": "cake", "Title": "柿子饼", "Option1 Value": "", "Variant Price": "15"}]

    done = imports.run(shop_id=shop.id, data=file_of(prices))

    assert (done.unchanged, done.price_changes, done.stock_changes) == (1, 1, 0)
    assert queries.list_states(shop.id)["cake"].draft == before


def test_another_language_is_added_not_replaced(shop: Any) -> None:
    imports.run(shop_id=shop.id, data=file_of(REAL), language="zh-hans")

    imports.run(
        shop_id=shop.id, data=file_of([row("cake", "Persimmon cake", Body__HTML_="x")]), language="en"
    )

    assert queries.list_states(shop.id)["cake"].draft.title == {"zh-hans": "柿子饼", "en": "Persimmon cake"}


def test_unknown_headers_wait_for_a_mapping(shop: Any) -> None:
    data = file_of([{"商品名称": "明前龙井", "售价": "88", "库存": "3", "颜色分类": "绿"}], "gb18030")

    seen = import_queries.preview(shop_id=shop.id, data=data)
    proposal = {guess.column: guess.field for guess in seen.plan.columns if guess.field}
    assert seen.plan.needs_mapping and not seen.is_ready
    with pytest.raises(MappingUnconfirmed):
        imports.run(shop_id=shop.id, data=data)

    done = imports.run(shop_id=shop.id, data=data, mapping=proposal)
    assert (done.created, done.price_changes, done.stock_changes) == (1, 1, 1)
    assert imports.run(shop_id=shop.id, data=data, mapping=proposal).unchanged == 1


def test_dropped_variants_are_archived_and_told(shop: Any) -> None:
    imports.run(shop_id=shop.id, data=file_of(REAL))

    seen = import_queries.preview(shop_id=shop.id, data=file_of(REAL[:1]))
    assert "variants_dropped" in {issue.code for issue in seen.plan.issues}
    imports.run(shop_id=shop.id, data=file_of(REAL[:1]))
    assert len(queries.list_states(shop.id)["oolong"].variant_ids) == 1


def test_promised_pieces_stay_in_stock(shop: Any) -> None:
    from datetime import timedelta

    from jishi.kernel import clock

    imports.run(shop_id=shop.id, data=file_of(REAL))
    variant_id = queries.list_states(shop.id)["cake"].variant_ids[0]
    inventory.hold(
        reference="order-1", lines=[(variant_id, 3)], expires_at=clock.now() + timedelta(minutes=9)
    )

    fewer = [
        row("cake", "柿子饼", Variant_SKU="R1", Variant_Inventory_Qty="1", Variant_Compare_At_Price="20.00")
    ]
    done = imports.run(shop_id=shop.id, data=file_of(fewer))

    assert "stock_promised" in {issue.code for issue in done.issues}
    assert inventory_queries.list_available([variant_id]) == {variant_id: 0}


def test_eighty_three_columns_of_old_and_new_headers_are_read_by_name(shop: Any) -> None:
    wide = {f"Metafield: custom.field_{n} [single_line_text_field]": str(n) for n in range(33)}
    market = {f"Price / International {n}": "1" for n in range(30)}
    rows = [
        {
            **wide,
            **row("cake", "柿子饼"),
            **market,
            "Option1 Linked To": "",
            "SEO Title": "",
            "Cost per item": "3",
        }
    ]
    assert len(rows[0]) >= 82

    done = imports.run(shop_id=shop.id, data=file_of(rows))

    assert done.created == 1
    ignored = next(issue for issue in done.issues if issue.code == "columns_ignored")
    assert ignored.params["count"] == 33 + 30 + 4


def test_inp_122_hostile_texts_are_stored_safely_or_refused(shop: Any, hostile_texts: list[str]) -> None:
    texts = [text.encode("utf-8", "replace").decode().replace("\x00", "") for text in hostile_texts]
    fields = 5  # each text stands in one field of some product
    texts += texts[: -len(texts) % fields]
    rows = []
    for number in range(0, len(texts), fields):
        title, body, name, option, address = texts[number : number + fields]
        rows.append(
            row(
                f"h{number} {name}"[:250],
                f"t{title}"[:255],
                Vendor=name[:50],
                Tags=name[:90],
                Type=option[:200],
            )
            | {"Body (HTML)": body, "Option1 Name": "o", "Option1 Value": f"v{option}"[:200]}
            | {"Variant SKU": option[:200], "Image Src": address[:500], "Variant Image": address[:500]}
        )

    seen = import_queries.preview(shop_id=shop.id, data=file_of(rows), language="en")
    assert seen.plan.error_count == 0, [i for i in seen.plan.issues if i.level == "error"][:3]
    imports.run(shop_id=shop.id, data=file_of(rows), language="en")

    again = import_queries.preview(shop_id=shop.id, data=file_of(rows), language="en")
    assert [plan.draft.title for plan in again.plan.products if plan.change != "unchanged"] == []
    data = export(shop, language="en")
    assert import_queries.preview(shop_id=shop.id, data=data, language="en").changes == 0
    for state in queries.list_states(shop.id).values():
        found = Tags()
        found.feed("".join(state.draft.description.values()))
        assert found.names <= markup.TAGS
        assert all(
            name in ("href", "title", "rel", "colspan", "rowspan", "scope") for name, _ in found.attributes
        )
        for name, value in found.attributes:
            assert name != "href" or urlsplit(value).scheme in ("", "http", "https", "mailto"), value
        for address in state.draft.pending or ():
            assert address.url.lower().startswith(("http://", "https://"))


words = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(
    titles=st.lists(words, min_size=1, max_size=4),
    bodies=st.lists(words, min_size=4, max_size=4),
    options=st.lists(st.lists(words, min_size=2, max_size=2), min_size=1, max_size=4),
    amounts=st.lists(st.integers(0, 10**9), min_size=16, max_size=16),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_export_then_import_is_no_change_for_any_texts(
    shop: Any, titles: list[str], bodies: list[str], options: list[list[str]], amounts: list[int]
) -> None:
    from jishi.kernel.errors import DomainError

    drafts = [
        ProductDraft(
            shop_id=shop.id,
            handle=f"h{number} {title}",
            title={"zh-hans": title or "x"},
            description={"en": bodies[number]},
            option_names=("一", "二"),
            variants=tuple(VariantDraft((a, b), sku=a) for a, b in options),
            tags=(title, bodies[0]),
            kind=bodies[1],
        )
        for number, title in enumerate(titles)
    ]
    try:
        saved = catalog.save_products(drafts)
    except DomainError:
        return
    variant_ids = [pk for result in saved for pk in result.variant_ids]
    pricing.set_prices(
        rows=[(pk, "CNY", amount, None) for pk, amount in zip(variant_ids, amounts, strict=False)]
    )

    data = export(shop, language="zh-hans")
    seen = import_queries.preview(shop_id=shop.id, data=data, language="zh-hans")

    assert seen.plan.error_count == 0, seen.plan.issues
    assert seen.changes == 0


def test_a_thousand_products_are_imported_quickly(shop: Any, django_assert_max_num_queries: Any) -> None:
    rows = [row(f"p{n}", f"茶 {n}", Variant_Price=str(n + 1)) for n in range(1000)]
    started, cpu = time.perf_counter(), time.process_time()

    with django_assert_max_num_queries(70):
        done = imports.run(shop_id=shop.id, data=file_of(rows))

    print(
        f"1,000 rows in {time.perf_counter() - started:.1f} s, {time.process_time() - cpu:.1f} s our own work"
    )
    assert (done.created, done.price_changes, done.stock_changes) == (1000, 1000, 1000)
