"""Personal copies in orders: sealed when the buyer leaves, blanked when the record need not be kept."""

from datetime import datetime
from typing import Any

from jishi.kernel.errors import N_
from jishi.people.accounts.contracts import PersonalField
from jishi.people.privacy.contracts import Obstacle
from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries


def _fields(table: str, purpose: str, on_erase: str, *columns: str) -> tuple[PersonalField, ...]:
    return tuple(PersonalField(table, column, purpose, on_erase) for column in columns)


PERSONAL_FIELDS: tuple[PersonalField, ...] = (
    *_fields("orders_order", "delivery; record of the trade until its time is over", "seal", "address"),
    *_fields(
        "orders_order", "record of the trade", "keep", "delivery_code", "share_code", "channel", "tokens"
    ),
    *_fields(
        "orders_order",
        "record of the trade",
        "keep",
        "placed_at",
        "paid_at",
        "shipped_at",
        "received_at",
        "closed_at",
        "close_reason",
    ),
    *_fields("orders_orderline", "record of the trade", "keep", "product_code", "title", "options"),
    *_fields("orders_orderadjustment", "record of the trade", "keep", "params", "reference"),
    *_fields("orders_orderevent", "record of the trade", "keep", "at", "reason"),
)
IMPERSONAL: dict[str, frozenset[str]] = {
    "orders_order": frozenset(
        {
            "id", "code", "checkout_code", "buyer_id", "shop_id", "currency", "goods_minor", "discount_minor",
            "delivery_minor", "total_minor", "commission_bps", "state", "intent_code", "pay_by_at",
            "auto_confirm_at", "sealed_at", "blank_due_at",
        }
    ),
    "orders_orderline": frozenset(
        {
            "id", "order_id", "position", "variant_id", "product_id", "image_url", "quantity", "unit_minor",
            "discount_minor", "total_minor",
        }
    ),
    "orders_orderadjustment": frozenset(
        {
            "id", "order_id", "rule", "variant_id", "amount_minor", "funder_kind", "funder_id", "message",
            "defers_fulfilment",
        }
    ),
    "orders_fulfilmenthold": frozenset({"id", "order_id", "ref", "created_at", "released_at"}),
    "orders_orderevent": frozenset({"id", "order_id", "from_state", "to_state", "actor_id"}),
}  # fmt: skip


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what the person ordered and where it went."""
    return queries.export_person(person_id=person_id)


def erase_person(*, person_id: int, at: datetime) -> None:
    """Seal the addresses of the person's orders."""
    orders.seal_personal(buyer_id=person_id, at=at)


def find_open_orders(person_id: int) -> Obstacle | None:
    """Say that orders still have to move, if some do."""
    count = queries.count_open(person_id)
    if not count:
        return None
    message = N_("%(count)s of your orders are still open. They have to arrive, or be cancelled, first.")
    return Obstacle("orders.open", message, {"count": count}, "/orders/")
