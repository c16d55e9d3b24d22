"""Products as rows of Shopify's product file, safe to open in a spreadsheet.

Prices and stock belong to other domains and are handed in by variant. Reading the file again changes nothing.
"""

import csv
import io
from collections.abc import Iterable, Mapping
from itertools import zip_longest

from jishi.goods.catalog.contracts import ProductState
from jishi.goods.catalog.csv_cells import format_minor, neutralise
from jishi.goods.catalog.csv_products import DEFAULT_VALUE
from jishi.kernel.money import exponent
from jishi.kernel.text import pick

OPTIONS_MIN = 3
BOM = "\ufeff"
Prices = Mapping[int, tuple[int, int | None, str]]
"""Variant to (price, compare-at price, currency)."""


def header(options: int) -> bytes:
    """The beginning of a file with this many options, with a mark that spreadsheets need for Chinese."""
    return (BOM + _table([_columns(options)])).encode("utf-8", "replace")


def rows(
    states: Iterable[ProductState],
    *,
    options: int,
    language: str,
    prices: Prices,
    stock: Mapping[int, int],
    base_url: str = "",
) -> bytes:
    """The lines of some products, as UTF-8; ``options`` as in the header."""
    columns = _columns(options)
    lines = (
        [neutralise(row.get(column, "")) for column in columns]
        for state in states
        for row in _rows(state, language, prices, stock, base_url)
    )
    return _table(lines).encode("utf-8", "replace")


def _table(lines: Iterable[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n").writerows(lines)
    return out.getvalue()


def _columns(options: int) -> list[str]:
    pairs = [
        f"Option{n} {part}" for n in range(1, max(OPTIONS_MIN, options) + 1) for part in ("Name", "Value")
    ]
    return [
        "Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published", *pairs,
        "Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty",
        "Variant Inventory Policy", "Variant Fulfillment Service", "Variant Price",
        "Variant Compare At Price",
        "Variant Requires Shipping", "Variant Taxable", "Variant Barcode", "Image Src", "Image Position",
        "Image Alt Text", "Gift Card", "Variant Image", "Variant Weight Unit", "Status",
    ]  # fmt: skip


def _rows(
    state: ProductState,
    language: str,
    prices: Prices,
    stock: Mapping[int, int],
    base_url: str,
) -> Iterable[dict[str, str]]:
    variants = [_variant(state, index, prices, stock) for index in range(len(state.variant_ids))]
    pictures = _pictures(state, base_url)
    for number, (variant, picture) in enumerate(zip_longest(variants, pictures)):
        head = _head(state, language) if number == 0 else {}
        yield {"Handle": state.draft.handle, **(variant or {}), **(picture or {}), **head}


def _head(state: ProductState, language: str) -> dict[str, str]:
    draft = state.draft
    names = draft.option_names or ("Title",)
    return {
        "Title": pick(draft.title, language),
        "Body (HTML)": pick(draft.description, language),
        "Vendor": state.brand_name,
        "Product Category": " > ".join(state.category_path),
        "Type": draft.kind,
        "Tags": ", ".join(draft.tags),
        "Published": "TRUE" if draft.status == "active" else "FALSE",
        "Gift Card": "FALSE",
        "Status": draft.status,
        **{f"Option{n} Name": name for n, name in enumerate(names, 1)},
    }


def _variant(state: ProductState, index: int, prices: Prices, stock: Mapping[int, int]) -> dict[str, str]:
    draft, variant_id = state.draft.variants[index], state.variant_ids[index]
    row = {
        "Variant SKU": draft.sku,
        "Variant Grams": str(draft.weight_g),
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Qty": str(stock[variant_id]) if variant_id in stock else "",
        "Variant Inventory Policy": "deny",
        "Variant Fulfillment Service": "manual",
        "Variant Requires Shipping": "TRUE",
        "Variant Taxable": "TRUE",
        "Variant Barcode": draft.barcode,
        "Variant Image": draft.image_source,
        "Variant Weight Unit": "g",
    }
    for n, value in enumerate(draft.options or (DEFAULT_VALUE.title(),), 1):
        row[f"Option{n} Value"] = value
    if variant_id in prices:
        price, compare_at, currency = prices[variant_id]
        row["Variant Price"] = format_minor(price, exponent(currency))
        row["Variant Compare At Price"] = (
            "" if compare_at is None else format_minor(compare_at, exponent(currency))
        )
    return row


def _pictures(state: ProductState, base_url: str) -> list[dict[str, str]]:
    own = [(f"{base_url}{view.url}", view.alt, number) for number, view in enumerate(state.media, 1)]
    pending = [(picture.url, picture.alt, picture.position) for picture in state.draft.pending or ()]
    return [
        {"Image Src": url, "Image Alt Text": alt, "Image Position": str(position)}
        for url, alt, position in [*own, *pending]
    ]
