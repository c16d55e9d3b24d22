"""Identifiers that strangers may hold: unguessable codes and time-ordered uuids."""

import secrets
import time
import uuid

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""31 characters without 0/o, 1/l/i, so that a code can be read aloud."""
_FAIR = 256 - 256 % len(ALPHABET)
# Bytes above the last full turn of the alphabet are thrown away, so that no letter is likelier.
_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNFAIR = bytes(range(_FAIR, 256))
_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
_UUID_FIXED = 0xF << 76 | 0b11 << 62


def new_code(length: int = 12) -> str:
    """A random code for a URL or a voucher; 12 characters carry 59 bits."""
    letters = secrets.token_bytes(2 * length).translate(_LETTERS, _UNFAIR)
    return letters[:length].decode() if len(letters) >= length else new_code(length)


def new_codes(count: int) -> list[str]:
    """Many codes for one call to the source of randomness."""
    letters = secrets.token_bytes(14 * count + 40).translate(_LETTERS, _UNFAIR).decode()
    found = [letters[at : at + 12] for at in range(0, 12 * count, 12)]
    return found if len(letters) >= 12 * count else new_codes(count)


def uuid7s(count: int) -> list[str]:
    """Many uuids of this moment as text; in an order of their own."""
    start = f"{(time.time_ns() // 1_000_000) & (2**48 - 1):012x}"
    start, rest = f"{start[:8]}-{start[8:]}-7", secrets.token_bytes(10 * count).hex()
    return [
        f"{start}{rest[at : at + 3]}-{_VARIANT[rest[at + 3]]}{rest[at + 4 : at + 7]}-{rest[at + 7 : at + 19]}"
        for at in range(0, 20 * count, 20)
    ]


def uuid7() -> uuid.UUID:
    """A time-ordered random uuid (RFC 9562 §5.7): 48 bits of milliseconds, 74 random bits."""
    milliseconds = (time.time_ns() // 1_000_000) & (2**48 - 1)
    value = milliseconds << 80 | int.from_bytes(secrets.token_bytes(10), "big")
    return uuid.UUID(int=value & ~_UUID_FIXED | 0x7 << 76 | 0b10 << 62)
