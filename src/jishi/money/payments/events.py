"""Facts of payments. Orders are named by code; who they are is not known here."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from jishi.kernel.outbox.events import DomainEvent


@dataclass(frozen=True)
class PaymentCaptured(DomainEvent):
    """An intent's money arrived: once per intent, also when it came after the intent was closed."""

    topic: ClassVar[str] = "money.payment.captured"

    intent_code: str
    attempt_code: str
    currency: str
    amount_minor: int
    paid_at: datetime
    buyer_id: int
    allocations: tuple[tuple[str, int], ...]

    def key(self) -> str:
        """Facts of one payment keep their order."""
        return self.intent_code


@dataclass(frozen=True)
class PaymentFailed(DomainEvent):
    """One try failed; the intent stays open for the next."""

    topic: ClassVar[str] = "money.payment.failed"

    intent_code: str
    attempt_code: str
    buyer_id: int
    reason: str
    at: datetime

    def key(self) -> str:
        """Facts of one payment keep their order."""
        return self.intent_code


@dataclass(frozen=True)
class RefundCompleted(DomainEvent):
    """The provider has sent an order's money back."""

    topic: ClassVar[str] = "money.refund.completed"

    refund_code: str
    intent_code: str
    order_code: str
    currency: str
    amount_minor: int
    natural_key: str
    buyer_id: int
    at: datetime

    def key(self) -> str:
        """Facts of one payment keep their order."""
        return self.intent_code


@dataclass(frozen=True)
class RefundFailed(DomainEvent):
    """The provider refused a refund; it will be tried again, and a person can see it."""

    topic: ClassVar[str] = "money.refund.failed"

    refund_code: str
    intent_code: str
    order_code: str
    amount_minor: int
    natural_key: str
    reason: str
    at: datetime

    def key(self) -> str:
        """Facts of one payment keep their order."""
        return self.intent_code
