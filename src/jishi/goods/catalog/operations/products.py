"""Writing products with their variants, one or thousands, in a fixed number of statements per thousand.

Identity: shop + handle for a product, its option values for a variant. A variant that a draft no longer names
is archived, never deleted, because orders point at it. What is already as wanted is not written.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

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
PRODUCT_COLUMNS = (
    "slug", "title", "description", "category_id", "brand_id", "status", "kind", "option_names", "attributes",
    "labels", "tags", "published_at",
)  # fmt: skip
VARIANT_COLUMNS = ("sku", "position", "barcode", "weight_g", "image_source", "status")

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
    :raises MediaNotPicture: a picture cannot be used.
    :raises MediaTooLarge: a picture has too many bytes or pixels.
    """
    moment = clock.at_or_now(at)
    drafts = [rules.cleaned(draft) for draft in rows]
    _refuse_repeats(drafts)
    shown = {
        index: media.prepare(draft.media) for index, draft in enumerate(drafts) if draft.media is not None
    }
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
    products, new, changed = _save_rows(drafts, at)
    variants, moved = _save_variants(drafts, products)
    touched = changed | moved | _save_addresses(drafts, products)
    touched |= media.replace({products[index].pk: stored for index, stored in pictures.items()})
    Product.objects.filter(pk__in=touched - changed).update(updated_at=at)
    indexing.reindex(touched | new)
    result = []
    for index, product in enumerate(products):
        change = "created" if product.pk in new else "updated" if product.pk in touched else "unchanged"
        result.append(ProductSaved(product.pk, product.code, tuple(variants[index]), change))
    return result


def _save_rows(drafts: Sequence[ProductDraft], at: datetime) -> tuple[list[Product], set[int], set[int]]:
    """Write the product rows; returns them in order, the ids created and the ids changed."""
    shops = {draft.shop_id for draft in drafts}
    found = Product.objects.filter(shop_id__in=shops, handle__in=[draft.handle for draft in drafts])
    there = {(row.shop_id, row.handle): row for row in found}
    products, created, changed = [], [], []
    for draft in drafts:
        row = there.get((draft.shop_id, draft.handle))
        values = _product_values(draft, None if row is None else row.published_at, at)
        if row is None:
            row = Product(
                code=ids.new_code(),
                shop_id=draft.shop_id,
                handle=draft.handle,
                created_at=at,
                updated_at=at,
                **values,
            )
            created.append(row)
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            row.updated_at = at
            changed.append(row)
        products.append(row)
    Product.objects.bulk_create(created, batch_size=CHUNK)
    _rewrite(changed, [*PRODUCT_COLUMNS, "updated_at"])
    return products, {row.pk for row in created}, {row.pk for row in changed}


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
    drafts: Sequence[ProductDraft], products: Sequence[Product]
) -> tuple[list[list[int]], set[int]]:
    """Write the variants; returns their ids per draft in order, and the products whose variants changed."""
    there: dict[int, dict[tuple[str, ...], Variant]] = {}
    for row in Variant.objects.filter(product_id__in=[product.pk for product in products]):
        there.setdefault(row.product_id, {})[tuple(row.options)] = row
    rows: list[list[Variant]] = []
    created, changed, gone = [], [], []
    for draft, product in zip(drafts, products, strict=True):
        old = there.get(product.pk, {})
        mine = []
        for position, variant in enumerate(draft.variants):
            row, state = _variant_row(old.pop(variant.options, None), variant, product.pk, position)
            mine.append(row)
            if state != "same":
                (created if state == "new" else changed).append(row)
        gone += [row for row in old.values() if row.status != "archived"]
        rows.append(mine)
    for row in gone:
        row.status = "archived"
    Variant.objects.bulk_create(created, batch_size=CHUNK)
    _rewrite(changed + gone, VARIANT_COLUMNS)
    moved = {row.product_id for row in [*created, *changed, *gone]}
    return [[row.pk for row in mine] for mine in rows], moved


def _variant_row(
    row: Variant | None, draft: VariantDraft, product_id: int, position: int
) -> tuple[Variant, str]:
    values = {
        "sku": draft.sku,
        "position": position,
        "barcode": draft.barcode,
        "weight_g": draft.weight_g,
        "image_source": draft.image_source,
        "status": "active",
    }
    if row is None:
        return Variant(product_id=product_id, options=list(draft.options), **values), "new"
    if all(getattr(row, name) == value for name, value in values.items()):
        return row, "same"
    for name, value in values.items():
        setattr(row, name, value)
    return row, "changed"


def _save_addresses(drafts: Sequence[ProductDraft], products: Sequence[Product]) -> set[int]:
    """Record the picture addresses of drafts that name some; returns the products where they changed."""
    wanted = {
        product.pk: list(draft.pending)
        for draft, product in zip(drafts, products, strict=True)
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


def _rewrite(rows: Sequence[Product] | Sequence[Variant], columns: Sequence[str]) -> None:
    """Update rows that exist, by their ids, in one statement per thousand."""
    if rows:
        fields = [column.removesuffix("_id") for column in columns]
        manager: Any = type(rows[0])._default_manager
        manager.bulk_create(
            rows, batch_size=CHUNK, update_conflicts=True, unique_fields=["id"], update_fields=fields
        )


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
