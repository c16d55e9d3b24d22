"""Writing products with their variants, one or thousands, in a fixed number of statements per thousand.

Identity: shop + handle for a product, its option values for a variant. A variant that a draft no longer names
is archived, never deleted, because orders point at it. What is already as wanted is not written.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from jishi.goods.catalog import rules
from jishi.goods.catalog.contracts import (
    MediaDraft,
    PendingPicture,
    ProductDraft,
    ProductSaved,
    Texts,
    VariantDraft,
)
from jishi.goods.catalog.errors import FieldInvalid, HandleRepeated, ProductUnknown
from jishi.goods.catalog.models import Brand, Category, MediaAddress, Product, Variant
from jishi.goods.catalog.operations import indexing, media
from jishi.kernel import clock, ids, locks
from jishi.kernel.text import pick

CHUNK = 1000

_PRODUCTS = """
INSERT INTO catalog_product (code, shop_id, handle, slug, title, description, category_id, brand_id, status,
kind,
                             option_names, attributes, labels, tags, published_at, created_at, updated_at)
SELECT r.code, r.shop_id, r.handle, r.slug, r.title, r.description, r.category_id, r.brand_id, r.status,
r.kind,
       r.option_names, r.attributes, r.labels, r.tags, r.published_at, r.at, r.at
FROM jsonb_to_recordset(%s::jsonb) AS r(
    code text, shop_id bigint, handle text, slug text, title jsonb, description jsonb, category_id bigint,
    brand_id bigint, status text, kind text, option_names text[], attributes jsonb, labels jsonb, tags text[],
    published_at timestamptz, at timestamptz)
ON CONFLICT (shop_id, handle) DO UPDATE SET
    slug = excluded.slug, title = excluded.title, description = excluded.description,
    category_id = excluded.category_id, brand_id = excluded.brand_id, status = excluded.status,
    kind = excluded.kind, option_names = excluded.option_names, attributes = excluded.attributes,
    labels = excluded.labels, tags = excluded.tags, published_at = excluded.published_at,
    updated_at = excluded.updated_at
RETURNING shop_id, handle, id, code
"""
_VARIANTS = """
INSERT INTO catalog_variant (product_id, options, sku, position, barcode, weight_g, image_source, status)
SELECT r.product_id, r.options, r.sku, r.position, r.barcode, r.weight_g, r.image_source, r.status
FROM jsonb_to_recordset(%s::jsonb) AS r(
    product_id bigint, options text[], sku text, position int, barcode text, weight_g int, image_source text,
    status text)
ON CONFLICT (product_id, options) DO UPDATE SET
    sku = excluded.sku, position = excluded.position, barcode = excluded.barcode, weight_g =
    excluded.weight_g, image_source = excluded.image_source, status = excluded.status
RETURNING product_id, options, id
"""

Progress = Callable[[int, int], None]
"""Called with (done, total)."""


def save_product(
    *,
    shop_id: int,
    handle: str,
    title: Texts,
    description: Texts | None = None,
    category_id: int | None = None,
    brand_id: int | None = None,
    option_names: Sequence[str] = (),
    variants: Sequence[VariantDraft] = (VariantDraft(),),
    tags: Sequence[str] = (),
    attributes: Mapping[str, str | Texts] | None = None,
    labels: Mapping[str, Texts] | None = None,
    status: str = "active",
    kind: str = "",
    media: Sequence[MediaDraft | bytes | Path] | None = None,
    at: datetime | None = None,
) -> ProductSaved:
    """Create or change one product; see :class:`ProductDraft` and :func:`save_products`."""
    draft = ProductDraft(
        shop_id=shop_id,
        handle=handle,
        title=title,
        description=description or {},
        category_id=category_id,
        brand_id=brand_id,
        option_names=tuple(option_names),
        variants=tuple(variants),
        tags=tuple(tags),
        attributes=attributes or {},
        labels=labels or {},
        status=status,
        kind=kind,
        media=media,
    )
    return save_products([draft], at=at)[0]


def save_products(
    rows: Sequence[ProductDraft], *, at: datetime | None = None, progress: Progress | None = None
) -> list[ProductSaved]:
    """Create or change products, all or none; the results are in the order of ``rows``.

    :raises HandleRepeated: two rows name the same product.
    :raises FieldMissing: no handle, title or variant.
    :raises FieldTooLong: a text or list is over its limit.
    :raises FieldInvalid: a status, weight, category or brand that cannot be.
    :raises VariantsUneven: a variant does not name one value for each option.
    :raises VariantRepeated: two variants of a product have the same values.
    :raises PictureUnreadable: a picture cannot be used.
    :raises PictureTooLarge: a picture has too many bytes or pixels.
    """
    moment = clock.at_or_now(at)
    drafts = [rules.cleaned(draft) for draft in rows]
    _refuse_repeats(drafts)
    given = {index: draft.media for index, draft in enumerate(drafts) if draft.media is not None}
    shown = dict(zip(given, media.prepare_many(list(given.values())), strict=True))
    saved: list[ProductSaved] = []
    with transaction.atomic():
        for shop_id in sorted({draft.shop_id for draft in drafts}):
            locks.advisory("catalog.products", shop_id)
        _check_references(drafts)
        for start in range(0, len(drafts), CHUNK):
            part = drafts[start : start + CHUNK]
            pictures = {index: shown[start + index] for index in range(len(part)) if start + index in shown}
            saved += _save_chunk(part, pictures, moment)
            if progress:
                progress(len(saved), len(drafts))
    return saved


def publish(*, product_id: int, at: datetime | None = None) -> None:
    """Show a product in the shop.

    :raises ProductUnknown: no such product.
    """
    _set_status(product_id, "active", at)


def archive(*, product_id: int, at: datetime | None = None) -> None:
    """Take a product out of the shop; orders and old links keep it.

    :raises ProductUnknown: no such product.
    """
    _set_status(product_id, "archived", at)


def _set_status(product_id: int, status: str, at: datetime | None) -> None:
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = Product.objects.select_for_update().filter(pk=product_id).first()
        if row is None:
            raise ProductUnknown
        if row.status == status:
            return
        row.status, row.updated_at = status, moment
        if status == "active" and row.published_at is None:
            row.published_at = moment
        row.save(update_fields=["status", "updated_at", "published_at"])
        indexing.reindex([product_id])


def _save_chunk(
    drafts: Sequence[ProductDraft], pictures: Mapping[int, Sequence[media.Stored]], at: datetime
) -> list[ProductSaved]:
    rows, new, changed = _save_rows(drafts, at)
    product_ids = [product_id for product_id, _ in rows]
    variants, moved = _save_variants(drafts, product_ids)
    touched = changed | moved | _save_addresses(drafts, product_ids)
    touched |= media.replace({product_ids[index]: stored for index, stored in pictures.items()})
    Product.objects.filter(pk__in=touched - changed - new).update(updated_at=at)
    indexing.reindex(touched | new)
    result = []
    for index, (product_id, code) in enumerate(rows):
        change = "created" if product_id in new else "updated" if product_id in touched else "unchanged"
        result.append(ProductSaved(product_id, code, tuple(variants[index]), change))
    return result


def _save_rows(
    drafts: Sequence[ProductDraft], at: datetime
) -> tuple[list[tuple[int, str]], set[int], set[int]]:
    """Write the product rows; returns (id, code) in order, the ids created and the ids changed."""
    shops = {draft.shop_id for draft in drafts}
    found = Product.objects.filter(shop_id__in=shops, handle__in=[draft.handle for draft in drafts])
    there = {(row.shop_id, row.handle): row for row in found}
    keys = [(draft.shop_id, draft.handle) for draft in drafts]
    known = {key: (row.pk, row.code) for key, row in there.items()}
    wanted = []
    changed: set[int] = set()
    for draft, key in zip(drafts, keys, strict=True):
        row = there.get(key)
        values = _product_values(draft, None if row is None else row.published_at, at)
        if row is None or any(getattr(row, name) != value for name, value in values.items()):
            wanted.append({"code": ids.new_code(), "shop_id": key[0], "handle": key[1], "at": at, **values})
            changed |= set() if row is None else {row.pk}
    known |= {(row[0], row[1]): (row[2], row[3]) for row in _write(_PRODUCTS, wanted)}
    new = {known[key][0] for key in keys if key not in there}
    return [known[key] for key in keys], new, changed


def _product_values(draft: ProductDraft, published_at: datetime | None, at: datetime) -> dict[str, Any]:
    return {
        "slug": rules.slug_of(draft.handle, pick(draft.title, "en")),
        "title": dict(draft.title),
        "description": dict(draft.description),
        "category_id": draft.category_id,
        "brand_id": draft.brand_id,
        "status": draft.status,
        "kind": draft.kind,
        "option_names": list(draft.option_names),
        "attributes": _plain(draft.attributes),
        "labels": _plain(draft.labels),
        "tags": list(draft.tags),
        "published_at": published_at or (at if draft.status == "active" else None),
    }


def _save_variants(
    drafts: Sequence[ProductDraft], product_ids: Sequence[int]
) -> tuple[list[list[int]], set[int]]:
    """Write the variants; returns their ids per draft in order, and the products whose variants changed."""
    there: dict[tuple[int, tuple[str, ...]], Variant] = {}
    for row in Variant.objects.filter(product_id__in=product_ids):
        there[row.product_id, tuple(row.options)] = row
    known = {key: row.pk for key, row in there.items()}
    keys: list[list[tuple[int, tuple[str, ...]]]] = []
    wanted = []
    for draft, product_id in zip(drafts, product_ids, strict=True):
        keys.append([(product_id, variant.options) for variant in draft.variants])
        for position, variant in enumerate(draft.variants):
            old = there.pop((product_id, variant.options), None)
            values = _variant_values(variant, position)
            if old is None or any(getattr(old, name) != value for name, value in values.items()):
                wanted.append({"product_id": product_id, "options": list(variant.options), **values})
    gone = [row for row in there.values() if row.status != "archived"]
    Variant.objects.filter(pk__in=[row.pk for row in gone]).update(status="archived")
    known |= {(row[0], tuple(row[1])): row[2] for row in _write(_VARIANTS, wanted)}
    moved = {row["product_id"] for row in wanted} | {row.product_id for row in gone}
    return [[known[key] for key in mine] for mine in keys], moved


def _variant_values(draft: VariantDraft, position: int) -> dict[str, Any]:
    return {
        "sku": draft.sku,
        "position": position,
        "barcode": draft.barcode,
        "weight_g": draft.weight_g,
        "image_source": draft.image_source,
        "status": "active",
    }


def _write(statement: str, rows: Sequence[Mapping[str, Any]]) -> list[tuple[Any, ...]]:
    """Insert or update rows by their identity in one statement, which gets them as one document."""
    if not rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows, default=datetime.isoformat)])
        written: list[tuple[Any, ...]] = cursor.fetchall()
    return written


def _save_addresses(drafts: Sequence[ProductDraft], product_ids: Sequence[int]) -> set[int]:
    """Record the picture addresses of drafts that name some; returns the products where they changed."""
    wanted = {
        product_id: list(draft.pending)
        for draft, product_id in zip(drafts, product_ids, strict=True)
        if draft.pending is not None
    }
    there: dict[int, list[PendingPicture]] = {pk: [] for pk in wanted}
    for row in MediaAddress.objects.filter(product_id__in=list(wanted)).order_by("position", "id"):
        there[row.product_id].append(PendingPicture(row.url, row.alt, row.position))
    changed = {
        pk for pk, pictures in wanted.items() if sorted(there[pk], key=_place) != sorted(pictures, key=_place)
    }
    MediaAddress.objects.filter(product_id__in=changed).delete()
    MediaAddress.objects.bulk_create(
        [
            MediaAddress(product_id=pk, url=picture.url, alt=picture.alt, position=picture.position)
            for pk in sorted(changed)
            for picture in wanted[pk]
        ],
        batch_size=CHUNK,
    )
    return changed


def _refuse_repeats(drafts: Sequence[ProductDraft]) -> None:
    seen: set[tuple[int, str]] = set()
    for draft in drafts:
        if (draft.shop_id, draft.handle) in seen:
            raise HandleRepeated(handle=draft.handle)
        seen.add((draft.shop_id, draft.handle))


def _check_references(drafts: Sequence[ProductDraft]) -> None:
    categories = {draft.category_id for draft in drafts if draft.category_id is not None}
    brands = {draft.brand_id for draft in drafts if draft.brand_id is not None}
    if categories and Category.objects.filter(pk__in=categories).count() != len(categories):
        raise FieldInvalid(field="category")
    if brands and Brand.objects.filter(pk__in=brands).count() != len(brands):
        raise FieldInvalid(field="brand")


def _plain(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value if isinstance(value, str) else dict(value) for key, value in mapping.items()}


def _place(picture: PendingPicture) -> tuple[int, str]:
    return picture.position, picture.url
