"""Who waits for which goods, and what becomes of it when they ask to be forgotten."""

from datetime import datetime
from typing import Any

from jishi.goods.inventory import operations as inventory
from jishi.goods.inventory import queries
from jishi.people.accounts.contracts import PersonalField

PERSONAL_FIELDS: tuple[PersonalField, ...] = tuple(
    PersonalField("inventory_waiting", column, "being told when goods are back", "delete")
    for column in ("product_id", "person_id", "asked_at", "told_at")
)
IMPERSONAL: dict[str, frozenset[str]] = {"inventory_waiting": frozenset({"id"})}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what somebody waits and waited for."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Forget it."""
    inventory.forget(person_id=person_id)
