"""Questions that were answered stay as they were."""

from django.db import migrations

STAYS = """
CREATE FUNCTION surveys_version_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.is_frozen AND (NEW.questions IS DISTINCT FROM OLD.questions OR NOT NEW.is_frozen) THEN
        RAISE EXCEPTION 'the questions of an answered version stay' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("surveys", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[
                STAYS,
                "CREATE TRIGGER surveys_version_stays BEFORE UPDATE ON surveys_version"
                " FOR EACH ROW EXECUTE FUNCTION surveys_version_stays()",
            ],
            reverse_sql=[
                "DROP TRIGGER surveys_version_stays ON surveys_version",
                "DROP FUNCTION surveys_version_stays()",
            ],
        ),
    ]
