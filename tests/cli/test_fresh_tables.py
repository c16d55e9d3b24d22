"""An empty database filled in one go has the very same schema as one that lived through all migrations."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from psycopg import sql
from tests import cluster as throw_away

from jishi.cli.postgres import OWNER, SUPERUSER

LONG_WAY = "jishi_long_way"

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


def _describe(database: str) -> dict[str, list[list[object]]]:
    with throw_away.cluster.connect(SUPERUSER, database) as connection:
        return {
            what: sorted([list(row) for row in connection.execute(query).fetchall()], key=repr)
            for what, query in DESCRIPTIONS.items()
        }


@pytest.fixture(scope="module")
def long_way() -> dict[str, list[list[object]]]:
    """The schema of the long way, kept beside the template: it takes a minute to make."""
    kept = throw_away.KEPT.with_suffix(".schema.json")
    if kept.is_file():
        described: dict[str, list[list[object]]] = json.loads(kept.read_text())
        return described
    name = sql.Identifier(LONG_WAY)
    with throw_away.cluster.connect(SUPERUSER, "postgres") as server:
        server.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, sql.Identifier(OWNER)))
    try:
        url = throw_away.cluster.url(OWNER, LONG_WAY)
        environment = os.environ | {"DATABASE_URL": url, "DATABASE_OWNER_URL": url}
        command = [sys.executable, "-m", "django", "migrate", "--no-input", "--verbosity", "0"]
        subprocess.run(command, env=environment, check=True, timeout=500)
        described = _describe(LONG_WAY)
    finally:
        with throw_away.cluster.connect(SUPERUSER, "postgres") as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(described))
    return described


@pytest.mark.django_db
@pytest.mark.parametrize("what", DESCRIPTIONS)
def test_the_short_way_and_the_long_way_make_the_same_schema(
    what: str, long_way: dict[str, list[list[object]]]
) -> None:
    assert long_way[what], "a comparison of nothing proves nothing"

    short_way = json.loads(json.dumps(_describe(throw_away.TEMPLATE)[what]))

    assert [row for row in short_way if row not in long_way[what]] == []
    assert [row for row in long_way[what] if row not in short_way] == []
