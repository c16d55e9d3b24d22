"""`jishi vendor`: third-party scripts and styles that are kept in the tree, each with its origin and digest.

A file under a folder called `vendor` that is not listed, or that somebody edited, fails the check.
"""

from __future__ import annotations

import argparse
import hashlib
import tomllib
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
LIST = PACKAGE / "surfaces" / "shell" / "vendor.toml"
FIELDS = ("name", "version", "licence", "source")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="exit 1 when a file is unlisted or altered")
    what.add_argument("--record", action="store_true", help="write the digests of the files as they are")


def run(options: argparse.Namespace) -> int:
    """Compare the tree with the list, or write the list."""
    listed = _listed()
    present = {path.relative_to(PACKAGE).as_posix(): _digest(path) for path in vendored()}
    if options.record:
        _write({path: {**listed.get(path, {}), "sha256": digest} for path, digest in present.items()})
        print(f"{len(present)} files recorded in {LIST.relative_to(PACKAGE)}.")
        return 0
    faults = [f"{path} is listed but not there" for path in listed.keys() - present.keys()]
    for path, digest in sorted(present.items()):
        entry = listed.get(path)
        if entry is None:
            faults.append(f"{path} is not listed")
        elif entry.get("sha256") != digest:
            faults.append(f"{path} was altered")
        else:
            faults += [f"{path} has no {field}" for field in FIELDS if not entry.get(field)]
    for fault in faults:
        print(fault)
    print(f"{len(faults)} findings." if faults else f"{len(present)} vendored files are as published.")
    return 1 if faults else 0


def vendored() -> list[Path]:
    """Return the files below every static folder called `vendor`."""
    return sorted(
        path
        for path in PACKAGE.glob("**/static/**/vendor/**/*")
        if path.is_file() and not path.name.startswith(".")
    )


def _listed() -> dict[str, dict[str, str]]:
    if not LIST.exists():
        return {}
    return {entry["path"]: entry for entry in tomllib.loads(LIST.read_text()).get("file", [])}


def _write(files: dict[str, dict[str, str]]) -> None:
    blocks = [
        "# Third-party files in the tree. Digests are written by `jishi vendor --record`, the rest by hand.\n"
    ]
    for path, entry in sorted(files.items()):
        fields = {
            "path": path,
            **{field: entry.get(field, "") for field in FIELDS},
            "sha256": entry["sha256"],
        }
        blocks.append("[[file]]\n" + "".join(f'{key} = "{value}"\n' for key, value in fields.items()))
    LIST.write_text("\n".join(blocks))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
