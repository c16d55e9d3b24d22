"""Reading one product with all that its page shows: one statement, whatever the product has."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from jishi.goods.catalog.contracts import MediaView, Named, OptionView, ProductView, VariantView
from jishi.goods.catalog.errors import ProductUnknown
from jishi.kernel import media
from jishi.kernel.text import pick

# The parts come as JSON arrays, so that one row carries a product of any size. A category knows its
# ancestors and itself, the top first.
_PRODUCT = """
SELECT p.id, p.code, p.slug, p.shop_id, p.title, p.description, p.option_names, p.attributes, p.labels,
       p.tags, p.status, p.handle, l.sold_count, l.image,
       (SELECT json_build_array(b.slug, b.name) FROM catalog_brand b WHERE b.id = p.brand_id),
       (SELECT json_agg(json_build_array(c.slug, c.name) ORDER BY array_position(own.ancestor_ids, c.id))
        FROM catalog_category own JOIN catalog_category c ON c.id = ANY (own.ancestor_ids)
        WHERE own.id = p.category_id),
       (SELECT json_agg(json_build_array(v.id, v.sku, v.options, v.weight_g, v.barcode)
                        ORDER BY v.position, v.id)
        FROM catalog_variant v WHERE v.product_id = p.id AND v.status = 'active'),
       (SELECT json_agg(json_build_array(m.id, m.file, m.width, m.height, m.alt, m.renditions)
                        ORDER BY m.position, m.id)
        FROM catalog_media m WHERE m.product_id = p.id)
FROM catalog_product p JOIN catalog_listing l ON l.product_id = p.id WHERE {condition}
"""


def get_product(product_id: int, *, language: str) -> ProductView:
    """One product of any status, with its active variants and its pictures.

    :raises ProductUnknown: no such product.
    """
    found = _find("p.id = %s", product_id, language)
    if found is None:
        raise ProductUnknown
    return found


def find_product_by_code(code: str, *, language: str) -> ProductView | None:
    """The product with this public code, or None."""
    return _find("p.code = %s", code, language)


def label(labels: Mapping[str, Any], source: str, language: str) -> str:
    """A merchant's own word in the viewer's language; the word itself where nobody translated it."""
    translated: str = labels.get(source, {}).get(language) or source
    return translated


def _find(condition: str, value: int | str, language: str) -> ProductView | None:
    with connection.cursor() as cursor:
        cursor.execute(_PRODUCT.format(condition=condition), [value])
        row = cursor.fetchone()
    return None if row is None else _view(row, language)


def _view(row: tuple[Any, ...], language: str) -> ProductView:
    product_id, code, slug, shop_id, title, description, names, attributes, labels, tags, *more = row
    status, handle, sold_count, image, brand, path, variant_rows, pictures = more
    words = json.loads(labels)
    crumbs = tuple(Named(at, pick(name, language)) for at, name in _read(path))
    shared = {
        "product_id": product_id,
        "shop_id": shop_id,
        "product_code": code,
        "product_title": pick(json.loads(title), language),
        "image_url": media.small_url(_read(image) or None),
        "is_sellable": status == "active",
        "product_slug": slug,
    }
    variants = tuple(_variant(part, shared, words, language) for part in _read(variant_rows))
    return ProductView(
        product_id=product_id,
        code=code,
        slug=slug,
        shop_id=shop_id,
        title=shared["product_title"],
        description_html=pick(json.loads(description), language),
        category=crumbs[-1] if crumbs else None,
        brand=_brand(_read(brand), language),
        options=tuple(_option(label(words, name, language), n, variants) for n, name in enumerate(names)),
        variants=variants,
        media=tuple(_picture(*part) for part in _read(pictures)),
        attributes=_attributes(json.loads(attributes), words, language),
        tags=tuple(tags),
        status=status,
        sold_count=sold_count,
        handle=handle,
        breadcrumbs=crumbs,
    )


def _read(stored: Any) -> Any:
    """A JSON column of a plain statement, which comes as text or, from `json_agg`, already read."""
    if stored is None:
        return []
    return json.loads(stored) if isinstance(stored, str) else stored


def _variant(
    part: Sequence[Any], shared: Mapping[str, Any], words: Mapping[str, Any], language: str
) -> VariantView:
    variant_id, sku, options, weight_g, barcode = part
    return VariantView(
        **shared,
        variant_id=variant_id,
        sku=sku,
        options=tuple(label(words, value, language) for value in options),
        weight_g=weight_g,
        barcode=barcode,
    )


def _picture(
    media_id: int, file: str, width: int, height: int, alt: str, renditions: Sequence[Sequence[Any]]
) -> MediaView:
    srcset = media.srcset(file, width, renditions)
    return MediaView(
        media_id=media_id, url=media.url(file), srcset=srcset, width=width, height=height, alt=alt
    )


def _brand(part: Sequence[Any], language: str) -> Named | None:
    return Named(part[0], pick(part[1], language)) if part else None


def _option(name: str, index: int, variants: Sequence[VariantView]) -> OptionView:
    return OptionView(name, tuple(dict.fromkeys(variant.options[index] for variant in variants)))


def _attributes(
    attributes: Mapping[str, Any], words: Mapping[str, Any], language: str
) -> tuple[tuple[str, str], ...]:
    result = []
    for name, value in attributes.items():
        text = label(words, value, language) if isinstance(value, str) else pick(value, language)
        result.append((label(words, name, language), text))
    return tuple(result)
