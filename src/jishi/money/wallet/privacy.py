"""Payouts belong to the books; where one went to is forgotten with the person."""

from datetime import datetime
from typing import Any

from jishi.money.wallet import operations as wallet
from jishi.money.wallet import queries
from jishi.people.accounts.contracts import PersonalField

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    PersonalField("wallet_payout", "amount_minor", "the books", "keep"),
    PersonalField("wallet_payout", "asked_at", "the books", "keep"),
    PersonalField("wallet_payout", "destination", "where the money was sent", "blank"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "wallet_payout": frozenset(
        {"id", "code", "person_id", "currency", "state", "reason", "decided_at", "decided_by_id"}
    ),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person asked to be paid out."""
    return {
        "payouts": [
            {
                "code": one.code,
                "amount_minor": one.amount_minor,
                "currency": one.currency,
                "destination": one.destination,
                "state": one.state.value,
                "asked_at": one.asked_at.isoformat(),
            }
            for one in queries.list_payouts(person_id)
        ]
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Blank where decided payouts went; one that waits is still to be sent."""
    wallet.forget(person_id=person_id)
