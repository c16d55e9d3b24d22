"""The verbs of lotteries. Each is one transaction; the lottery's row is locked before anything of it."""

from jishi.promotions.lotteries.operations.claiming import hold_prize, release_prize, settle_prize
from jishi.promotions.lotteries.operations.drawing import draw, draw_due
from jishi.promotions.lotteries.operations.entering import enter
from jishi.promotions.lotteries.operations.opening import publish, stop

__all__ = [
    "draw",
    "draw_due",
    "enter",
    "hold_prize",
    "publish",
    "release_prize",
    "settle_prize",
    "stop",
]
