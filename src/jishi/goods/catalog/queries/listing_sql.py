"""The WHERE of lists, put together from fixed fragments; every value travels as a parameter.

Only texts of this module ever become SQL. ``SORTS`` is the allow-list of orders.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jishi.goods.catalog.contracts import ListingFilter
from jishi.goods.catalog.errors import SortUnknown
from jishi.kernel import words

BIGGEST = 2**62
"""Above any price; larger numbers from an address bar are cut to it."""

RANK = """(1000000 * greatest(ts_rank(l.{first}, %(query)s::tsquery),
                             ts_rank(l.{second}, %(query)s::tsquery) * 0.5))::bigint"""
SORTS: dict[str, tuple[str, str, str]] = {
    "newest": ("l.published_at", "DESC", "timestamptz"),
    "price_asc": ("l.price_from_minor", "ASC", "bigint"),
    "price_desc": ("l.price_from_minor", "DESC", "bigint"),
    "sold": ("l.sold_count", "DESC", "bigint"),
    "rated": ("l.rating", "DESC", "bigint"),
    "relevance": ("l.popularity", "DESC", "float8"),
}
VISIBLE = "l.is_visible AND l.price_from_minor IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Conditions:
    """Named conditions, so that a facet can leave its own out."""

    fixed: str
    by_facet: dict[str, str]
    params: dict[str, Any]

    def all(self) -> str:
        """Every condition together."""
        return " AND ".join([self.fixed, *self.by_facet.values()])


def conditions(wanted: ListingFilter, query_words: Sequence[str] | None) -> Conditions:
    """The conditions of a filter. ``query_words`` None means no text; an empty list matches nothing."""
    fixed = [VISIBLE]
    facets: dict[str, str] = {}
    params: dict[str, Any] = {}
    if query_words is not None:
        params["query"] = words.tsquery(query_words)
        fixed.append("(l.search_zh @@ %(query)s::tsquery OR l.search_en @@ %(query)s::tsquery)")
    if wanted.shop_id is not None:
        fixed.append("l.shop_id = %(shop_id)s")
        params["shop_id"] = wanted.shop_id
    if wanted.product_ids is not None:
        fixed.append("l.product_id = ANY(%(product_ids)s)")
        params["product_ids"] = list(wanted.product_ids)
    if wanted.category_slug:
        facets["category"] = (
            # An array that is read once, so that the list can be walked in its order and stop after a page.
            "l.category_id = ANY (ARRAY(SELECT c.id FROM catalog_category c WHERE c.ancestor_ids @> "
            "ARRAY(SELECT r.id FROM catalog_category r WHERE r.slug = %(category)s) "
            "AND EXISTS (SELECT 1 FROM catalog_category r WHERE r.slug = %(category)s)))"
        )
        params["category"] = wanted.category_slug
    if wanted.brand_slugs:
        facets["brand"] = (
            "l.brand_id = ANY (ARRAY(SELECT b.id FROM catalog_brand b WHERE b.slug = ANY(%(brands)s)))"
        )
        params["brands"] = list(wanted.brand_slugs)
    facets |= _prices(wanted, params)
    if wanted.in_stock_only:
        facets["stock"] = "l.in_stock"
    if wanted.badge_kind:
        facets["badge"] = "l.badge->>'kind' = %(badge)s"
        params["badge"] = wanted.badge_kind
    for name, value in params.items():
        params[name] = _without_nul(value)
    return Conditions(" AND ".join(fixed), facets, params)


def order(sort: str, *, has_text: bool, language: str) -> tuple[str, str, str]:
    """(key, direction, type) of an order.

    :raises SortUnknown: not in the allow-list.
    """
    if sort not in SORTS:
        raise SortUnknown(sort=sort[:40])
    if sort == "relevance" and has_text:
        first, second = ("search_en", "search_zh") if language == "en" else ("search_zh", "search_en")
        return RANK.format(first=first, second=second), "DESC", "bigint"
    return SORTS[sort]


def _prices(wanted: ListingFilter, params: dict[str, Any]) -> dict[str, str]:
    parts = []
    for name, sign, value in (("low", ">=", wanted.price_min_minor), ("high", "<", wanted.price_max_minor)):
        if value is not None:
            parts.append(f"l.price_from_minor {sign} %({name})s")
            params[name] = max(-BIGGEST, min(BIGGEST, value))
    return {"price": " AND ".join(parts)} if parts else {}


def _without_nul(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, list):
        return [_without_nul(part) for part in value]
    return value
