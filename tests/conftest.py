"""Fixtures of every test: the database of this worker, its owner, and real races."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.test import TransactionTestCase
from psycopg import sql
from tests import cluster as throw_away

from jishi.cli import migrations
from jishi.cli.postgres import OWNER, SUPERUSER
from jishi.kernel import lately

TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> 'django_migrations' ORDER BY 1
"""
MIGRATING = 727001  # advisory lock: one worker makes the template, the others wait


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    """The database is empty again, so what pages may show a little late is read again."""
    lately.forget_all()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Clone this worker's database from the template, which the first worker migrates."""
    cluster = throw_away.cluster
    with cluster.connect(SUPERUSER, "postgres") as server:
        server.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
        if not server.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [throw_away.TEMPLATE]
        ).fetchone():
            server.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(throw_away.TEMPLATE), sql.Identifier(OWNER)
                )
            )
            with django_db_blocker.unblock():
                _migrate_template(server)
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(throw_away.DATABASE)))
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
                sql.Identifier(throw_away.DATABASE),
                sql.Identifier(throw_away.TEMPLATE),
                sql.Identifier(OWNER),
            )
        )
        server.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])
    yield
    with django_db_blocker.unblock():
        connections.close_all()


def _migrate_template(server: psycopg.Connection) -> None:
    """Migrate as the owner, in Django's own connection turned to the template for a moment."""
    settings = connection.settings_dict
    served = {key: settings[key] for key in ("NAME", "USER")}
    settings.update(NAME=throw_away.TEMPLATE, USER=OWNER)
    url = throw_away.cluster.url(OWNER, throw_away.TEMPLATE)
    try:
        migrations.apply(owner_url=url, say=lambda words: None)
    except Exception as error:
        connection.close()
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(throw_away.TEMPLATE)))
        pytest.exit(
            f"The migrations do not apply: {type(error).__name__}: {str(error).strip()}", returncode=4
        )
    finally:
        connection.close()
        settings.update(served)


RESTART = """
SELECT setval(s.oid, 1, false) FROM pg_class s
JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
JOIN pg_class t ON t.oid = d.refobjid
WHERE s.relkind = 'S' AND t.relnamespace = 'public'::regnamespace AND t.relname = ANY(%s)
"""


def _print(connection: psycopg.Connection, table: str) -> str:
    """A fingerprint of a table's rows."""
    query = f"SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM \"{table}\" t"
    return str(connection.execute(query, prepare=True).fetchone())


class _Slate:
    """Cleans the database after tests that commit: empties what has rows, restores the rest.

    Rows are deleted, as a few of them cost next to nothing, where truncating makes new files for hundreds of
    tables that reference each other; every so often everything is truncated, so that nothing bloats. Asking
    hundreds of tables whether they have rows is planned once and over one connection, as the planning takes
    many times as long as the answer.
    """

    TRUNCATE_EVERY = 100

    def __init__(self) -> None:
        self.tables: list[str] | None = None
        self.kept: dict[str, list[bytes]] = {}
        self.prints: dict[str, str] = {}
        self.wipes = 0
        self.owner: psycopg.Connection | None = None

    def wipe(self) -> None:
        """Clean up, over a new connection if a test took ours away."""
        if self.owner is None:
            self.owner = throw_away.cluster.connect(OWNER, throw_away.DATABASE)
        try:
            self._wipe(self.owner)
        except psycopg.OperationalError:
            self.owner.close()
            self.owner = throw_away.cluster.connect(OWNER, throw_away.DATABASE)
            self._wipe(self.owner)

    def _wipe(self, owner: psycopg.Connection) -> None:
        if self.tables is None:
            self._learn()
        assert self.tables is not None
        union = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM \"{table}\")"
            for table in self.tables
            if table not in self.kept
        )
        dirty = [row[0] for row in owner.execute(union, prepare=True).fetchall()]
        changed = [table for table, known in self.prints.items() if _print(owner, table) != known]
        if not dirty and not changed:
            return
        # Replica mode passes foreign keys and the triggers that make tables append-only.
        owner.execute("SET session_replication_role = replica")
        self._empty(owner, [*dirty, *changed])
        for table in changed:
            with owner.cursor().copy(f'COPY "{table}" FROM STDIN') as copy:
                for row in self.kept[table]:
                    copy.write(row)
            self._continue_numbers(owner, table)
        owner.execute("RESET session_replication_role")

    def _empty(self, owner: psycopg.Connection, tables: list[str]) -> None:
        self.wipes += 1
        if self.wipes % self.TRUNCATE_EVERY == 0:
            names = ", ".join(f'"{table}"' for table in self.tables or () if table not in self.kept)
            owner.execute(f"TRUNCATE {names}")
        owner.execute("; ".join(f'DELETE FROM "{table}"' for table in tables))
        owner.execute(RESTART, [tables])

    def _learn(self) -> None:
        with throw_away.cluster.connect(OWNER, throw_away.TEMPLATE) as template:
            self.tables = [row[0] for row in template.execute(TABLES).fetchall()]
            for table in self.tables:
                with template.cursor().copy(f'COPY "{table}" TO STDOUT') as copy:
                    rows = [bytes(row) for row in copy]
                if rows:
                    self.kept[table] = rows
                    self.prints[table] = _print(template, table)

    @staticmethod
    def _continue_numbers(owner: psycopg.Connection, table: str) -> None:
        """Have the next row numbered after the restored ones."""
        columns = owner.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = %s AND is_identity = 'YES'",
            [table],
        ).fetchall()
        for (column,) in columns:
            query = "SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max({}) FROM {}))"
            owner.execute(
                sql.SQL(query).format(sql.Identifier(column), sql.Identifier(table)), [table, column]
            )


_slate = _Slate()


def _wipe_after(self: TransactionTestCase) -> None:
    for alias in connections:
        connections[alias].close()
    _slate.wipe()


TransactionTestCase._fixture_teardown = _wipe_after  # type: ignore[method-assign]


@pytest.fixture
def owner_connection(transactional_db: None) -> Iterator[psycopg.Connection]:
    """A connection of the tables' owner, in autocommit, to this test's database."""
    with throw_away.cluster.connect(OWNER, throw_away.DATABASE) as owner:
        yield owner


@pytest.fixture
def race(transactional_db: None) -> Callable[[int, Callable[..., Any]], list[Any]]:
    """Return ``race(n, fn)``: n threads, each with its own database connection, let go at the same instant.

    ``fn`` gets the thread's number if it takes one. The outcomes come back in that order: what ``fn``
    returned, or the exception that it raised.
    """

    def run(count: int, work: Callable[..., Any], *, timeout_s: float = 60.0) -> list[Any]:
        numbered = bool(inspect.signature(work).parameters)
        outcomes: list[Any] = [TimeoutError("the thread never finished")] * count
        gate = threading.Barrier(count)

        def runner(number: int) -> None:
            try:
                connection.ensure_connection()
                gate.wait(timeout_s)
                outcomes[number] = work(number) if numbered else work()
            except Exception as error:
                outcomes[number] = error
            finally:
                connections.close_all()

        threads = [threading.Thread(target=runner, args=(n,), daemon=True) for n in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout_s)
        return outcomes

    return run
