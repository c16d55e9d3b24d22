"""What somebody took through a gate is a number for its limits; it names no order that is not kept anyway."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.promotions.gates.models import Take

PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    PersonalField("gates_take", "household", "limits per household", "blank"),
    PersonalField("gates_take", "taken_on", "limits per day", "keep"),
    PersonalField("gates_take", "units", "limits per person", "keep"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "gates_take": frozenset({"id", "gate_id", "part", "reference", "person_id", "is_live"}),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what counted against limits."""
    rows = Take.objects.filter(person_id=person_id).select_related("gate").order_by("pk")
    return {
        "limits": [
            {
                "of": row.gate.subject,
                "units": row.units,
                "on": row.taken_on.isoformat(),
                "counts": row.is_live,
            }
            for row in rows
        ]
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Forget to which household the person belonged; what is used up stays used up."""
    Take.objects.filter(person_id=person_id).update(household="")
