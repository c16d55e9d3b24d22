"""`jishi migrate`: tables up to date as their owner, rights of the serving role set again."""

from __future__ import annotations

import argparse

from jishi.cli import home, migrations
from jishi.cli.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """This command has no options."""


def run(options: argparse.Namespace) -> int:
    """Apply what is pending."""
    progress = Progress()
    with home.database(owner=True) as access:
        home.django()
        with progress.step("Tables"):
            migrations.apply(owner_url=access.owner_url, say=lambda words: print(f"     {words}"))
    return 0
