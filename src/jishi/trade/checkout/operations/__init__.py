"""The verbs of carts and checkouts. The order of locks is in docs/checkout.md."""

from jishi.trade.checkout.operations.cart import (
    add_to_cart,
    forget_cart,
    merge_cart,
    remove_line,
    set_quantity,
    set_selected,
)
from jishi.trade.checkout.operations.details import complete
from jishi.trade.checkout.operations.expiry import expire_unpaid
from jishi.trade.checkout.operations.payment import apply_payment, apply_refund
from jishi.trade.checkout.operations.place import place

__all__ = [
    "add_to_cart",
    "apply_payment",
    "apply_refund",
    "complete",
    "expire_unpaid",
    "forget_cart",
    "merge_cart",
    "place",
    "remove_line",
    "set_quantity",
    "set_selected",
]
