"""Progress that others see while a transaction is still open, and the wish to stop, heard meanwhile.

It speaks over a connection of its own, which never holds a lock longer than one statement: the transaction
that does the work touches the row of its import only at its very end, when nothing is told any more.
"""

import time
from datetime import datetime
from typing import Any

from django.db import connection

from jishi.goods.imports import rules

EVERY_S = 0.4

_BEGIN = """
UPDATE imports_import SET tries = tries + 1, due_at = %s, phase = 'reading', done_count = 0, total_count = 0
WHERE id = %s
"""
_TELL = """
UPDATE imports_import SET phase = %s, done_count = %s, total_count = %s WHERE id = %s
RETURNING cancel_at IS NOT NULL
"""
_REST = "UPDATE imports_import SET phase = '', done_count = 0, total_count = 0 WHERE id = %s"


class Unwanted(Exception):
    """Somebody cancelled it. Inner to this domain; never reaches a caller."""


class Teller:
    """Tells how far one import is."""

    def __init__(self, pk: int) -> None:
        self._pk = pk
        self._own = connection.copy()
        self._told_at = 0.0

    def begin(self, at: datetime) -> None:
        """Count a try, and let nobody try again at once should this one be killed."""
        self._run(_BEGIN, [at + rules.RETRY_AFTER, self._pk])

    def tell(self, phase: str, done: int, total: int) -> None:
        """Write down how far it is, not too often.

        :raises Unwanted: it was cancelled.
        """
        now = time.monotonic()
        if now - self._told_at < EVERY_S and done < total:
            return
        self._told_at = now
        found = self._run(_TELL, [phase, done, total, self._pk])
        if found and found[0]:
            raise Unwanted

    def rest(self) -> None:
        """Nobody is at it any more."""
        self._run(_REST, [self._pk])

    def close(self) -> None:
        """Give the connection back."""
        self._own.close()

    def _run(self, statement: str, values: list[Any]) -> Any:
        with self._own.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone() if cursor.description else None
