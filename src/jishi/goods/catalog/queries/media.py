"""Addresses of stored pictures, built from rows without asking the database."""

from collections.abc import Sequence

from jishi.goods.catalog.contracts import MediaView
from jishi.goods.catalog.models import Media
from jishi.kernel import media


def view(row: Media) -> MediaView:
    """One picture as pages use it."""
    return MediaView(
        media_id=row.pk,
        url=media.url(row.file),
        srcset=media.srcset(row.file, row.width, row.renditions),
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
