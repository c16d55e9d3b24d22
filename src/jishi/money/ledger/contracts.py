"""What crosses the ledger's boundary: who owns an account, what moves, what was written."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AccountRef:
    """Names an account without its id: whose it is, what for, in which currency.

    ``owner_kind`` is a noun ("shop", "person", "platform", "provider"), ``owner_key`` the owner's id or name
    as text.
    """

    owner_kind: str
    owner_key: str
    purpose: str
    currency: str

    def __str__(self) -> str:
        return f"{self.owner_kind}:{self.owner_key}:{self.purpose}:{self.currency}"


@dataclass(frozen=True, slots=True)
class TransferSpec:
    """``amount_minor`` leaves ``debit`` and arrives at ``credit``; both are in one currency."""

    debit: AccountRef
    credit: AccountRef
    amount_minor: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class JournalSpec:
    """The transfers of one source event under its natural key; ``pending`` ones only reserve."""

    natural_key: str
    kind: str
    transfers: tuple[TransferSpec, ...]
    pending: bool = False


@dataclass(frozen=True, slots=True)
class JournalView:
    """A journal as written. ``replayed`` says that an earlier call had written it."""

    natural_key: str
    kind: str
    pending: bool
    posted_at: datetime
    transfers: tuple[TransferSpec, ...]
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class BalanceView:
    """An account's money: all of it, what is reserved to leave, and what may still be spent."""

    ref: AccountRef
    balance_minor: int
    pending_out_minor: int
    available_minor: int


@dataclass(frozen=True, slots=True)
class EntryView:
    """One transfer seen from one account: positive when money arrived."""

    transfer_id: int
    journal_key: str
    kind: str
    amount_minor: int
    counterpart: AccountRef
    note: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class TrialBalanceLine:
    """All accounts of one currency. ``total_minor`` and both drifts are zero in healthy books."""

    currency: str
    accounts: int
    transfers: int
    moved_minor: int
    total_minor: int
    drifted_accounts: int
