"""What crosses the boundary of payments: intents, refunds, what providers say, what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class IntentState(StrEnum):
    """Where one payment stands. CLOSED can still become CAPTURED: money that came late is money."""

    OPEN = "open"
    CLOSED = "closed"
    CAPTURED = "captured"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"


class AttemptState(StrEnum):
    """Where one try at a provider stands; it only ever moves to a later member."""

    CREATED = "created"
    STARTED = "started"
    AUTHORIZED = "authorized"
    FAILED = "failed"
    CAPTURED = "captured"


class RefundState(StrEnum):
    """DUE waits for the worker, SENT for the provider; FAILED was refused and is tried again."""

    DUE = "due"
    SENT = "sent"
    FAILED = "failed"
    SUCCEEDED = "succeeded"


@dataclass(frozen=True, slots=True)
class Allocation:
    """The part of a payment that belongs to one order."""

    order_code: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class IntentView:
    """One payment over the orders of several shops."""

    code: str
    natural_key: str
    buyer_id: int
    currency: str
    amount_minor: int
    refunded_minor: int
    state: str
    expires_at: datetime
    captured_at: datetime | None
    allocations: tuple[Allocation, ...]
    last_failure: str = ""


@dataclass(frozen=True, slots=True)
class RefundView:
    """Money on its way back to the buyer. ``order_code`` is empty for a payment that was made twice."""

    code: str
    intent_code: str
    order_code: str
    amount_minor: int
    currency: str
    state: str
    reason: str
    natural_key: str
    requested_at: datetime
    completed_at: datetime | None
    last_error: str


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One try to pay at one provider."""

    code: str
    provider: str
    provider_ref: str
    state: str
    failure: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class BreakView:
    """Something a provider said that does not agree with our books; a person has to look."""

    id: int
    provider: str
    event_id: str
    kind: str
    attempt_code: str
    detail: dict[str, object]
    at: datetime


@dataclass(frozen=True, slots=True)
class WebhookResult:
    """What came of a webhook: ``applied``, ``duplicate``, ``ignored`` (known, but too late) or ``break``."""

    event_id: str
    outcome: str
    intent_code: str = ""


@dataclass(frozen=True, slots=True)
class PaymentReport:
    """What a provider says about one payment or refund, by webhook or when asked.

    ``kind``: created | authorized | captured | failed | refund_succeeded | refund_failed.
    ``reference`` is our attempt code, ``refund_reference`` our refund code.
    """

    event_id: str
    kind: str
    reference: str
    provider_ref: str
    amount_minor: int
    currency: str
    at: datetime
    reason: str = ""
    refund_reference: str = ""


@dataclass(frozen=True, slots=True)
class HostedPayment:
    """A payment that a provider keeps for us: its own reference and the page where the buyer pays."""

    provider_ref: str
    pay_url: str


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """A provider's answer to a refund: ``succeeded``, ``pending`` or ``refused``."""

    state: str
    provider_ref: str = ""
    reason: str = ""
