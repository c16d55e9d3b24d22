"""Arithmetic of timed prices. Pure."""

from collections.abc import Sequence
from datetime import timedelta

from jishi.kernel.errors import N_
from jishi.promotions.timed_prices.contracts import LEAST_BPS, MOST_BPS, MOST_PRODUCTS, Proposal, Window

RULE = "timed_price"
EXPLANATION = N_("Timed price, the same for everybody")
NAMED_BY = "timed"
GRACE = timedelta(minutes=10)
"""How long what was quoted inside a window can still be ordered: as long as any quote is good for."""
MOST_WINDOWS = 400


def off_minor(unit_minor: int, off_bps: int) -> int:
    """What comes off one piece; what is paid is rounded up, so that it is never more than was said."""
    return unit_minor * off_bps // 10_000


def fault(proposal: Proposal) -> str:
    """Name the field that cannot be, or nothing."""
    checks = {
        "title": 0 < len(proposal.title.strip()) <= 120,
        "products": 0 < len(set(proposal.product_ids)) <= MOST_PRODUCTS,
        "off": LEAST_BPS <= proposal.off_bps <= MOST_BPS,
        "windows": 0 < len(proposal.windows) <= MOST_WINDOWS and _follow(proposal.windows),
    }
    return next((field for field, holds in checks.items() if not holds), "")


def _follow(windows: Sequence[Window]) -> bool:
    """Each ends after it starts, and none begins before the one before it ended."""
    bounds = [moment for one in windows for moment in (one.starts_at, one.ends_at)]
    inside = all(one.starts_at < one.ends_at for one in windows)
    return inside and bounds == sorted(bounds)
