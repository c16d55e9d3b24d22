"""Client of the sandbox payment provider: plain HTTP with short time-outs, behind a circuit breaker.

Amounts in messages are whole JSON numbers and nothing else: a float, a NaN or a string is a malformed
message.
"""

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NoReturn

import httpx
from django.conf import settings

from jishi.kernel.money import MAX_MINOR, Money
from jishi.money.payments.contracts import HostedPayment, PaymentReport, RefundAnswer
from jishi.money.payments.errors import (
    ProviderRefused,
    ProviderUnavailable,
    ProviderUnknown,
    WebhookMalformed,
)
from jishi.money.payments.providers import signatures
from jishi.money.payments.providers.breaker import Breaker

CONNECT_S = 1.0
READ_S = 5.0
IN_FLIGHT, TOO_MANY = 409, 429
IN_FLIGHT_PAUSES_S = (0.05, 0.1, 0.2, 0.4)
KINDS = {
    "payment.created": "created",
    "payment.authorized": "authorized",
    "payment.captured": "captured",
    "payment.failed": "failed",
    "refund.succeeded": "refund_succeeded",
    "refund.failed": "refund_failed",
}
KIND_OF_STATE = {"open": "created", "paid": "captured", "refused": "failed", "expired": "failed"}
REFUND_STATES = frozenset({"succeeded", "pending", "refused"})


class SandboxProvider:
    """Speaks to one sandbox peer; safe to use from many threads."""

    def __init__(self, *, url: str, secret: str, webhook_url: str, read_s: float = READ_S) -> None:
        self._webhook_url = webhook_url
        self._webhook_key = signatures.derive_key(secret, "webhook")
        self._breaker = Breaker()
        self._client = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"authorization": f"Bearer {signatures.derive_key(secret, 'api').hex()}"},
            timeout=httpx.Timeout(read_s, connect=CONNECT_S),
            trust_env=False,
            follow_redirects=False,
        )

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._client.close()

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
        """See the Protocol."""
        answer = self._call(
            "POST",
            "/api/payments",
            key=reference,
            body={
                "reference": reference,
                "amount_minor": amount.amount_minor,
                "currency": amount.currency,
                "description": description,
                "return_url": return_url,
                "webhook_url": self._webhook_url,
                "expires_at": expires_at.isoformat(),
            },
        )
        if answer is None:
            raise ProviderRefused(provider="sandbox")
        # The language is no part of the request: a second click in another one is the same payment.
        spoken = f"?lang={language[:2]}" if language else ""
        with _readable():
            return HostedPayment(_text(answer, "id"), _text(answer, "pay_url") + spoken)

    def ask_payment(self, *, reference: str) -> PaymentReport | None:
        """See the Protocol."""
        answer = self._call("GET", f"/api/payments/{reference}")
        if answer is None:
            return None
        with _readable():
            kind = KIND_OF_STATE.get(_text(answer, "state"), "created")
            return _report(answer, event_id=f"asked:{reference}:{kind}", kind=kind)

    def send_refund(
        self, *, reference: str, refund_reference: str, amount: Money, reason: str
    ) -> RefundAnswer:
        """See the Protocol."""
        body = {
            "reference": refund_reference,
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
            "reason": reason,
        }
        try:
            answer = self._call("POST", f"/api/payments/{reference}/refunds", key=refund_reference, body=body)
        except ProviderRefused as refusal:
            return RefundAnswer("refused", reason=str(refusal.fields.get("reason", "")))
        with _readable():
            return _refund_answer(answer)

    def ask_refund(self, *, refund_reference: str) -> RefundAnswer:
        """See the Protocol."""
        answer = self._call("GET", f"/api/refunds/{refund_reference}")
        with _readable():
            return _refund_answer(answer)

    def read_webhook(self, *, headers: Mapping[str, str], body: bytes, at: datetime) -> PaymentReport:
        """See the Protocol."""
        signatures.check(self._webhook_key, headers=headers, body=body, at=at)
        message = _parse(body)
        kind, event_id, data = message.get("type"), message.get("id"), message.get("data")
        if kind not in KINDS or not isinstance(event_id, str) or not 0 < len(event_id) <= 80:
            raise WebhookMalformed(reason="type")
        if not isinstance(data, dict):
            raise WebhookMalformed(reason="data")
        return _report(data, event_id=event_id, kind=KINDS[kind])

    def _call(
        self, method: str, path: str, *, key: str = "", body: dict[str, Any] | None = None
    ) -> dict[str, Any] | None:
        """The peer's answer; None for "not found". A clear refusal and no answer are different errors."""
        if not self._breaker.allows():
            raise ProviderUnavailable(provider="sandbox", retry_after_s=10)
        headers = {"idempotency-key": key} if key else None
        try:
            response = self._client.request(method, path, json=body, headers=headers)
            for pause_s in IN_FLIGHT_PAUSES_S:
                if response.status_code != IN_FLIGHT:
                    break
                # Our own double click: the first call under this key is about to be answered.
                time.sleep(pause_s)
                response = self._client.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            self._breaker.failed()
            raise ProviderUnavailable(provider="sandbox") from error
        if response.status_code >= 500:
            self._breaker.failed()
            raise ProviderUnavailable(provider="sandbox")
        self._breaker.succeeded()
        if response.status_code in (IN_FLIGHT, TOO_MANY):
            raise ProviderUnavailable(provider="sandbox", retry_after_s=1)
        if response.status_code == 404:
            return None
        with _readable():
            answer = _parse(response.content)
        if response.status_code >= 400:
            raise ProviderRefused(provider="sandbox", reason=str(answer.get("reason", ""))[:200])
        return answer


def from_settings() -> SandboxProvider:
    """The sandbox that the settings name.

    :raises ProviderUnknown: there is no sandbox in this installation.
    """
    if not settings.JISHI_SANDBOX_PSP_URL or not settings.JISHI_SANDBOX_PSP_SECRET:
        raise ProviderUnknown(provider="sandbox")
    return SandboxProvider(
        url=settings.JISHI_SANDBOX_PSP_URL,
        secret=settings.JISHI_SANDBOX_PSP_SECRET,
        webhook_url=f"{settings.JISHI_BASE_URL}/hooks/payments/sandbox/",
    )


@contextmanager
def _readable() -> Iterator[None]:
    """An answer that makes no sense is no answer: what we asked may or may not have happened."""
    try:
        yield
    except WebhookMalformed as error:
        raise ProviderUnavailable(provider="sandbox") from error


def _refuse_number(text: str) -> NoReturn:
    raise WebhookMalformed(reason="number")


def _parse(body: bytes) -> dict[str, Any]:
    """JSON without floats: no amount may ever pass through one."""
    try:
        message = json.loads(body, parse_float=_refuse_number, parse_constant=_refuse_number)
    except (ValueError, RecursionError) as error:
        raise WebhookMalformed(reason="json") from error
    if not isinstance(message, dict):
        raise WebhookMalformed(reason="json")
    return message


def _report(data: dict[str, Any], *, event_id: str, kind: str) -> PaymentReport:
    amount = data.get("amount_minor")
    if type(amount) is not int or not 0 < amount <= MAX_MINOR:
        raise WebhookMalformed(reason="amount")
    return PaymentReport(
        event_id=event_id,
        kind=kind,
        reference=_text(data, "reference"),
        provider_ref=_text(data, "id"),
        amount_minor=amount,
        currency=_text(data, "currency"),
        at=_instant(data.get("at")),
        reason=str(data.get("reason") or "")[:200],
        refund_reference=str(data.get("refund_reference") or "")[:64],
    )


def _refund_answer(answer: dict[str, Any] | None) -> RefundAnswer:
    if answer is None:
        return RefundAnswer("refused", reason="unknown")
    state = _text(answer, "state")
    if state not in REFUND_STATES:
        raise WebhookMalformed(reason="state")
    return RefundAnswer(state, _text(answer, "id"), str(answer.get("reason") or "")[:200])


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 500:
        raise WebhookMalformed(reason=name)
    return value


def _instant(value: object) -> datetime:
    try:
        instant = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise WebhookMalformed(reason="at") from error
    if instant.tzinfo is None:
        raise WebhookMalformed(reason="at")
    return instant.astimezone(UTC)
