"""Transactions and waiting: how long somebody waits for a shelf, and what they are told then."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction

from jishi.goods.inventory.errors import StockBusy

LOCK_NOT_AVAILABLE = "55P03"
DEADLOCK_DETECTED = "40P01"

# The limit is set before any row is locked, because sorting comes first; it lasts until the transaction ends.
_LOCK_HELD = """
WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '3s', true) AS is_set)
SELECT s.id FROM patience CROSS JOIN inventory_stock s
WHERE s.id IN (SELECT h.stock_id FROM inventory_hold h WHERE h.reference = %s)
  AND patience.is_set IS NOT NULL
ORDER BY s.id FOR UPDATE OF s
"""


@contextmanager
def together() -> Iterator[None]:
    """Run in the caller's transaction, or in an own one where there is none.

    Without a savepoint, which would cost two statements: the verbs here refuse before they write.
    """
    if connection.in_atomic_block:
        yield
    else:
        with transaction.atomic():
            yield


def run(statement: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Execute a statement that may wait for rows, and return its rows.

    :raises StockBusy: somebody else kept the rows for too long; the transaction must be rolled back.
    """
    with connection.cursor() as cursor:
        try:
            cursor.execute(statement, values)
        except OperationalError as refusal:
            if getattr(refusal.__cause__, "sqlstate", "") in (LOCK_NOT_AVAILABLE, DEADLOCK_DETECTED):
                raise StockBusy(retry_after_s=1) from refusal
            raise
        return cursor.fetchall() if cursor.description else []


def lock_shelves_of(reference: str) -> bool:
    """Lock every shelf on which the reference has or had units; false where there is none.

    :raises StockBusy: somebody else kept one for too long.
    """
    return bool(run(_LOCK_HELD, [reference]))
