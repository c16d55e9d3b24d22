"""Pages of a list by cursor: stable while rows are inserted, and not forgeable into a scan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from jishi.kernel.crypto import TokenInvalid, read_token, sign_token
from jishi.kernel.errors import N_, Invalid

Item = TypeVar("Item")
CURSOR_TTL_S = 7 * 24 * 3600


class BadCursor(Invalid):
    """The cursor was not made by us, or is too old."""

    code = "kernel.bad_cursor"
    message = N_("That page link is no longer valid. Please start from the first page.")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some items, and the cursor of the next page (None at the end)."""

    items: Sequence[Item]
    next_cursor: str | None = None


def encode_cursor(*values: Any) -> str:
    """An opaque, signed cursor over the sort key of the last item; datetimes are kept exactly."""
    packed = [{"t": value.isoformat()} if isinstance(value, datetime) else value for value in values]
    return sign_token({"k": packed}, purpose="cursor", ttl_s=CURSOR_TTL_S)


def decode_cursor(text: str) -> tuple[Any, ...]:
    """The values of :func:`encode_cursor`.

    :raises BadCursor: forged, damaged or too old.
    """
    try:
        packed = read_token(text, purpose="cursor")["k"]
        return tuple(datetime.fromisoformat(v["t"]) if isinstance(v, dict) else v for v in packed)
    except (TokenInvalid, KeyError, TypeError, ValueError):
        raise BadCursor from None
