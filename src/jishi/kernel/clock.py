"""One clock for decisions: the process clock corrected by the database's, re-read each minute.

A host whose clock is minutes off would otherwise expire orders early. Work that is *due* is still selected
with the database's own clock (see :mod:`jishi.kernel.sweeps`).
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from django.db import connection

REREAD_S = 60.0

_lock = threading.Lock()
_as_of: ContextVar[datetime | None] = ContextVar("as_of", default=None)
_offset = timedelta(0)
_read_at = -REREAD_S * 2


def now() -> datetime:
    """The present instant, aware, in UTC."""
    global _offset, _read_at
    told = _as_of.get()
    if told is not None:
        return told
    if time.monotonic() - _read_at > REREAD_S and _lock.acquire(blocking=False):
        try:
            _offset = _read_offset()
            _read_at = time.monotonic()
        finally:
            _lock.release()
    return datetime.now(UTC) + _offset


@contextmanager
def as_of(at: datetime) -> Iterator[None]:
    """Do what is inside as if it were ``at``, handlers included. For building histories and for tests.

    Only :func:`now` is told so; work that is due is still chosen by the database's clock.
    """
    token = _as_of.set(at)
    try:
        yield
    finally:
        _as_of.reset(token)


def at_or_now(at: datetime | None) -> datetime:
    """``at`` where a caller gives one (demo, import, tests), else :func:`now`.

    :raises ValueError: ``at`` carries no time zone.
    """
    if at is None:
        return now()
    if at.tzinfo is None:
        raise ValueError("instants carry a time zone")
    return at


def database_now() -> datetime:
    """The database's own clock, for the selection of due work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        value: datetime = cursor.fetchone()[0]
    return value.astimezone(UTC)


def _read_offset() -> timedelta:
    """How far the database is ahead; half the round trip is taken off."""
    if connection.connection is None and connection.in_atomic_block:
        return _offset
    before = time.time()
    theirs = database_now()
    middle = datetime.fromtimestamp((before + time.time()) / 2, UTC)
    return theirs - middle
