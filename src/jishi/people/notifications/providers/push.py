"""Web push: messages sealed for one browser (RFC 8291), sent in our name (RFC 8292, VAPID).

The push service sees neither text nor title. Our key pair is derived from the oldest field key, so every
process has it and no further secret is kept.
"""

import base64
import ipaddress
import json
import os
import time
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from jishi.kernel import crypto, outbound
from jishi.people.notifications.errors import PushGone, PushOutcomeUnknown, PushUnavailable
from jishi.people.notifications.providers.gateways import NOT_SENT, keep

RECORD_SIZE = 4096
TOKEN_TTL_S = 12 * 3600
KEPT_BY_SERVICE_S = 24 * 3600
TIMEOUT_S = 8.0
ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Target:
    """A browser that wants to be told, as it described itself."""

    endpoint: str
    p256dh: str
    auth: str


class PushGateway(Protocol):
    """Carries push messages."""

    def send(self, target: Target, payload: dict[str, Any], *, topic: str) -> None:
        """Send one message; one with the same topic replaces it while it waits at the service."""
        ...


class InboxPush:
    """The demo's gateway: nothing leaves the machine."""

    def send(self, target: Target, payload: dict[str, Any], *, topic: str) -> None:
        """Keep the message for the inbox page."""
        del topic
        host = urlsplit(target.endpoint).hostname or ""
        keep(channel="push", recipient=host, subject=str(payload["title"]), text=str(payload["text"]))


class WebPush:
    """Posts sealed messages to the browser's push service, which must be a public address."""

    def send(self, target: Target, payload: dict[str, Any], *, topic: str) -> None:
        """Send one message.

        :raises PushGone: the browser does not want them any more.
        :raises PushUnavailable: the service refused or could not be reached.
        :raises PushOutcomeUnknown: it did not answer.
        """
        url, host = _pinned(target.endpoint)
        headers = {
            "Host": urlsplit(target.endpoint).netloc,
            "Authorization": authorization(target.endpoint),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_BY_SERVICE_S),
            "Topic": topic,
            "Urgency": "normal",
        }
        sealed = seal(target, json.dumps(payload, ensure_ascii=False).encode())
        try:
            with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as client:
                answer = client.post(url, content=sealed, headers=headers, extensions={"sni_hostname": host})
        except NOT_SENT as error:
            raise PushUnavailable(retry_after_s=60) from error
        except httpx.HTTPError as error:
            raise PushOutcomeUnknown(retry_after_s=60) from error
        if answer.status_code in (404, 410):
            raise PushGone
        if answer.status_code >= 300:
            raise PushUnavailable(retry_after_s=60)


def push_gateway() -> PushGateway:
    """Return the gateway of this installation: the demo keeps everything at home."""
    return InboxPush() if settings.JISHI_DEMO and not _may_loop() else WebPush()


def public_key() -> str:
    """Return our public key as browsers take it when they subscribe."""
    return _b64(_point(_own_key().public_key()))


def authorization(endpoint: str) -> str:
    """Return the header by which a push service knows who sends."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int(time.time()) + TOKEN_TTL_S,
        "sub": settings.JISHI_BASE_URL,
    }
    head = _b64(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
    signed = f"{head}.{_b64(json.dumps(claims).encode())}"
    r, s = utils.decode_dss_signature(_own_key().sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = _b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={public_key()}"


def seal(target: Target, text: bytes) -> bytes:
    """Encrypt a message for one browser (aes128gcm, one record)."""
    theirs_raw, secret = unb64(target.p256dh), unb64(target.auth)
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs_raw)
    ours = ec.generate_private_key(ec.SECP256R1())
    ours_raw = _point(ours.public_key())
    shared = ours.exchange(ec.ECDH(), theirs)
    key_info = b"WebPush: info\x00" + theirs_raw + ours_raw
    material = _derive(shared, salt=secret, info=key_info, length=32)
    salt = os.urandom(16)
    key = _derive(material, salt=salt, info=b"Content-Encoding: aes128gcm\x00", length=16)
    nonce = _derive(material, salt=salt, info=b"Content-Encoding: nonce\x00", length=12)
    sealed = AESGCM(key).encrypt(nonce, text + b"\x02", None)
    return salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(ours_raw)]) + ours_raw + sealed


def is_target(target: Target) -> bool:
    """Say whether a browser's description of itself can be used."""
    parts = urlsplit(target.endpoint)
    if not parts.hostname or (parts.scheme != "https" and not _may_loop()) or len(target.endpoint) > 1000:
        return False
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(target.p256dh))
        return len(unb64(target.auth)) == 16
    except ValueError:
        return False


def unb64(text: str) -> bytes:
    """Read unpadded base64url.

    :raises ValueError: it is not.
    """
    return base64.b64decode(
        text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True
    )


def _pinned(endpoint: str) -> tuple[str, str]:
    """The endpoint with its name replaced by one checked address, and the name for the certificate."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        addresses = outbound.resolve(host, port)
    except OSError as error:
        raise PushUnavailable(retry_after_s=300) from error
    allowed = [one for one in addresses if outbound.is_public(one) or (_may_loop() and _is_loop(one))]
    if not addresses or len(allowed) != len(addresses):
        raise PushGone
    address = f"[{allowed[0]}]" if ":" in allowed[0] else allowed[0]
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{address}:{port}{parts.path}{query}", host


def _may_loop() -> bool:
    return bool(getattr(settings, "JISHI_PUSH_LOOPBACK", False))


def _is_loop(address: str) -> bool:
    return ipaddress.ip_address(address).is_loopback


def _own_key() -> ec.EllipticCurvePrivateKey:
    number = int(crypto.blind_index("vapid", purpose="notifications.push"), 16)
    return ec.derive_private_key(number % (ORDER_P256 - 1) + 1, ec.SECP256R1())


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derive(material: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(material)


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
