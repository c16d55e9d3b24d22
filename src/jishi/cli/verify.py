"""`jishi verify`: recomputes the invariants from independent sources; exit code 1 on any break."""

from __future__ import annotations

import argparse
import importlib

from jishi.cli import home


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(options: argparse.Namespace) -> int:
    """Check everything and print the counts."""
    with home.database(filled=True):
        home.django()
        return int(importlib.import_module("jishi.verification").main(as_json=options.json))
