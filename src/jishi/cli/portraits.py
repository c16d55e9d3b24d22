"""`jishi portraits rebuild`: everybody's portrait, stage and membership made again, in this process."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from jishi.cli import home


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("what", choices=("rebuild",), help="what to do")
    parser.add_argument("--all", action="store_true", help="make the aggregates of all days again, too")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def run(options: argparse.Namespace) -> int:
    """Rebuild, tell how far it is, and print how long the parts took."""
    with home.database(filled=True):
        home.django()
        from jishi.insight.portraits import operations as portraits

        done = portraits.rebuild(progress=None if options.json else _tell, from_scratch=options.all)
    if options.json:
        print(json.dumps(asdict(done)))
        return 0
    print(f"{done.people:,} people, {done.days:,} days of aggregates made")
    for name, seconds in done.seconds.items():
        print(f"{name:<12}{seconds:8.1f} s")
    return 0


def _tell(done: int, total: int) -> None:
    print(f"{done:,} of {total:,} people", file=sys.stderr)
