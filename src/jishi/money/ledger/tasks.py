"""Scheduled work of the ledger: new rows of the append-only tables are put under seal."""

from datetime import datetime

from jishi.kernel import seal, sweeps

SEAL_EVERY_S = 60.0

_SEALED = {
    "ledger.journal": ("ledger_journal", ("natural_key", "kind", "fingerprint", "pending", "posted_at")),
    "ledger.transfer": (
        "ledger_transfer",
        ("journal_id", "debit_id", "credit_id", "amount_minor", "pending", "note"),
    ),
    "ledger.resolution": ("ledger_resolution", ("transfer_id", "journal_id", "outcome")),
}


def register() -> None:
    """Put the books under seal and have new rows sealed regularly. Called by the wiring."""
    for name, (table, columns) in _SEALED.items():
        seal.register(name, table=table, columns=columns)
    sweeps.register("ledger.seal", seal_books, every_s=SEAL_EVERY_S)


def seal_books(_at: datetime) -> int:
    """Seal what was booked since the last time."""
    return sum(seal.seal_new(name) for name in _SEALED)
