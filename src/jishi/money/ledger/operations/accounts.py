"""Opens accounts at first use and locks them in id order, the one global order of the books."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection

from jishi.kernel.errors import InvariantBroken
from jishi.money.ledger import rules
from jishi.money.ledger.contracts import AccountRef
from jishi.money.ledger.operations import arrays

# The sort stands under the row locks, so rows are locked in id order whatever plan finds them.
LOCK = """
SELECT w.n, a.id, a.balance_minor, a.pending_out_minor, a.floor_minor
FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
     WITH ORDINALITY AS w(owner_kind, owner_key, purpose, currency, n)
JOIN ledger_account a USING (owner_kind, owner_key, purpose, currency)
ORDER BY a.id FOR UPDATE OF a
"""
# Sorted, so that two first bookings that open the same accounts cannot wait for each other in a circle.
OPEN = """
INSERT INTO ledger_account (owner_kind, owner_key, purpose, currency, floor_minor)
SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[]) ORDER BY 1, 2, 3, 4
ON CONFLICT (owner_kind, owner_key, purpose, currency) DO NOTHING
"""


class Locked(NamedTuple):
    """An account under our lock: what it holds now. A tuple, because a batch makes thousands."""

    id: int
    balance_minor: int
    pending_out_minor: int
    floor_minor: int | None

    @property
    def available_minor(self) -> int | None:
        """What may still leave; None when there is no floor."""
        return (
            None
            if self.floor_minor is None
            else self.balance_minor - self.pending_out_minor - self.floor_minor
        )


def lock(refs: Sequence[AccountRef]) -> dict[AccountRef, Locked]:
    """Lock accounts, opening those that do not exist yet; the caller's transaction keeps the locks."""
    found = _lock_existing(refs)
    missing = [ref for ref in refs if ref not in found]
    if missing:
        _open(missing)
        found = _lock_existing(refs)
    if len(found) != len(refs):
        raise InvariantBroken("an account vanished between opening and locking")
    return found


def _columns(refs: Sequence[AccountRef]) -> list[str]:
    return [
        arrays.texts([ref.owner_kind for ref in refs]),
        arrays.texts([ref.owner_key for ref in refs]),
        arrays.texts([ref.purpose for ref in refs]),
        arrays.texts([ref.currency for ref in refs]),
    ]


def _lock_existing(refs: Sequence[AccountRef]) -> dict[AccountRef, Locked]:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, _columns(refs))
        return {refs[row[0] - 1]: Locked(*row[1:]) for row in cursor.fetchall()}


def _open(refs: Sequence[AccountRef]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            OPEN, [*_columns(refs), arrays.numbers_or_null([rules.floor_for(ref) for ref in refs])]
        )
