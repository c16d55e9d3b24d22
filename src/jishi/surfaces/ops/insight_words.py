"""Cells of an answer in words, and where each number leads.

Invariant: a number leads to a list made by the same statement, so both cannot disagree.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language, gettext

from jishi.goods.catalog import queries as catalog
from jishi.goods.merchants import queries as merchants
from jishi.insight.metrics import queries as metrics
from jishi.insight.metrics.contracts import Column, Metric, Result, RunView, Unit
from jishi.kernel.errors import N_
from jishi.people.accounts import queries as people
from jishi.surfaces.shell import formats

PARTS: Mapping[str, Mapping[str, str]] = {
    "channel": {
        "direct": N_("Direct"),
        "share": N_("Shared links"),
        "search": N_("Search engines"),
        "ad": N_("Advertisements"),
        "push": N_("Pushes"),
        "mail": N_("Mails"),
        "site": N_("Other sites"),
        "other": N_("Other ways"),
    },
    "device": {
        "phone": N_("Phones"),
        "tablet": N_("Tablets"),
        "desk": N_("Computers"),
        "other": N_("Other devices"),
    },
    "source": {
        "web": N_("Web pages"),
        "app": N_("Apps"),
        "mini": N_("Mini-programs"),
        "server": N_("The shop itself"),
        "file": N_("Imported files"),
    },
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    text: str
    href: str = ""
    is_number: bool = False
    heat: int = -1
    was: str = ""
    """The same in the period before, where one asked for it."""


@dataclass(frozen=True, slots=True)
class Names:
    """Words for numbers: products, shops and people that a result mentions."""

    products: Mapping[int, str]
    shops: Mapping[int, str]
    people: Mapping[int, str]
    categories: Mapping[int, str]


def names_of(metric: Metric, run: RunView, result: Result) -> Names:
    """Look up everything that the rows mention, with one statement per kind of thing."""
    found: dict[str, set[int]] = {"product": set(), "shop": set(), "person": set(), "category": set()}
    by = run.params.get("by", "")
    for row in result.as_dicts():
        for column in metric.columns:
            value = row.get(column.code)
            if column.unit is Unit.PRODUCT and isinstance(value, int):
                found["product"].add(value)
            elif column.unit is Unit.PERSON and isinstance(value, int) and value > 0:
                found["person"].add(value)
            elif column.unit is Unit.PART and by in found and str(value).isdigit():
                found[by].add(int(value or 0))
    here = language()
    cards = catalog.list_cards(found["product"], language=here) if found["product"] else {}
    shops = merchants.list_shops(found["shop"], language=here) if found["shop"] else {}
    persons = people.list_people(found["person"]) if found["person"] else {}
    tree = catalog.list_categories(here) if found["category"] else ()
    return Names(
        {key: card.title for key, card in cards.items()},
        {key: shop.name for key, shop in shops.items()},
        {key: person.nickname for key, person in persons.items()},
        {node.category_id: node.name for node in tree if node.category_id in found["category"]},
    )


def word(run: RunView, column: Column, row: Mapping[str, Any], names: Names) -> str:
    """One value as people read it."""
    value, here = row[column.code], language()
    if column.unit is Unit.MINOR:
        currency = str(row.get("currency") or run.params.get("currency") or "CNY")
        return formats.money(int(value), currency, here)
    if column.unit is Unit.BPS:
        return formats.percent(int(value), here)
    if column.unit is Unit.PERCENT:
        return f"{int(value) / 100:.2f}"
    if column.unit is Unit.MILLI:
        return f"{int(value) / 1000:.2f}"
    if column.unit in (Unit.COUNT, Unit.NUMBER):
        return formats.number(int(value), here)
    if column.unit is Unit.BUCKET:
        grain = run.params.get("grain", "day")
        return metrics.bucket_text(int(value), grain) or gettext("The whole period")
    if column.unit is Unit.DAY:
        return metrics.bucket_text(int(value), "day")
    return _named(run, column, value, names)


def _named(run: RunView, column: Column, value: Any, names: Names) -> str:
    if column.unit is Unit.PRODUCT:
        return names.products.get(value, f"#{value}")
    if column.unit is Unit.PERSON:
        return names.people.get(value, gettext("A visitor"))
    if column.unit is Unit.STEP:
        steps = run.params.get("steps", "").split(",")
        return event_word(steps[int(value) - 1]) if 0 < int(value) <= len(steps) else str(value)
    if column.unit is Unit.NODE:
        return event_word(str(value)) if value else gettext("End of the visit")
    if column.unit is Unit.PART:
        by = run.params.get("by", "")
        known = {"shop": names.shops, "product": names.products, "category": names.categories}.get(by)
        if known is not None and str(value).isdigit():
            return known.get(int(value), f"#{value}")
        if not value:
            return "" if by == "" and column.code == "part" else gettext("Unknown")
        return part_word(by if column.code == "part" else column.code, str(value))
    return str(value)


def part_word(by: str, value: str) -> str:
    """A channel, a device or a source in words; anything else may be a kind of event, or is itself."""
    found = PARTS.get(by, {}).get(value)
    return gettext(found) if found else event_word(value)


def event_word(code: str) -> str:
    """A kind of event in words."""
    name = metrics.event_names().get(code)
    return gettext(name) if name else code


def behind(run: RunView, metric: Metric, section: str, row: Mapping[str, Any]) -> str:
    """The address of the list behind one number."""
    cell = json.dumps({key: row[key] for key in metric.keys}, ensure_ascii=False, separators=(",", ":"))
    query = urlencode({**run.params, "section": section, "cell": cell})
    return f"{reverse('ops:insight_behind', args=[metric.code])}?{query}"


def is_number(column: Column) -> bool:
    """Whether a column is counted or measured."""
    return column.unit in (Unit.COUNT, Unit.MINOR, Unit.BPS, Unit.PERCENT, Unit.MILLI, Unit.NUMBER)


def language() -> str:
    """The language of the page."""
    return get_language() or "en"
