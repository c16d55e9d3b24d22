"""Ends reservations: each pending transfer is posted or voided, once.

Any resolution locks the debit account of its transfer first, so two that race meet there; the unique key on
the resolution's transfer is the second assertion.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection

from jishi.kernel import clock
from jishi.kernel.errors import InvariantBroken
from jishi.money.ledger import rules
from jishi.money.ledger.contracts import AccountRef, JournalSpec, JournalView, TransferSpec
from jishi.money.ledger.errors import AlreadyResolved, JournalNotFound
from jishi.money.ledger.models import Outcome
from jishi.money.ledger.operations.contention import patiently
from jishi.money.ledger.operations.posting import existing_journals, own_transaction

RESERVED = """
SELECT j.kind, t.id, t.amount_minor, t.note, t.debit_id, t.credit_id,
       d.owner_kind, d.owner_key, d.purpose, d.currency, c.owner_kind, c.owner_key, c.purpose, c.currency
FROM ledger_journal j JOIN ledger_transfer t ON t.journal_id = j.id AND t.pending
JOIN ledger_account d ON d.id = t.debit_id JOIN ledger_account c ON c.id = t.credit_id
WHERE j.natural_key = %s ORDER BY t.id
"""
LOCK = "SELECT id FROM ledger_account WHERE id = ANY(%s) ORDER BY id FOR UPDATE"
RESOLVED = "SELECT outcome FROM ledger_resolution WHERE transfer_id = ANY(%s)"

RESOLVE = """
WITH j AS (
    INSERT INTO ledger_journal (natural_key, kind, fingerprint, pending, posted_at)
    VALUES (%(key)s, %(kind)s, %(fingerprint)s, false, %(at)s) RETURNING id
), r AS (
    INSERT INTO ledger_resolution (transfer_id, journal_id, outcome)
    SELECT s.id, j.id, %(outcome)s FROM unnest(%(transfers)s::bigint[]) AS s(id), j
    RETURNING transfer_id
), x AS (
    SELECT p.id, p.debit_id, p.credit_id, p.amount_minor, p.note
    FROM ledger_transfer p JOIN r ON r.transfer_id = p.id
), t AS (
    INSERT INTO ledger_transfer (journal_id, debit_id, credit_id, amount_minor, pending, note)
    SELECT j.id, x.debit_id, x.credit_id, x.amount_minor, false, x.note FROM x, j
    WHERE %(outcome)s = 'posted' ORDER BY x.id
), d AS (
    SELECT id, sum(moved) AS moved, sum(freed) AS freed FROM (
        SELECT debit_id AS id, CASE WHEN %(outcome)s = 'posted' THEN -amount_minor ELSE 0 END AS moved,
               amount_minor AS freed FROM x
        UNION ALL
        SELECT credit_id, amount_minor, 0 FROM x WHERE %(outcome)s = 'posted'
    ) sides GROUP BY id
)
UPDATE ledger_account a
SET balance_minor = a.balance_minor + d.moved, pending_out_minor = a.pending_out_minor - d.freed
FROM d WHERE a.id = d.id
"""


@dataclass(frozen=True, slots=True)
class _Reserved:
    kind: str
    ids: list[int]
    debit_ids: list[int]
    credit_ids: list[int]
    transfers: tuple[TransferSpec, ...]


def post_pending(*, natural_key: str, reserved_key: str, at: datetime | None = None) -> JournalView:
    """Move everything that ``reserved_key`` reserved.

    :raises JournalNotFound: nothing is reserved under that key.
    :raises AlreadyResolved: it was posted or voided under another key.
    :raises JournalConflict: the key names another journal.
    :raises LedgerBusy: the accounts could not be locked in time.
    """
    return _resolve(natural_key, reserved_key, Outcome.POSTED, at)


def void_pending(*, natural_key: str, reserved_key: str, at: datetime | None = None) -> JournalView:
    """Give everything that ``reserved_key`` reserved back to its debit accounts.

    :raises JournalNotFound: nothing is reserved under that key.
    :raises AlreadyResolved: it was posted or voided under another key.
    :raises JournalConflict: the key names another journal.
    :raises LedgerBusy: the accounts could not be locked in time.
    """
    return _resolve(natural_key, reserved_key, Outcome.VOIDED, at)


def _resolve(natural_key: str, reserved_key: str, outcome: Outcome, at: datetime | None) -> JournalView:
    moment = clock.at_or_now(at)

    def work() -> JournalView:
        with own_transaction():
            return _resolve_locked(natural_key, _reserved(reserved_key), outcome, moment)

    return patiently(work)


def _resolve_locked(natural_key: str, reserved: _Reserved, outcome: Outcome, at: datetime) -> JournalView:
    spec = JournalSpec(natural_key, f"{reserved.kind}.{outcome.value}", reserved.transfers)
    # The reservation is part of the content: one key cannot end two reservations that look alike.
    digest = rules.fingerprint(
        JournalSpec(natural_key, f"{spec.kind}:{','.join(map(str, reserved.ids))}", spec.transfers)
    )
    # Voiding moves nothing to the credit accounts, so it does not wait for them.
    touched = reserved.debit_ids + (reserved.credit_ids if outcome is Outcome.POSTED else [])
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [touched])
    existing = existing_journals({natural_key: digest})
    if natural_key in existing:
        return _view(spec, outcome, existing[natural_key], replayed=True)
    with connection.cursor() as cursor:
        cursor.execute(RESOLVED, [reserved.ids])
        ended = cursor.fetchone()
        if ended:
            raise AlreadyResolved(outcome=ended[0])
    values: dict[str, Any] = {"key": natural_key, "kind": spec.kind, "fingerprint": digest, "at": at}
    try:
        with connection.cursor() as cursor:
            cursor.execute(RESOLVE, {**values, "outcome": outcome.value, "transfers": reserved.ids})
    except IntegrityError as error:
        raise InvariantBroken("a reservation was resolved twice past its lock") from error
    return _view(spec, outcome, at, replayed=False)


def _reserved(reserved_key: str) -> _Reserved:
    with connection.cursor() as cursor:
        cursor.execute(RESERVED, [reserved_key])
        rows = cursor.fetchall()
    if not rows:
        raise JournalNotFound(natural_key=reserved_key)
    transfers = tuple(
        TransferSpec(AccountRef(*row[6:10]), AccountRef(*row[10:14]), row[2], row[3]) for row in rows
    )
    return _Reserved(
        kind=rows[0][0],
        ids=[row[1] for row in rows],
        debit_ids=[row[4] for row in rows],
        credit_ids=[row[5] for row in rows],
        transfers=transfers,
    )


def _view(spec: JournalSpec, outcome: Outcome, at: datetime, *, replayed: bool) -> JournalView:
    moved = spec.transfers if outcome is Outcome.POSTED else ()
    return JournalView(spec.natural_key, spec.kind, False, at, moved, replayed)
