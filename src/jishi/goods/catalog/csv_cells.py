"""Single cells of product files: numbers as people write them, and cells a spreadsheet must not run.

Invariant: ``restore(neutralise(x)) == x`` for every text. The pattern of dangerous cells lets apostrophes
stand anywhere before the sign, so a text that already looks neutralised gets one more.
"""

import re
from decimal import Decimal, InvalidOperation

FORMULA_STARTS = "=+-@\t\r\n＝＋－＠"
_NEEDS_QUOTE = re.compile(rf"[\s']*(?:[;；,，|][\s']*)*[{re.escape(FORMULA_STARTS)}]")
_QUOTED = re.compile(rf"'(?={_NEEDS_QUOTE.pattern})")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹０１２３４５６７８９，．－", "012345678901234567890123456789,.-")
MINOR_MAX = 10**12
COUNT_MAX = 10**9


def neutralise(text: str) -> str:
    """The cell with an apostrophe in front if a spreadsheet might run it."""
    return f"'{text}" if _NEEDS_QUOTE.match(text) else text


def restore(cell: str) -> str:
    """What :func:`neutralise` was given."""
    return cell[1:] if _QUOTED.match(cell) else cell


def parse_number(cell: str) -> Decimal | None:
    """A number with any currency sign, thousands separator and digits; None when it is not one number."""
    text = cell.translate(_DIGITS).replace("\u2212", "-").replace("٫", ".").replace("٬", ",")
    digits = re.findall(r"-?\d[\d.,' \u00a0\u202f]*", text)
    if len(digits) != 1 or len(digits[0]) > 40:
        return None
    number = re.sub(r"[' \u00a0\u202f]", "", digits[0]).rstrip(".,")
    try:
        return Decimal(_plain(number))
    except InvalidOperation:
        return None


def parse_minor(cell: str, exponent: int) -> int | None:
    """A price in minor units; None when it is not a price this currency can have."""
    number = parse_number(cell)
    if number is None:
        return None
    minor = number.scaleb(exponent)
    if minor != minor.to_integral_value() or not 0 <= minor <= MINOR_MAX:
        return None
    return int(minor)


def format_minor(amount_minor: int, exponent: int) -> str:
    """A price as product files write it: a dot and the currency's decimals."""
    return str(Decimal(amount_minor).scaleb(-exponent).quantize(Decimal(1).scaleb(-exponent)))


def parse_count(cell: str) -> int | None:
    """A whole number, also a negative one; None when it is not."""
    number = parse_number(cell)
    if number is None or number != number.to_integral_value() or abs(number) > COUNT_MAX:
        return None
    return int(number)


def _plain(number: str) -> str:
    """Decimal separator by position: the last of two kinds, or a comma that does not group thousands."""
    if "," in number and "." in number:
        group, point = (",", ".") if number.rfind(".") > number.rfind(",") else (".", ",")
        return number.replace(group, "").replace(point, ".")
    if "," in number:
        is_grouped = re.fullmatch(r"-?\d{1,3}(,\d{3})+", number) is not None
        return number.replace(",", "" if is_grouped else ".")
    if number.count(".") > 1:
        return number.replace(".", "")
    return number
