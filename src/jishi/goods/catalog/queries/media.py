"""Addresses of stored pictures, built from rows without asking the database."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.storage import default_storage

from jishi.goods.catalog.contracts import MediaView
from jishi.goods.catalog.models import Media


def view(row: Media) -> MediaView:
    """One picture as pages use it."""
    return MediaView(
        media_id=row.pk,
        url=default_storage.url(row.file),
        srcset=srcset(row.file, row.width, row.renditions),
        width=row.width,
        height=row.height,
        alt=row.alt,
    )


def list_views(product_ids: Sequence[int]) -> dict[int, list[MediaView]]:
    """The pictures of products in their order, in one statement."""
    result: dict[int, list[MediaView]] = {}
    for row in Media.objects.filter(product_id__in=product_ids).order_by("product_id", "position", "id"):
        result.setdefault(row.product_id, []).append(view(row))
    return result


def small_url(image: Mapping[str, Any] | None) -> str:
    """The address of the smallest size of a listing's picture, '' without one."""
    if not image:
        return ""
    sizes = image.get("sizes") or []
    return default_storage.url(sizes[0][2] if sizes else image["file"])


def srcset(file: str, width: int, renditions: Sequence[Sequence[Any]]) -> str:
    """The ``srcset`` of a picture: its renditions and itself, narrowest first."""
    sizes = [(int(size[0]), str(size[2])) for size in renditions] + [(width, file)]
    return ", ".join(f"{default_storage.url(name)} {size}w" for size, name in sizes)
