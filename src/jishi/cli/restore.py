"""`jishi restore`: reads what `jishi backup` wrote into an empty installation."""

from __future__ import annotations

import argparse
import tarfile
from pathlib import Path

import psycopg

from jishi.cli import home, migrations
from jishi.cli.backup import DUMP, LAKE, LIVE, MEDIA, call
from jishi.cli.failure import Failure
from jishi.cli.progress import Progress


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("folder", type=Path, help="a folder written by `jishi backup`")


def run(options: argparse.Namespace) -> int:
    """Fill the empty database, the media folder and the lake, then bring the tables up to date."""
    source: Path = options.folder
    if not (source / DUMP).is_file():
        raise Failure(f"{source} holds no backup: {DUMP} is missing.")
    progress = Progress()
    with home.database(owner=True) as access:
        with psycopg.connect(access.owner_url) as owner:
            tables = owner.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        if tables and tables[0]:
            raise Failure(
                "The database is not empty: restore into a new one (another JISHI_HOME or DATABASE_URL)."
            )
        with progress.step("Database"):
            call(
                ["pg_restore", "--no-owner", "--exit-on-error", "--no-password", str(source / DUMP)],
                access.owner_url,
            )
        home.django()
        with progress.step("Tables"):
            migrations.apply(owner_url=access.owner_url, say=lambda words: None)
        from django.conf import settings

        with progress.step("Lake"):
            events = Path(settings.JISHI_LAKE_ROOT) / "events"
            _unpack(source / LAKE, events, "events")
            _check_lake(access.owner_url, events)
        with progress.step("Media"):
            _unpack(source / MEDIA, Path(settings.MEDIA_ROOT), "media")
    return 0


def _unpack(archive_path: Path, target: Path, name: str) -> None:
    if not archive_path.is_file():
        return
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive_path) as archive:
        for member in archive.getmembers():
            member.name = str(Path(member.name).relative_to(name))
            archive.extract(member, target, filter="data")


def _check_lake(url: str, events: Path) -> None:
    """See that every file the manifest names is there.

    :raises Failure: some are not.
    """
    with psycopg.connect(url) as owner:
        paths = [path for (path,) in owner.execute(LIVE).fetchall()]
    missing = [path for path in paths if not (events / path).is_file()]
    if missing:
        raise Failure(f"{len(missing)} of {len(paths)} files of the lake are missing, {missing[0]} for one.")
