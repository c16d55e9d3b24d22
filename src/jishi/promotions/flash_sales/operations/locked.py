"""Locking items before anything else of them is read or written."""

from typing import Any

from jishi.promotions.flash_sales.errors import ItemNotFound
from jishi.promotions.flash_sales.models import Item


def item(code: str) -> Item:
    """Lock one item, with its slot beside it.

    :raises ItemNotFound: there is none.
    """
    rows = Item.objects.select_for_update(of=("self",), no_key=True).select_related("slot")
    found = rows.filter(code=code).first()
    if found is None:
        raise ItemNotFound
    return found


def facts(row: Item) -> dict[str, Any]:
    """Return the fields every event carries, but for the instant."""
    return {
        "item_code": row.code,
        "slot_code": row.slot.code,
        "shop_id": row.shop_id,
        "product_id": row.product_id,
    }
