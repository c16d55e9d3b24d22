"""An empty database filled in one go has the very same schema as one that lived through all migrations.

Living through all of them takes minutes, so what comes of it is kept as fingerprints beside this file, under
the name of the migrations it was made of. After a change of those the long way has to be gone again:
``pytest tests/cli/test_fresh_tables.py --update-snapshots`` compares row by row and keeps the new ones.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from psycopg import sql
from tests import cluster as throw_away

from jishi.cli.postgres import OWNER, SUPERUSER

LONG_WAY = "jishi_long_way"
SNAPSHOT = Path(__file__).with_name("long_way.json")
MADE_OF = ("src/jishi/**/migrations/*.py", "src/jishi/kernel/schema.py")
LIBRARIES = ("django", "django-allauth", "django-axes", "procrastinate")

Rows = list[list[object]]

# Django disagrees with itself about the width of one key: replaying takes DEFAULT_AUTO_FIELD for the link
# table of groups and permissions, the model takes the choice of its own app. Rows are the same.
DESCRIPTIONS = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               a.attgenerated, coalesce(pg_get_expr(d.adbin, d.adrelid), ''), coalesce(a.attcollation, 0)
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
          AND c.relkind <> 'i' AND (c.relname, a.attname) <> ('auth_group_permissions', 'id')""",
    "relations": """
        SELECT relname, relkind::text, relpersistence::text, coalesce(reloptions::text, ''),
               CASE WHEN relkind = 'v' THEN pg_get_viewdef(oid) ELSE '' END
        FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 't'""",
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": """
        SELECT proname, pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
          AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')""",
    "enumerations": "SELECT t.typname, e.enumlabel FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid",
    "migrations": "SELECT app, name FROM django_migrations",
    "permissions": """
        SELECT c.app_label, c.model, p.codename FROM auth_permission p
        JOIN django_content_type c ON c.id = p.content_type_id""",
}


def _describe(database: str) -> dict[str, Rows]:
    with throw_away.cluster.connect(SUPERUSER, database) as connection:
        return {
            what: sorted([list(row) for row in connection.execute(query).fetchall()], key=repr)
            for what, query in DESCRIPTIONS.items()
        }


def _made_of() -> str:
    """What the schema depends on: our migrations, and the releases of the libraries that bring their own."""
    digest = hashlib.sha256(" ".join(metadata.version(name) for name in LIBRARIES).encode())
    for pattern in MADE_OF:
        for path in sorted(throw_away.SOURCE.glob(pattern)):
            digest.update(str(path.relative_to(throw_away.SOURCE)).encode() + path.read_bytes())
    return digest.hexdigest()


def _fingerprints(rows: Rows) -> dict[str, str]:
    """One for each domain, by the first word of the names."""
    parts: dict[str, Rows] = {}
    for row in json.loads(json.dumps(rows)):
        parts.setdefault(str(row[0]).split("_")[0].split(".")[0], []).append(row)
    return {
        part: hashlib.sha256(json.dumps(sorted(mine, key=repr)).encode()).hexdigest()[:16]
        for part, mine in sorted(parts.items())
    }


def _go_the_long_way() -> dict[str, Rows]:
    name = sql.Identifier(LONG_WAY)
    with throw_away.cluster.connect(SUPERUSER, "postgres") as server:
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(OWNER)))
    try:
        url = throw_away.cluster.url(OWNER, LONG_WAY)
        environment = os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url}
        command = [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity", "0"]
        subprocess.run(command, env=environment, check=True, timeout=900)
        return _describe(LONG_WAY)
    finally:
        with throw_away.cluster.connect(SUPERUSER, "postgres") as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.mark.django_db
def test_the_short_way_and_the_long_way_make_the_same_schema(request: pytest.FixtureRequest) -> None:
    short_way = _describe(throw_away.TEMPLATE)
    if request.config.getoption("--update-snapshots"):
        long_way = _go_the_long_way()
        for what in DESCRIPTIONS:
            assert [row for row in short_way[what] if row not in long_way[what]] == [], what
            assert [row for row in long_way[what] if row not in short_way[what]] == [], what
        kept = {what: _fingerprints(rows) for what, rows in long_way.items()}
        SNAPSHOT.write_text(json.dumps({"made_of": _made_of(), **kept}, indent=1) + "\n", encoding="utf-8")

    kept = json.loads(SNAPSHOT.read_text(encoding="utf-8"))

    assert kept.pop("made_of") == _made_of(), "migrations changed: go the long way again (--update-snapshots)"
    assert set(kept) == set(DESCRIPTIONS) and all(kept.values()), "a comparison of nothing proves nothing"
    assert {what: _fingerprints(rows) for what, rows in short_way.items()} == kept
