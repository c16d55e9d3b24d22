"""Pictures, films, the right to use them. Stored before the transaction; the same upload is the same row."""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from jishi.growth.publishing import rules
from jishi.growth.publishing.contracts import AssetDraft, Licence
from jishi.growth.publishing.errors import AssetInvalid, AssetNotFound
from jishi.growth.publishing.models import Asset
from jishi.kernel import audit, clock, limits, media
from jishi.social.notes import operations as notes

FOLDER = "library"
UPLOADS_PER_HOUR = 200
MAX_TAGS = 12
LIMITS = {"title": 80, "alt": 200, "source": 200, "credit": 80, "proof": 200}


def add_asset(
    *, data: bytes, draft: AssetDraft, by: int, film: bytes = b"", at: datetime | None = None
) -> str:
    """Keep a picture without what it tells about place and camera; returns its code. The same picture again
    gives the code it has, and changes nothing said about it. With a film the picture stands before it.

    :raises AssetInvalid: something said about it cannot be.
    :raises PictureUnreadable: it is no picture.
    :raises PictureTooLarge: it is too large.
    :raises VideoUnreadable: the film is no MP4 that can be shown; `VideoTooLarge`, `VideoTooLong` likewise.
    :raises RateLimited: too many uploads in an hour.
    """
    values = _checked(draft)
    limits.hit(bucket="publishing.upload", key=str(by), limit=UPLOADS_PER_HOUR, window_s=3600)
    kept_film = notes.store_video(person_id=by, data=film) if film else None
    stored = media.store(data, folder=FOLDER)
    digest = hashlib.sha256(film).hexdigest() if film else stored.digest
    with transaction.atomic():
        row = Asset(digest=digest, picture=media.as_json(stored), film=kept_film, added_by_id=by, **values)
        row.created_at = clock.at_or_now(at)
        Asset.objects.bulk_create([row], ignore_conflicts=True)
        kept = Asset.objects.get(digest=digest)
        if kept.code == row.code:
            audit.record(actor_id=by, action="publishing.add_asset", subject=f"asset:{row.code}")
        elif kept.archived_at is not None:
            Asset.objects.filter(pk=kept.pk).update(archived_at=None)
    return kept.code


def edit_asset(*, code: str, draft: AssetDraft, by: int) -> None:
    """Change what is said about a picture; pieces that use it are judged by it from now on.

    :raises AssetNotFound: there is none.
    :raises AssetInvalid: something cannot be.
    """
    values = _checked(draft)
    with transaction.atomic():
        if not Asset.objects.filter(code=code[:12]).update(**values):
            raise AssetNotFound
        audit.record(
            actor_id=by,
            action="publishing.edit_asset",
            subject=f"asset:{code}",
            detail={"licence": values["licence"], "expires_on": str(values["expires_on"] or "")},
        )


def archive_asset(*, code: str, by: int, at: datetime | None = None) -> None:
    """Take a picture out of the library; published notes keep it, pieces that still use it are stopped.

    :raises AssetNotFound: there is none.
    """
    with transaction.atomic():
        if not Asset.objects.filter(code=code[:12]).update(archived_at=clock.at_or_now(at)):
            raise AssetNotFound
        audit.record(actor_id=by, action="publishing.archive_asset", subject=f"asset:{code}")


def _checked(draft: AssetDraft) -> dict[str, Any]:
    values: dict[str, Any] = {name: rules.line(getattr(draft, name)) for name in LIMITS}
    for name, limit in LIMITS.items():
        if len(values[name]) > limit:
            raise AssetInvalid(field=name)
    if not values["title"]:
        raise AssetInvalid(field="title")
    if draft.licence not in tuple(Licence):
        raise AssetInvalid(field="licence")
    if draft.licence in rules.CREDITED and not values["credit"]:
        raise AssetInvalid(field="credit")
    if draft.licence in (Licence.BOUGHT, Licence.AGREED) and not values["proof"]:
        raise AssetInvalid(field="proof")
    if draft.licence in (Licence.CC0, Licence.CC_BY) and not re.match(r"https?://", values["source"]):
        raise AssetInvalid(field="source")
    return {**values, "licence": draft.licence, "expires_on": draft.expires_on, "tags": _tags(draft.tags)}


def _tags(tags: Sequence[str]) -> list[str]:
    found = list(dict.fromkeys(rules.line(tag) for tag in tags if rules.line(tag)))
    if len(found) > MAX_TAGS or any(len(tag) > 30 for tag in found):
        raise AssetInvalid(field="tags")
    return found
