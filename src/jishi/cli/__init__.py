"""The `jishi` command. It must parse on old Pythons: they get a sentence, not a traceback."""

import sys

OLDEST = (3, 11)


def main() -> int:
    """Run the command named in the arguments and return its exit code."""
    if sys.version_info < OLDEST:
        sys.stderr.write(
            "jishi: needs Python %d.%d or newer; this one is %d.%d.\n" % (*OLDEST, *sys.version_info[:2])  # noqa: UP031
        )
        return 2
    from jishi.cli.commands import run

    return run(sys.argv[1:])
