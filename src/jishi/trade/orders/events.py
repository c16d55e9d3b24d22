"""What happened to an order, told to whoever stands above trade. Keyed by order, so that each order's facts
arrive in their order."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFact(DomainEvent):
    """The facts every order event carries."""

    topic: ClassVar[str] = "trade.order"
    order_code: str
    buyer_id: int
    shop_id: int
    currency: str
    total_minor: int
    share_code: str
    at: datetime

    def key(self) -> str:
        """Return the ordering shard: one order's events stay in sequence."""
        return self.order_code


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(OrderFact):
    """An order exists and waits for its payment. Lines: variant_id, product_id, quantity, total_minor."""

    topic: ClassVar[str] = "trade.order.placed"
    checkout_code: str
    lines: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPaid(OrderFact):
    """The money arrived and is held in escrow; stock and adjustments are firmly the buyer's."""

    topic: ClassVar[str] = "trade.order.paid"
    paid_at: datetime
    lines: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExpired(OrderFact):
    """Nobody paid in time; stock and adjustments are free again."""

    topic: ClassVar[str] = "trade.order.expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled(OrderFact):
    """An unpaid order was called off."""

    topic: ClassVar[str] = "trade.order.cancelled"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderShipped(OrderFact):
    """A parcel is on its way."""

    topic: ClassVar[str] = "trade.order.shipped"
    auto_confirm_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReceived(OrderFact):
    """The buyer has the goods; the money left escrow."""

    topic: ClassVar[str] = "trade.order.received"
    automatic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunding(OrderFact):
    """The order is called off after payment; the money is on its way back."""

    topic: ClassVar[str] = "trade.order.refunding"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRefunded(OrderFact):
    """The provider confirmed that the money went back."""

    topic: ClassVar[str] = "trade.order.refunded"
