"""Links, visits and orders are written once; a link stands exactly one step below its parent."""

from django.db import migrations

from jishi.kernel.schema import AppendOnly

ONE_STEP_BELOW = """
CREATE FUNCTION shares_link_below_parent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.parent_id IS NOT NULL AND NEW.depth IS DISTINCT FROM
        (SELECT depth + 1 FROM shares_sharelink WHERE id = NEW.parent_id) THEN
        RAISE EXCEPTION 'a share link stands one step below its parent' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("shares", "0001_initial"), ("kernel", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql=[
                ONE_STEP_BELOW,
                "CREATE TRIGGER shares_link_below_parent BEFORE INSERT ON shares_sharelink"
                " FOR EACH ROW EXECUTE FUNCTION shares_link_below_parent()",
            ],
            reverse_sql=[
                "DROP TRIGGER shares_link_below_parent ON shares_sharelink",
                "DROP FUNCTION shares_link_below_parent()",
            ],
        ),
        AppendOnly("shares_sharelink"),
        AppendOnly("shares_sharevisit"),
        AppendOnly("shares_shareorder"),
    ]
