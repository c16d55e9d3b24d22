"""Reads of the books, for pages and for proof: balances, entries of an account, the trial balance."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from jishi.kernel import paging
from jishi.money.ledger.contracts import (
    AccountRef,
    BalanceView,
    EntryView,
    JournalView,
    TransferSpec,
    TrialBalanceLine,
)
from jishi.money.ledger.models import Account, Journal, Transfer

# What every account must hold, recomputed from the append-only rows alone.
RECOMPUTED = """
SELECT account_id, sum(moved)::bigint AS moved, sum(reserved)::bigint AS reserved FROM (
    SELECT debit_id AS account_id, -amount_minor AS moved, 0 AS reserved
    FROM ledger_transfer WHERE NOT pending
    UNION ALL
    SELECT credit_id, amount_minor, 0 FROM ledger_transfer WHERE NOT pending
    UNION ALL
    SELECT t.debit_id, 0, t.amount_minor FROM ledger_transfer t
    WHERE t.pending AND NOT EXISTS (SELECT FROM ledger_resolution r WHERE r.transfer_id = t.id)
) sides GROUP BY account_id
"""
TRIAL_BALANCE = f"""
WITH recomputed AS ({RECOMPUTED}), moves AS (
    SELECT a.currency, count(*) AS transfers, sum(t.amount_minor)::bigint AS moved
    FROM ledger_transfer t JOIN ledger_account a ON a.id = t.debit_id WHERE NOT t.pending GROUP BY a.currency
)
SELECT a.currency, count(*), coalesce(max(m.transfers), 0), coalesce(max(m.moved), 0)::bigint,
       sum(a.balance_minor)::bigint,
       count(*) FILTER (WHERE a.balance_minor <> coalesce(r.moved, 0)
                           OR a.pending_out_minor <> coalesce(r.reserved, 0))
FROM ledger_account a
LEFT JOIN recomputed r ON r.account_id = a.id LEFT JOIN moves m ON m.currency = a.currency
GROUP BY a.currency ORDER BY a.currency
"""  # noqa: S608 - built from a constant


def get_balance(ref: AccountRef) -> int:
    """What the account holds, reserved money included; zero if it was never used."""
    return find_balance(ref).balance_minor


def find_balance(ref: AccountRef) -> BalanceView:
    """The account's money in parts."""
    row = Account.objects.filter(**_named(ref)).values_list("balance_minor", "pending_out_minor").first()
    balance, pending = row or (0, 0)
    return BalanceView(ref, balance, pending, balance - pending)


def list_balances(
    *, owner_kind: str | None = None, owner_key: str | None = None, purpose: str | None = None
) -> list[BalanceView]:
    """The accounts of an owner, of a kind of owner, or of a purpose, in a stable order."""
    wanted = {"owner_kind": owner_kind, "owner_key": owner_key, "purpose": purpose}
    rows = Account.objects.filter(**{name: value for name, value in wanted.items() if value is not None})
    return [
        BalanceView(
            _ref(row), row.balance_minor, row.pending_out_minor, row.balance_minor - row.pending_out_minor
        )
        for row in rows.order_by("owner_kind", "owner_key", "purpose", "currency")
    ]


def list_entries(ref: AccountRef, cursor: str | None = None, limit: int = 50) -> paging.Page[EntryView]:
    """What came and went at one account, newest first; pending transfers are not entries.

    :raises BadCursor: the cursor is not ours.
    """
    account = Account.objects.filter(**_named(ref)).first()
    if account is None:
        return paging.Page((), None)
    rows = Transfer.objects.filter(Q(debit=account) | Q(credit=account), pending=False)
    if cursor:
        rows = rows.filter(pk__lt=paging.decode_cursor(cursor)[0])
    found = list(rows.select_related("journal", "debit", "credit").order_by("-pk")[: limit + 1])
    shown = found[:limit]
    following = paging.encode_cursor(shown[-1].pk) if len(found) > limit else None
    return paging.Page(tuple(_entry(row, account) for row in shown), following)


def find_journal(natural_key: str) -> JournalView | None:
    """The journal of a source event, if it was booked."""
    row = Journal.objects.filter(natural_key=natural_key).first()
    return _journals([row])[0] if row else None


def list_journals(
    *, kind: str | None = None, key_prefix: str = "", since: datetime | None = None, limit: int = 100
) -> list[JournalView]:
    """Journals, newest first."""
    rows = Journal.objects.filter(natural_key__startswith=key_prefix)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if since is not None:
        rows = rows.filter(posted_at__gte=since)
    return _journals(list(rows.order_by("-pk")[:limit]))


def list_journals_under(prefixes: Sequence[str], *, limit: int = 100) -> list[JournalView]:
    """The journals whose natural keys begin with one of these, in the order of booking."""
    if not prefixes:
        return []
    wanted = Q()
    for prefix in prefixes:
        wanted |= Q(natural_key__startswith=prefix)
    return _journals(list(Journal.objects.filter(wanted).order_by("pk")[:limit]))


def trial_balance() -> list[TrialBalanceLine]:
    """Per currency: Σ balances, and how many accounts differ from their transfers. All must be zero."""
    with connection.cursor() as cursor:
        cursor.execute(TRIAL_BALANCE)
        return [TrialBalanceLine(*row) for row in cursor.fetchall()]


def _named(ref: AccountRef) -> dict[str, Any]:
    return {
        "owner_kind": ref.owner_kind,
        "owner_key": ref.owner_key,
        "purpose": ref.purpose,
        "currency": ref.currency,
    }


def _ref(account: Account) -> AccountRef:
    return AccountRef(account.owner_kind, account.owner_key, account.purpose, account.currency)


def _entry(transfer: Transfer, account: Account) -> EntryView:
    arrived = transfer.credit_id == account.pk
    return EntryView(
        transfer_id=transfer.pk,
        journal_key=transfer.journal.natural_key,
        kind=transfer.journal.kind,
        amount_minor=transfer.amount_minor if arrived else -transfer.amount_minor,
        counterpart=_ref(transfer.debit if arrived else transfer.credit),
        note=transfer.note,
        posted_at=transfer.journal.posted_at,
    )


def _journals(rows: Sequence[Journal]) -> list[JournalView]:
    moves: dict[int, list[TransferSpec]] = {row.pk: [] for row in rows}
    found = Transfer.objects.filter(journal__in=moves).select_related("debit", "credit").order_by("pk")
    for move in found:
        spec = TransferSpec(_ref(move.debit), _ref(move.credit), move.amount_minor, move.note)
        moves[move.journal_id].append(spec)
    return [
        JournalView(row.natural_key, row.kind, row.pending, row.posted_at, tuple(moves[row.pk]))
        for row in rows
    ]
