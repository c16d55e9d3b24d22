"""Reading products and variants: a fixed number of statements, whatever the size of the answer."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Max, Q

from jishi.goods.catalog.contracts import (
    MediaView,
    PendingPicture,
    ProductDraft,
    ProductState,
    ShelfProduct,
    VariantDraft,
    VariantView,
)
from jishi.goods.catalog.models import Category, Listing, MediaAddress, Product, Variant
from jishi.goods.catalog.queries import media as product_media
from jishi.goods.catalog.queries.details import label
from jishi.kernel import media
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.kernel.text import LANGUAGES, pick


def find_product_id(code: str) -> int | None:
    """The id behind a public code, or None."""
    return Product.objects.filter(code=code).values_list("pk", flat=True).first()


def list_variant_ids(product_ids: Iterable[int]) -> dict[int, tuple[int, ...]]:
    """The active variants of products in their order."""
    result: dict[int, list[int]] = {}
    rows = Variant.objects.filter(product_id__in=set(product_ids), status="active").order_by("position", "id")
    for product_id, variant_id in rows.values_list("product_id", "pk"):
        result.setdefault(product_id, []).append(variant_id)
    return {product_id: tuple(variant_ids) for product_id, variant_ids in result.items()}


def list_product_ids(variant_ids: Iterable[int]) -> dict[int, int]:
    """The product of each variant."""
    return dict(Variant.objects.filter(pk__in=set(variant_ids)).values_list("pk", "product_id"))


_VARIANTS = """
SELECT v.id, p.id, p.shop_id, p.code, p.title, p.labels, v.sku, v.options, v.weight_g, l.image,
       p.status = 'active' AND v.status = 'active', p.slug, v.barcode
FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id
LEFT JOIN catalog_listing l ON l.product_id = p.id
WHERE v.id = ANY(%s) ORDER BY v.id
"""


def find_variants(ids: Iterable[int], *, language: str) -> dict[int, VariantView]:
    """Variants by id, also archived ones (``is_sellable`` is false), in one statement of tuples.

    Every quote begins here, so no model instance is built.
    """
    with connection.cursor() as cursor:
        cursor.execute(_VARIANTS, [sorted(set(ids))])
        rows = cursor.fetchall()
    return {row[0]: _found_variant(row, language) for row in rows}


def _found_variant(row: tuple[Any, ...], language: str) -> VariantView:
    variant_id, product_id, shop_id, code, title, labels, sku, options, weight_g, image, sellable, *rest = row
    words = json.loads(labels)
    return VariantView(
        variant_id=variant_id,
        product_id=product_id,
        shop_id=shop_id,
        product_code=code,
        product_title=pick(json.loads(title), language),
        sku=sku,
        options=tuple(label(words, value, language) for value in options),
        weight_g=weight_g,
        image_url=media.small_url(None if image is None else json.loads(image)),
        is_sellable=sellable,
        product_slug=rest[0],
        barcode=rest[1],
    )


def count_options(shop_id: int) -> int:
    """The most options that a product of this shop has."""
    most = Product.objects.filter(shop_id=shop_id).aggregate(most=Max("option_names__len"))["most"]
    return most or 0


def list_states(
    shop_id: int, *, handles: Sequence[str] | None = None, after_id: int = 0, limit: int | None = None
) -> dict[str, ProductState]:
    """Products of a shop by handle in all their languages, for exports and imports, in five statements.

    They come by id, so that a whole shop can be read part by part: ``after_id`` goes on behind a product.
    """
    rows = Product.objects.filter(shop_id=shop_id, pk__gt=after_id).select_related("brand").order_by("pk")
    if handles is not None:
        rows = rows.filter(handle__in=list(handles))
    products = list(rows[:limit])
    product_ids = [row.pk for row in products]
    variants: dict[int, list[Variant]] = {}
    for variant in Variant.objects.filter(product_id__in=product_ids, status="active").order_by(
        "position", "id"
    ):
        variants.setdefault(variant.product_id, []).append(variant)
    pending: dict[int, list[PendingPicture]] = {}
    for address in MediaAddress.objects.filter(product_id__in=product_ids).order_by("position", "id"):
        pending.setdefault(address.product_id, []).append(
            PendingPicture(address.url, address.alt, address.position)
        )
    pictures = product_media.list_views(product_ids)
    tree = {row.pk: row for row in Category.objects.all()}
    return {
        row.handle: _state(
            row, variants.get(row.pk, []), pending.get(row.pk, []), pictures.get(row.pk, []), tree
        )
        for row in products
    }


def page_shelf(
    *,
    shop_id: int,
    language: str,
    text: str = "",
    status: str = "",
    cursor: str | None = None,
    limit: int = 20,
) -> Page[ShelfProduct]:
    """Return a shop's own products, newest first, in two statements. The caller has checked the viewer.

    :raises BadCursor: the cursor was not made here.
    """
    rows = Listing.objects.select_related("product").defer("search_zh", "search_en").filter(shop_id=shop_id)
    if status:
        rows = rows.filter(product__status=status)
    if text:
        named = Q(product__handle__icontains=text) | Q(product__code=text.lower())
        for spoken in LANGUAGES:
            named |= Q(**{f"title__{spoken}__icontains": text})
        rows = rows.filter(named)
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    found = list(rows.order_by("-pk")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    variants: dict[int, list[Variant]] = {}
    kept = Variant.objects.filter(product_id__in=[row.pk for row in found], status="active")
    for variant in kept.order_by("position", "id"):
        variants.setdefault(variant.product_id, []).append(variant)
    items = [_shelf_product(row, variants.get(row.pk, []), language) for row in found]
    return Page(items, encode_cursor(found[-1].pk) if more else None)


def _shelf_product(row: Listing, variants: Sequence[Variant], language: str) -> ShelfProduct:
    image = media.small_url(row.image)
    return ShelfProduct(
        product_id=row.pk,
        code=row.code,
        slug=row.slug,
        title=pick(row.title, language),
        status=row.product.status,
        image_url=image,
        sold_count=row.sold_count,
        badge=row.badge,
        variants=tuple(variant_view(variant, row.product, image, language) for variant in variants),
        said=(*row.product.title.values(), *row.product.description.values()),
    )


def variant_view(row: Variant, product: Product, image_url: str, language: str) -> VariantView:
    """One variant in the viewer's language."""
    return VariantView(
        variant_id=row.pk,
        product_id=product.pk,
        shop_id=product.shop_id,
        product_code=product.code,
        product_title=pick(product.title, language),
        sku=row.sku,
        options=tuple(label(product.labels, value, language) for value in row.options),
        weight_g=row.weight_g,
        image_url=image_url,
        is_sellable=product.status == "active" and row.status == "active",
        product_slug=product.slug,
        barcode=row.barcode,
    )


def _state(
    row: Product,
    variants: Sequence[Variant],
    pending: Sequence[PendingPicture],
    pictures: Sequence[MediaView],
    tree: Mapping[int, Category],
) -> ProductState:
    category = None if row.category_id is None else tree.get(row.category_id)
    path = category.ancestor_ids if category else []
    draft = ProductDraft(
        shop_id=row.shop_id,
        handle=row.handle,
        title=row.title,
        description=row.description,
        category_id=row.category_id,
        brand_id=row.brand_id,
        option_names=tuple(row.option_names),
        variants=tuple(
            VariantDraft(tuple(v.options), v.sku, v.weight_g, v.barcode, v.image_source) for v in variants
        ),
        tags=tuple(row.tags),
        attributes=row.attributes,
        labels=row.labels,
        status=row.status,
        kind=row.kind,
        pending=tuple(pending),
    )
    return ProductState(
        product_id=row.pk,
        code=row.code,
        draft=draft,
        variant_ids=tuple(variant.pk for variant in variants),
        brand_name=pick(row.brand.name, "zh-hans") if row.brand else "",
        category_path=tuple(pick(tree[pk].name, "zh-hans") for pk in path if pk in tree),
        media=tuple(pictures),
    )
