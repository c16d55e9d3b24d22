"""Bytes of a table file to rows of cells: encoding, separator, ragged rows and limits. Knows no product.

Row numbers count like a spreadsheet: the header is row 1, a cell with line breaks is still one row.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from jishi.goods.catalog.errors import (
    CsvCellTooLong,
    CsvEmpty,
    CsvNotText,
    CsvQuoteOpen,
    CsvTooLarge,
    CsvTooManyColumns,
    CsvTooManyRows,
    CsvWithoutHeader,
)

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 400
MAX_CELL = 65_535
SEPARATORS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Row:
    """One record; ``extra`` tells that it had more cells than there are columns."""

    number: int
    cells: tuple[str, ...]
    has_extra: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A readable file: columns as written (repeats numbered) and rows of the same width."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str

    def column(self, index: int) -> list[str]:
        """All filled cells of a column."""
        return [row.cells[index] for row in self.rows if row.cells[index].strip()]


def read(data: bytes) -> Table:
    """Decode and split a file.

    :raises CsvTooLarge: too many bytes, rows, columns or characters in a cell.
    :raises CsvUnreadable: not text, empty, without a header, or with an unclosed quotation mark.
    """
    if len(data) > MAX_BYTES:
        raise CsvTooLarge(limit=MAX_BYTES >> 20)
    text, encoding = decode(data)
    records = _split(text, _separator(text))
    if not records:
        raise CsvEmpty
    columns = _columns(records[0])
    rows = tuple(
        _row(number, cells, len(columns))
        for number, cells in enumerate(records[1:], 2)
        if any(map(str.strip, cells))
    )
    if not rows:
        raise CsvEmpty
    return Table(columns, rows, encoding)


def decode(data: bytes) -> tuple[str, str]:
    """Text and the encoding it was in: by its mark, else UTF-8, GB18030 or Windows-1252, in this order.

    :raises CsvUnreadable: none of them fits, or the bytes are not text.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            try:
                return _checked(data.decode(encoding)), encoding
            except UnicodeDecodeError:
                raise CsvNotText from None
    for encoding in ("utf-8", "gb18030", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or _looks_chinese(text):
            return _checked(text), encoding
    raise CsvNotText


def _checked(text: str) -> str:
    """Text as it is, unless it is something else in disguise (a workbook, a picture)."""
    if text.startswith(("PK\x03\x04", "\xd0\xcf\x11\xe0", "%PDF", "\x89PNG")) or text.count("\x00") > 8:
        raise CsvNotText
    return text


def _looks_chinese(text: str) -> bool:
    """Western bytes also decode as GB18030, but into rare characters."""
    foreign = [character for character in text if character > "\x7f"]
    usual = sum(
        "\u4e00" <= c <= "\u9fa5" or "\u3000" <= c <= "\u303f" or "\uff00" <= c <= "\uffef" for c in foreign
    )
    return bool(foreign) and usual >= 0.8 * len(foreign)


def _separator(text: str) -> str:
    """The most frequent separator of the header line, outside of quotation marks."""
    header = text.lstrip("\r\n")[:20_000]
    counts = dict.fromkeys(SEPARATORS, 0)
    is_quoted = False
    for character in header:
        if character == '"':
            is_quoted = not is_quoted
        elif character in "\r\n" and not is_quoted:
            break
        elif character in counts and not is_quoted:
            counts[character] += 1
    return max(SEPARATORS, key=lambda separator: counts[separator])


def _split(text: str, separator: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""), delimiter=separator, strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            if records or any(map(str.strip, record)):
                records.append(record)
            if len(records) > MAX_ROWS + 1:
                raise CsvTooManyRows(limit=MAX_ROWS)
            if any(len(cell) > MAX_CELL for cell in record):
                raise CsvCellTooLong(limit=MAX_CELL, line=reader.line_num)
    except csv.Error as error:
        if "field larger" in str(error):
            raise CsvCellTooLong(limit=MAX_CELL, line=reader.line_num) from None
        raise CsvQuoteOpen(line=reader.line_num) from None
    return records


def _columns(header: Sequence[str]) -> tuple[str, ...]:
    names = [" ".join(name.replace("\ufeff", "").split())[:200] for name in header]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise CsvWithoutHeader
    if len(names) > MAX_COLUMNS:
        raise CsvTooManyColumns(limit=MAX_COLUMNS)
    seen: dict[str, int] = {}
    result = []
    for index, name in enumerate(names, 1):
        name = name or f"#{index}"
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(result)


def _row(number: int, cells: Sequence[str], width: int) -> Row:
    padded = (*cells[:width], *[""] * (width - len(cells)))
    return Row(number, padded, any(map(str.strip, cells[width:])))
