"""WooCommerce's product export as the same records that other files give.

Variable products are a parent row and variation rows that name it ("id:12" or its SKU); attributes are
numbered columns. Grouped and external products have no counterpart here.
"""

import re
from collections.abc import Mapping, Sequence

from jishi.goods.catalog.csv_fields import OPTION_COUNT, folded
from jishi.goods.catalog.csv_issues import Report
from jishi.goods.catalog.csv_read import Table

Cells = Mapping[str, str]
USED = {
    "id", "type", "sku", "name", "published", "description", "short description", "in stock?", "stock",
    "sale price",
    "regular price", "categories", "tags", "images", "parent", "brands", "gtin, upc, ean, or isbn",
}  # fmt: skip
_WEIGHT = re.compile(r"weight \((\w+)\)")
_ATTRIBUTE = re.compile(r"attribute (\d+) (name|value\(s\)|visible|global|default)")


def records_of(table: Table, report: Report) -> list[tuple[int, dict[str, str]]]:
    """Records by field, parents merged into their variations."""
    keys = [folded(column) for column in table.columns]
    rows = [(row.number, dict(zip(keys, row.cells, strict=True))) for row in table.rows]
    parents = _parents(rows)
    families = {_parent_of(cells, parents) for _, cells in rows if _kind(cells) == "variation"}
    result: list[tuple[int, dict[str, str]]] = []
    for number, cells in rows:
        kind = _kind(cells)
        if kind == "variation":
            parent = parents.get(_parent_of(cells, parents))
            if parent is None:
                report.error(number, "parent_missing", value=cells.get("parent", "")[:60])
            else:
                result.append((number, _record(cells, parent)))
        elif kind == "variable" and _identity(cells) in families:
            continue
        elif kind in ("simple", "variable"):
            result.append((number, _record(cells, cells)))
        else:
            report.warning(number, "type_skipped", value=kind[:40])
    return result


def ignored(columns: Sequence[str]) -> tuple[str, ...]:
    """The columns that have no place here."""
    keys = ((column, folded(column)) for column in columns)
    return tuple(
        c for c, key in keys if key not in USED and not _WEIGHT.match(key) and not _ATTRIBUTE.match(key)
    )


def _parents(rows: Sequence[tuple[int, Cells]]) -> dict[str, Cells]:
    return {_identity(cells): cells for _, cells in rows if _kind(cells) != "variation"}


def _parent_of(cells: Cells, parents: Mapping[str, Cells]) -> str:
    named = cells.get("parent", "").strip()
    by_id = f"id:{named.removeprefix('id:')}"
    if by_id in parents:
        return by_id
    return next(
        (key for key, parent in parents.items() if named and parent.get("sku", "").strip() == named), named
    )


def _identity(cells: Cells) -> str:
    number = cells.get("id", "").strip()
    return f"id:{number}" if number else f"sku:{cells.get('sku', '').strip()}:{cells.get('name', '').strip()}"


def _kind(cells: Cells) -> str:
    """The first word of "simple, downloadable, virtual"."""
    words = [word.strip() for word in cells.get("type", "").casefold().split(",")]
    return next((word for word in words if word not in ("virtual", "downloadable", "")), "simple")


def _record(cells: Cells, parent: Cells) -> dict[str, str]:
    sale, regular = cells.get("sale price", "").strip(), cells.get("regular price", "").strip()
    number = parent.get("id", "").strip()
    record = {
        "handle": f"woo-{number}" if number else "",
        "title": parent.get("name", ""),
        "body": parent.get("description", "").strip() or parent.get("short description", ""),
        "category": parent.get("categories", "").split(",")[0],
        "tags": parent.get("tags", ""),
        "published": "1" if parent.get("published", "1").strip() in ("1", "") else "0",
        "sku": cells.get("sku", ""),
        "barcode": cells.get("gtin, upc, ean, or isbn", ""),
        "stock": cells.get("stock", ""),
        "price": sale or regular,
        "compare_at": regular if sale else "",
        "image": parent.get("images", ""),
        **_weight(cells, parent),
    }
    if "brands" in parent:
        record["vendor"] = parent["brands"].split(",")[0]
    if cells is not parent:
        record["variant_image"] = cells.get("images", "").split(",")[0]
        record |= _options(cells, parent)
    return record


def _weight(cells: Cells, parent: Cells) -> dict[str, str]:
    for key in cells:
        found = _WEIGHT.match(key)
        if found:
            return {"weight": cells[key].strip() or parent.get(key, ""), "weight_unit": found[1]}
    return {}


def _options(cells: Cells, parent: Cells) -> dict[str, str]:
    """The options of a variation in the order of its parent's attributes; a blank value means any."""
    values = dict(_attributes(cells))
    names = [name for name, _ in _attributes(parent) if name in values] or list(values)
    result = {}
    for place, name in enumerate(names[:OPTION_COUNT], 1):
        result[f"option{place}_name"] = name
        result[f"option{place}_value"] = values[name] or "Any"
    return result


def _attributes(cells: Cells) -> list[tuple[str, str]]:
    found = []
    for key, cell in cells.items():
        match = _ATTRIBUTE.match(key)
        if match and match[2] == "name" and cell.strip():
            found.append(
                (int(match[1]), cell.strip(), cells.get(f"attribute {match[1]} value(s)", "").strip())
            )
    return [(name, value) for _, name, value in sorted(found)]
