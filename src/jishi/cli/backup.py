"""`jishi backup`: the database, the media and the lake of events in one folder that `jishi restore` reads.

The lake is that of the database's moment: exactly the files that the manifest in the dump names. They never
change once they are written, so it is enough to hold on to them before anybody may take them away.
The secrets stay out on purpose: a stolen backup must not open the encrypted columns.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

import psycopg

from jishi.cli import home
from jishi.cli.failure import Failure
from jishi.cli.postgres import binaries
from jishi.cli.progress import Progress

DUMP, MEDIA, LAKE = "database.dump", "media.tar", "lake.tar"
ATTEMPTS = 3
LIVE = "SELECT path FROM behavior_file WHERE replaced_at IS NULL ORDER BY dt, id"


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
        media, lake = _folders()
        with progress.step("Database"):
            held = dump(access.owner_url, lake / "events", half)
        with progress.step("Lake"):
            _pack(held, half / LAKE, "events")
            shutil.rmtree(held)
        with progress.step("Media"):
            _pack(media, half / MEDIA, "media")
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


def dump(url: str, events: Path, target: Path) -> Path:
    """Dump the database as it is at one moment, and hold that moment's files of the lake in a folder.

    :raises Failure: files of the lake went away again and again before they could be held, or pg_dump failed.
    """
    held = target / "held"
    for _ in range(ATTEMPTS):
        with psycopg.connect(url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            assert row is not None
            if _hold(_live(connection), events, held):
                words = [
                    "--format=custom",
                    f"--file={target / DUMP}",
                    f"--snapshot={row[0]}",
                    "--no-password",
                ]
                call(["pg_dump", *words], url)
                return held
            connection.rollback()
        shutil.rmtree(held)
    raise Failure(f"Files of {events} that the manifest names are missing: run `jishi doctor`.")


def _live(connection: psycopg.Connection) -> list[str]:
    """The files of the lake at the moment of the connection's snapshot."""
    known = connection.execute("SELECT to_regclass('behavior_file') IS NOT NULL").fetchone()
    return [path for (path,) in connection.execute(LIVE).fetchall()] if known and known[0] else []


def _hold(paths: Sequence[str], events: Path, held: Path) -> bool:
    """Link (or copy) files to where nobody removes them; false when one is gone already."""
    held.mkdir(exist_ok=True)
    for path in paths:
        place = held / path
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(events / path, place)
        except FileNotFoundError:
            return False
        except OSError:  # another disk
            try:
                shutil.copyfile(events / path, place)
            except FileNotFoundError:
                return False
    return True


def _folders() -> tuple[Path, Path]:
    home.django()
    from django.conf import settings

    return Path(settings.MEDIA_ROOT), Path(settings.JISHI_LAKE_ROOT)


def _pack(folder: Path, target: Path, name: str) -> None:
    with tarfile.open(target, "w") as archive:
        if folder.is_dir():
            archive.add(folder, arcname=name)
