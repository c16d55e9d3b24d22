"""Payments made elsewhere (imported history, the demo world): captured when recorded, refunded at once."""

from collections.abc import Mapping
from datetime import datetime

from jishi.kernel.money import Money
from jishi.money.payments.contracts import HostedPayment, PaymentReport, RefundAnswer
from jishi.money.payments.errors import ProviderRefused, WebhookRefused


class OfflineProvider:
    """No peer: nobody can pay through it, and what is sent back is settled by hand outside."""

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
        """Refused: there is no page."""
        raise ProviderRefused(provider="offline")

    def ask_payment(self, *, reference: str) -> PaymentReport | None:
        """Nothing more is known than what was recorded."""
        return None

    def send_refund(
        self, *, reference: str, refund_reference: str, amount: Money, reason: str
    ) -> RefundAnswer:
        """Recorded as sent."""
        return RefundAnswer("succeeded", f"offline-{refund_reference}")

    def ask_refund(self, *, refund_reference: str) -> RefundAnswer:
        """Recorded as sent."""
        return RefundAnswer("succeeded", f"offline-{refund_reference}")

    def read_webhook(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> PaymentReport:
        """Refused: nobody can sign for it."""
        raise WebhookRefused(provider="offline")
