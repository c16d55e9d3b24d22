"""The SQL of a metric: its file in sections, repeated parts unrolled, placeholders filled.

A file has ``--with`` (the common table expressions), ``--result``, and one section per list behind a cell
(``--people``, ``--orders`` …). All sections share the expressions, so a number and the list behind it cannot
disagree. ``--each n 2 :last`` … ``--end`` repeats lines with ``{n}`` and ``{m}`` (one less).
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "definitions"
SECTION = re.compile(r"^--(with|result|people|orders|left)$", re.M)
PLACE = re.compile(r"(?<![:\w]):([a-z][a-z0-9_]*)")
EACH = re.compile(r"^--each n (\d+) (:?\w+)\n(.*?)^--end\n", re.M | re.S)
MOST_LISTED = 1000


@cache
def sections(code: str) -> Mapping[str, str]:
    """The sections of a metric's file."""
    parts = SECTION.split((FOLDER / f"{code}.sql").read_text())
    return {name: text.strip() + "\n" for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def render(code: str, words: Mapping[str, str], section: str = "result", *, most: int = MOST_LISTED) -> str:
    """The whole statement; a list behind a cell comes sorted, and one longer than asked to show that it
    goes on.
    """
    found = sections(code)
    chosen = found[section].strip()
    if section != "result":
        chosen = f"SELECT * FROM (\n{chosen}\n) AS listed ORDER BY 1 LIMIT {most + 1}"  # noqa: S608 - a file of ours
    text = f"WITH {found['with'].strip()}\n{chosen}\n"
    unrolled = EACH.sub(lambda match: _each(match, words), text).replace("{last}", words.get("last", ""))
    return PLACE.sub(lambda match: words[match.group(1)], unrolled)


def _each(match: re.Match[str], words: Mapping[str, str]) -> str:
    first, last, body = match.groups()
    end = int(words[last[1:]]) if last.startswith(":") else int(last)
    return "".join(body.replace("{n}", str(n)).replace("{m}", str(n - 1)) for n in range(int(first), end + 1))
