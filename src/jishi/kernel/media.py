"""Pictures in the storage: written once under the name of their content, and their addresses.

Invariant: what is stored was encoded by us (see :mod:`jishi.kernel.pictures`); the same upload is the same
file. Storing is slow, so it happens before a transaction takes locks.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from jishi.kernel import pictures
from jishi.kernel.pictures import PictureView, StoredPicture

Upload = bytes | Path


def store(data: Upload, *, folder: str) -> StoredPicture:
    """Encode and store one picture; see :func:`store_many`."""
    return store_many([data], folder=folder)[0]


def store_many(uploads: Iterable[Upload], *, folder: str) -> list[StoredPicture]:
    """Encode and store pictures under a folder, each distinct upload once; the answer keeps their order.

    :raises PictureUnreadable: not a picture of an accepted format.
    :raises PictureTooLarge: too many bytes or pixels.
    """
    contents = [read(upload) for upload in uploads]
    digests = [pictures.digest_of(data) for data in contents]
    wanted = dict(zip(digests, contents, strict=True))
    # Encoding leaves the interpreter's lock, so as many pictures are made at once as there are cores.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        made = pool.map(lambda data: pictures.render(data, folder=folder), wanted.values())
        stored = {rendered.digest: _keep(rendered) for rendered in list(made)}
    return [stored[digest] for digest in digests]


def read(upload: Upload) -> bytes:
    """The bytes of an upload; a file that is too large is refused before it is read.

    :raises PictureTooLarge: too many bytes.
    """
    if isinstance(upload, bytes):
        return upload
    if upload.stat().st_size > pictures.MAX_BYTES:
        raise pictures.too_large()
    return upload.read_bytes()


def is_stored(file: str) -> bool:
    """Whether the storage still has this file."""
    return default_storage.exists(file)


def as_json(stored: StoredPicture) -> dict[str, Any]:
    """What a row keeps of a picture; :func:`view` reads it."""
    return {
        "digest": stored.digest,
        "file": stored.file,
        "w": stored.width,
        "h": stored.height,
        "sizes": stored.renditions,
    }


def view(kept: Mapping[str, Any], alt: str = "") -> PictureView:
    """A picture of a row, ready to be shown."""
    return PictureView(
        url=url(kept["file"]),
        srcset=srcset(kept["file"], kept["w"], kept["sizes"]),
        small_url=small_url(kept),
        width=kept["w"],
        height=kept["h"],
        alt=alt,
    )


def url(file: str) -> str:
    """The address of a stored file, '' for none."""
    return default_storage.url(file) if file else ""


def small_url(kept: Mapping[str, Any] | None) -> str:
    """The address of the smallest size of a picture, '' without one."""
    if not kept:
        return ""
    sizes = kept.get("sizes") or []
    return default_storage.url(sizes[0][2] if sizes else kept["file"])


def srcset(file: str, width: int, renditions: Sequence[Sequence[Any]]) -> str:
    """The ``srcset`` of a picture: its renditions and itself, narrowest first."""
    sizes = [(int(size[0]), str(size[2])) for size in renditions] + [(width, file)]
    return ", ".join(f"{default_storage.url(name)} {size}w" for size, name in sizes)


def _keep(rendered: pictures.Rendered) -> StoredPicture:
    for file in (rendered.original, *rendered.renditions):
        if not default_storage.exists(file.name):
            default_storage.save(file.name, ContentFile(file.data))
    sizes: list[list[int | str]] = [[size.width, size.height, size.name] for size in rendered.renditions]
    full = rendered.original
    return StoredPicture(rendered.digest, full.name, full.width, full.height, sizes)
