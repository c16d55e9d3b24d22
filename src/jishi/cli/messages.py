"""`jishi messages`: the texts people read, one catalogue per area and surface.

Sentences in the code are English and are their own key; Chinese lives in `locale/zh_Hans`. A text that is
missing, unsure, empty, or whose placeholders differ fails the check.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent
LANGUAGE = "zh_Hans"
FILE = Path("LC_MESSAGES") / "django.po"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "N_": None,
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Text = str | tuple[str, ...] | list[str] | None
HEADER = f"""msgid ""
msgstr ""
"Language: {LANGUAGE}\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|(?<!%)%[sd]|\{(\w*)\}")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--update", action="store_true", help="bring the catalogues in line with the code")
    what.add_argument("--check", action="store_true", help="exit 1 when a text lacks its translation")
    what.add_argument("--compile", action="store_true", help="write the .mo files that Django reads")
    parser.add_argument("--only", default="", help="one area or surface, for example `surfaces/storefront`")


def run(options: argparse.Namespace) -> int:
    """Do what was asked for every catalogue."""
    folders = [path for path in areas() if options.only in ("", str(path.relative_to(PACKAGE)))]
    if options.update:
        return sum(update(folder) for folder in folders) * 0
    if options.compile:
        print(f"{sum(compile_catalogue(folder) for folder in folders)} catalogues compiled.")
        return 0
    findings = [line for folder in folders for line in check(folder)] + contradictions(folders)
    for line in findings:
        print(line)
    print(f"{len(findings)} findings." if findings else "Every text has its translation.")
    return 1 if findings else 0


def areas() -> list[Path]:
    """Return the folders that own a catalogue: each area, and each surface."""
    tops = [path for path in PACKAGE.iterdir() if path.is_dir() and not path.name.startswith("_")]
    surfaces = [
        path for path in (PACKAGE / "surfaces").iterdir() if path.is_dir() and path.name[0] not in "_."
    ]
    return sorted([path for path in tops if path.name not in ("surfaces", "config", "cli")] + surfaces)


def extracted(folder: Path) -> Catalog:
    """Collect every translatable text below a folder."""
    catalogue = Catalog(locale=LANGUAGE, fuzzy=False)
    for path in sorted(folder.rglob("*")):
        if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
            continue
        if path.suffix == ".py":
            source = path.read_bytes()
        elif "templates" in path.parts:
            source = _as_python(path)
        else:
            continue
        where = path.relative_to(PACKAGE).as_posix()
        for _line, text, comments, context in extract("python", BytesIO(source), keywords=KEYWORDS):
            catalogue.add(text, None, locations=[(where, None)], auto_comments=comments, context=context)  # type: ignore[list-item]
    return catalogue


def _as_python(path: Path) -> bytes:
    """Turn a Django template into the calls that its tags stand for."""
    from django.conf import settings
    from django.utils.translation.template import templatize

    if not settings.configured:
        settings.configure()
    source = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    # The extractor tokenises Python, where indentation has a meaning that it does not have here.
    return "\n".join(line.strip() for line in source.splitlines()).encode()


def po_file(folder: Path) -> Path:
    """Return where an area keeps its Chinese."""
    return folder / "locale" / LANGUAGE / FILE


def load(folder: Path) -> Catalog:
    """Read an area's catalogue; an empty one when there is none."""
    path = po_file(folder)
    if not path.exists():
        return Catalog(locale=LANGUAGE, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def entries(catalogue: Catalog) -> Iterator[Message]:
    """Yield the texts, without the header."""
    return (message for message in catalogue if message.id)


def update(folder: Path) -> int:
    """Merge the texts of the code into the catalogue and drop those that are gone."""
    found, catalogue = extracted(folder), load(folder)
    if not len(found) and not po_file(folder).exists():
        return 0
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    save(folder, catalogue)
    empty = sum(1 for message in entries(catalogue) if not _texts(message.string))
    print(f"{folder.relative_to(PACKAGE)}: {len(found)} texts, {empty} without translation")
    return 1


def save(folder: Path, catalogue: Catalog) -> None:
    """Write a catalogue so that two runs, or two people, give the same lines: no dates, no places."""
    body = BytesIO()
    write_po(body, catalogue, width=110, no_location=True, omit_header=True, sort_by_file=True)
    path = po_file(folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER + body.getvalue().decode())


def check(folder: Path) -> list[str]:
    """Return one line per text whose translation is missing, unsure, empty or wrong."""
    catalogue, name = load(folder), folder.relative_to(PACKAGE)
    lines = []
    for message in entries(extracted(folder)):
        shown = f"{name}: {_first(message.id)!r}"
        known = catalogue.get(message.id, message.context)
        if known is None:
            lines.append(f"{shown} is missing")
        elif known.fuzzy:
            lines.append(f"{shown} is marked as unsure")
        elif not _texts(known.string):
            lines.append(f"{shown} is empty")
        elif fault := placeholder_fault(message.id, known.string):
            lines.append(f"{shown}: {fault}")
    return lines


def contradictions(folders: list[Path]) -> list[str]:
    """Return texts that two catalogues translate differently: Django would show just one of the two."""
    seen: dict[tuple[str | None, str], dict[str, str]] = defaultdict(dict)
    for folder in folders:
        for message in entries(load(folder)):
            if _texts(message.string):
                key = (message.context, _first(message.id))
                seen[key][str(folder.relative_to(PACKAGE))] = _first(message.string)
    return [
        f"{text!r} is translated differently: "
        + ", ".join(f"{area} {words!r}" for area, words in places.items())
        for (_context, text), places in seen.items()
        if len(set(places.values())) > 1
    ]


def placeholder_fault(source: Text, target: Text) -> str:
    """Say which placeholders differ; Chinese has one plural form and may leave out a literal number."""
    wanted = [sorted(_placeholders(text)) for text in _texts(source)]
    for text in _texts(target):
        if sorted(_placeholders(text)) not in wanted:
            return f"placeholders {_placeholders(text)} instead of {wanted[-1]}"
    return ""


def _placeholders(text: str) -> list[str]:
    return [match.group(0) for match in PLACEHOLDER.finditer(text)]


def _texts(text: Text) -> list[str]:
    return [part for part in ([text] if isinstance(text, str) else text or ()) if part]


def _first(text: Text) -> str:
    return text if isinstance(text, str) else next(iter(text or ("",)))


def compile_catalogue(folder: Path) -> int:
    """Write the .mo file beside the .po file."""
    path = po_file(folder)
    if not path.exists():
        return 0
    catalogue = load(folder)
    new = path.with_suffix(".mo.new")
    with new.open("wb") as file:
        write_mo(file, catalogue)
    new.replace(path.with_suffix(".mo"))
    return 1
