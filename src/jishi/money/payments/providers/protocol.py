"""What a payment provider can do for us."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from jishi.kernel.money import Money
from jishi.money.payments.contracts import HostedPayment, PaymentReport, RefundAnswer


class PaymentProvider(Protocol):
    """A peer that takes money on a page of its own and tells us by signed webhooks.

    Every method raises ``ProviderUnavailable`` when the peer does not answer; the caller repeats it later
    with the same reference, which must not double anything.
    """

    def create_payment(
        self,
        *,
        reference: str,
        amount: Money,
        description: str,
        return_url: str,
        expires_at: datetime,
        language: str,
    ) -> HostedPayment:
        """Have the peer prepare a payment and a page for it. Raises ProviderRefused when it will not."""
        ...

    def ask_payment(self, *, reference: str) -> PaymentReport | None:
        """What the peer knows about a payment now; None if it never heard of it."""
        ...

    def send_refund(
        self, *, reference: str, refund_reference: str, amount: Money, reason: str
    ) -> RefundAnswer:
        """Send money back; ``refund_reference`` is the key that makes repeating it safe."""
        ...

    def ask_refund(self, *, refund_reference: str) -> RefundAnswer:
        """How a refund that was taken in stands now."""
        ...

    def read_webhook(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> PaymentReport:
        """Check the signature and read the message. Raises WebhookRefused or WebhookMalformed."""
        ...
