"""Keys and signatures: one secret shared with the shop, one derived key per purpose."""

import base64
import hashlib
import hmac


def derive_key(secret: str, purpose: str) -> bytes:
    """The key for ``api`` or ``webhook``."""
    return hmac.new(secret.encode(), f"sandbox-psp:{purpose}".encode(), hashlib.sha256).digest()


def signature(key: bytes, *, delivery_id: str, timestamp: int, body: bytes) -> str:
    """The ``webhook-signature`` header: HMAC-SHA256 over id, time and body, Standard Webhooks form."""
    message = f"{delivery_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()}"


def is_authorized(key: bytes, header: str) -> bool:
    """Whether an ``Authorization`` header carries the API key."""
    return hmac.compare_digest(header.encode(), f"Bearer {key.hex()}".encode())
