"""Locks in one global order, so that two transactions can wait for each other but never in a circle."""

import hashlib
from collections.abc import Iterable
from typing import TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)


def lock_rows(rows: models.QuerySet[Row], ids: Iterable[int]) -> dict[int, Row]:
    """Lock rows ``FOR UPDATE`` in primary-key order and return them fresh, by id. Missing ids are absent."""
    wanted = sorted(set(ids))
    locked = rows.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    return {row.pk: row for row in locked}


def advisory(*parts: object) -> None:
    """Hold a lock named by ``parts`` until the transaction ends; waits for it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number(parts)])


def try_advisory(*parts: object) -> bool:
    """Like :func:`advisory`, but give up at once; true when the lock is ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(parts)])
        got: bool = cursor.fetchone()[0]
    return got


def _number(parts: tuple[object, ...]) -> int:
    digest = hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
