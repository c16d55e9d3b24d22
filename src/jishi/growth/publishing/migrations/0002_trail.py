"""Steps are only added; the one change is that a person who leaves takes their name out."""

from django.db import migrations

STAYS = """
CREATE FUNCTION publishing_step_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.by_id IS NULL AND NEW.id = OLD.id AND NEW.piece_id = OLD.piece_id
       AND NEW.verb = OLD.verb AND NEW.words = OLD.words AND NEW.at = OLD.at THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'steps of a piece stay as they are' USING ERRCODE = 'check_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("publishing", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[
                STAYS,
                "CREATE TRIGGER publishing_step_stays BEFORE UPDATE OR DELETE ON publishing_step"
                " FOR EACH ROW EXECUTE FUNCTION publishing_step_stays()",
            ],
            reverse_sql=[
                "DROP TRIGGER publishing_step_stays ON publishing_step",
                "DROP FUNCTION publishing_step_stays()",
            ],
        ),
    ]
