"""Personal columns of carts and checkouts: a cart goes with its person, a placement is a record of trade."""

from datetime import datetime
from typing import Any

from jishi.people.accounts.contracts import PersonalField
from jishi.trade.checkout import operations as checkout
from jishi.trade.checkout.models import CartLine


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("checkout_cart", "shopping", "delete", "session_key", "updated_at"),
    *_fields("checkout_cartline", "shopping", "delete", "quantity", "selected", "added_at"),
    *_fields("checkout_checkout", "record of the trade", "keep", "checkout_key", "channel", "placed_at"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "checkout_cart": frozenset({"id", "person_id"}),
    "checkout_cartline": frozenset({"id", "cart_id", "variant_id"}),
    "checkout_checkout": frozenset(
        {"id", "code", "buyer_id", "digest", "fingerprint", "currency", "total_minor", "pay_by_at"}
    ),
}


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what lies in the person's cart."""
    rows = CartLine.objects.filter(cart__person_id=person_id).order_by("pk")
    return {
        "cart": [
            {
                "variant": row.variant_id,
                "quantity": row.quantity,
                "selected": row.selected,
                "added_at": row.added_at.isoformat(),
            }
            for row in rows
        ]
    }


def erase_person(*, person_id: int, at: datetime) -> None:
    """Throw the cart away."""
    checkout.forget_cart(person_id=person_id)
