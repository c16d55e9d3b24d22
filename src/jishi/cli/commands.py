"""The table of commands. A command's module is imported when it is used, so that help stays fast."""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from dataclasses import dataclass

from jishi.cli.failure import Failure


@dataclass(frozen=True, slots=True)
class Command:
    """``module`` has ``arguments(parser)`` and ``run(options) -> int``."""

    name: str
    help: str
    module: str


COMMANDS = (
    Command("up", "start everything on this machine: database, shop, worker, demo world", "up"),
    Command("serve", "start one part: web, lane, or front (both in one process)", "serve"),
    Command("work", "deliver events, run due work and jobs until stopped", "work"),
    Command("migrate", "bring the database's tables up to date, as their owner", "migrate"),
    Command("doctor", "check versions, database, port, disk, mail and secrets", "doctor"),
    Command("demo", "build the demo world in an empty database", "demo"),
    Command(
        "import",
        "bring real data in: `import baskets FILE`, `import edges FILE`, `import products FILE --shop SLUG`",
        "bring",
    ),
    Command("export", "write a shop's products into a file", "take"),
    Command("recommend", "fit the recommender now, judge it by replay, or say how it stands", "recommend"),
    Command("metric", "compute one metric of the catalogue and print it", "metric"),
    Command("portraits", "make all portraits and segments again: `portraits rebuild`", "portraits"),
    Command("verify", "recompute the books and stocks from independent sources", "verify"),
    Command("bench", "run a benchmark on a database of its own", "bench"),
    Command("messages", "extract, check and compile the translations", "messages"),
    Command("vendor", "check the third-party scripts that are kept in the tree", "vendor"),
    Command("backup", "write the database and the media into a folder", "backup"),
    Command("restore", "read a backup into an empty installation", "restore"),
    Command("manage", "run a management command of Django: `jishi manage shell`", "manage"),
)


def run(arguments: list[str]) -> int:
    """Find the command, run it, and turn its failure into one sentence."""
    parser = argparse.ArgumentParser(prog="jishi", description="Jishi, a social commerce platform.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    # Only the chosen command's module is loaded; the others lend just their line of help.
    chosen = next((word for word in arguments if not word.startswith("-")), "")
    for command in COMMANDS:
        described = command.help[0].upper() + command.help[1:] + "."
        sub = commands.add_parser(command.name, help=command.help, description=described)
        if command.name == chosen:
            module = importlib.import_module(f"jishi.cli.{command.module}")
            module.arguments(sub)
            sub.set_defaults(run=module.run)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except Failure as failure:
        print(f"jishi: {failure.sentence}", file=sys.stderr)
        return failure.exit_code
    except KeyboardInterrupt:
        print("jishi: stopped.", file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
