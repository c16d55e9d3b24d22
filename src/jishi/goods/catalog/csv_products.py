"""Rows of a file to products: which rows belong together, what each cell means, and what is wrong with it.

Pure: no database, no clock. A product is a handle; a variant is its option values; a SKU identifies nothing,
because real files leave it blank or repeat it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from jishi.goods.catalog import csv_cells, rules
from jishi.goods.catalog.contracts import PendingPicture, VariantDraft
from jishi.goods.catalog.csv_fields import OPTION_COUNT
from jishi.goods.catalog.csv_issues import Report
from jishi.goods.catalog.errors import FieldInvalid, FieldTooLong

DEFAULT_VALUE = "default title"
STATUS_WORDS = {
    "active": "active", "publish": "active", "published": "active", "上架": "active", "在售": "active",
    "draft": "draft", "草稿": "draft", "unlisted": "draft", "private": "draft", "archived": "archived",
    "下架": "archived", "已下架": "archived", "归档": "archived",
}  # fmt: skip
TRUE_WORDS = {"true", "1", "yes", "y", "是", "上架", "نعم"}
GRAMS = {
    "g": 1.0, "gram": 1.0, "grams": 1.0, "克": 1.0, "kg": 1000.0, "千克": 1000.0, "公斤": 1000.0,
    "lb": 453.59237, "lbs": 453.59237, "oz": 28.349523125,
}  # fmt: skip
_ACTIVE = re.compile(r"<\s*(script|iframe|style|object|embed|form)\b|\bon\w+\s*=|javascript:", re.IGNORECASE)

Record = Mapping[str, str]
"""The cells of one row by field; a field without a column is absent."""


@dataclass(slots=True)
class FileVariant:
    """One variant of a file."""

    row: int
    draft: VariantDraft
    fields: frozenset[str]
    price_minor: int | None = None
    compare_at_minor: int | None = None
    stock: int | None = None


@dataclass(slots=True)
class FileProduct:
    """One product of a file; ``values`` holds only the texts the file has a column for."""

    row: int
    handle: str
    values: dict[str, str]
    status: str | None
    option_names: tuple[str, ...]
    variants: list[FileVariant] = field(default_factory=list)
    pictures: list[PendingPicture] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)


def products_of(records: Sequence[tuple[int, Record]], *, exponent: int, report: Report) -> list[FileProduct]:
    """The products of a file, in the order of their first rows; problems go to ``report``."""
    groups: dict[str, list[tuple[int, Record]]] = {}
    for row, record in records:
        handle = _handle(row, record, report)
        if handle:
            groups.setdefault(handle, []).append((row, record))
    made = (_product(handle, rows, exponent, report) for handle, rows in groups.items())
    return [product for product in made if product is not None]


def _handle(row: int, record: Record, report: Report) -> str:
    written = rules_line(record.get("handle", ""))
    if written:
        return written
    title = record.get("title", "").strip()
    if not title:
        report.error(row, "handle_missing")
        return ""
    if "handle" in record:
        report.note(row, "handle_made")
    return rules.slug_of(title)


def rules_line(text: str) -> str:
    """One line without control characters, of any length."""
    return rules.clean_line(text, name="", limit=csv_cells.COUNT_MAX)


def _product(
    handle: str, rows: Sequence[tuple[int, Record]], exponent: int, report: Report
) -> FileProduct | None:
    row, first = next(((n, r) for n, r in rows if r.get("title", "").strip()), rows[0])
    names = _option_names([record for _, record in rows])
    variant_rows = [(n, r) for n, r in rows if _is_variant(r) or (n, r) == rows[0]]
    product = FileProduct(
        row=row,
        handle=handle,
        values={
            key: first[key] for key in ("title", "body", "vendor", "category", "kind", "tags") if key in first
        },
        status=_status(row, first, report),
        option_names=_real_options(names, [record for _, record in variant_rows]),
    )
    if "title" in first and not first["title"].strip():
        report.error(row, "title_missing", handle=handle[:80])
        return None
    if _ACTIVE.search(product.values.get("body", "")):
        report.note(row, "active_content")
    seen: dict[tuple[str, ...], FileVariant] = {}
    for number, record in variant_rows:
        _add_variant(product, seen, number, record, exponent, report)
    _add_pictures(product, rows, report)
    return product


def _is_variant(record: Record) -> bool:
    """Whether a row below the first describes a variant, not only one more picture."""
    values = (record.get(f"option{n}_value", "") for n in range(1, OPTION_COUNT + 1))
    return any(v.strip() for v in values) or any(record.get(k, "").strip() for k in ("sku", "price"))


def _option_names(records: Sequence[Record]) -> list[str]:
    """The name of each option place that has any value, from the first row that names it."""
    names: list[str] = []
    for n in range(1, OPTION_COUNT + 1):
        is_used = any(record.get(f"option{n}_value", "").strip() for record in records)
        named = next((r[f"option{n}_name"] for r in records if r.get(f"option{n}_name", "").strip()), "")
        names.append((rules_line(named) or f"Option {n}") if is_used else "")
    return names


def _real_options(names: Sequence[str], records: Sequence[Record]) -> tuple[str, ...]:
    """Option names in their places; none at all for the placeholder of products without options."""
    values = {
        r.get(f"option{n}_value", "").strip().casefold() for r in records for n in range(1, OPTION_COUNT + 1)
    }
    if len(records) == 1 and values <= {"", DEFAULT_VALUE}:
        return ()
    return tuple(names)


def _add_variant(
    product: FileProduct,
    seen: dict[tuple[str, ...], FileVariant],
    row: int,
    record: Record,
    exponent: int,
    report: Report,
) -> None:
    values = [record.get(f"option{n}_value", "") for n, name in enumerate(product.option_names, 1) if name]
    options = tuple(rules_line(value) for value in values)
    if not all(options):
        report.error(row, "option_missing", handle=product.handle[:80])
        return
    try:
        variant = _variant(row, options, record, exponent, report)
    except FieldTooLong as error:
        report.error(row, "too_long", field=error.fields["field"], limit=error.fields["limit"])
        return
    if options in seen:
        twin = seen[options]
        is_same = (twin.draft, twin.price_minor, twin.stock) == (
            variant.draft,
            variant.price_minor,
            variant.stock,
        )
        (report.warning if is_same else report.error)(
            row, "variant_repeated", options=" / ".join(options)[:120] or product.handle[:80], first=twin.row
        )
        return
    seen[options] = variant
    product.variants.append(variant)


def _variant(
    row: int, options: tuple[str, ...], record: Record, exponent: int, report: Report
) -> FileVariant:
    image = record.get("variant_image", "").strip()
    if image and not _is_address(image):
        report.warning(row, "address_refused")
        image = ""
    price = _price(row, record, "price", exponent, report)
    compare_at = _price(row, record, "compare_at", exponent, report) or None
    if price is not None and compare_at is not None and compare_at <= price:
        report.note(row, "compare_at_low")
        compare_at = None
    return FileVariant(
        row=row,
        draft=VariantDraft(
            options=options,
            sku=rules.clean_line(record.get("sku", ""), name="sku", limit=rules.SKU_MAX),
            weight_g=_grams(row, record, report),
            barcode=rules.clean_line(record.get("barcode", ""), name="barcode", limit=100),
            image_source=image,
        ),
        fields=frozenset(record),
        price_minor=price,
        compare_at_minor=compare_at,
        stock=_stock(row, record, report),
    )


def _price(row: int, record: Record, key: str, exponent: int, report: Report) -> int | None:
    cell = record.get(key, "").strip()
    if not cell:
        if key == "price" and "price" in record:
            report.note(row, "price_missing")
        return None
    amount = csv_cells.parse_minor(cell, exponent)
    if amount is None:
        report.error(row, "price_unreadable", value=cell[:40])
    return amount


def _stock(row: int, record: Record, report: Report) -> int | None:
    cell = record.get("stock", "").strip()
    if not cell:
        return None
    count = csv_cells.parse_count(cell)
    if count is None:
        report.error(row, "stock_unreadable", value=cell[:40])
        return None
    if count < 0:
        report.warning(row, "stock_negative", value=count)
        return 0
    return count


def _grams(row: int, record: Record, report: Report) -> int:
    cell, unit = record.get("grams", "").strip(), "g"
    if not cell:
        cell = record.get("weight", "").strip()
        unit = record.get("weight_unit", "").strip().casefold() or "kg"
    if not cell:
        return 0
    number = csv_cells.parse_number(cell)
    if number is None or not 0 <= number <= rules.WEIGHT_MAX_G:
        report.warning(row, "weight_unreadable", value=cell[:40])
        return 0
    return min(rules.WEIGHT_MAX_G, round(float(number) * GRAMS.get(unit, 1000.0)))


def _status(row: int, record: Record, report: Report) -> str | None:
    """What the file says; a blank or missing status follows the published flag, which follows nothing."""
    written = record.get("status", "").strip()
    if written:
        if written.casefold() in STATUS_WORDS:
            return STATUS_WORDS[written.casefold()]
        report.warning(row, "status_unknown", value=written[:40])
        return "draft"
    published = record.get("published", "").strip()
    if published:
        return "active" if published.casefold() in TRUE_WORDS else "draft"
    return None


def _add_pictures(product: FileProduct, rows: Iterable[tuple[int, Record]], report: Report) -> None:
    urls: set[str] = set()
    for row, record in rows:
        for url in _addresses(record.get("image", "")):
            if not _is_address(url):
                report.warning(row, "address_refused")
                continue
            if url in urls:
                continue
            urls.add(url)
            place = csv_cells.parse_count(record.get("image_position", ""))
            alt = rules_line(record.get("image_alt", ""))[: rules.ALT_MAX]
            product.pictures.append(
                PendingPicture(url, alt, len(urls) if place is None or place < 1 else place)
            )
    if len(urls) > rules.PICTURES_MAX:
        report.error(product.row, "too_long", field="pictures", limit=rules.PICTURES_MAX)


def _addresses(cell: str) -> list[str]:
    """One address, or several with commas between, as some shop systems write them."""
    text = cell.strip()
    return [part.strip() for part in re.split(r",\s*(?=\w+:)", text) if part.strip()] if text else []


def _is_address(url: str) -> bool:
    try:
        return rules.clean_url(url) == url
    except (FieldInvalid, FieldTooLong):
        return False
