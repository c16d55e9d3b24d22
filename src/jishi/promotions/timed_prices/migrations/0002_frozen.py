"""Windows and goods are only added, and what comes off stays what the shop said yes to."""

from django.db import migrations

from jishi.kernel import schema

FROZEN = """
CREATE FUNCTION timed_prices_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.shop_id, NEW.off_bps, NEW.starts_at, NEW.ends_at)
        IS DISTINCT FROM (OLD.shop_id, OLD.off_bps, OLD.starts_at, OLD.ends_at) THEN
        RAISE EXCEPTION 'a timed price stays as it was proposed' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("timed_prices", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[
                FROZEN,
                "CREATE TRIGGER timed_prices_frozen BEFORE UPDATE ON timed_prices_timedprice"
                " FOR EACH ROW EXECUTE FUNCTION timed_prices_frozen()",
            ],
            reverse_sql=[
                "DROP TRIGGER timed_prices_frozen ON timed_prices_timedprice",
                "DROP FUNCTION timed_prices_frozen()",
            ],
        ),
        schema.AppendOnly("timed_prices_item"),
        schema.AppendOnly("timed_prices_window"),
    ]
