"""Amounts and moments as people type them into forms. Pure; None means that it could not be read."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from jishi.kernel import money

MOST_MINOR = 10**12
_PLAIN = str.maketrans("０１２３４５６７８９．，", "0123456789.,")


def parse_minor(text: str, currency: str) -> int | None:
    """``"12.50"`` as minor units of a currency; None for what is no amount."""
    cleaned = text.strip().translate(_PLAIN).replace(",", "").lstrip("¥￥$€£").strip()
    try:
        amount = Decimal(cleaned).scaleb(money.exponent(currency))
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount < 0 or amount > MOST_MINOR or amount != amount.to_integral_value():
        return None
    return int(amount)


def plain(amount_minor: int | None, currency: str) -> str:
    """An amount as a form field holds it: a point, no sign, no separators."""
    if amount_minor is None:
        return ""
    return str(Decimal(amount_minor).scaleb(-money.exponent(currency)))


def parse_count(text: str) -> int | None:
    """A whole number of pieces."""
    cleaned = text.strip().translate(_PLAIN)
    return int(cleaned) if cleaned.isascii() and cleaned.isdigit() and len(cleaned) < 8 else None


def parse_moment(text: str, zone: str) -> datetime | None:
    """What a date and time field sends, in the shop's time zone."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return (
        found.replace(tzinfo=ZoneInfo(zone)) if found.tzinfo is None and 2000 <= found.year <= 9000 else None
    )


def moment_field(at: datetime | None, zone: str) -> str:
    """A moment as a date and time field wants it."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if at else ""
