"""`jishi doctor`: one line per thing that must be right: ok, or how to mend it."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from importlib import metadata

import psycopg

from jishi.cli import home
from jishi.cli.failure import Failure
from jishi.cli.migrations import first_line
from jishi.config import environment

OLDEST_POSTGRES = 160000
LEAST_DISK = 1_000_000_000
LATEST_EVENTS_S = 300
INBOX = """
SELECT (SELECT coalesce(sum(count), 0) FROM behavior_inbox),
    (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0)::int FROM behavior_inbox),
    (SELECT count(*) FROM behavior_deadletter),
    (SELECT count(*) FROM behavior_file WHERE replaced_at IS NULL),
    (SELECT coalesce(sum(rows), 0) FROM behavior_file WHERE replaced_at IS NULL)
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--port", type=int, default=environment.number("JISHI_PORT", 8000))


def run(options: argparse.Namespace) -> int:
    """Print the lines; exit code 1 when one needs mending."""
    bad = 0
    checks: list[tuple[str, Callable[[], Iterator[str]]]] = [
        ("versions", _versions),
        ("secrets", _secrets),
        ("disk", _disk),
        ("port", lambda: _port(options.port)),
        ("database", _database),
        ("events", _events),
        ("mail", _mail),
    ]
    for name, check in checks:
        try:
            for line in check():
                print(f"  ok   {name:<9} {line}")
        except Failure as failure:
            bad += 1
            print(f"  mend {name:<9} {failure.sentence}")
    return 1 if bad else 0


def _versions() -> Iterator[str]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield f"Python {python}, Jishi {metadata.version('jishi')}, Django {metadata.version('django')}"


def _secrets() -> Iterator[str]:
    folder = home.folder()
    values = home.load_secrets(folder, create=False)
    missing = [
        n for n in ("JISHI_SECRET_KEY", "JISHI_FIELD_KEYS") if not (values.get(n) or os.environ.get(n))
    ]
    path = folder / home.SECRETS_FILE
    if missing and environment.flag("JISHI_DEMO", default=True):
        yield f"not yet made; `jishi up` writes them to {path}"
    elif missing:
        raise Failure(f"{' and '.join(missing)} are not set: set them in the environment.")
    else:
        yield f"readable by their owner only ({path})" if path.exists() else "set in the environment"


def _disk() -> Iterator[str]:
    free = shutil.disk_usage(home.folder()).free
    if free < LEAST_DISK:
        raise Failure(
            f"Only {free / 1e9:.1f} GB are free under {home.folder()}: make room for at least 1 GB."
        )
    yield f"{free / 1e9:.1f} GB free under {home.folder()}"


def _port(port: int) -> Iterator[str]:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failure(
                f"Port {port} is taken ({error.strerror}): use `jishi up --port {port + 1}`."
            ) from error
    yield f"{port} is free"


def _database() -> Iterator[str]:
    with home.database() as access:
        try:
            with psycopg.connect(access.app_url, connect_timeout=5) as connection:
                version = connection.info.server_version
                role = connection.info.user
                row = connection.execute(
                    "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
                ).fetchone()
                tables = connection.execute("SELECT to_regclass('django_migrations') IS NOT NULL").fetchone()
        except psycopg.OperationalError as error:
            raise Failure(f"{first_line(error)} Check DATABASE_URL.") from error
    whose = "our own" if access.cluster else "from DATABASE_URL"
    if version < OLDEST_POSTGRES:
        raise Failure(f"PostgreSQL {version // 10000} is too old: 16 or newer is needed.")
    if row and row[0]:
        raise Failure(
            f"The role {role} is a superuser: serve with a plain role so that append-only tables stay so."
        )
    yield f"PostgreSQL {version // 10000}.{version % 10000} ({whose}), role {role}"
    if not (tables and tables[0]):
        yield "no tables yet: `jishi up` or `jishi migrate` makes them"


def _events() -> Iterator[str]:
    with home.database() as access:
        with psycopg.connect(access.app_url, connect_timeout=5) as connection:
            found = connection.execute("SELECT to_regclass('behavior_inbox') IS NOT NULL").fetchone()
            if not (found and found[0]):
                yield "no tables yet"
                return
            row = connection.execute(INBOX).fetchone()
    waiting, age_s, dead, files, rows = row or (0, 0, 0, 0, 0)
    if age_s > LATEST_EVENTS_S:
        raise Failure(f"{waiting} events wait, the oldest for {age_s} s: start `jishi work`.")
    yield f"{rows:,} in {files:,} files; {waiting:,} wait, {dead:,} dead letters"


def _mail() -> Iterator[str]:
    host, port = environment.text("JISHI_EMAIL_HOST"), environment.number("JISHI_EMAIL_PORT", 587)
    if not host:
        if environment.flag("JISHI_DEMO", default=True):
            yield "arrives in the demo's own inbox page"
            return
        raise Failure("JISHI_EMAIL_HOST is not set: sign-in codes cannot be sent.")
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError as error:
        raise Failure(
            f"The mail server {host}:{port} does not answer ({error.strerror or error})."
        ) from error
    yield f"{host}:{port} answers"
