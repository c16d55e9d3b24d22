"""Reads the process environment for the settings.

Nothing that protects people has a default: a missing secret stops the start with one sentence.
"""

from __future__ import annotations

import os
import secrets
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import psycopg.conninfo
from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}


def text(name: str, default: str = "") -> str:
    """Return a variable with the blanks around it removed."""
    return os.environ.get(name, default).strip()


def flag(name: str, *, default: bool = False) -> bool:
    """Return whether a variable says yes."""
    value = text(name)
    return value.lower() in TRUE_WORDS if value else default


def number(name: str, default: int) -> int:
    """Return a whole number, refusing anything else by name."""
    value = text(name)
    if not value:
        return default
    try:
        return int(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from error


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def home() -> Path:
    """Return the folder that holds this installation's state."""
    chosen = text("JISHI_HOME")
    if chosen:
        return Path(chosen).expanduser().absolute()
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Path("/var/lib/jishi")
    return Path.cwd() / "var"


def secret(name: str, *, purpose: str) -> str:
    """Return a secret from the environment.

    ``JISHI_SECRETS=throwaway`` (checks and tests, where nothing is kept) invents one per process.
    """
    value = text(name)
    if value:
        return value
    if text("JISHI_SECRETS") == "throwaway":
        return urlsafe_b64encode(secrets.token_bytes(32)).decode()
    raise ImproperlyConfigured(
        f"{name} is not set: it {purpose}. Start the demo with `jishi up`, or set it in the environment."
    )


def database(url: str, *, pool_max: int) -> dict[str, Any]:
    """Turn a PostgreSQL address into Django's settings; query parameters become libpq options."""
    if not url:
        raise ImproperlyConfigured(
            "DATABASE_URL is not set. Start with `jishi up`, which brings its own PostgreSQL, "
            "or set it to postgresql://jishi_app:password@host/database."
        )
    try:
        parts = dict(psycopg.conninfo.conninfo_to_dict(url))
    except psycopg.ProgrammingError as error:
        raise ImproperlyConfigured(f"DATABASE_URL is no PostgreSQL address: {error}") from error
    known = {key: str(parts.pop(key, "") or "") for key in ("dbname", "user", "password", "host", "port")}
    options: dict[str, Any] = dict(parts)
    options.setdefault("application_name", "jishi")
    options.setdefault(
        "options",
        "-c statement_timeout=60000 -c lock_timeout=15000 -c idle_in_transaction_session_timeout=120000",
    )
    # Statements are planned once per connection: a third less work for the database in a checkout.
    options.update(server_side_binding=True, prepare_threshold=2)
    # Threads that serve live as long as their process, so each keeps a connection of its own; handing one
    # around a pool costs a tenth of a request. A pool is for those with more threads than connections.
    if pool_max:
        options["pool"] = {"min_size": 1, "max_size": pool_max, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": known["dbname"],
        "USER": known["user"],
        "PASSWORD": known["password"],
        "HOST": known["host"],
        "PORT": known["port"],
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if pool_max else 600,
        "ATOMIC_REQUESTS": False,
    }
