"""How amounts, numbers and moments are written in a language; pure, and cached because pages repeat them."""

import re
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time, format_timedelta, get_timezone_name
from babel.numbers import (
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_symbol,
)
from babel.numbers import get_currency_precision as precision_of

AMOUNT = re.compile(r"^(?P<before>[^\d]*)(?P<whole>[\d,.  ]*\d)(?P<after>.*)$")
PLATFORM_ZONE = ZoneInfo("Asia/Shanghai")


@lru_cache(maxsize=8)
def locale_of(language: str) -> Locale:
    """Babel's locale for one of our languages."""
    return Locale("zh", script="Hans") if language.startswith("zh") else Locale("en")


@lru_cache(maxsize=4096)
def money(minor: int, currency: str, language: str) -> str:
    """An amount of minor units as people of this language write it."""
    if currency == "XKK" or not currency:
        return format_decimal(minor, locale=locale_of(language))
    amount = Decimal(minor).scaleb(-precision_of(currency))
    return format_currency(amount, currency, locale=locale_of(language))


@lru_cache(maxsize=4096)
def money_parts(minor: int, currency: str, language: str) -> tuple[str, str, str, str]:
    """Symbol, whole part, fraction, trailing text: a price sets them in different sizes."""
    text = money(minor, currency, language)
    places = precision_of(currency)
    whole, fraction = (text[: -(places + 1)], text[-(places + 1) :]) if places else (text, "")
    match = AMOUNT.match(whole)
    if match is None or not fraction[1:].isdigit():
        return "", text, "", ""
    return match["before"].strip(), match["whole"], "" if fraction.endswith("00") else fraction, ""


@lru_cache(maxsize=16)
def symbol(currency: str, language: str) -> str:
    """The sign of a currency."""
    return get_currency_symbol(currency, locale=locale_of(language))


@lru_cache(maxsize=2048)
def compact(number: int, language: str) -> str:
    """1.2万 or 12K; small numbers stay exact."""
    if abs(number) < 10_000:
        return format_decimal(number, locale=locale_of(language))
    return format_compact_decimal(number, locale=locale_of(language), fraction_digits=1)


def moment(at: datetime, language: str, now: datetime, zone: tzinfo = PLATFORM_ZONE) -> str:
    """A day and a time of day, with the year only when it is another one."""
    local, today = at.astimezone(zone), now.astimezone(zone)
    locale = locale_of(language)
    clock_time = format_time(local, "HH:mm", locale=locale)
    if local.year != today.year:
        return f"{format_date(local, 'medium', locale=locale)} {clock_time}"
    pattern = "M月d日" if language.startswith("zh") else "MMM d"
    return f"{format_date(local, pattern, locale=locale)} {clock_time}"


def moment_full(at: datetime, language: str, zone: tzinfo = PLATFORM_ZONE) -> str:
    """The whole moment with its time zone, for titles."""
    local, locale = at.astimezone(zone), locale_of(language)
    zone_name = get_timezone_name(local, "short", locale=locale)
    return f"{format_datetime(local, 'medium', locale=locale)} {zone_name}"


def ago(at: datetime, language: str, now: datetime) -> str:
    """How long ago, roughly."""
    gap = at.astimezone(UTC) - now.astimezone(UTC)
    return format_timedelta(gap, add_direction=True, threshold=1.1, locale=locale_of(language))


@lru_cache(maxsize=2048)
def number(value: int, language: str) -> str:
    """A whole number with the separators of the language."""
    return format_decimal(value, locale=locale_of(language))


@lru_cache(maxsize=1024)
def percent(bps: int, language: str) -> str:
    """Basis points as a percentage with at most one digit after the point."""
    return format_percent(bps / 10_000, format="#,##0.#%", locale=locale_of(language))


@lru_cache(maxsize=512)
def day(value: date, language: str) -> str:
    """Month and day."""
    pattern = "M月d日" if language.startswith("zh") else "MMM d"
    return format_date(value, pattern, locale=locale_of(language))


def date_of(value: date, language: str, now: datetime) -> str:
    """Month and day, with the year only when it is another one."""
    if value.year == now.year:
        return day(value, language)
    return format_date(value, "medium", locale=locale_of(language))
