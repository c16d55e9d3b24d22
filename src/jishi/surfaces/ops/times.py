"""Moments as operators type them: in the platform's own time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from jishi.promotions.flash_sales.errors import SlotInvalid


def read(text: str) -> datetime:
    """Return the moment of a `datetime-local` field.

    :raises SlotInvalid: it is none.
    """
    try:
        typed = datetime.fromisoformat(text.strip()[:32])
    except ValueError:
        raise SlotInvalid from None
    if typed.tzinfo is not None:
        return typed
    zone: ZoneInfo = timezone.get_current_timezone()
    return typed.replace(tzinfo=zone).astimezone(UTC)


def days(count: int) -> timedelta:
    """Return so many days."""
    return timedelta(days=count)
