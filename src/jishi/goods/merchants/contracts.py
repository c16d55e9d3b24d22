"""What other domains may know about shops.

A view is a frozen copy in one language: holding one can never cause a query.
"""

from dataclasses import dataclass
from typing import Literal

StaffRole = Literal["owner", "staff"]


@dataclass(frozen=True, slots=True)
class ShopView:
    """A shop as everybody else sees it, its texts in the viewer's language."""

    id: int
    code: str
    slug: str
    name: str
    description: str
    currency: str
    time_zone: str
    commission_bps: int
    auto_confirm_days: int
    delivery_fee_minor: int
    free_delivery_from_minor: int | None
    is_open: bool
