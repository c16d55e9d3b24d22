"""The verbs of presales: opening and stopping, deposits, balances, what is due."""

from jishi.promotions.presales.operations.balances import (
    check,
    finish,
    hold,
    refund,
    release,
    remind_due,
    settle,
)
from jishi.promotions.presales.operations.deposits import (
    apply_deposit,
    close_due,
    release_due,
    reserve,
    withdraw,
)
from jishi.promotions.presales.operations.selling import forfeits, free_due, open_presale, stop_presale

__all__ = [
    "apply_deposit",
    "check",
    "close_due",
    "finish",
    "forfeits",
    "free_due",
    "hold",
    "open_presale",
    "refund",
    "release",
    "release_due",
    "remind_due",
    "reserve",
    "settle",
    "stop_presale",
    "withdraw",
]
