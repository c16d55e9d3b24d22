"""Encryption of personal fields, blind indexes over them, and short signed tokens.

Fails closed: without the key a value cannot be read, and never appears as ciphertext. Keys come from
``settings.JISHI_FIELD_KEYS`` (newest first; older ones still read, so that keys can be rotated).
"""

import base64
import hashlib
import hmac
import json
import time
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

from jishi.kernel.errors import N_, Invalid, InvariantBroken

PREFIX = "f1:"


class TokenInvalid(Invalid):
    """A signed token is forged, expired, or was made for another purpose."""

    code = "kernel.token_invalid"
    message = N_("This link or sign-in has expired. Please start again.")


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise InvariantBroken("no field key is configured")
    return MultiFernet([Fernet(key.encode()) for key in keys])


def _keys() -> tuple[str, ...]:
    return tuple(settings.JISHI_FIELD_KEYS)


def encrypt(text: str) -> str:
    """Ciphertext of ``text`` under the newest key, marked with a format prefix."""
    return PREFIX + _box(_keys()).encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """The text behind :func:`encrypt`.

    :raises InvariantBroken: no configured key opens it, or it was never encrypted.
    """
    if not stored.startswith(PREFIX):
        raise InvariantBroken("an encrypted column holds plain text")
    try:
        return _box(_keys()).decrypt(stored[len(PREFIX) :].encode()).decode()
    except InvalidToken:
        raise InvariantBroken("no configured key opens an encrypted column") from None


def rotate(stored: str) -> str:
    """The same secret under the newest key."""
    return encrypt(decrypt(stored))


def blind_index(value: str, purpose: str) -> str:
    """A keyed digest for equality look-ups over an encrypted column; useless without the key."""
    return _mac(f"blind:{purpose}", value.encode()).hex()


def _mac(purpose: str, data: bytes) -> bytes:
    # The oldest key, so that adding a newer one keeps every index and every token valid.
    secret = hashlib.sha256(f"jishi:{purpose}:".encode() + _keys()[-1].encode()).digest()
    return hmac.new(secret, data, hashlib.sha256).digest()


def sign_token(payload: dict[str, Any], *, purpose: str, ttl_s: int) -> str:
    """A compact token that only we can make: base64(json).base64(hmac), valid for ``ttl_s`` seconds."""
    body = json.dumps(
        {**payload, "exp": int(time.time()) + ttl_s}, separators=(",", ":"), sort_keys=True
    ).encode()
    return f"{_b64(body)}.{_b64(_mac('token:' + purpose, body))}"


def read_token(token: str, *, purpose: str) -> dict[str, Any]:
    """The payload of :func:`sign_token`.

    :raises TokenInvalid: forged, expired or for another purpose.
    """
    try:
        body_text, _, mac_text = token.partition(".")
        body, mac = _unb64(body_text), _unb64(mac_text)
        if not hmac.compare_digest(mac, _mac("token:" + purpose, body)):
            raise TokenInvalid
        payload: dict[str, Any] = json.loads(body)
    except ValueError:
        raise TokenInvalid from None
    if payload.pop("exp", 0) < time.time():
        raise TokenInvalid
    return payload


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """A text column that holds ciphertext only. Not searchable: keep a :func:`blind_index` beside it."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return value if value is None or value == "" else encrypt(value)

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return value if value is None or value == "" else decrypt(value)
