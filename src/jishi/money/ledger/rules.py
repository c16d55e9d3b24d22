"""Pure rules of double entry: what is a transfer, what a journal's content is, how low an account may go.

Convention: a credit raises ``balance_minor``, a debit lowers it, so Σ balances of a currency is always zero.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence

from jishi.kernel.money import MAX_MINOR
from jishi.money.ledger.contracts import AccountRef, JournalSpec, TransferSpec
from jishi.money.ledger.errors import NotATransfer

UNBOUNDED_PURPOSES = frozenset({"clearing", "exchange", "external", "funding"})
"""Accounts that mirror the outside world go below zero: a provider owes us what it has captured."""

CURRENCY = re.compile(r"[A-Z][A-Z0-9]{2,11}")
MAX_KEY = 200


def floor_for(ref: AccountRef) -> int | None:
    """The lowest balance an account may have; None for mirrors of the outside world."""
    return None if ref.purpose in UNBOUNDED_PURPOSES else 0


def check_journal(journal: JournalSpec) -> None:
    """Refuse what cannot be booked, before anything is locked.

    :raises NotATransfer: an empty key, no transfers, an amount that is no positive int, equal accounts, two
        currencies.
    """
    if not 0 < len(journal.natural_key) <= MAX_KEY or not journal.kind:
        raise NotATransfer(reason="key")
    if not journal.transfers:
        raise NotATransfer(reason="empty")
    for transfer in journal.transfers:
        _check_transfer(transfer)


def _check_transfer(transfer: TransferSpec) -> None:
    # bool is an int in Python; a transfer of True is nobody's money.
    if type(transfer.amount_minor) is not int or not 0 < transfer.amount_minor <= MAX_MINOR:
        raise NotATransfer(reason="amount")
    if transfer.debit == transfer.credit:
        raise NotATransfer(reason="same account")
    if transfer.debit.currency != transfer.credit.currency:
        raise NotATransfer(reason="currencies")
    for ref in (transfer.debit, transfer.credit):
        if not (ref.owner_kind and ref.owner_key and ref.purpose and CURRENCY.fullmatch(ref.currency)):
            raise NotATransfer(reason="account")


def fingerprint(journal: JournalSpec) -> str:
    """A digest of a journal's content, equal exactly when a repeated call means the same booking."""
    parts = [journal.kind, "pending" if journal.pending else "posted"]
    for transfer in journal.transfers:
        parts += (str(transfer.debit), str(transfer.credit), str(transfer.amount_minor), transfer.note)
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def accounts_of(journals: Iterable[JournalSpec]) -> list[AccountRef]:
    """Every account that the journals touch, once, in a stable order."""
    refs: dict[AccountRef, None] = {}
    for journal in journals:
        for transfer in journal.transfers:
            refs[transfer.debit] = None
            refs[transfer.credit] = None
    return list(refs)


def net_of(journals: Sequence[JournalSpec]) -> dict[AccountRef, int]:
    """What each account can spend more or less (negative) afterwards; pending credits count nothing."""
    net: dict[AccountRef, int] = {}
    for journal in journals:
        for transfer in journal.transfers:
            net[transfer.debit] = net.get(transfer.debit, 0) - transfer.amount_minor
            if not journal.pending:
                net[transfer.credit] = net.get(transfer.credit, 0) + transfer.amount_minor
    return net
