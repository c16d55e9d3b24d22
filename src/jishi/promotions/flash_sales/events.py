"""What happened in flash sales, told to whoever stands above. Keyed by item, so that its facts stay in
order.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class FlashEvent(DomainEvent):
    """The facts every event carries."""

    topic: ClassVar[str] = "promotions.flash"
    item_code: str
    slot_code: str
    shop_id: int
    product_id: int
    at: datetime

    def key(self) -> str:
        """Return the ordering shard."""
        return self.item_code


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDecided(FlashEvent):
    """An operator approved or refused an enrolment."""

    topic: ClassVar[str] = "promotions.flash.decided"
    is_approved: bool
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemOpened(FlashEvent):
    """The item is priced and can be bought from the start of its slot."""

    topic: ClassVar[str] = "promotions.flash.opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitsReturned(FlashEvent):
    """Units that somebody did not pay for are free again."""

    topic: ClassVar[str] = "promotions.flash.returned"
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemClosed(FlashEvent):
    """The item's sale is over; what was left lies on the ordinary shelf again."""

    topic: ClassVar[str] = "promotions.flash.closed"
    reason: str = ""
