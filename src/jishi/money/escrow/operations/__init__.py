"""Writes of escrow: hold an order's money, release it to those who share it, or send it back."""

from jishi.money.escrow.operations.holding import hold, hold_batch, settle_batch
from jishi.money.escrow.operations.refunding import refund
from jishi.money.escrow.operations.releasing import release

__all__ = ["hold", "hold_batch", "refund", "release", "settle_batch"]
