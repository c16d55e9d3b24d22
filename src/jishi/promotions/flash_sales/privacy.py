"""A claim is a record of the trade; a reminder goes with its person."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.promotions.flash_sales.models import Claim, Reminder


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "flash_sales_claim",
        "record of the trade",
        "keep",
        "order_code",
        "quantity",
        "state",
        "claimed_at",
        "ended_at",
    ),
    *_fields("flash_sales_reminder", "telling in time", "delete", "item_id", "remind_at", "told_at"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "flash_sales_claim": frozenset({"id", "item_id", "person_id"}),
    "flash_sales_reminder": frozenset({"id", "person_id"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person got at flash prices, and what they wanted to be told of."""
    claims = Claim.objects.filter(person_id=person_id).select_related("item").order_by("pk")
    reminders = Reminder.objects.filter(person_id=person_id).select_related("item").order_by("pk")
    return {
        "claims": [
            {
                "item": row.item.code,
                "order": row.order_code,
                "quantity": row.quantity,
                "state": row.state,
                "claimed_at": row.claimed_at.isoformat(),
            }
            for row in claims
        ],
        "reminders": [{"item": row.item.code, "remind_at": row.remind_at.isoformat()} for row in reminders],
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Forget the reminders; the claims belong to orders that have to be kept."""
    Reminder.objects.filter(person_id=person_id).delete()
