"""Reading the category tree and the brands."""

from django.db import connection

from jishi.goods.catalog.contracts import CategoryView, Named
from jishi.goods.catalog.models import Brand, Category
from jishi.kernel.text import pick

_COUNTS = """
SELECT ancestor, count(*) FROM catalog_listing l
JOIN catalog_category c ON c.id = l.category_id CROSS JOIN unnest(c.ancestor_ids) AS ancestor
WHERE l.is_visible AND l.price_from_minor IS NOT NULL GROUP BY ancestor
"""


def list_categories(language: str) -> tuple[CategoryView, ...]:
    """The whole tree, each parent before its children, with counts that include children; two statements."""
    rows = {row.pk: row for row in Category.objects.all()}
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        counts: dict[int, int] = dict(cursor.fetchall())

    def place(row: Category) -> list[tuple[int, int]]:
        return [(rows[pk].position, pk) for pk in row.ancestor_ids if pk in rows]

    return tuple(
        CategoryView(
            category_id=row.pk,
            slug=row.slug,
            name=pick(row.name, language),
            parent_slug=rows[row.parent_id].slug if row.parent_id in rows else None,
            depth=len(row.ancestor_ids) - 1,
            listing_count=counts.get(row.pk, 0),
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
