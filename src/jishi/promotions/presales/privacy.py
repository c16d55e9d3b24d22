"""A reservation is a record of the trade: it names a nameless account afterwards."""

from datetime import datetime
from typing import Any

from jishi.kernel.errors import N_
from jishi.people.accounts.contracts import PersonalField
from jishi.people.privacy.contracts import Obstacle
from jishi.promotions.presales.contracts import ReservationState
from jishi.promotions.presales.models import Reservation


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields(
        "presales_reservation",
        "record of the trade",
        "keep",
        "code",
        "quantity",
        "state",
        "deposit_minor",
        "worth_minor",
        "intent_code",
        "order_code",
        "reserved_at",
        "deposited_at",
        "ended_at",
    ),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "presales_reservation": frozenset(
        {"id", "presale_id", "person_id", "due_at", "told_from_at", "told_end_at"}
    ),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person reserved."""
    rows = Reservation.objects.filter(person_id=person_id).select_related("presale").order_by("pk")
    return {
        "reservations": [
            {
                "presale": row.presale.code,
                "quantity": row.quantity,
                "state": row.state,
                "deposit_minor": row.deposit_minor,
                "order": row.order_code,
                "reserved_at": row.reserved_at.isoformat(),
            }
            for row in rows
        ]
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Nothing: reservations belong to money that has to be accounted for."""


def find_paid_deposits(person_id: int) -> Obstacle | None:
    """Say that paid deposits wait for their balance, if some do."""
    count = Reservation.objects.filter(person_id=person_id, state=ReservationState.DEPOSITED).count()
    if not count:
        return None
    message = N_("%(count)s paid deposits wait for their balance. Pay it, or call them off, first.")
    return Obstacle("presales.deposits", message, {"count": count}, "/presales/")
