"""What happened to stock."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReturned(DomainEvent):
    """A product that could not be bought can be bought again."""

    topic: ClassVar[str] = "goods.stock.returned"

    product_id: int
    at: datetime

    def key(self) -> str:
        """In order per product."""
        return str(self.product_id)
