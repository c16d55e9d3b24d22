"""Pictures of products, encoded and stored before any lock is taken; inside it only rows are written."""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max

from jishi.goods.catalog import pictures, rules
from jishi.goods.catalog.contracts import MediaDraft, MediaView
from jishi.goods.catalog.errors import MediaTooLarge, MediaTooMany, ProductUnknown
from jishi.goods.catalog.models import Media, Product
from jishi.goods.catalog.operations import indexing
from jishi.goods.catalog.queries import media as media_queries


@dataclass(frozen=True, slots=True)
class Stored:
    """A picture whose files are in the storage and that no product shows yet."""

    digest: str
    file: str
    width: int
    height: int
    renditions: list[list[int | str]]
    alt: str


def attach_media(
    *, product_id: int, data: bytes | Path, alt: str = "", position: int | None = None
) -> MediaView:
    """Add a picture to a product; the same picture again changes only its text and place.

    :raises ProductUnknown: no such product.
    :raises MediaNotPicture: not a picture of an accepted format.
    :raises MediaTooLarge: too many bytes or pixels.
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

    :raises MediaNotPicture: not a picture of an accepted format.
    :raises MediaTooLarge: too many bytes or pixels.
    """
    wanted = [_distinct(drafts) for drafts in lists]
    fresh = {digest: data for texts in wanted for digest, (data, _) in texts.items()}
    known = {row.digest: row for row in Media.objects.filter(digest__in=list(fresh)).order_by("id")}
    kept = {digest: row for digest, row in known.items() if default_storage.exists(row.file)}
    missing = [digest for digest in fresh if digest not in kept]
    # Encoding leaves the interpreter's lock, so as many pictures are made at once as there are cores.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        made = dict(
            zip(missing, pool.map(lambda digest: pictures.render(fresh[digest]), missing), strict=True)
        )
    for rendered in made.values():
        _put([rendered.original, *rendered.renditions])
    return [
        [_stored(digest, alt, kept.get(digest), made.get(digest)) for digest, (_, alt) in texts.items()]
        for texts in wanted
    ]


def _distinct(drafts: Sequence[MediaDraft | bytes | Path]) -> dict[str, tuple[bytes, str]]:
    """The pictures by digest, each once, with their texts."""
    wanted: dict[str, tuple[bytes, str]] = {}
    for draft in drafts:
        given = draft if isinstance(draft, MediaDraft) else MediaDraft(draft)
        data = _bytes(given.data)
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
    return {
        "file": stored.file,
        "alt": stored.alt,
        "width": stored.width,
        "height": stored.height,
        "position": position,
        "renditions": stored.renditions,
    }


def _stored(digest: str, alt: str, known: Media | None, made: pictures.Rendered | None) -> Stored:
    if made is None:
        assert known is not None, "a picture is either there or made"
        return Stored(digest, known.file, known.width, known.height, known.renditions, alt)
    sizes: list[list[int | str]] = [[size.width, size.height, size.name] for size in made.renditions]
    full = made.original
    return Stored(digest, full.name, full.width, full.height, sizes, alt)


def _put(files: Iterable[pictures.Encoded]) -> None:
    for file in files:
        if not default_storage.exists(file.name):
            default_storage.save(file.name, ContentFile(file.data))


def _bytes(source: bytes | Path) -> bytes:
    if isinstance(source, bytes):
        return source
    if source.stat().st_size > pictures.MAX_BYTES:
        raise MediaTooLarge(max_mb=pictures.MAX_BYTES >> 20, max_megapixels=pictures.MAX_PIXELS // 1_000_000)
    return source.read_bytes()
