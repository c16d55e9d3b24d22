"""Reading the category tree and the brands."""

import json
from typing import NamedTuple

from django.db import connection

from jishi.goods.catalog.contracts import CategoryView, Named
from jishi.goods.catalog.models import Brand
from jishi.kernel.text import pick

_TREE = """
SELECT c.id, c.slug, c.name, c.parent_id, c.ancestor_ids, c.position, coalesce(shown.count, 0)
FROM catalog_category c LEFT JOIN (
    SELECT ancestor, count(*) FROM catalog_listing l
    JOIN catalog_category own ON own.id = l.category_id CROSS JOIN unnest(own.ancestor_ids) AS ancestor
    WHERE l.is_visible AND l.price_from_minor IS NOT NULL GROUP BY ancestor
) shown ON shown.ancestor = c.id
"""


class _Row(NamedTuple):
    id: int
    slug: str
    name: str
    parent_id: int | None
    ancestor_ids: list[int]
    position: int
    shown: int


def list_categories(language: str) -> tuple[CategoryView, ...]:
    """The whole tree, each parent before its children, with counts that include children; one statement."""
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
            listing_count=row.shown,
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
