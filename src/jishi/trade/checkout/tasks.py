"""The sweep of checkout: orders nobody paid in time."""

from jishi.trade.checkout.operations import expire_unpaid

EXPIRE_UNPAID_EVERY_S = 5.0

__all__ = ["EXPIRE_UNPAID_EVERY_S", "expire_unpaid"]
