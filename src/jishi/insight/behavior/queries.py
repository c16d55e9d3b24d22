"""What there is to read: the files of the lake from the manifest (never from the folder), and its health."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Q, Sum

from jishi.insight.behavior import schema
from jishi.insight.behavior.contracts import (
    LAKE,
    Column,
    DeadLetterView,
    DirtyDay,
    Health,
    Kind,
    Lake,
    LakeFile,
)
from jishi.insight.behavior.models import DeadLetter, Erasure, File, Identity
from jishi.insight.behavior.models import DirtyDay as Dirty
from jishi.kernel import clock, paging

_INBOX = "SELECT count(*), coalesce(sum(count), 0), min(received_at) FROM behavior_inbox"


def root() -> Path:
    """Return the folder of the events' files."""
    return Path(settings.JISHI_LAKE_ROOT) / "events"


def lake(*, since: date | None = None, until: date | None = None) -> Lake:
    """Return the files that hold the events now, of all days or of those from `since` to `until`."""
    rows = File.objects.filter(replaced_at=None)
    if since is not None:
        rows = rows.filter(dt__gte=since)
    if until is not None:
        rows = rows.filter(dt__lte=until)
    found = list(rows.order_by("dt", "id").values_list("path", "rows", "max_ts", "dt"))
    folder = root()
    return Lake(
        files=tuple(str(folder / path) for path, _, _, _ in found),
        rows=sum(count for _, count, _, _ in found),
        newest_ts=max((ts for _, _, ts, _ in found), default=None),
        days=tuple(sorted({day for _, _, _, day in found})),
    )


def list_files(*, day: date | None = None, level: int | None = None) -> tuple[LakeFile, ...]:
    """Return the manifest, oldest day first."""
    rows = File.objects.filter(replaced_at=None)
    if day is not None:
        rows = rows.filter(dt=day)
    if level is not None:
        rows = rows.filter(level=level)
    return tuple(
        LakeFile(r.path, r.dt, r.rows, r.min_ts, r.max_ts, r.min_user, r.max_user, r.level, r.bytes)
        for r in rows.order_by("dt", "id")
    )


def list_kinds() -> tuple[Kind, ...]:
    """Return every kind of event there is."""
    return schema.KINDS


def list_columns() -> tuple[Column, ...]:
    """Return the columns of the lake."""
    return LAKE


def health(*, at: datetime | None = None) -> Health:
    """Return how far the pipeline is behind; a lag of None means that nothing waits."""
    now = clock.at_or_now(at)
    with connection.cursor() as cursor:
        cursor.execute(_INBOX)
        batches, events, oldest_at = cursor.fetchone()
    files = File.objects.aggregate(
        files=Count("pk", filter=Q(replaced_at=None)),
        hot=Count("pk", filter=Q(replaced_at=None, level=File.Level.HOT)),
        rows=Sum("rows", filter=Q(replaced_at=None)),
        bytes=Sum("bytes", filter=Q(replaced_at=None)),
        newest_ts=Max("max_ts", filter=Q(replaced_at=None)),
        written=Max("created_at"),
    )
    age = max(0.0, (now - oldest_at).total_seconds()) if oldest_at else 0.0
    return Health(
        inbox_batches=batches,
        inbox_events=int(events),
        oldest_at=oldest_at,
        oldest_age_s=age,
        lag_s=age if oldest_at else None,
        dead_letters=DeadLetter.objects.count(),
        files=files["files"],
        hot_files=files["hot"],
        rows=files["rows"] or 0,
        bytes=files["bytes"] or 0,
        newest_ts=files["newest_ts"],
        last_written_at=files["written"],
        waiting_erasures=Erasure.objects.filter(done_at=None).count(),
    )


def list_dirty(*, limit: int = 10_000) -> tuple[DirtyDay, ...]:
    """Return whose aggregates of which day are to be made again, longest waiting first."""
    rows = Dirty.objects.order_by("marked_at", "day", "user_id")[:limit]
    return tuple(DirtyDay(row.day, row.user_id, row.marked_at) for row in rows)


def visitors_of(person_id: int) -> tuple[str, ...]:
    """Return the browsers that a person has signed in with."""
    return tuple(Identity.objects.filter(person_id=person_id).values_list("visitor", flat=True))


def persons_of(visitors: Iterable[str]) -> dict[str, list[tuple[int, datetime]]]:
    """Return by browser who has signed in with it, and when first, oldest first."""
    found: dict[str, list[tuple[int, datetime]]] = {}
    rows = Identity.objects.filter(visitor__in=list(visitors)).order_by("linked_at", "id")
    for visitor, person_id, at in rows.values_list("visitor", "person_id", "linked_at"):
        found.setdefault(visitor, []).append((person_id, at))
    return found


def page_dead_letters(
    *, reason: str = "", cursor: str | None = None, limit: int = 30
) -> paging.Page[DeadLetterView]:
    """Return the rows that were not taken, newest first."""
    rows = DeadLetter.objects.filter(reason=reason) if reason else DeadLetter.objects.all()
    after = paging.decode_cursor(cursor) if cursor else None
    if after:
        rows = rows.filter(pk__lt=int(after[0]))
    found = list(rows.order_by("-pk")[: limit + 1])
    views = [DeadLetterView(r.pk, r.reason, r.detail, r.source, r.row, r.at) for r in found[:limit]]
    more = paging.encode_cursor(views[-1].id) if len(found) > limit else None
    return paging.Page(views, more)


def count_dead_letters() -> dict[str, int]:
    """Return how many rows were not taken, by reason."""
    rows = DeadLetter.objects.values_list("reason").annotate(n=Count("pk")).order_by("-n")
    return dict(rows)
