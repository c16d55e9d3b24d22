"""What crosses the boundary of the wallet: what somebody earned here, and how it goes out.

Words: *earnings* is the ledger account of what a person earned; a *payout* is one way out of it, asked for by
the person and decided by staff.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LEAST_MINOR = 100
"""Less than this is not sent: it costs more than it is."""


class PayoutState(StrEnum):
    """Life of a payout. Asked for, the money is set aside; sent, it is gone; otherwise it is back."""

    ASKED = "asked"
    SENT = "sent"
    REFUSED = "refused"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class EarningsView:
    """What a person has in one currency: all of it, set aside for payouts, and what may still go out."""

    currency: str
    balance_minor: int
    aside_minor: int
    available_minor: int


@dataclass(frozen=True, slots=True)
class PayoutView:
    """One payout. `destination` is only there for whoever asked and whoever sends it."""

    code: str
    person_id: int
    currency: str
    amount_minor: int
    destination: str
    state: PayoutState
    reason: str
    asked_at: datetime
    decided_at: datetime | None
