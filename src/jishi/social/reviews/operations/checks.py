"""What every text passes before it is kept: who writes, how long it is, what the guards say."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.kernel import limits, media
from jishi.kernel.errors import N_, fill
from jishi.social.notes import ports as publishing
from jishi.social.notes.contracts import ContentState
from jishi.social.notes.errors import ContentRefused
from jishi.social.reviews import contracts, errors, rules

FOLDER = "reviews"
UPLOADS_PER_HOUR = 60


def store_pictures(*, person_id: int, uploads: Sequence[bytes]) -> list[dict[str, Any]]:
    """Keep pictures of a review in all their sizes, before any transaction.

    :raises TooLong: more than a review may have.
    :raises PictureUnreadable: one is no picture.
    :raises PictureTooLarge: one is too large.
    :raises RateLimited: too many uploads in an hour.
    """
    if len(uploads) > contracts.MAX_PICTURES:
        raise errors.TooLong(field=N_("Pictures"), limit=contracts.MAX_PICTURES)
    for _ in uploads:
        limits.hit(bucket="reviews.upload", key=str(person_id), limit=UPLOADS_PER_HOUR, window_s=3600)
    return [media.as_json(stored) for stored in media.store_many(uploads, folder=FOLDER)]


def words(text: str, *, limit: int, required: bool = True) -> str:
    """A text that may be kept.

    :raises WordsMissing: nothing is left of it.
    :raises TooLong: it is too long.
    """
    kept = rules.clean(text)
    if required and not kept:
        raise errors.WordsMissing
    if len(kept) > limit:
        raise errors.TooLong(field=N_("Text"), limit=limit)
    return kept


def stars(value: int) -> int:
    """Stars as a whole number.

    :raises StarsInvalid: not from 1 to 5.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 5:
        raise errors.StarsInvalid
    return value


def aspects(chosen: Mapping[str, int], known: Iterable[contracts.Aspect]) -> dict[str, int]:
    """Judged aspects.

    :raises AspectUnknown: this category does not judge such a thing.
    :raises StarsInvalid: not from 1 to 5.
    """
    if set(chosen) - {one.code for one in known}:
        raise errors.AspectUnknown
    return {code: stars(value) for code, value in chosen.items()}


def pictures(kept: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Pictures as a row keeps them.

    :raises TooLong: too many.
    """
    if len(kept) > contracts.MAX_PICTURES:
        raise errors.TooLong(field=N_("Pictures"), limit=contracts.MAX_PICTURES)
    return [dict(one) for one in kept]


def not_suspended(person_id: int) -> None:
    """Return quietly if somebody may write; reads the suspensions kept below.

    :raises AuthorSuspended: their content is hidden.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM notes_hiddenauthor WHERE person_id = %s", [person_id])
        if cursor.fetchone():
            raise errors.AuthorSuspended


def judged(
    kind: str,
    author_id: int,
    text: str,
    *,
    at: datetime,
    context: str = "",
    digests: Sequence[str] = (),
    may_wait: bool = True,
) -> tuple[ContentState, str]:
    """The state in which a text begins, and why. What has no state to wait in is refused instead.

    :raises ContentRefused: a guard refuses it.
    """
    if not text and not digests:
        return ContentState.PUBLISHED, ""
    asked = publishing.Publication(
        kind=kind,
        author_id=author_id,
        text=text,
        links=rules.find_links(text),
        picture_digests=tuple(digests),
        context=context,
    )
    verdict = publishing.judge(asked, at=at)
    if verdict.action == "accept":
        return ContentState.PUBLISHED, ""
    if verdict.action == "refuse" or not may_wait:
        reasons = [fill(finding.message, finding.params) for finding in verdict.findings]
        raise ContentRefused(reason=" ".join(reasons), findings=[one.code for one in verdict.findings])
    return ContentState.IN_REVIEW, verdict.findings[0].code[:40] if verdict.findings else ""
