"""From the inbox into files: claim, check, resolve, write, and one transaction that makes it true.

Invariant: the rows of a batch are in a file of the manifest exactly when the batch is no longer in the inbox.
The file is on the disk before the transaction commits; one that was written and never committed is no part
of the lake, because readers only know the manifest, and is swept away later. A batch that cannot be put away
for what it holds is set aside as dead letters, so that it never stands in the way of others.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DataError, connection, transaction

from jishi.insight.behavior import lakefiles, queries, rules, settle
from jishi.insight.behavior import rows as reading
from jishi.insight.behavior.contracts import COLUMNS, Compacted
from jishi.insight.behavior.models import DeadLetter, File
from jishi.insight.behavior.operations import resolving
from jishi.insight.behavior.rows import Row
from jishi.kernel import clock

COMPACTING = 727012  # an advisory lock, shared by compactors; an erasure waits until all of them are through
MOST_BATCHES = 400
MOST_ROWS = 20_000
MOST_DEAD_CHARS = 4000
NOT_TO_BE_KEPT = (ValueError, TypeError, KeyError, OverflowError, DataError)
"""What goes wrong with a batch for what it holds; whatever concerns disk or database is tried again."""
log = structlog.get_logger("behavior")

_CLAIM = """
WITH due AS (
    SELECT id, sum(count) OVER (ORDER BY id) - count AS before FROM (
        SELECT id, count FROM behavior_inbox ORDER BY id LIMIT %(batches)s FOR UPDATE SKIP LOCKED
    ) free
)
SELECT i.id, i.batch_id, i.received_at, i.source, i.body
FROM behavior_inbox i JOIN due USING (id) WHERE due.before < %(rows)s ORDER BY i.id
"""
_SEE = """
INSERT INTO behavior_seen (event_id, on_day) SELECT id, %s FROM unnest(%s::uuid[]) AS id
ON CONFLICT (event_id) DO NOTHING RETURNING event_id
"""
_MARK = """
INSERT INTO behavior_dirtyday (day, user_id, marked_at)
SELECT d, u, clock_timestamp() FROM unnest(%s::date[], %s::bigint[]) AS t(d, u) ORDER BY d, u
ON CONFLICT (day, user_id) DO UPDATE SET marked_at = excluded.marked_at
"""


@dataclass(slots=True)
class _Read:
    """What a helping of batches held."""

    rows: list[Row] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)


def compact(*, limit: int = MOST_BATCHES, at: datetime | None = None) -> Compacted:
    """Put waiting batches into files, at most `limit` of them. Any number of compactors may run."""
    try:
        return _compact(limit, at)
    except NOT_TO_BE_KEPT as error:
        log.error("behavior.helping_failed", exc_info=error)
    return _one_by_one(limit, at)


def _one_by_one(limit: int, at: datetime | None) -> Compacted:
    """Find the batch that spoils a helping: every other one is put away, that one becomes dead letters."""
    total = Compacted()
    for _ in range(limit):
        try:
            done = _compact(1, at)
        except NOT_TO_BE_KEPT as error:
            log.error("behavior.batch_failed", exc_info=error)
            done = _set_aside(error)
        if not done.batches:
            break
        total = Compacted(*(getattr(total, name) + getattr(done, name) for name in Compacted.__slots__))
    return total


def _compact(limit: int, at: datetime | None) -> Compacted:
    with transaction.atomic():
        batches = _claim(limit)
        if not batches:
            return Compacted()
        read = _Read()
        for batch in batches:
            _read(read, batch)
        done = keep(read.rows, read.dead, at=at)
        _take_out(batches)
    return Compacted(batches=len(batches), **done)


def _set_aside(error: Exception) -> Compacted:
    """Make the oldest waiting batch a list of dead letters."""
    with transaction.atomic():
        batches = _claim(1)
        dead: list[DeadLetter] = []
        for _, batch_id, received_at, source, body in batches:
            meta, data = settle.unpack(bytes(body))
            meta = {**meta, "received_at": received_at.isoformat(), "sent_at": data.get("sent_at")}
            refusal = rules.Refused("not_storable", type(error).__name__)
            dead += [letter(refusal, raw, source, batch_id, meta) for raw in data.get("events", ())]
        DeadLetter.objects.bulk_create(dead, batch_size=500)
        _take_out(batches)
    return Compacted(batches=len(batches), dead=len(dead))


def _claim(limit: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [COMPACTING])
        cursor.execute(_CLAIM, {"batches": limit, "rows": MOST_ROWS})
        return list(cursor.fetchall())


def _take_out(batches: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM behavior_inbox WHERE id = ANY(%s)", [[row[0] for row in batches]])


def _read(read: _Read, batch: tuple[Any, ...]) -> None:
    """Read one batch; a bad event spoils nothing but itself."""
    _, batch_id, received_at, source, body = batch
    try:
        meta, data = settle.unpack(bytes(body))
    except (ValueError, KeyError, zlib.error) as error:
        read.dead.append(letter(rules.Refused("unreadable", str(error)), {}, source, batch_id, {}))
        return
    shared = reading.context(meta, data, received_at)
    # What a replay must know to come to the same moment.
    meta = {**meta, "received_at": received_at.isoformat(), "sent_at": data.get("sent_at")}
    for raw in data["events"]:
        try:
            row = reading.build(raw, shared)
        except rules.Refused as refusal:
            read.dead.append(letter(refusal, raw, source, batch_id, meta))
            continue
        row["_raw"], row["_batch"], row["_meta"] = raw, batch_id, meta
        read.rows.append(row)


def letter(
    refusal: rules.Refused, raw: object, source: str, batch_id: str, meta: dict[str, Any]
) -> DeadLetter:
    kept = raw if isinstance(raw, dict) and len(str(raw)) < MOST_DEAD_CHARS else {"text": str(raw)[:1000]}
    return DeadLetter(
        reason=refusal.reason,
        detail=refusal.detail[:200].replace("\x00", ""),
        source=source,
        batch_id=batch_id,
        row={"event": _printable(kept), "meta": meta},
        visitor=str(meta.get("visitor") or "")[:64],
        person_id=meta.get("person") or rules.whole(kept.get("person"), most=2**62),
    )


def _printable(value: Any) -> Any:
    """Take out what PostgreSQL's JSON cannot hold."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_printable(str(key)): _printable(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_printable(one) for one in value]
    return value


def keep(rows: list[Row], dead: list[DeadLetter], *, at: datetime | None = None) -> dict[str, int]:
    """Write checked rows into files and the manifest, in the caller's transaction; returns the counts."""
    today = rules.day_of(clock.at_or_now(at))
    resolving.fill_ids(rows)
    whole = []
    for row in rows:
        if lacking := resolving.missing(row):
            refusal = rules.Refused("column_missing", lacking)
            dead.append(letter(refusal, row["_raw"], row["source"], row["_batch"], row["_meta"]))
        else:
            whole.append(row)
    resolving.name_people(whole)
    allowed, refused = resolving.allowed(whole)
    known, erased = resolving.without_forgotten(allowed)
    fresh = _fresh(known, today)
    bots = resolving.flag_floods(fresh)
    written = _write(fresh)
    DeadLetter.objects.bulk_create(dead, batch_size=500)
    mark_dirty({(row["day"], row["user_id"]) for row in fresh if not row["is_bot"]})
    return {
        "events": len(fresh),
        "doubled": len(known) - len(fresh),
        "dead": len(dead),
        "without_consent": refused,
        "erased": erased,
        "bots": bots,
        "files": len(written),
    }


def _fresh(rows: Sequence[Row], today: Any) -> list[Row]:
    """Return the rows whose events are in no file yet, each once.

    The ids of what arrived within the last days are in a table; what happened earlier is looked up in the
    files of its days.
    """
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row["event_id"], row)
    if not first:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SEE, [today, sorted(first)])
        new = {str(event_id) for (event_id,) in cursor.fetchall()}
    old_days = {row["day"] for row in rows if row["day"] <= today - timedelta(days=rules.SEEN_DAYS - 1)}
    if old_days:
        near = {day + timedelta(days=step) for day in old_days for step in (-1, 0, 1)}
        names = File.objects.filter(replaced_at=None, dt__in=near).values_list("path", flat=True)
        new -= lakefiles.event_ids([queries.root() / name for name in names]) if names else set()
    return [row for event_id, row in first.items() if event_id in new]


def _write(rows: Sequence[Row]) -> list[lakefiles.Written]:
    """Write one file per day and enter them into the manifest."""
    by_day: dict[Any, list[Row]] = {}
    for row in rows:
        by_day.setdefault(row["day"], []).append(row)
    written = []
    for day, of_day in sorted(by_day.items()):
        columns = {name: [row[name] for row in of_day] for name in COLUMNS}
        received = {at: reading.naive(at) for at in set(columns["received_at"])}
        columns["ts"] = [reading.naive(ts) for ts in columns["ts"]]
        columns["received_at"] = [received[at] for at in columns["received_at"]]
        written.append(lakefiles.write(queries.root(), day, columns))
    enter(written, level=File.Level.HOT)
    return written


def enter(written: Iterable[lakefiles.Written], *, level: int) -> None:
    """Make files part of the lake, with the caller's transaction."""
    File.objects.bulk_create(
        [
            File(
                path=one.path,
                dt=one.day,
                rows=one.rows,
                min_ts=one.min_ts,
                max_ts=one.max_ts,
                min_user=one.min_user,
                max_user=one.max_user,
                level=level,
                bytes=one.bytes,
            )
            for one in written
        ]
    )


def mark_dirty(pairs: Iterable[tuple[Any, int]]) -> None:
    """Note whose aggregates of which day are no longer true."""
    ordered = sorted(set(pairs))
    if not ordered:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [[day for day, _ in ordered], [user for _, user in ordered]])
