"""What happens when two bookings want the same rows: wait, try again, or say busy. Never 'not enough money'.

Inside a caller's transaction nothing can be tried again (the transaction is lost), so it is told
``LedgerBusy`` and its outermost caller may repeat; outside one the whole work is repeated here.
"""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, connection
from psycopg import errors as pg

from jishi.money.ledger.errors import LedgerBusy

TRIES = 6
FIRST_PAUSE_S = 0.01
_CONTENTION = (pg.DeadlockDetected, pg.SerializationFailure, pg.LockNotAvailable)

Result = TypeVar("Result")


def patiently(work: Callable[[], Result]) -> Result:
    """Run ``work``, again after a deadlock or a lock time-out if no transaction surrounds it.

    :raises LedgerBusy: the rows could not be had.
    """
    tries = 1 if connection.in_atomic_block else TRIES
    for attempt in range(1, tries + 1):
        try:
            return work()
        except OperationalError as error:
            if not isinstance(error.__cause__, _CONTENTION):
                raise
            if attempt == tries:
                raise LedgerBusy(retry_after_s=1) from error
        except LedgerBusy:
            if attempt == tries:
                raise
        # Jitter, so that the two that met do not meet again at once.
        time.sleep(FIRST_PAUSE_S * 2**attempt * random.random())
    raise AssertionError("unreachable")
