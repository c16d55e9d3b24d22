"""What happened to deposits, told to whoever stands above. Keyed by reservation."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservationEnded(DomainEvent):
    """A paid deposit went to the shop (`forfeited`) or back to its buyer (`refunded`)."""

    topic: ClassVar[str] = "promotions.presales.ended"
    reservation_code: str
    presale_code: str
    person_id: int
    product_id: int
    outcome: str
    at: datetime

    def key(self) -> str:
        """Return the ordering shard."""
        return self.reservation_code
