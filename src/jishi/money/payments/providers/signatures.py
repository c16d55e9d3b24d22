"""Signatures of webhooks in the Standard Webhooks form: HMAC-SHA256 over id, time and the raw body.

The body is compared as the bytes that came, before anything parses it. An absent or empty field is a wrong
one.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from jishi.money.payments.errors import WebhookRefused

TOLERANCE_S = 300
VERSION = "v1"


def derive_key(secret: str, purpose: str) -> bytes:
    """A key for one purpose from the shared secret, so that no key is used for two things."""
    return hmac.new(secret.encode(), f"sandbox-psp:{purpose}".encode(), hashlib.sha256).digest()


def sign(key: bytes, *, delivery_id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature`` for a message."""
    message = f"{delivery_id}.{timestamp}.".encode() + body
    return f"{VERSION},{base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()}"


def check(key: bytes, *, headers: Mapping[str, str], body: bytes, at: datetime) -> None:
    """Refuse a message that the holder of ``key`` did not sign within the tolerance around ``at``.

    :raises WebhookRefused: a header is missing, the time is off, or no signature fits.
    """
    found = {name.lower(): value for name, value in headers.items()}
    delivery_id, stamp, given = (
        found.get(name, "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    )
    if not (delivery_id and given and stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise WebhookRefused(reason="headers")
    if abs(at.timestamp() - int(stamp)) > TOLERANCE_S:
        raise WebhookRefused(reason="time")
    wanted = sign(key, delivery_id=delivery_id, timestamp=int(stamp), body=body).encode()
    # Several signatures may be sent while a key is exchanged; one must fit.
    if not any(hmac.compare_digest(wanted, one.encode()) for one in given.split(" ")):
        raise WebhookRefused(reason="signature")
