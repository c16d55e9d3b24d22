"""Pictures of products, encoded and stored before any lock is taken; inside it only rows are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from jishi.goods.catalog import rules
from jishi.goods.catalog.contracts import MediaDraft, MediaView
from jishi.goods.catalog.errors import MediaTooMany, ProductUnknown
from jishi.goods.catalog.models import Media, Product
from jishi.goods.catalog.operations import indexing
from jishi.goods.catalog.queries import media as media_queries
from jishi.kernel import media, pictures


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture whose files are in the storage and that no product shows yet."""

    picture: pictures.StoredPicture
    alt: str

    @property
    def digest(self) -> str:
        """What identifies the upload."""
        return self.picture.digest


def attach_media(
    *, product_id: int, data: bytes | Path, alt: str = "", position: int | None = None
) -> MediaView:
    """Add a picture to a product; the same picture again changes only its text and place.

    :raises ProductUnknown: no such product.
    :raises PictureUnreadable: not a picture of an accepted format.
    :raises PictureTooLarge: too many bytes or pixels.
    :raises MediaTooMany: the product already has its full number.
    """
    stored = prepare([MediaDraft(data, alt)])[0]
    with transaction.atomic():
        if not Product.objects.select_for_update().filter(pk=product_id).exists():
            raise ProductUnknown
        there = Media.objects.filter(product_id=product_id)
        if there.count() >= rules.PICTURES_MAX:
            raise MediaTooMany(limit=rules.PICTURES_MAX)
        if position is None:
            last = there.aggregate(last=Max("position"))["last"]
            position = 0 if last is None else last + 1
        row, _ = Media.objects.update_or_create(
            product_id=product_id, digest=stored.digest, defaults=_columns(stored, position)
        )
        indexing.reindex([product_id])
    return media_queries.view(row)


def remove_media(*, product_id: int, media_id: int) -> None:
    """Take a picture off a product. Its files stay: another product or an old order may show them."""
    with transaction.atomic():
        Media.objects.filter(pk=media_id, product_id=product_id).delete()
        indexing.reindex([product_id])


def prepare(drafts: Sequence[MediaDraft | bytes | Path]) -> list[Stored]:
    """Encode and store the pictures of one product; see :func:`prepare_many`."""
    return prepare_many([drafts])[0]


def prepare_many(lists: Sequence[Sequence[MediaDraft | bytes | Path]]) -> list[list[Stored]]:
    """Encode and store the pictures of many products; one that the catalogue has is found by its digest.

    :raises PictureUnreadable: not a picture of an accepted format.
    :raises PictureTooLarge: too many bytes or pixels.
    """
    wanted = [_distinct(drafts) for drafts in lists]
    fresh = {digest: data for texts in wanted for digest, (data, _) in texts.items()}
    rows = Media.objects.filter(digest__in=list(fresh)).order_by("id")
    known = {row.digest: _of_row(row) for row in rows if media.is_stored(row.file)}
    missing = [data for digest, data in fresh.items() if digest not in known]
    known |= {stored.digest: stored for stored in media.store_many(missing, folder="goods")}
    return [[Stored(known[digest], alt) for digest, (_, alt) in texts.items()] for texts in wanted]


def _distinct(drafts: Sequence[MediaDraft | bytes | Path]) -> dict[str, tuple[bytes, str]]:
    """The pictures by digest, each once, with their texts."""
    wanted: dict[str, tuple[bytes, str]] = {}
    for draft in drafts:
        given = draft if isinstance(draft, MediaDraft) else MediaDraft(draft)
        data = media.read(given.data)
        alt = rules.clean_line(given.alt, name="picture text", limit=rules.ALT_MAX)
        wanted.setdefault(pictures.digest_of(data), (data, alt))
    return wanted


def replace(wanted: Mapping[int, Sequence[Stored]]) -> set[int]:
    """Make the given pictures the only ones of each product; returns the products that changed."""
    there: dict[int, dict[str, Media]] = {}
    for row in Media.objects.filter(product_id__in=list(wanted)):
        there.setdefault(row.product_id, {})[row.digest] = row
    changed: set[int] = set()
    gone: list[int] = []
    rows: list[Media] = []
    for product_id, pictures_ in wanted.items():
        old = there.get(product_id, {})
        new = {stored.digest: (position, stored) for position, stored in enumerate(pictures_)}
        same = {digest: (row.position, row.alt) for digest, row in old.items()}
        if same == {digest: (position, stored.alt) for digest, (position, stored) in new.items()}:
            continue
        changed.add(product_id)
        gone += [row.pk for digest, row in old.items() if digest not in new]
        for digest, (position, stored) in new.items():
            rows.append(Media(product_id=product_id, digest=digest, **_columns(stored, position)))
    Media.objects.filter(pk__in=gone).delete()
    Media.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["product", "digest"],
        update_fields=["file", "alt", "width", "height", "position", "renditions"],
    )
    return changed


def _columns(stored: Stored, position: int) -> dict[str, object]:
    picture = stored.picture
    return {
        "file": picture.file,
        "alt": stored.alt,
        "width": picture.width,
        "height": picture.height,
        "position": position,
        "renditions": picture.renditions,
    }


def _of_row(row: Media) -> pictures.StoredPicture:
    return pictures.StoredPicture(row.digest, row.file, row.width, row.height, row.renditions)
