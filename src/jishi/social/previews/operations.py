"""Asking for a preview, and fetching it by the clock: never in somebody's request, never in a transaction."""

from datetime import datetime, timedelta

import structlog
from django.db import transaction

from jishi.kernel import clock, media, outbound, pictures
from jishi.kernel.errors import DomainError
from jishi.social.previews import rules
from jishi.social.previews.models import Preview
from jishi.social.previews.queries import digest_of

log = structlog.get_logger("previews")
PAGE = outbound.Wanted(
    content_types=("text/html", "application/xhtml+xml"), max_bytes=300_000, hops=3, cut=True
)
PICTURE = outbound.Wanted(
    content_types=("image/jpeg", "image/png", "image/webp"), max_bytes=4_000_000, total_s=8.0, hops=2
)
BATCH = 5
LEASE = timedelta(minutes=2)
FRESH_FOR = timedelta(days=7)
AGAIN = (timedelta(minutes=5), timedelta(hours=2))
KEPT = timedelta(days=60)


def request(*, url: str, at: datetime | None = None) -> None:
    """Ask for the preview of an address; asking again changes nothing."""
    if not url or len(url) > outbound.MAX_URL:
        return
    moment = clock.at_or_now(at)
    row = Preview(digest=digest_of(url), url=url, asked_at=moment, due_at=moment)
    Preview.objects.bulk_create([row], ignore_conflicts=True)


def fetch_due(at: datetime, *, client: outbound.Client | None = None) -> int:
    """Fetch what is due; returns how many addresses were tried.

    Rows are leased first, so that no transaction is open while somebody else's server takes its time.
    """
    with transaction.atomic():
        due = Preview.objects.select_for_update(skip_locked=True).filter(due_at__lte=at).order_by("due_at")
        rows = list(due[:BATCH])
        Preview.objects.filter(pk__in=[row.pk for row in rows]).update(due_at=at + LEASE)
    for row in rows:
        _fetch(row, client or outbound.Client(), at)
    return len(rows)


def forget_old(at: datetime) -> int:
    """Delete previews nobody asked for in two months; returns how many."""
    deleted, _ = Preview.objects.filter(asked_at__lt=at - KEPT).delete()
    return deleted


def _fetch(row: Preview, client: outbound.Client, at: datetime) -> None:
    try:
        answer = client.get(row.url, PAGE)
        head = rules.read_head(answer.body, answer.charset, answer.url)
    except outbound.PeerUnreachable:
        _again(row, at)
        return
    except (outbound.AddressRefused, outbound.AnswerRefused):
        row.state, row.due_at = "refused", None
        row.save(update_fields=["state", "due_at"])
        return
    row.title, row.text = head.title, head.text
    row.picture = _picture(head.picture_url, client)
    row.state = "ready" if head.title else "refused"
    row.attempts, row.fetched_at = 0, at
    row.due_at = at + FRESH_FOR if row.state == "ready" else None
    row.save()


def _again(row: Preview, at: datetime) -> None:
    row.due_at = at + AGAIN[row.attempts] if row.attempts < len(AGAIN) else None
    row.attempts += 1
    row.save(update_fields=["attempts", "due_at"])


def _picture(url: str, client: outbound.Client) -> dict[str, object] | None:
    """The page's picture, encoded by us; a preview without one is a preview."""
    if not url:
        return None
    try:
        answer = client.get(url, PICTURE)
        return media.as_json(media.store(answer.body, folder="previews"))
    except (DomainError, pictures.PictureUnreadable, pictures.PictureTooLarge) as error:
        log.info("previews.no_picture", reason=type(error).__name__)
        return None
