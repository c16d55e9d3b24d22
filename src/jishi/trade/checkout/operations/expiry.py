"""Unpaid orders give back what they hold when the time to pay is over."""

from datetime import datetime

from jishi.trade.orders import operations as orders
from jishi.trade.orders import queries as order_queries

BATCH = 200


def expire_unpaid(at: datetime) -> int:
    """Expire every order whose time to pay is over at `at`; a sweep. One transaction per checkout.

    Checkouts that somebody works on this moment are left for the next round.
    """
    due = order_queries.list_due_for_expiry(at, limit=BATCH)
    return sum(orders.expire(checkout_code=checkout_code, at=at) for checkout_code in due)
