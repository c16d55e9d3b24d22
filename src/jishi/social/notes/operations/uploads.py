"""Keeping what people upload, before any transaction. A signed ticket carries a stored file to the note's
form.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from jishi.kernel import crypto, limits, media, pictures
from jishi.kernel.errors import N_
from jishi.social.notes import films
from jishi.social.notes.contracts import CROPS, MAX_PICTURES, StoredVideo
from jishi.social.notes.errors import NoteFieldInvalid, TooMany

FOLDER = "notes"
TICKET_TTL_S = 24 * 3600
UPLOADS_PER_HOUR = 200


def store_pictures(*, person_id: int, uploads: Sequence[bytes]) -> list[dict[str, Any]]:
    """Keep pictures in all their sizes, without what they tell about place and camera.

    :raises TooMany: more than a note may have.
    :raises PictureUnreadable: one is no picture.
    :raises PictureTooLarge: one is too large.
    :raises RateLimited: too many uploads in an hour.
    """
    if len(uploads) > MAX_PICTURES:
        raise TooMany(field=N_("Pictures"), limit=MAX_PICTURES)
    for _ in uploads:
        limits.hit(bucket="notes.upload", key=str(person_id), limit=UPLOADS_PER_HOUR, window_s=3600)
    return [media.as_json(stored) for stored in media.store_many(uploads, folder=FOLDER)]


def crop_picture(*, person_id: int, kept: Mapping[str, Any], shape: str, at: float = 0.5) -> dict[str, Any]:
    """Keep a part of a stored picture in one of ``CROPS``; `from` remembers which picture it was.

    ``at`` says which part: 0 the left or upper end, 0.5 the middle, 1 the other end.

    :raises NoteFieldInvalid: no such shape, or the picture is not in the storage.
    :raises RateLimited: too many uploads in an hour.
    """
    if shape not in CROPS or not default_storage.exists(str(kept["file"])):
        raise NoteFieldInvalid(field=N_("Pictures"))
    limits.hit(bucket="notes.upload", key=str(person_id), limit=UPLOADS_PER_HOUR, window_s=3600)
    with default_storage.open(str(kept["file"])) as file:
        wide, high = CROPS[shape]
        data = pictures.cropped(file.read(), wide=wide, high=high, at=min(1.0, max(0.0, at)))
    return {**media.as_json(media.store(data, folder=FOLDER)), "from": str(kept.get("from") or kept["file"])}


def store_video(*, person_id: int, data: bytes) -> dict[str, Any]:
    """Keep a short film; the answer goes into `NoteDraft.video`.

    :raises VideoUnreadable: not a complete MP4.
    :raises VideoTooLarge: too many bytes.
    :raises VideoTooLong: it runs too long.
    :raises RateLimited: too many uploads in an hour.
    """
    limits.hit(bucket="notes.upload", key=str(person_id), limit=UPLOADS_PER_HOUR, window_s=3600)
    film = films.read(data)
    if not default_storage.exists(film.name):
        default_storage.save(film.name, ContentFile(film.data))
    kept = StoredVideo(film.name, film.width, film.height, film.duration_ms, len(film.data))
    return video_as_json(kept)


def video_as_json(kept: StoredVideo) -> dict[str, Any]:
    """What a row keeps of a film."""
    return {
        "file": kept.file,
        "w": kept.width,
        "h": kept.height,
        "ms": kept.duration_ms,
        "bytes": kept.size_bytes,
    }


def issue_ticket(*, person_id: int, kind: str, kept: Mapping[str, Any]) -> str:
    """Return a ticket for a stored file ("picture" or "video") that only this person can put into a note."""
    payload = {"p": person_id, "k": kind, "f": dict(kept)}
    return crypto.sign_token(payload, purpose="notes.upload", ttl_s=TICKET_TTL_S)


def read_ticket(*, person_id: int, kind: str, ticket: str) -> dict[str, Any]:
    """Return the stored file of a ticket.

    :raises NoteFieldInvalid: forged, too old, or somebody else's.
    """
    field = N_("Pictures") if kind == "picture" else N_("Video")
    try:
        payload = crypto.read_token(ticket, purpose="notes.upload")
    except crypto.TokenInvalid:
        raise NoteFieldInvalid(field=field) from None
    if payload.get("p") != person_id or payload.get("k") != kind:
        raise NoteFieldInvalid(field=field)
    kept: dict[str, Any] = payload["f"]
    return kept
