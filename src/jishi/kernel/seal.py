"""Tamper evidence for append-only tables: ranges of rows are hashed in id order and chained.

A job seals what is new; a chain inside each write would serialise every posting. ``verify`` recomputes all
digests from the rows and names the first range that no longer matches.
"""

import hashlib
import time
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from jishi.kernel import locks
from jishi.kernel.models import Seal

RANGE_ROWS = 5000
SETTLE_S = 2.0
"""How long to wait for transactions that are writing: a smaller id than the newest may be about to commit."""

WRITERS = """
SELECT virtualtransaction FROM pg_locks
WHERE locktype = 'relation' AND relation = %s::regclass AND mode = 'RowExclusiveLock' AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Sealed:
    """An append-only table under seal: its columns in the order in which they are hashed."""

    name: str
    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A range whose rows are not the rows that were sealed."""

    name: str
    first_id: int
    last_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class LastSeal:
    """How far a table is sealed."""

    name: str
    last_id: int
    at: datetime


_registered: dict[str, Sealed] = {}


def register(name: str, *, table: str, columns: tuple[str, ...]) -> None:
    """Put ``table`` under seal. Called by the wiring; names and columns never change afterwards."""
    _registered[name] = Sealed(name, table, columns)


def names() -> tuple[str, ...]:
    """The tables under seal."""
    return tuple(sorted(_registered))


def list_last() -> list[LastSeal]:
    """The newest seal of each table that has one."""
    rows = Seal.objects.order_by("name", "-first_id").distinct("name")
    return [LastSeal(row.name, row.last_id, row.at) for row in rows]


def seal_new(name: str, *, settle_s: float = SETTLE_S) -> int:
    """Seal the rows that came since the last seal; returns how many."""
    sealed = _registered[name]
    total = 0
    while True:
        with transaction.atomic():
            locks.advisory("seal", name)
            count = _seal_range(sealed, settle_s)
        total += count
        if count < RANGE_ROWS:
            return total


def _seal_range(sealed: Sealed, settle_s: float) -> int:
    last = Seal.objects.filter(name=sealed.name).order_by("-first_id").first()
    after, previous = (last.last_id, last.digest) if last else (0, "")
    until = _settled_until(sealed, settle_s)
    if until is None:
        return 0
    ids, digest = _digest(sealed, after, until, previous)
    if ids:
        Seal.objects.create(
            name=sealed.name,
            first_id=after + 1,
            last_id=ids[-1],
            rows=len(ids),
            digest=digest,
            previous=previous,
        )
    return len(ids)


def _settled_until(sealed: Sealed, settle_s: float) -> int | None:
    """The newest id under which nothing can appear any more; None while its writers are still at work.

    Whoever starts to write after the newest id was read gets a larger one, so it is enough that the
    transactions that are writing at that moment end.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT max(id) FROM {sealed.table}")  # noqa: S608 - names from the wiring
        newest: int | None = cursor.fetchone()[0]
        give_up = time.monotonic() + settle_s
        writers: set[str] | None = None
        while True:
            cursor.execute(WRITERS, [sealed.table])
            now_writing = {row[0] for row in cursor.fetchall()}
            writers = now_writing if writers is None else writers & now_writing
            if not writers:
                return newest
            if time.monotonic() >= give_up:
                return None
            time.sleep(0.05)


def _digest(sealed: Sealed, after: int, until: int, previous: str) -> tuple[list[int], str]:
    """Ids and digest of the rows after ``after`` up to ``until``, chained to ``previous``."""
    listed = ", ".join(f"coalesce({column}::text, '')" for column in sealed.columns)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TIME ZONE 'UTC'")
        cursor.execute(
            f"SELECT id, concat_ws(chr(31), {listed}) FROM {sealed.table}"  # noqa: S608 - names from the wiring
            f" WHERE id > %s AND id <= %s ORDER BY id LIMIT %s",
            [after, until, RANGE_ROWS],
        )
        rows = cursor.fetchall()
    hasher = hashlib.sha256(previous.encode())
    for row_id, text in rows:
        hasher.update(f"{row_id}\x1f{text}\x1e".encode())
    return [row_id for row_id, _ in rows], hasher.hexdigest()


def verify(name: str) -> tuple[int, list[Broken]]:
    """How many rows were checked, and the ranges that do not match their seal."""
    sealed = _registered[name]
    checked, broken, previous, after = 0, [], "", 0
    with transaction.atomic():
        for seal in Seal.objects.filter(name=name).order_by("first_id"):
            ids, digest = _digest(sealed, after, seal.last_id, previous)
            if seal.previous != previous:
                broken.append(Broken(name, seal.first_id, seal.last_id, "the chain of seals is cut"))
            elif len(ids) != seal.rows or digest != seal.digest:
                broken.append(Broken(name, seal.first_id, seal.last_id, "rows differ from the seal"))
            checked += len(ids)
            previous, after = seal.digest, seal.last_id
    return checked, broken
