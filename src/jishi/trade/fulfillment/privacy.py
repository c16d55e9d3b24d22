"""A parcel is a record of the trade: its number says nothing without the order's sealed address."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.trade.fulfillment.models import Parcel


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("fulfillment_parcel", "record of the trade", "keep", "carrier", "tracking_number", "shipped_at"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "fulfillment_parcel": frozenset({"id", "code", "order_id", "shipped_by_id"})
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return the parcels of the person's orders."""
    rows = Parcel.objects.filter(order__buyer_id=person_id).order_by("pk")
    return {
        "parcels": [
            {
                "carrier": r.carrier,
                "tracking_number": r.tracking_number,
                "shipped_at": r.shipped_at.isoformat(),
            }
            for r in rows
        ]
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Nothing: without the order's address a parcel leads to nobody."""
