"""Building blocks for migrations: what the database itself must refuse.

``append_only`` marks a table by a trigger of that name; ``jishi migrate`` reads the marks back from the
database and takes UPDATE, DELETE and TRUNCATE from the role that serves requests.
"""

from django.db import migrations

TRIGGER = "append_only"

CREATE_FUNCTION = """
CREATE OR REPLACE FUNCTION jishi_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
"""

APPEND_ONLY_TABLES = """
SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname = 'append_only' AND NOT t.tgisinternal ORDER BY 1
"""


def AppendOnly(table: str) -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on ``table``, for every role, whatever path they come by."""
    return migrations.RunSQL(
        sql=[
            CREATE_FUNCTION,
            f"CREATE TRIGGER {TRIGGER} BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION jishi_refuse_change()",
            f"CREATE TRIGGER {TRIGGER}_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION jishi_refuse_change()",
        ],
        reverse_sql=[
            f"DROP TRIGGER {TRIGGER} ON {table}",
            f"DROP TRIGGER {TRIGGER}_truncate ON {table}",
        ],
    )
