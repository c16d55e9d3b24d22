"""Keeping listings and the vocabulary true to their products: one set-based upsert per call.

Price, stock, badge and sales of a listing belong to the callers of ``listings`` and are never touched here.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import connection, transaction

from jishi.goods.catalog import markup
from jishi.goods.catalog.models import Category, Media, Product
from jishi.kernel import words
from jishi.kernel.text import pick

CHUNK = 1000
VECTOR_LANGUAGES = {"zh": "zh-hans", "en": "en"}

_UPSERT = """
INSERT INTO catalog_listing (product_id, shop_id, category_id, brand_id, code, slug, title, image, is_visible,
                             published_at, search_zh, search_en, currency, in_stock, sold_count, popularity)
SELECT r.product_id, r.shop_id, r.category_id, r.brand_id, r.code, r.slug, r.title, r.image, r.is_visible,
       r.published_at, r.search_zh::tsvector, r.search_en::tsvector, '', false, 0, 0
FROM jsonb_to_recordset(%s::jsonb) AS r(
    product_id bigint, shop_id bigint, category_id bigint, brand_id bigint, code text, slug text, title jsonb,
    image jsonb, is_visible boolean, published_at timestamptz, search_zh text, search_en text)
ORDER BY r.product_id
ON CONFLICT (product_id) DO UPDATE SET
    shop_id = excluded.shop_id, category_id = excluded.category_id, brand_id = excluded.brand_id,
    code = excluded.code, slug = excluded.slug, title = excluded.title, image = excluded.image,
    is_visible = excluded.is_visible, published_at = excluded.published_at,
    search_zh = excluded.search_zh, search_en = excluded.search_en
"""

# Words are sorted: two writers meet them in the same order and cannot wait for each other in a circle.
_LEARN = """
INSERT INTO catalog_term (language, word, uses)
SELECT r.language, r.word, r.uses
FROM jsonb_to_recordset(%s::jsonb) AS r(language text, word text, uses int)
WHERE NOT EXISTS (SELECT 1 FROM catalog_term t WHERE t.language = r.language AND t.word = r.word)
ORDER BY 1, 2
ON CONFLICT (language, word) DO NOTHING
"""


def reindex(product_ids: Iterable[int] | None = None) -> int:
    """Write the listings of products anew (of all of them without ``product_ids``); returns how many."""
    if product_ids is None:
        product_ids = Product.objects.order_by("pk").values_list("pk", flat=True)
    wanted = sorted(set(product_ids))
    for start in range(0, len(wanted), CHUNK):
        with transaction.atomic():
            _write(wanted[start : start + CHUNK])
    return len(wanted)


def _write(product_ids: list[int]) -> None:
    products = list(Product.objects.filter(pk__in=product_ids).select_related("brand", "category"))
    names = _category_names(products)
    images = _first_pictures(product_ids)
    uses: dict[tuple[str, str], int] = {}
    rows = [_row(product, images.get(product.pk), names, uses) for product in products]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, [json.dumps(rows)])
        terms = [{"language": key[0], "word": key[1], "uses": count} for key, count in uses.items()]
        cursor.execute(_LEARN, [json.dumps(terms)])


def _row(
    product: Product,
    image: Mapping[str, Any] | None,
    names: Mapping[int, list[Mapping[str, str]]],
    uses: dict[tuple[str, str], int],
) -> dict[str, Any]:
    vectors = {}
    for column, language in VECTOR_LANGUAGES.items():
        vectors[f"search_{column}"], vocabulary = words.document(_fields(product, names, language))
        for word in vocabulary:
            uses[column, word] = uses.get((column, word), 0) + 1
    return {
        "product_id": product.pk,
        "shop_id": product.shop_id,
        "category_id": product.category_id,
        "brand_id": product.brand_id,
        "code": product.code,
        "slug": product.slug,
        "title": product.title,
        "image": image,
        "is_visible": product.status == "active",
        "published_at": (product.published_at or product.created_at).isoformat(),
        **vectors,
    }


def _fields(
    product: Product, names: Mapping[int, list[Mapping[str, str]]], language: str
) -> list[tuple[str, str]]:
    """Weighted texts of a product: title, then brand, then tags, kind and categories, then the rest."""
    categories = [pick(name, language) for name in names.get(product.category_id or 0, [])]
    attributes = [
        value if isinstance(value, str) else pick(value, language) for value in product.attributes.values()
    ]
    return [
        ("A", pick(product.title, language)),
        ("B", pick(product.brand.name, language) if product.brand else ""),
        ("C", " ".join([*product.tags, product.kind, *categories])),
        ("D", " ".join([markup.plain(pick(product.description, language)), *attributes])),
    ]


def _category_names(products: list[Product]) -> dict[int, list[Mapping[str, str]]]:
    """The names of each used category and its ancestors."""
    paths = {product.category_id: product.category.ancestor_ids for product in products if product.category}
    wanted = {category_id for path in paths.values() for category_id in path}
    names = dict(Category.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    return {leaf: [names[part] for part in path if part in names] for leaf, path in paths.items() if leaf}


def _first_pictures(product_ids: list[int]) -> dict[int, dict[str, Any]]:
    rows = Media.objects.filter(product_id__in=product_ids).order_by("product_id", "position", "id")
    return {
        row.product_id: {
            "file": row.file, "w": row.width, "h": row.height, "alt": row.alt, "sizes": row.renditions
        }
        for row in rows.distinct("product_id")
    }  # fmt: skip
