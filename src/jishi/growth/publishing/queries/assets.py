"""Pictures of the library."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q

from jishi.growth.publishing.contracts import AssetView, FilmView
from jishi.growth.publishing.errors import AssetNotFound
from jishi.growth.publishing.models import Asset
from jishi.kernel import media


def list_assets(
    *, text: str = "", licence: str = "", expiring_before: date | None = None, limit: int = 60
) -> tuple[AssetView, ...]:
    """The library, the newest first; of a licence, with a word in title or tags, or running out."""
    rows = Asset.objects.filter(archived_at=None).annotate(used=Count("uses"))
    if licence:
        rows = rows.filter(licence=licence)
    if text:
        rows = rows.filter(Q(title__icontains=text[:40]) | Q(tags__contains=[text[:30]]))
    if expiring_before is not None:
        rows = rows.filter(expires_on__lt=expiring_before)
    return tuple(view(row, row.used) for row in rows.order_by("-pk")[:limit])


def get_asset(code: str) -> AssetView:
    """One picture.

    :raises AssetNotFound: there is none.
    """
    row = Asset.objects.filter(code=code[:12]).annotate(used=Count("uses")).first()
    if row is None:
        raise AssetNotFound
    return view(row, row.used)


def find_assets(codes: Iterable[str]) -> tuple[AssetView, ...]:
    """Pictures in the order of their codes; those that are not there are left out."""
    wanted: Sequence[str] = list(codes)
    rows = {row.code: row for row in Asset.objects.filter(code__in=wanted)} if wanted else {}
    return tuple(view(rows[code]) for code in wanted if code in rows)


def view(row: Asset, used: int = 0) -> AssetView:
    """A row as others see it."""
    shown = media.view(row.picture, row.alt)
    return AssetView(
        code=row.code,
        title=row.title,
        alt=row.alt,
        licence=row.licence,
        source=row.source,
        credit=row.credit,
        proof=row.proof,
        expires_on=row.expires_on,
        url=shown.url,
        small_url=shown.small_url,
        srcset=shown.srcset,
        width=shown.width,
        height=shown.height,
        tags=tuple(row.tags),
        created_at=row.created_at,
        is_archived=row.archived_at is not None,
        used=used,
        kept=row.picture,
        film=_film(row.film),
    )


def _film(kept: Mapping[str, Any] | None) -> FilmView | None:
    if not kept:
        return None
    return FilmView(media.url(kept["file"]), kept["w"], kept["h"], kept["ms"], kept["bytes"], kept)
