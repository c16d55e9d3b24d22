"""Where an installation lives: its folder, its secrets and its database, turned into the environment.

Secrets are generated once into a file that only its owner can read; what the environment says always wins.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from jishi.cli.failure import Failure
from jishi.cli.postgres import APP, OWNER, SUPERUSER, Cluster
from jishi.config import environment

SECRETS_FILE = "secrets.env"


def _token() -> str:
    return secrets.token_urlsafe(36)


def _field_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


GENERATED = {
    "JISHI_SECRET_KEY": _token,
    "JISHI_FIELD_KEYS": _field_key,
    "JISHI_SANDBOX_PSP_SECRET": _token,
    "JISHI_PASS": _token,
    "JISHI_PG_SUPERUSER_PASSWORD": _token,
    "JISHI_PG_OWNER_PASSWORD": _token,
    "JISHI_PG_APP_PASSWORD": _token,
}


@dataclass(frozen=True, slots=True)
class Access:
    """How to reach the database, and whether we brought it ourselves."""

    app_url: str
    owner_url: str
    cluster: Cluster | None


def folder() -> Path:
    """Return the installation's folder, made if missing.

    :raises Failure: it cannot be made or written.
    """
    home = environment.home()
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o711)
        probe = home / f".write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise Failure(
            f"Cannot write to {home} ({error.strerror}): choose another folder with JISHI_HOME."
        ) from error
    return home


def load_secrets(home: Path, *, create: bool) -> dict[str, str]:
    """Read the secrets file, filling in what it lacks when ``create``; the environment wins over it.

    :raises Failure: the file cannot be read, or others may read it.
    """
    path = home / SECRETS_FILE
    values: dict[str, str] = {}
    try:
        if path.exists():
            if path.stat().st_mode & 0o077:
                raise Failure(f"Others may read {path}: run `chmod 600 {path}` and start again.")
            lines = path.read_text().splitlines()
            values = dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
        missing = [name for name in GENERATED if name not in values]
        if create and missing:
            values |= {name: GENERATED[name]() for name in missing}
            _write_private(path, "".join(f"{name}={value}\n" for name, value in values.items()))
    except OSError as error:
        raise Failure(f"Cannot read the secrets in {path}: {error.strerror}.") from error
    for name, value in values.items():
        if name != "JISHI_PASS":  # only `up` decides whether the demo is open to other machines
            os.environ.setdefault(name, value)
    return values


def _write_private(path: Path, words: str) -> None:
    """Write a file that never exists with other rights, and is never half written."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(
            "# Generated once. Without this file encrypted phones and addresses cannot be read.\n" + words
        )
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def embedded(home: Path, values: dict[str, str]) -> Cluster:
    """Return the PostgreSQL that lives in this folder (not started)."""
    passwords = {
        SUPERUSER: values["JISHI_PG_SUPERUSER_PASSWORD"],
        OWNER: values["JISHI_PG_OWNER_PASSWORD"],
        APP: values["JISHI_PG_APP_PASSWORD"],
    }
    return Cluster(home / "postgres", passwords=passwords)


def external() -> Access | None:
    """Return the access that DATABASE_URL describes, if it is set."""
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        return None
    return Access(url, os.environ.get("DATABASE_OWNER_URL", "").strip() or url, None)


@contextlib.contextmanager
def database(*, owner: bool = False, filled: bool = False) -> Iterator[Access]:
    """Point the environment at the installation's database, starting the embedded one if nobody runs it.

    :raises Failure: there is no usable database, or (``filled``) it has no tables yet.
    """
    home = folder()
    values = load_secrets(home, create=environment.flag("JISHI_DEMO", default=True))
    os.environ.setdefault("JISHI_DEMO", "1")
    access = external()
    started: Cluster | None = None
    if access is None:
        cluster = embedded(home, values)
        if cluster.claim():
            cluster.start()
            started = cluster
        access = Access(cluster.url(APP), cluster.url(OWNER), cluster)
    set_environment(access, owner=owner)
    try:
        if filled:
            _require_tables(access)
        yield access
    finally:
        if started is not None:
            close_connections()
            started.stop()


def _require_tables(access: Access) -> None:
    try:
        with psycopg.connect(access.app_url, connect_timeout=10) as connection:
            row = connection.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchone()
    except psycopg.OperationalError as error:
        words = str(error).strip().splitlines()[0]
        raise Failure(f"Cannot reach the database: {words}. Check DATABASE_URL.") from error
    if not (row and row[0]):
        raise Failure("The database has no tables yet: run `jishi up`, or `jishi migrate`.")


def set_environment(access: Access, *, owner: bool = False) -> None:
    """Tell the settings which database to use, and in which role."""
    os.environ["DATABASE_URL"] = access.owner_url if owner else access.app_url
    os.environ["DATABASE_OWNER_URL"] = access.owner_url
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jishi.config.settings")


def django() -> None:
    """Set Django up, turning a wrong setting into a sentence.

    :raises Failure: a setting is missing or wrong.
    """
    import django as library
    from django.core.exceptions import ImproperlyConfigured

    try:
        library.setup()
    except ImproperlyConfigured as error:
        raise Failure(str(error)) from error


def use_database(url: str, *, pool: bool) -> None:
    """Turn Django to another role or address of the database. Processes that fork must not hold a pool."""
    from django.db import connection

    close_connections()
    size = environment.number("JISHI_DB_POOL", 0) if pool else 0
    connection.settings_dict.update(environment.database(url, pool_max=size))


def close_connections() -> None:
    """Close Django's connections and pools, so that a server we started can stop at once."""
    import sys

    module = sys.modules.get("django.db")
    if module is None:
        return
    for alias in module.connections:
        connection = module.connections[alias]
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
