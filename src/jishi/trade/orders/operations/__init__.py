"""The verbs of orders. Each is one transaction (or joins the caller's) and locks orders in primary-key
order.
"""

from jishi.trade.orders.operations.close import cancel, expire, refuse_payment
from jishi.trade.orders.operations.creating import create, create_many
from jishi.trade.orders.operations.deliver import confirm_receipt, mark_shipped
from jishi.trade.orders.operations.details import fill_in
from jishi.trade.orders.operations.holds import release_hold, release_holds
from jishi.trade.orders.operations.moves import lock
from jishi.trade.orders.operations.past import record_past
from jishi.trade.orders.operations.pay import mark_paid
from jishi.trade.orders.operations.personal import blank_due, seal_personal
from jishi.trade.orders.operations.refunding import mark_refunded, refund, refund_part
from jishi.trade.orders.operations.reprice import change_delivery_fee

__all__ = [
    "blank_due",
    "cancel",
    "change_delivery_fee",
    "confirm_receipt",
    "create",
    "create_many",
    "expire",
    "fill_in",
    "lock",
    "mark_paid",
    "mark_refunded",
    "mark_shipped",
    "record_past",
    "refund",
    "refund_part",
    "refuse_payment",
    "release_hold",
    "release_holds",
    "seal_personal",
]
