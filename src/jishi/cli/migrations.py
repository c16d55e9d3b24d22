"""Brings the database's tables up to date as their owner, then gives the serving role just what it needs.

The serving role may read and write rows, but never change tables, and never change or delete a row of an
append-only table (one that carries the trigger ``append_only``).
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable

import psycopg
from psycopg import sql

from jishi.cli.failure import Failure
from jishi.cli.postgres import APP
from jishi.kernel.schema import APPEND_ONLY_TABLES

LOCK_TIMEOUT = "4s"
ATTEMPTS = 6
ONE_AT_A_TIME = 727002  # an advisory lock

GRANTS = """
GRANT USAGE ON SCHEMA public TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app};
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {app};
"""


def grant(connection: psycopg.Connection, *, app: str = APP) -> list[str]:
    """Give the serving role its rights and return the append-only tables."""
    name = sql.Identifier(app)
    connection.execute(sql.SQL(GRANTS).format(app=name))
    tables = [row[0] for row in connection.execute(APPEND_ONLY_TABLES).fetchall()]
    for table in tables:
        connection.execute(
            sql.SQL("REVOKE UPDATE, DELETE, TRUNCATE ON {} FROM {}").format(sql.Identifier(table), name)
        )
    return tables


def apply(*, owner_url: str, app: str = APP, say: Callable[[str], None] = print) -> None:
    """Apply what is pending. Django must be set up with the owner's connection.

    A migration waits only a moment for a busy table and then lets the traffic pass before it tries again.

    :raises Failure: the database cannot be reached, or a migration fails.
    """

    try:
        owner = psycopg.connect(owner_url, autocommit=True)
    except psycopg.OperationalError as error:
        raise Failure(f"Cannot reach the database: {first_line(error)}") from error
    with owner:
        # Two machines of one deployment may start at once: the second finds everything done.
        owner.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        _migrate(say)
        if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [app]).fetchone():
            raise Failure(
                f"The role {app} does not exist: create it with `CREATE ROLE {app} LOGIN PASSWORD '…'`."
            )
        tables = grant(owner, app=app)
        _prepare_sandbox_provider(owner_url, app)
    say(f"Tables are up to date; {len(tables)} of them only ever grow.")


def _migrate(say: Callable[[str], None]) -> None:
    """Run Django's migrations if any are pending, letting the traffic pass when a table is busy."""
    from django.core.management import call_command
    from django.db import OperationalError, connection
    from django.db.migrations.executor import MigrationExecutor

    from jishi.cli import fresh_tables

    executor = MigrationExecutor(connection)
    if fresh_tables.is_empty(executor):
        fresh_tables.create(executor)
        return
    if not executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = '{LOCK_TIMEOUT}'")
    for attempt in range(1, ATTEMPTS + 1):
        try:
            call_command("migrate", interactive=False, verbosity=0)
            return
        except OperationalError as error:
            if "lock timeout" not in str(error) or attempt == ATTEMPTS:
                raise Failure(f"A migration failed: {first_line(error)}") from error
            say(f"A table is busy; trying again ({attempt} of {ATTEMPTS - 1}).")
            time.sleep(2.0 * attempt)


def _prepare_sandbox_provider(owner_url: str, app: str) -> None:
    """The demo's payment provider keeps its own schema in the same database."""
    from django.conf import settings

    if settings.JISHI_DEMO:
        importlib.import_module("jishi.simulation.sandbox_psp").prepare(owner_url, role=app)


def first_line(error: Exception) -> str:
    """Return the server's own words in one line."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".") + "."
