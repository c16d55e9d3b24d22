"""Which column of a product file is what: known headers of shop systems, else usual words, else contents.

Fields are the vocabulary between files and products; ``optionN_name`` and ``optionN_value`` run from 1 to 5.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jishi.goods.catalog.contracts import IMPORT_FIELDS, ColumnGuess
from jishi.goods.catalog.csv_cells import parse_number
from jishi.goods.catalog.csv_read import Table

OPTION_COUNT = 5
_OPTION_PARTS = [f"{n} {part}" for n in range(1, OPTION_COUNT + 1) for part in ("name", "value")]

SHOPIFY: Mapping[str, str] = {
    "handle": "handle", "url handle": "handle", "title": "title", "body (html)": "body", "body html": "body",
    "description": "body", "vendor": "vendor", "product category": "category",
    "standardized product type": "category", "standard product type": "category", "type": "kind",
    "custom product type": "kind", "tags": "tags", "published": "published",
    "published on online store": "published", "status": "status", "variant sku": "sku", "sku": "sku",
    "variant grams": "grams", "weight value (grams)": "grams", "variant inventory qty": "stock",
    "inventory quantity": "stock", "variant price": "price", "price": "price",
    "variant compare at price": "compare_at", "compare-at price": "compare_at", "variant barcode": "barcode",
    "barcode": "barcode", "image src": "image", "product image url": "image",
    "image position": "image_position",
    "image alt text": "image_alt", "variant image": "variant_image", "variant image url": "variant_image",
    **{f"option{part}": f"option{part}".replace(" ", "_") for part in _OPTION_PARTS},
}  # fmt: skip

WOOCOMMERCE_MARKS = {"type", "name", "regular price", "categories"}

WORDS: Mapping[str, tuple[str, ...]] = {
    "handle": ("handle", "slug", "permalink", "链接", "网址别名", "商品别名"),
    "title": (
        "title", "name", "product name", "product", "item", "item name", "名称", "商品名称", "产品名称",
        "品名", "标题", "商品标题", "商品名", "宝贝名称", "宝贝标题", "اسم المنتج", "الاسم", "العنوان",
        "المنتج", "nombre", "nom", "produkt", "bezeichnung",
    ),
    "body": (
        "body", "description", "details", "product description", "描述", "商品描述", "产品描述", "详情",
        "商品详情", "介绍", "宝贝描述", "الوصف", "وصف المنتج", "descripción", "beschreibung",
    ),
    "vendor": (
        "vendor", "brand", "manufacturer", "品牌", "厂家", "供应商", "厂商", "العلامة التجارية", "الماركة",
        "marke",
    ),
    "category": (
        "category", "categories", "product category", "分类", "类目", "商品分类", "宝贝类目", "التصنيف",
        "الفئة",
    ),
    "kind": ("type", "product type", "类型", "商品类型", "النوع"),
    "tags": ("tags", "keywords", "labels", "标签", "关键词", "关键字", "الوسوم", "الكلمات المفتاحية"),
    "published": ("published", "visible", "上架", "是否上架", "منشور"),
    "status": ("status", "state", "状态", "商品状态", "الحالة"),
    "sku": (
        "sku", "code", "item code", "product code", "article", "货号", "编码", "商品编码", "商家编码",
        "产品编号",
        "编号", "رمز المنتج", "الرمز", "رمز التخزين", "artikelnummer",
    ),
    "grams": ("grams", "weight (g)", "weight g", "重量(克)", "重量（克）", "重量(g)", "克重"),
    "weight": ("weight", "weight (kg)", "重量", "重量(千克)", "重量（千克）", "重量(kg)", "الوزن"),
    "weight_unit": ("weight unit", "重量单位"),
    "stock": (
        "stock", "quantity", "qty", "inventory", "available", "库存", "库存数量", "数量", "宝贝数量",
        "库存量",
        "الكمية", "المخزون", "bestand",
    ),
    "price": (
        "price", "unit price", "sale price", "价格", "售价", "单价", "销售价", "现价", "宝贝价格", "السعر",
        "سعر البيع", "سعر", "preis", "precio", "prix",
    ),
    "compare_at": (
        "compare at price", "list price", "regular price", "rrp", "原价", "市场价", "划线价", "السعر الأصلي",
        "السعر قبل الخصم",
    ),
    "barcode": ("barcode", "ean", "gtin", "upc", "isbn", "条码", "条形码", "商品条码", "الباركود", "باركود"),
    "image": (
        "image", "image url", "picture", "photo", "images", "图片", "主图", "图片地址", "图片链接",
        "商品图片",
        "الصورة", "صورة", "رابط الصورة",
    ),
    "image_alt": ("image alt", "alt text", "图片说明"),
    "option1_value": ("option", "variant", "size", "规格", "尺码", "尺寸", "المقاس", "الحجم"),
    "option2_value": ("color", "colour", "颜色", "色号", "颜色分类", "اللون"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is read: its kind, the field of each column index, and the guesses to show."""

    kind: str
    fields: Mapping[int, str]
    guesses: tuple[ColumnGuess, ...]
    is_guessed: bool


def layout_of(table: Table, mapping: Mapping[str, str] | None = None) -> Layout:
    """Recognise a file. ``mapping`` (column to field, '' to leave out) is somebody's decision and wins."""
    keys = [folded(column) for column in table.columns]
    if mapping is not None:
        fields = {i: mapping[c] for i, c in enumerate(table.columns) if mapping.get(c) in IMPORT_FIELDS}
        return _layout("other", table, _once(fields), 100, is_guessed=False)
    if set(keys) >= WOOCOMMERCE_MARKS and {"parent", "id"} & set(keys):
        return _layout("woocommerce", table, {}, 100, is_guessed=False)
    known = {index: SHOPIFY[key] for index, key in enumerate(keys) if key in SHOPIFY}
    if {"handle", "title"} <= set(known.values()) and len(known) >= 4:
        return _layout("shopify", table, _once(known), 100, is_guessed=False)
    return _guess(table, keys)


def folded(header: str) -> str:
    """A header without case, decoration and double spaces."""
    return " ".join(header.casefold().replace("_", " ").replace("*", " ").split()).strip(" :：")


def _guess(table: Table, keys: Sequence[str]) -> Layout:
    by_word = {word: field for field, words in WORDS.items() for word in words}
    fields: dict[int, str] = {}
    confidence: dict[int, int] = {}
    for index, key in enumerate(keys):
        field = (
            by_word.get(key) or SHOPIFY.get(key) or by_word.get(re.sub(r"[（(].*?[)）]$", "", key).strip())
        )
        if field and field not in fields.values():
            fields[index], confidence[index] = field, 90
    for field, is_such in CONTENTS:
        if field in fields.values():
            continue
        scores = {i: is_such(table.column(i)[:200]) for i in range(len(keys)) if i not in fields}
        best = max(scores, key=lambda i: (scores[i], -i), default=None)
        if best is not None and scores[best] >= 0.7:
            fields[best], confidence[best] = field, int(scores[best] * 80)
    layout = _layout("other", table, fields, 0, is_guessed=True)
    guesses = tuple(
        ColumnGuess(guess.column, guess.field, confidence.get(index, 0), guess.samples)
        for index, guess in enumerate(layout.guesses)
    )
    return Layout("other", fields, guesses, is_guessed=True)


def _layout(
    kind: str, table: Table, fields: Mapping[int, str], confidence: int, *, is_guessed: bool
) -> Layout:
    guesses = tuple(
        ColumnGuess(
            column,
            fields.get(index, ""),
            confidence if index in fields else 0,
            tuple(cell[:60] for cell in table.column(index)[:3]),
        )
        for index, column in enumerate(table.columns)
    )
    return Layout(kind, fields, guesses, is_guessed)


def _once(fields: Mapping[int, str]) -> dict[int, str]:
    """The first column of each field; files of changing age may carry two."""
    result: dict[int, str] = {}
    for index, field in fields.items():
        if field not in result.values():
            result[index] = field
    return result


def _share(cells: Sequence[str], is_such: Callable[[str], object]) -> float:
    return sum(bool(is_such(cell.strip())) for cell in cells) / len(cells) if cells else 0.0


def _image(cells: Sequence[str]) -> float:
    return _share(cells, re.compile(r"(?i)https?://\S+\.(jpe?g|png|webp|gif|avif)").match)


def _body(cells: Sequence[str]) -> float:
    return _share(cells, lambda cell: len(cell) > 120 or re.search(r"</?[a-z][^>]*>", cell))


def _barcode(cells: Sequence[str]) -> float:
    return _share(cells, re.compile(r"(\d{8}|\d{12,14})$").match)


def _handle(cells: Sequence[str]) -> float:
    return _share(cells, re.compile(r"[a-z0-9]+(-[a-z0-9]+)+$").match) if _distinct(cells) > 0.3 else 0.0


def _price(cells: Sequence[str]) -> float:
    is_price = _share(cells, lambda cell: len(cell) < 20 and parse_number(cell) is not None)
    has_cents = _share(cells, re.compile(r"[^\d]*\d[\d,]*[.,]\d{1,2}\D*$|.*[¥￥$€£]").match)
    return is_price if has_cents > 0.3 else 0.0


def _stock(cells: Sequence[str]) -> float:
    return _share(cells, re.compile(r"-?\d{1,6}(\.0+)?$").match) if _distinct(cells) > 0.05 else 0.0


def _sku(cells: Sequence[str]) -> float:
    return _share(cells, re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._/-]{2,39}$").match)


def _title(cells: Sequence[str]) -> float:
    if _distinct(cells) < 0.5:
        return 0.0
    return _share(cells, lambda cell: 2 <= len(cell) <= 200 and re.search(r"[^\W\d]{2}", cell))


def _distinct(cells: Sequence[str]) -> float:
    return len(set(cells)) / len(cells) if cells else 0.0


CONTENTS: tuple[tuple[str, Callable[[Sequence[str]], float]], ...] = (
    ("image", _image),
    ("body", _body),
    ("barcode", _barcode),
    ("handle", _handle),
    ("price", _price),
    ("sku", _sku),
    ("stock", _stock),
    ("title", _title),
)
"""Fields recognised by contents, the most telling first: what one takes, the next ones do not see."""
