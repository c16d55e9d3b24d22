"""Posts and reserves journals: any number of them, all or nothing, with one writing statement.

Order of locks: accounts by id, then natural keys. Floors are judged under the locks, so the balance that
decides is the balance that changes; the table's own check is the second assertion of the same fact.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from jishi.kernel import clock
from jishi.kernel.errors import InvariantBroken
from jishi.money.ledger import rules
from jishi.money.ledger.contracts import AccountRef, JournalSpec, JournalView, TransferSpec
from jishi.money.ledger.errors import InsufficientBalance, JournalConflict
from jishi.money.ledger.operations import accounts, arrays
from jishi.money.ledger.operations.contention import patiently

KEY_TAKEN = "ledger_journal_key"

EXISTING = """
SELECT natural_key, fingerprint, posted_at FROM ledger_journal WHERE natural_key = ANY(%s::text[])
"""

# Balances move by what the inserted rows say (x), never by what a caller computed.
WRITE = """
WITH ids AS MATERIALIZED (
    SELECT n, nextval('ledger_journal_id_seq') AS id FROM generate_series(1, %s) AS n
), j AS (
    INSERT INTO ledger_journal (id, natural_key, kind, fingerprint, pending, posted_at)
    SELECT ids.id, s.natural_key, s.kind, s.fingerprint, s.pending, %s
    FROM unnest(%s::text[], %s::text[], %s::text[], %s::bool[])
         WITH ORDINALITY AS s(natural_key, kind, fingerprint, pending, n)
    JOIN ids USING (n)
), x AS (
    SELECT ids.id AS journal_id, s.debit_id, s.credit_id, s.amount_minor, s.pending, s.note, s.place
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bool[], %s::text[])
         WITH ORDINALITY AS s(n, debit_id, credit_id, amount_minor, pending, note, place)
    JOIN ids USING (n)
), t AS (
    INSERT INTO ledger_transfer (journal_id, debit_id, credit_id, amount_minor, pending, note)
    SELECT journal_id, debit_id, credit_id, amount_minor, pending, note FROM x ORDER BY place
), d AS (
    SELECT id, sum(moved) AS moved, sum(reserved) AS reserved FROM (
        SELECT debit_id AS id, CASE WHEN pending THEN 0 ELSE -amount_minor END AS moved,
               CASE WHEN pending THEN amount_minor ELSE 0 END AS reserved FROM x
        UNION ALL
        SELECT credit_id, amount_minor, 0 FROM x WHERE NOT pending
    ) sides GROUP BY id
)
UPDATE ledger_account a
SET balance_minor = a.balance_minor + d.moved, pending_out_minor = a.pending_out_minor + d.reserved
FROM d WHERE a.id = d.id
"""


def post(
    *, natural_key: str, kind: str, transfers: Sequence[TransferSpec], at: datetime | None = None
) -> JournalView:
    """Book transfers now. The same key with the same content returns the journal of the first call.

    :raises InsufficientBalance: an account would fall under its floor; nothing is booked.
    :raises JournalConflict: the key names another journal.
    :raises NotATransfer: the transfers make no sense.
    :raises LedgerBusy: the accounts could not be locked in time.
    """
    return post_batch([JournalSpec(natural_key, kind, tuple(transfers))], at=at)[0]


def reserve(
    *, natural_key: str, kind: str, transfers: Sequence[TransferSpec], at: datetime | None = None
) -> JournalView:
    """Set money aside at the debit accounts; it moves with ``post_pending`` or returns with ``void_pending``.

    :raises InsufficientBalance: less is available than shall be reserved.
    :raises JournalConflict: the key names another journal.
    :raises NotATransfer: the transfers make no sense.
    :raises LedgerBusy: the accounts could not be locked in time.
    """
    return post_batch([JournalSpec(natural_key, kind, tuple(transfers), pending=True)], at=at)[0]


def post_batch(journals: Sequence[JournalSpec], *, at: datetime | None = None) -> list[JournalView]:
    """Book many journals at once, all or none; floors are judged on the balances after the whole batch.

    :raises InsufficientBalance: an account would fall under its floor.
    :raises JournalConflict: a key names another journal, or stands twice in the batch with other content.
    :raises NotATransfer: a journal makes no sense.
    :raises LedgerBusy: the accounts could not be locked in time.
    """
    moment = clock.at_or_now(at)
    for journal in journals:
        rules.check_journal(journal)
    if not journals:
        return []
    return patiently(lambda: _book(journals, moment))


def own_transaction() -> AbstractContextManager[object]:
    """The caller's transaction where there is one: refusals come before any write and leave it usable."""
    return nullcontext() if connection.in_atomic_block else transaction.atomic()


def _book(journals: Sequence[JournalSpec], at: datetime) -> list[JournalView]:
    prints: dict[str, str] = {}
    for journal in journals:
        digest = rules.fingerprint(journal)
        if prints.setdefault(journal.natural_key, digest) != digest:
            raise JournalConflict(natural_key=journal.natural_key)
    unique = list({journal.natural_key: journal for journal in journals}.values())
    with own_transaction():
        locked = accounts.lock(rules.accounts_of(unique))
        existing = existing_journals(prints)
        fresh = [journal for journal in unique if journal.natural_key not in existing]
        _check_floors(fresh, locked)
        if fresh:
            _write(fresh, prints, locked, at)
    return [_view(journal, existing.get(journal.natural_key), at) for journal in journals]


def existing_journals(prints: dict[str, str]) -> dict[str, datetime]:
    """When the journals that exist already were posted, by key.

    :raises JournalConflict: one of them has other content.
    """
    with connection.cursor() as cursor:
        cursor.execute(EXISTING, [arrays.texts(list(prints))])
        rows = cursor.fetchall()
    for key, found, _ in rows:
        if found != prints[key]:
            raise JournalConflict(natural_key=key)
    return {key: posted_at for key, _, posted_at in rows}


def _check_floors(journals: Sequence[JournalSpec], locked: dict[AccountRef, accounts.Locked]) -> None:
    for ref, change in rules.net_of(journals).items():
        available = locked[ref].available_minor
        if available is not None and available + change < 0:
            raise InsufficientBalance(account=str(ref), available_minor=available, wanted_minor=-change)


def _write(
    journals: Sequence[JournalSpec],
    prints: dict[str, str],
    locked: dict[AccountRef, accounts.Locked],
    at: datetime,
) -> None:
    moves = [
        (n, journal.pending, move) for n, journal in enumerate(journals, 1) for move in journal.transfers
    ]
    parameters: list[Any] = [
        len(journals),
        at,
        arrays.texts([journal.natural_key for journal in journals]),
        arrays.texts([journal.kind for journal in journals]),
        arrays.texts([prints[journal.natural_key] for journal in journals]),
        arrays.flags([journal.pending for journal in journals]),
        arrays.numbers([n for n, _, _ in moves]),
        arrays.numbers([locked[move.debit].id for _, _, move in moves]),
        arrays.numbers([locked[move.credit].id for _, _, move in moves]),
        arrays.numbers([move.amount_minor for _, _, move in moves]),
        arrays.flags([pending for _, pending, _ in moves]),
        arrays.texts([move.note for _, _, move in moves]),
    ]
    try:
        with connection.cursor() as cursor:
            cursor.execute(WRITE, parameters)
    except IntegrityError as error:
        if KEY_TAKEN in str(error):
            # Taken meanwhile for other accounts: equal content would have met at their locks.
            raise JournalConflict(natural_key=journals[0].natural_key) from error
        raise InvariantBroken("the ledger's tables refused what its rules allowed") from error


def _view(journal: JournalSpec, posted_at: datetime | None, at: datetime) -> JournalView:
    return JournalView(
        natural_key=journal.natural_key,
        kind=journal.kind,
        pending=journal.pending,
        posted_at=posted_at or at,
        transfers=journal.transfers,
        replayed=posted_at is not None,
    )
