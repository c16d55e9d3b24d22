"""`jishi manage`: Django's own commands, in this installation's environment."""

from __future__ import annotations

import argparse

from jishi.cli import home


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("words", nargs=argparse.REMAINDER, help="the command and its options")


def run(options: argparse.Namespace) -> int:
    """Hand over to Django."""
    with home.database():
        home.django()
        from django.core.management import execute_from_command_line

        execute_from_command_line(["jishi manage", *options.words])
    return 0
