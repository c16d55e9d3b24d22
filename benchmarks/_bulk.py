"""Filling a table of a benchmark with millions of rows: without its indexes and foreign keys.

They are made again afterwards from their own definitions and checked over all rows, so that the table is as
strict as the migrations left it. Only for the throw-away database of a benchmark.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import psycopg
from psycopg import sql

_CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f', 'c')
ORDER BY array_position(ARRAY['p', 'u', 'c', 'f'], contype::text)
"""
_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = %s::regclass
  AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""
_REFERRING = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE confrelid = %s::regclass AND contype = 'f'
"""


@contextlib.contextmanager
def owner() -> Iterator[psycopg.Connection]:
    """A connection of the tables' owner that fills and does not wait for the disk."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET statement_timeout = 0")
        connection.execute("SET work_mem = '768MB'")
        connection.execute("SET maintenance_work_mem = '768MB'")
        yield connection


@contextlib.contextmanager
def bare(connection: psycopg.Connection, table: str) -> Iterator[None]:
    """Take a table's constraints and indexes away for the time of the block; then it is analysed too."""
    name = sql.Identifier(table)
    referring = connection.execute(_REFERRING, [table]).fetchall()
    constraints = connection.execute(_CONSTRAINTS, [table]).fetchall()
    indexes = connection.execute(_INDEXES, [table]).fetchall()
    for other, constraint, _ in referring:
        _alter(connection, sql.Identifier(other), "DROP", constraint)
    for constraint, _ in reversed(constraints):
        if (table, constraint) not in {(other, one) for other, one, _ in referring}:
            _alter(connection, name, "DROP", constraint)
    for index, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(index)))
    connection.execute(sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = off)").format(name))
    yield
    for constraint, definition in constraints:
        if not definition.startswith("FOREIGN"):
            _alter(connection, name, "ADD", constraint, definition)
    for _, definition in indexes:
        connection.execute(sql.SQL(definition))
    for constraint, definition in constraints:
        if definition.startswith("FOREIGN"):
            _alter(connection, name, "ADD", constraint, definition)
    for other, constraint, definition in referring:
        if other != table:
            _alter(connection, sql.Identifier(other), "ADD", constraint, definition)
    connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(name))
    connection.execute(sql.SQL("ALTER TABLE {} RESET (autovacuum_enabled)").format(name))


def _alter(
    connection: psycopg.Connection, table: sql.Identifier, verb: str, name: str, definition: str = ""
) -> None:
    """Add or drop one constraint."""
    text = "ALTER TABLE {} {} CONSTRAINT {} {}"
    connection.execute(sql.SQL(text).format(table, sql.SQL(verb), sql.Identifier(name), sql.SQL(definition)))
