"""Payments name who paid; they belong to the books, which the law makes us keep."""

from datetime import datetime
from typing import Any

from jishi.money.payments.models import Intent
from jishi.people.accounts.contracts import PersonalField

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    PersonalField("payments_intent", "amount_minor", "the books", "keep"),
    PersonalField("payments_intent", "captured_at", "the books", "keep"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "payments_intent": frozenset(
        {
            *("id", "code", "natural_key", "buyer_id", "currency", "refunded_minor", "state"),
            *("expires_at", "created_at", "closed_at"),
        }
    ),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person paid and got back."""
    rows = Intent.objects.filter(buyer_id=person_id).order_by("pk")
    return {
        "payments": [
            {
                "code": row.code,
                "amount_minor": row.amount_minor,
                "refunded_minor": row.refunded_minor,
                "currency": row.currency,
                "captured_at": row.captured_at.isoformat() if row.captured_at else None,
            }
            for row in rows
        ]
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Nothing: the account that the books name has no name any more."""
