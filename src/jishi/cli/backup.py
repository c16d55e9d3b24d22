"""`jishi backup`: the database and the media in one folder that `jishi restore` reads.

The secrets stay out on purpose: a stolen backup must not open the encrypted columns.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tarfile
from pathlib import Path

from jishi.cli import home
from jishi.cli.failure import Failure
from jishi.cli.postgres import binaries
from jishi.cli.progress import Progress

DUMP, MEDIA = "database.dump", "media.tar"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, help="a folder that does not exist yet")


def run(options: argparse.Namespace) -> int:
    """Write the backup; a half-written one never bears the final name."""
    target: Path = options.folder.absolute()
    if target.exists():
        raise Failure(f"{target} exists already: name a new folder.")
    progress = Progress()
    half = target.with_name(target.name + ".part")
    with home.database() as access:
        try:
            half.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise Failure(f"Cannot write {half}: {error.strerror}.") from error
        with progress.step("Database"):
            call(["pg_dump", "--format=custom", f"--file={half / DUMP}", "--no-password"], access.owner_url)
        with progress.step("Media"):
            _pack(_media(), half / MEDIA)
    half.rename(target)
    size = sum(path.stat().st_size for path in target.iterdir())
    print(f"{size / 1e6:.1f} MB in {target}.")
    print(f"Keep {home.folder() / home.SECRETS_FILE} elsewhere: without it encrypted columns stay closed.")
    return 0


def call(words: list[str], url: str) -> None:
    """Run one of PostgreSQL's own programs on a database.

    :raises Failure: with the program's own words.
    """
    command = [str(binaries() / words[0]), *words[1:], f"--dbname={_without_password(url)}"]
    environment = {**os.environ, "PGPASSWORD": _password(url)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise Failure(f"{words[0]} failed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")


def _password(url: str) -> str:
    from psycopg.conninfo import conninfo_to_dict

    return str(conninfo_to_dict(url).get("password") or "")


def _without_password(url: str) -> str:
    """Command lines can be read by every user of the machine; passwords go through the environment."""
    from psycopg.conninfo import conninfo_to_dict, make_conninfo

    parts = {key: value for key, value in conninfo_to_dict(url).items() if key != "password"}
    return make_conninfo("", **parts)


def _media() -> Path:
    home.django()
    from django.conf import settings

    return Path(settings.MEDIA_ROOT)


def _pack(folder: Path, target: Path) -> None:
    with tarfile.open(target, "w") as archive:
        if folder.is_dir():
            archive.add(folder, arcname="media")
