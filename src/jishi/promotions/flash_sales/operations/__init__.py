"""The verbs of flash sales: slots, enrolment, opening and closing, claims, reminders."""

from jishi.promotions.flash_sales.operations.claims import hold, refund, release, settle
from jishi.promotions.flash_sales.operations.enrolment import approve, enrol, refuse, withdraw
from jishi.promotions.flash_sales.operations.reminders import forget_reminder, remind, tell_due
from jishi.promotions.flash_sales.operations.running import (
    close_due,
    open_due,
    reprice_open,
    stop_item,
)
from jishi.promotions.flash_sales.operations.slots import open_slot, stop_slot

__all__ = [
    "approve",
    "close_due",
    "enrol",
    "forget_reminder",
    "hold",
    "open_due",
    "open_slot",
    "refund",
    "refuse",
    "release",
    "remind",
    "reprice_open",
    "settle",
    "stop_item",
    "stop_slot",
    "tell_due",
    "withdraw",
]
