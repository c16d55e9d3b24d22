"""The plan of a price trial never changes, what the start fixed neither, and readings are only added."""

from django.db import migrations

from jishi.kernel import schema

FROZEN = """
CREATE FUNCTION experiments_switchback_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.plan, NEW.seed, NEW.digest, NEW.price_code)
        IS DISTINCT FROM (OLD.plan, OLD.seed, OLD.digest, OLD.price_code)
        OR OLD.started_at IS NOT NULL AND (NEW.scale, NEW.started_at)
        IS DISTINCT FROM (OLD.scale, OLD.started_at) THEN
        RAISE EXCEPTION 'the plan of a price trial is frozen' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("experiments", "0004_switchback")]

    operations = [
        migrations.RunSQL(
            sql=[
                FROZEN,
                "CREATE TRIGGER experiments_switchback_frozen BEFORE UPDATE ON experiments_switchback"
                " FOR EACH ROW EXECUTE FUNCTION experiments_switchback_frozen()",
            ],
            reverse_sql=[
                "DROP TRIGGER experiments_switchback_frozen ON experiments_switchback",
                "DROP FUNCTION experiments_switchback_frozen()",
            ],
        ),
        schema.AppendOnly("experiments_switchreadout"),
    ]
