"""What started stays as it was, an exposure stays the first one, and read-outs are only added."""

from django.db import migrations

from jishi.kernel import schema

FROZEN = """
CREATE FUNCTION experiments_experiment_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.started_at IS NOT NULL AND (
        NEW.arms, NEW.salt, NEW.layer, NEW.slot, NEW.unit, NEW.buckets, NEW.measures, NEW.guardrails,
        NEW.window_h, NEW.before_days, NEW.planned_n, NEW.started_at
    ) IS DISTINCT FROM (
        OLD.arms, OLD.salt, OLD.layer, OLD.slot, OLD.unit, OLD.buckets, OLD.measures, OLD.guardrails,
        OLD.window_h, OLD.before_days, OLD.planned_n, OLD.started_at
    ) THEN
        RAISE EXCEPTION 'an experiment that started is frozen' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""
FIRST = """
CREATE FUNCTION experiments_exposure_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.person_id IS NULL AND NEW.unit LIKE 'x:%'
        AND (NEW.experiment_id, NEW.arm, NEW.first_at) = (OLD.experiment_id, OLD.arm, OLD.first_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an exposure stays as it was' USING ERRCODE = 'check_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("experiments", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[
                FROZEN,
                "CREATE TRIGGER experiments_experiment_frozen BEFORE UPDATE ON experiments_experiment"
                " FOR EACH ROW EXECUTE FUNCTION experiments_experiment_frozen()",
                FIRST,
                "CREATE TRIGGER experiments_exposure_stays BEFORE UPDATE OR DELETE ON experiments_exposure"
                " FOR EACH ROW EXECUTE FUNCTION experiments_exposure_stays()",
            ],
            reverse_sql=[
                "DROP TRIGGER experiments_exposure_stays ON experiments_exposure",
                "DROP FUNCTION experiments_exposure_stays()",
                "DROP TRIGGER experiments_experiment_frozen ON experiments_experiment",
                "DROP FUNCTION experiments_experiment_frozen()",
            ],
        ),
        schema.AppendOnly("experiments_readout"),
    ]
