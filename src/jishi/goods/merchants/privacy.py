"""Who works where: a place in a shop goes with its person; a shop's only owner has to hand it over first."""

from datetime import datetime
from typing import Any

from jishi.goods.merchants.models import ShopStaff
from jishi.kernel.errors import N_
from jishi.people.accounts.contracts import PersonalField
from jishi.people.privacy.contracts import Obstacle


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = _fields(
    "merchants_shopstaff", "working for a shop", "delete", "role"
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "merchants_shopstaff": frozenset({"id", "shop_id", "person_id"}),
    "merchants_bulletin": frozenset(
        {"id", "shop_id", "kind", "url", "pending", "number", "due_at", "told_at"}
    ),
    "merchants_shop": frozenset(
        {
            "id", "code", "slug", "name", "description", "currency", "time_zone", "country", "commission_bps",
            "auto_confirm_days", "delivery_fee_minor", "free_delivery_from_minor", "is_open", "created_at",
        }
    ),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return where the person works."""
    rows = ShopStaff.objects.filter(person_id=person_id).order_by("pk")
    return {"shops": [{"shop": row.shop.slug, "role": row.role} for row in rows.select_related("shop")]}


def erase_person(*, person_id: int, at: datetime) -> None:
    """Take the person out of every shop."""
    ShopStaff.objects.filter(person_id=person_id).delete()


def find_shop_without_heir(person_id: int) -> Obstacle | None:
    """Name a shop that only this person owns, if there is one."""
    own = ShopStaff.objects.filter(person_id=person_id, role="owner").values_list("shop_id", flat=True)
    shared = ShopStaff.objects.filter(shop_id__in=list(own), role="owner").exclude(person_id=person_id)
    left = set(own) - set(shared.values_list("shop_id", flat=True))
    if not left:
        return None
    message = N_("You are the only owner of %(count)s shops. Make somebody else an owner first.")
    return Obstacle("merchants.only_owner", message, {"count": len(left)}, "/m/")
