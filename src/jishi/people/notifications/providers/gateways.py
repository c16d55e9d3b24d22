"""Gateways for text messages, and Django's mail backend for the demo.

Which one is used is a setting: the demo catches everything in its inbox, production posts to an HTTP gateway.
"""

from collections.abc import Sequence
from typing import Protocol

import httpx
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from jishi.kernel import crypto
from jishi.people.notifications.errors import TextsOutcomeUnknown, TextsUnavailable
from jishi.people.notifications.models import InboxMessage

TIMEOUT_S = 5.0
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.HTTPStatusError)
"""The peer was not reached, or said no: nothing has left."""
RECIPIENT_PURPOSE = "notifications.recipient"


class TextGateway(Protocol):
    """Carries text messages."""

    def send(self, *, phone: str, text: str, message_id: str = "") -> None:
        """Send one message, or raise `TextsUnavailable`; `TextsOutcomeUnknown` if it may have left."""
        ...


def recipient_index(recipient: str) -> str:
    """Return the blind index under which messages of one recipient are found."""
    return crypto.blind_index(recipient, purpose=RECIPIENT_PURPOSE)


def keep(*, channel: str, recipient: str, subject: str, text: str) -> None:
    """Put a message into the demo's inbox."""
    InboxMessage.objects.create(
        channel=channel,
        recipient=recipient,
        recipient_index=recipient_index(recipient),
        subject=subject[:200],
        text=text,
    )


class InboxTexts:
    """The demo's gateway: nothing leaves the machine."""

    def send(self, *, phone: str, text: str, message_id: str = "") -> None:
        """Keep the message for the inbox page."""
        del message_id
        keep(channel="sms", recipient=phone, subject="", text=text)


class HttpTexts:
    """Posts messages as JSON to a gateway: `{"phone": "+86…", "text": "…"}` with a bearer token."""

    def __init__(self, *, url: str, token: str) -> None:
        """Remember where the gateway is."""
        self.url = url
        self.token = token

    def send(self, *, phone: str, text: str, message_id: str = "") -> None:
        """Post one message.

        :raises TextsUnavailable: the gateway refused or could not be reached.
        :raises TextsOutcomeUnknown: it did not answer.
        """
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if message_id:
            headers["Idempotency-Key"] = message_id
        try:
            answer = httpx.post(
                self.url, json={"phone": phone, "text": text}, headers=headers, timeout=TIMEOUT_S
            )
            answer.raise_for_status()
        except NOT_SENT as error:
            raise TextsUnavailable(retry_after_s=60) from error
        except httpx.HTTPError as error:
            raise TextsOutcomeUnknown(retry_after_s=60) from error


class NoTexts:
    """Stands in where no gateway is configured, and says so."""

    def send(self, *, phone: str, text: str, message_id: str = "") -> None:
        """Refuse."""
        del phone, text, message_id
        raise TextsUnavailable(retry_after_s=3600)


def text_gateway() -> TextGateway:
    """Return the gateway the settings name."""
    url = getattr(settings, "JISHI_SMS_URL", "")
    if url:
        return HttpTexts(url=url, token=getattr(settings, "JISHI_SMS_TOKEN", ""))
    return InboxTexts() if settings.JISHI_DEMO else NoTexts()


class InboxMailBackend(BaseEmailBackend):
    """Django's mail backend of the demo: mails land in the inbox page."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep every message once per recipient."""
        for message in email_messages:
            for recipient in message.recipients():
                keep(
                    channel="mail", recipient=recipient, subject=str(message.subject), text=str(message.body)
                )
        return len(email_messages)
