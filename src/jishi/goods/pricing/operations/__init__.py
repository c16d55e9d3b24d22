"""Writing prices, and carrying adjustments through an order's life."""

from jishi.goods.pricing.operations.adjustments import (
    brings_goods,
    hold_adjustments,
    release_adjustments,
    settle_adjustments,
)
from jishi.goods.pricing.operations.price_lists import set_prices

__all__ = ["brings_goods", "hold_adjustments", "release_adjustments", "set_prices", "settle_adjustments"]
