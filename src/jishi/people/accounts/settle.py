"""Lane tokens: who the caller is, provable without a database and without Django.

A token is `person.epoch.expiry.mac`. It lives ten minutes and is renewed on page loads; raising a
person's epoch revokes all earlier ones.
"""

import hashlib
import hmac

from jishi.people.accounts.contracts import LaneClaims

LANE_COOKIE = "jishi_lane"
LANE_TTL_S = 600


def lane_secret(field_key: str) -> bytes:
    """Derive the signing secret of lane tokens from the oldest field key."""
    return hashlib.sha256(b"jishi:lane:" + field_key.encode()).digest()


def sign_lane_token(claims: LaneClaims, *, secret: bytes) -> str:
    """Write the token for these claims."""
    body = f"{claims.person_id}.{claims.epoch}.{claims.expires_at}"
    return f"{body}.{_mac(body, secret)}"


def read_lane_token(token: str, *, secret: bytes, now_s: float) -> LaneClaims | None:
    """Return what a token proves, or None when it is forged, malformed or expired."""
    body, _, mac = token.rpartition(".")
    # Compared as bytes: compare_digest refuses text outside ASCII, and a cookie may hold anything.
    if not hmac.compare_digest(_mac(body, secret).encode(), mac.encode()):
        return None
    person_id, epoch, expires_at = (int(part) for part in body.split("."))
    if expires_at <= now_s:
        return None
    return LaneClaims(person_id=person_id, epoch=epoch, expires_at=expires_at)


def _mac(body: str, secret: bytes) -> str:
    return hmac.digest(secret, body.encode(), "sha256").hex()
