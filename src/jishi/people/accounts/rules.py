"""Pure rules about contact data and addresses: one spelling for every phone number, e-mail address and line.

Numbers are kept in E.164, so the same phone can never open two accounts.
"""

import calendar
import re
import unicodedata
from datetime import date

NICKNAME_MAX = 40
ADDRESSES_MAX = 30
LANGUAGES = ("zh-hans", "en")
THEMES = ("auto", "light", "dark")
ADDRESS_LIMITS = {
    "recipient": 60,
    "phone": 20,
    "region": 60,
    "city": 60,
    "district": 60,
    "line": 200,
    "postal_code": 16,
    "country": 2,
}
# Written from the largest unit to the smallest, as the postal services of these places do.
LARGEST_FIRST = ("CN", "TW", "HK", "MO", "JP", "KR")

DROPPED = {"Cc", "Cf", "Cs", "Co"}
# White space is collapsed afterwards; the joiner holds composed emoji together.
KEPT = "\t\n\r\u200d"

_CN_MOBILE = re.compile(r"1[3-9]\d{9}")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_EMAIL = re.compile(
    r"[^@\s\x00-\x1f,;:<>()\[\]\\\"]{1,64}@(?:[^@\s\x00-\x1f,;:<>()\[\]\\\".]+\.)*[^@\s\x00-\x1f.,;:<>]+"
)


def normalise_phone(text: str) -> str | None:
    """Return the number in E.164, or None when it cannot be one; bare 11-digit mobiles are Chinese."""
    digits = re.sub(r"[\s\-().·]", "", unicodedata.normalize("NFKC", text))
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if _CN_MOBILE.fullmatch(digits):
        return "+86" + digits
    if digits.startswith("+86"):
        return digits if _CN_MOBILE.fullmatch(digits[3:]) else None
    return digits if _E164.fullmatch(digits) else None


def normalise_email(text: str) -> str | None:
    """Return the address in lower case, or None when it cannot be one."""
    cleaned = unicodedata.normalize("NFKC", text).strip().lower()
    if len(cleaned) > 254 or not _EMAIL.fullmatch(cleaned):
        return None
    return cleaned


def clean_text(text: str) -> str:
    """Drop control and direction-changing characters and collapse white space; markup stays text."""
    kept = (
        c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c) not in DROPPED or c in KEPT
    )
    return " ".join("".join(kept).split())


def contact_kind(text: str) -> tuple[str, str] | None:
    """Tell whether a text is an e-mail address or a number: its kind and its one spelling, or None."""
    if "@" in text:
        email = normalise_email(text)
        return ("email", email) if email else None
    phone = normalise_phone(text)
    return ("phone", phone) if phone else None


def mask_phone(phone: str) -> str:
    """Show enough of a number to recognise it: +86 138****1234."""
    if not phone:
        return ""
    country, rest = ("+86 ", phone[3:]) if phone.startswith("+86") else ("", phone)
    return f"{country}{rest[:3]}****{rest[-4:]}"


def address_one_line(
    *, region: str, city: str, district: str, line: str, postal_code: str, country: str
) -> str:
    """Write an address on one line in the order of its country."""
    if country in LARGEST_FIRST:
        text = " ".join(p for p in (region, "" if city == region else city, district, line) if p)
        return f"{text} {postal_code}".strip()
    tail = " ".join(p for p in (region, postal_code) if p)
    return ", ".join(p for p in (line, district, city, tail, country) if p)


def is_day_of_year(month: int, day: int) -> bool:
    """Whether some year has this day; the 29th of February is one."""
    return 1 <= month <= 12 and 1 <= day <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def birthdays_of(on: date) -> tuple[str, ...]:
    """The days of the year that are kept on a date; the 29th of February on the 28th where there is none."""
    days = [f"{on:%m-%d}"]
    if days == ["02-28"] and not calendar.isleap(on.year):
        days.append("02-29")
    return tuple(days)
