"""Identifiers that strangers may hold: unguessable codes and time-ordered uuids."""

import secrets
import time
import uuid

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""31 characters without 0/o, 1/l/i, so that a code can be read aloud."""
_FAIR = 256 - 256 % len(ALPHABET)


def new_code(length: int = 12) -> str:
    """A random code for a URL or a voucher; 12 characters carry 59 bits."""
    # Bytes above the last full turn of the alphabet are thrown away, so that no letter is likelier.
    letters = [ALPHABET[byte % len(ALPHABET)] for byte in secrets.token_bytes(2 * length) if byte < _FAIR]
    return "".join(letters[:length]) if len(letters) >= length else new_code(length)


def uuid7() -> uuid.UUID:
    """A time-ordered random uuid (RFC 9562 §5.7): 48 bits of milliseconds, 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random_a = secrets.randbits(12)
    random_b = secrets.randbits(62)
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | random_a << 64 | 0b10 << 62 | random_b
    return uuid.UUID(int=value)
