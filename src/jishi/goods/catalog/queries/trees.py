"""Reading the category tree and the brands."""

import json
from typing import NamedTuple

from django.db import connection

from jishi.goods.catalog.contracts import CategoryView, Named
from jishi.goods.catalog.models import Brand
from jishi.kernel.lately import Lately
from jishi.kernel.text import pick

_TREE = "SELECT id, slug, name, parent_id, ancestor_ids, position FROM catalog_category"
# Every listing is counted, and every page with a tree asks: so it may be a little late.
_COUNTS = """
SELECT ancestor, sum(own.n)::bigint FROM (
    SELECT category_id, count(*) AS n FROM catalog_listing
    WHERE is_visible AND price_from_minor IS NOT NULL GROUP BY category_id
) own JOIN catalog_category c ON c.id = own.category_id CROSS JOIN unnest(c.ancestor_ids) AS ancestor
GROUP BY ancestor
"""
COUNTS_S = 10.0


class _Row(NamedTuple):
    id: int
    slug: str
    name: str
    parent_id: int | None
    ancestor_ids: list[int]
    position: int


def _count() -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        return dict(cursor.fetchall())


_counts = Lately(_count, seconds=COUNTS_S)


def list_categories(language: str) -> tuple[CategoryView, ...]:
    """The whole tree as it is, each parent before its children, in one statement; its counts, which include
    children, may be ten seconds old.
    """
    counts = _counts.get()
    with connection.cursor() as cursor:
        cursor.execute(_TREE)
        rows = {row[0]: _Row(*row) for row in cursor.fetchall()}

    def place(row: _Row) -> list[tuple[int, int]]:
        return [(rows[pk].position, pk) for pk in row.ancestor_ids if pk in rows]

    return tuple(
        CategoryView(
            category_id=row.id,
            slug=row.slug,
            name=pick(json.loads(row.name), language),
            parent_slug=rows[row.parent_id].slug if row.parent_id in rows else None,
            depth=len(row.ancestor_ids) - 1,
            listing_count=counts.get(row.id, 0),
        )
        for row in sorted(rows.values(), key=place)
    )


def find_category(slug: str, *, language: str) -> CategoryView | None:
    """The category that lives at an address, if one does."""
    return next((view for view in list_categories(language) if view.slug == slug), None)


def list_brands(language: str) -> tuple[Named, ...]:
    """Every brand by name."""
    views = [Named(row.slug, pick(row.name, language)) for row in Brand.objects.all()]
    return tuple(sorted(views, key=lambda view: view.name.casefold()))
