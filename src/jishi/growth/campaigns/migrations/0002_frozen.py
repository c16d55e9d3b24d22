"""A version that people were led by never changes."""

from django.db import migrations

FROZEN = """
CREATE FUNCTION campaigns_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.published_at IS NOT NULL AND (NEW.steps, NEW.number, NEW.published_at, NEW.campaign_id)
        IS DISTINCT FROM (OLD.steps, OLD.number, OLD.published_at, OLD.campaign_id) THEN
        RAISE EXCEPTION 'a published version is frozen' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[
                FROZEN,
                "CREATE TRIGGER campaigns_version_frozen BEFORE UPDATE ON campaigns_journeyversion"
                " FOR EACH ROW EXECUTE FUNCTION campaigns_version_frozen()",
            ],
            reverse_sql=[
                "DROP TRIGGER campaigns_version_frozen ON campaigns_journeyversion",
                "DROP FUNCTION campaigns_version_frozen()",
            ],
        ),
    ]
