"""Reading product files: encodings, layouts, mappings, cells and limits. No database."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jishi.goods.catalog import csv_cells, csv_fields, csv_products, csv_read, csv_woocommerce
from jishi.goods.catalog.csv_issues import Report
from jishi.goods.catalog.errors import CsvTooLarge, CsvUnreadable


def file_of(rows: list[list[str]], encoding: str = "utf-8", **more: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, **more).writerows(rows)  # type: ignore[arg-type]
    return out.getvalue().encode(encoding)


def guesses(rows: list[list[str]]) -> dict[str, str]:
    layout = csv_fields.layout_of(csv_read.read(file_of(rows)))
    return {guess.column: guess.field for guess in layout.guesses if guess.field}


def products(rows: list[list[str]]) -> tuple[list[csv_products.FileProduct], list[tuple[int, str, str]]]:
    table = csv_read.read(file_of(rows))
    layout = csv_fields.layout_of(table)
    report = Report()
    if layout.kind == "woocommerce":
        records = csv_woocommerce.records_of(table, report)
    else:
        records = [(r.number, {f: r.cells[i] for i, f in layout.fields.items()}) for r in table.rows]
    found = csv_products.products_of(records, exponent=2, report=report)
    return found, [(issue.row, issue.level, issue.code) for issue in report.finished()]


TABLE = [["Handle", "Title"], ["柿子", "集柿：甜 \n两行"], ["b", "二"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_chinese_files_are_read_in_every_usual_encoding(encoding: str) -> None:
    table = csv_read.read(file_of(TABLE, encoding))

    assert table.columns == ("Handle", "Title")
    assert [row.cells for row in table.rows] == [tuple(row) for row in TABLE[1:]]


def test_western_files_of_old_spreadsheets_are_not_taken_for_chinese() -> None:
    table = csv_read.read(file_of([["Handle", "Title"], ["cafe", "Café crème à la fraîche"]], "cp1252"))

    assert (table.encoding, table.rows[0].cells[1]) == ("cp1252", "Café crème à la fraîche")


@pytest.mark.parametrize("separator", list(csv_read.SEPARATORS))
def test_separators_are_found(separator: str) -> None:
    table = csv_read.read(file_of([["a", "b,x", "c"], ["1", "2", "3"]], delimiter=separator))

    assert table.columns == ("a", "b,x", "c")


def test_ragged_rows_blank_rows_and_line_ends() -> None:
    data = b"\r\n\r\na,b,c,,\r\n1\r\n\r\n,,\r\n1,2,3,4\r\n1,2,3,,,\r\n"

    table = csv_read.read(data)

    assert table.columns == ("a", "b", "c")
    assert [(row.number, row.cells, row.has_extra) for row in table.rows] == [
        (2, ("1", "", ""), False),
        (5, ("1", "2", "3"), True),
        (6, ("1", "2", "3"), False),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b",,,\n1,2",
        b"a,b\n",
        b"PK\x03\x04\x14\x00\x00",
        b"\xff\xfe\x00",
        b'a,b\n1,"never closed\n2,3\n',
        b"\x00" * 500,
    ],
)
def test_what_is_no_table_is_said_in_one_sentence(data: bytes) -> None:
    with pytest.raises(CsvUnreadable):
        csv_read.read(data)


def test_inp_128_files_have_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CsvTooLarge):
        csv_read.read(b"a,b\n" + b"1," + b"x" * 65_536)
    with pytest.raises(CsvTooLarge):
        csv_read.read(b"a,b\n" + b"1," + b"x" * 200_000)
    with pytest.raises(CsvTooLarge):
        csv_read.read(b",".join(b"c%d" % n for n in range(401)) + b"\n1")
    with pytest.raises(CsvTooLarge):
        csv_read.read(b"x" * (csv_read.MAX_BYTES + 1))
    monkeypatch.setattr(csv_read, "MAX_ROWS", 10)
    with pytest.raises(CsvTooLarge):
        csv_read.read(b"a\n" + b"1\n" * 11)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        table = csv_read.read(data)
    except (CsvUnreadable, CsvTooLarge):
        return
    assert all(len(row.cells) == len(table.columns) for row in table.rows)


@given(st.text(max_size=30) | st.text("'=+-@\t\r\n; ＝,x", max_size=12))
def test_inp_127_neutralising_a_cell_can_be_undone(text: str) -> None:
    cell = csv_cells.neutralise(text)

    assert csv_cells.restore(cell) == text
    assert not cell.lstrip(" ").startswith(tuple("=+-@\t\r＝＋－＠"))


def test_inp_127_known_formulas_are_neutralised(hostile_texts: list[str]) -> None:
    for text in hostile_texts:
        cell = csv_cells.neutralise(text)
        assert csv_cells.restore(cell) == text
        assert cell[:1] not in tuple("=+-@\t\r＝＋－＠"), text


@pytest.mark.parametrize(
    ("cell", "minor"),
    [
        ("12.50", 1250), ("12", 1200), ("¥1,234.5", 123450), ("1.234,56 €", 123456), ("12,5", 1250),
        ("1,234", 123400),
        ("1 234,00", 123400), ("US$0.99", 99), ("١٢٫٥", 1250), ("９９．９０", 9990), ("0", 0), ("12.", 1200),
        ("12.345", None), ("-1", None), ("free", None), ("", None), ("1-2", None), ("10.00 / 12.00", None),
        ("1e5", None), ("NaN", None), ("9" * 41, None), ("99999999999999", None), ("1.234.567", 123456700),
    ],
)  # fmt: skip
def test_prices_are_read_as_people_write_them(cell: str, minor: int | None) -> None:
    assert csv_cells.parse_minor(cell, 2) == minor


def test_currencies_without_decimals_refuse_them() -> None:
    assert csv_cells.parse_minor("1,200", 0) == 1200
    assert csv_cells.parse_minor("12.5", 0) is None
    assert csv_cells.format_minor(1200, 0) == "1200"
    assert csv_cells.format_minor(1205, 2) == "12.05"


def test_shopify_headers_of_all_ages_are_known() -> None:
    classic = ["Handle", "Title", "Body (HTML)", "Vendor", "Variant SKU", "Variant Price", "Image Src"]
    new = ["Title", "URL handle", "Description", "Vendor", "SKU", "Price", "Product image URL"]
    for header in (classic, new):
        layout = csv_fields.layout_of(csv_read.read(file_of([header, ["x"] * len(header)])))
        assert layout.kind == "shopify"
        assert set(layout.fields.values()) == {"handle", "title", "body", "vendor", "sku", "price", "image"}


def test_chinese_and_arabic_headers_are_mapped_by_their_words() -> None:
    assert guesses(
        [["商品名称", "售价（元）", "库存数量", "商家编码", "主图"], ["茶", "12.50", "3", "A-1", ""]]
    ) == {
        "商品名称": "title",
        "售价（元）": "price",
        "库存数量": "stock",
        "商家编码": "sku",
        "主图": "image",
    }
    assert guesses([["اسم المنتج", "السعر", "الكمية", "الوصف"], ["شاي", "12.50", "4", "شاي أخضر"]]) == {
        "اسم المنتج": "title",
        "السعر": "price",
        "الكمية": "stock",
        "الوصف": "body",
    }


def test_unknown_headers_are_mapped_by_their_contents() -> None:
    rows = [["k1", "k2", "k3", "k4", "k5", "k6"]]
    for n in range(30):
        rows.append([
            f"Persimmon cake number {n}", f"{n}.{n:02d}", str(n % 9), f"PC-{1000 + n}",
            f"https://img.example/{n}.jpg", f"<p>Sweet and soft, batch {n}</p>",
        ])  # fmt: skip

    assert guesses(rows) == {
        "k1": "title",
        "k2": "price",
        "k3": "stock",
        "k4": "sku",
        "k5": "image",
        "k6": "body",
    }


def test_a_mapping_decides() -> None:
    table = csv_read.read(file_of([["a", "b", "c"], ["茶", "1", "x"]]))

    layout = csv_fields.layout_of(table, {"a": "title", "b": "price", "c": "no such field"})

    assert dict(layout.fields) == {0: "title", 1: "price"}
    assert not layout.is_guessed


HEADER = ["Handle", "Title", "Option1 Name", "Option1 Value", "Variant SKU", "Variant Price",
          "Variant Inventory Qty", "Image Src", "Body (HTML)"]  # fmt: skip


def test_rows_of_one_handle_are_one_product() -> None:
    found, issues = products([
        HEADER,
        ["shirt", "Shirt", "Size", "S", "", "10", "-3", "https://x.example/1.jpg", "<script>x</script>hi"],
        ["mug", "Mug", "Title", "Default Title", "M", "5", "", "", ""],
        ["shirt", "", "", "M", "", "11", "4", "https://x.example/2.jpg", ""],
        ["shirt", "", "", "", "", "", "", "https://x.example/3.jpg", ""],
    ])  # fmt: skip

    shirt, mug = found
    assert [(v.draft.options, v.price_minor, v.stock, v.row) for v in shirt.variants] == [
        (("S",), 1000, 0, 2),
        (("M",), 1100, 4, 4),
    ]
    assert [p.position for p in shirt.pictures] == [1, 2, 3]
    assert (mug.option_names, mug.variants[0].draft.options) == ((), ())
    assert issues == [(2, "note", "active_content"), (2, "warning", "stock_negative")]


def test_errors_carry_their_row() -> None:
    _, issues = products([
        HEADER,
        ["", "", "", "", "", "10", "", "", ""],
        ["a", "", "Size", "S", "", "10", "", "", ""],
        ["b", "B", "Size", "S", "", "ten", "", "", ""],
        ["b", "", "", "M", "", "1", "many", "", ""],
        ["b", "", "", "S", "", "2", "", "", ""],
        ["c", "C", "Size", "S", "", "2", "", "file:///etc/passwd", ""],
        ["c", "", "", "", "x", "2", "", "data:image/png;base64,AAAA", ""],
    ])  # fmt: skip

    assert issues == [
        (2, "error", "handle_missing"),
        (3, "error", "title_missing"),
        (4, "error", "price_unreadable"),
        (5, "error", "stock_unreadable"),
        (6, "error", "variant_repeated"),
        (7, "warning", "address_refused"),
        (8, "error", "option_missing"),
        (8, "warning", "address_refused"),
    ]


WOO = ["ID", "Type", "SKU", "Name", "Published", "Description", "Stock", "Weight (kg)", "Sale price",
       "Regular price",
       "Categories", "Tags", "Images", "Parent", "Attribute 1 name", "Attribute 1 value(s)",
       "Meta: _x"]  # fmt: skip


def test_woocommerce_variations_join_their_parent() -> None:
    found, issues = products([
        WOO,
        ["7", "variable", "TEE", "Tee", "1", "<b>Soft</b>", "", "0.2", "", "", "Clothes > Tees, Sale", "a, b",
         "https://x.example/1.jpg, https://x.example/2.jpg", "", "Size", "S, M", "1"],
        ["8", "variation", "", "Tee - S", "1", "", "5", "", "8", "10", "", "", "", "id:7", "Size", "S", ""],
        ["9", "variation", "", "Tee - M", "1", "", "-1", "0.3", "", "11", "", "", "", "TEE", "Size", "M", ""],
        ["10", "simple, virtual", "", "Song", "0", "", "", "", "", "3", "", "", "", "", "", "", ""],
        ["11", "grouped", "", "Set", "1", "", "", "", "", "", "", "", "", "", "", "", ""],
        ["12", "variation", "", "Lost", "1", "", "", "", "", "1", "", "", "", "id:99", "", "", ""],
    ])  # fmt: skip

    tee, song = found
    assert (tee.handle, tee.status, tee.option_names[0], len(tee.pictures)) == ("woo-7", "active", "Size", 2)
    assert [
        (v.draft.options, v.price_minor, v.compare_at_minor, v.stock, v.draft.weight_g) for v in tee.variants
    ] == [
        (("S",), 800, 1000, 5, 200),
        (("M",), 1100, None, 0, 300),
    ]
    assert (song.status, song.variants[0].price_minor) == ("draft", 300)
    assert [code for _, level, code in issues if level == "error"] == ["parent_missing"]
    assert "type_skipped" in {code for _, _, code in issues}
