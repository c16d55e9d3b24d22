"""The sweep of delivery: receipt by lapse of time."""

from jishi.trade.fulfillment.operations import confirm_overdue

CONFIRM_OVERDUE_EVERY_S = 30.0

__all__ = ["CONFIRM_OVERDUE_EVERY_S", "confirm_overdue"]
