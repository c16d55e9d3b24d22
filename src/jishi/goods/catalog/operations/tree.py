"""The category tree and the brands. ``ancestor_ids`` is rewritten for a whole subtree when a node moves."""

from collections.abc import Iterable

from django.db import connection, transaction

from jishi.goods.catalog import rules
from jishi.goods.catalog.contracts import Texts
from jishi.goods.catalog.errors import BrandUnknown, CategoryLoop, CategoryUnknown, FieldMissing
from jishi.goods.catalog.models import Brand, Category, Product
from jishi.goods.catalog.operations import indexing
from jishi.goods.catalog.queries import naming
from jishi.kernel import locks

SLUG_MAX = 80

_REPLANT = """
WITH RECURSIVE tree AS (
    SELECT id, ARRAY[id]::bigint[] AS path FROM catalog_category WHERE parent_id IS NULL
    UNION ALL
    SELECT c.id, t.path || c.id FROM catalog_category c JOIN tree t ON c.parent_id = t.id
)
UPDATE catalog_category c SET ancestor_ids = t.path
FROM tree t WHERE t.id = c.id AND c.ancestor_ids IS DISTINCT FROM t.path
"""


def save_category(
    *, slug: str, name: Texts, parent_id: int | None = None, position: int = 0, category_id: int | None = None
) -> int:
    """Create a category or change the one with this id or slug; returns its id.

    :raises CategoryUnknown: the id or the parent does not exist.
    :raises CategoryLoop: it would sit under itself.
    :raises FieldMissing: no slug or no name.
    """
    slug, texts = _named(slug, name)
    with transaction.atomic():
        locks.advisory("catalog.tree")
        if parent_id is not None and not Category.objects.filter(pk=parent_id).exists():
            raise CategoryUnknown
        row = Category.objects.filter(pk=category_id).first() if category_id else _by_slug(slug)
        if row is None and category_id:
            raise CategoryUnknown
        row = row or Category()
        if row.pk and parent_id is not None and _is_under(parent_id, row.pk):
            raise CategoryLoop
        is_renamed = row.pk is not None and (row.name != texts or row.parent_id != parent_id)
        row.slug, row.name, row.parent_id, row.position = slug, texts, parent_id, max(0, position)
        row.save()
        with connection.cursor() as cursor:
            cursor.execute(_REPLANT)
        if is_renamed:  # the names of categories are part of what a search finds
            indexing.reindex(
                Product.objects.filter(category__ancestor_ids__contains=[row.pk]).values_list("pk", flat=True)
            )
        return row.pk


def save_brand(*, slug: str, name: Texts, brand_id: int | None = None) -> int:
    """Create a brand or change the one with this id or slug; returns its id.

    :raises BrandUnknown: no brand has this id.
    :raises FieldMissing: no slug or no name.
    """
    slug, texts = _named(slug, name)
    with transaction.atomic():
        locks.advisory("catalog.brands")
        rows = Brand.objects.filter(pk=brand_id) if brand_id else Brand.objects.filter(slug=slug)
        row = rows.first()
        if row is None and brand_id:
            raise BrandUnknown
        row = row or Brand()
        is_renamed = row.pk is not None and row.name != texts
        row.slug, row.name = slug, texts
        row.save()
        if is_renamed:
            indexing.reindex(Product.objects.filter(brand_id=row.pk).values_list("pk", flat=True))
        return row.pk


def ensure_brands(*, names: Iterable[str], language: str) -> dict[str, int]:
    """The ids of brands by name in any language, creating those that are missing."""
    wanted = {name: naming.folded(name) for name in names if name.strip()}
    with transaction.atomic():
        if wanted:
            locks.advisory("catalog.brands")
        known = naming.brands_by_name()
        for name, key in wanted.items():
            if key not in known:
                known[key] = Brand.objects.create(slug=_free_slug(name), name={language: name}).pk
    return {name: known[key] for name, key in wanted.items()}


def _free_slug(name: str) -> str:
    base = rules.slug_of(name)
    taken = set(Brand.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    candidates = (f"{base[: SLUG_MAX - 6]}-{number}" for number in range(2, len(taken) + 3))
    return base if base not in taken else next(slug for slug in candidates if slug not in taken)


def _named(slug: str, name: Texts) -> tuple[str, dict[str, str]]:
    texts = rules.clean_texts(name, name="name", limit=rules.TITLE_MAX)
    if not texts:
        raise FieldMissing(field="name")
    if not slug.strip():
        raise FieldMissing(field="slug")
    return rules.slug_of(slug), texts


def _by_slug(slug: str) -> Category | None:
    return Category.objects.filter(slug=slug).first()


def _is_under(category_id: int, ancestor_id: int) -> bool:
    return Category.objects.filter(pk=category_id, ancestor_ids__contains=[ancestor_id]).exists()
