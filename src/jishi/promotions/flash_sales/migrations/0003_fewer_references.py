"""Who has a claim is whose order it is, which proves that they exist; see decision 0025."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

DROP = """
ALTER TABLE flash_sales_claim DROP CONSTRAINT IF EXISTS "flash_sales_claim_person_id_99559982_fk_accounts_user_id"
"""


class Migration(migrations.Migration):
    dependencies = [
        ("flash_sales", "0002_fewer_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, migrations.RunSQL.noop)],
            state_operations=[
                migrations.AlterField(
                    "claim",
                    "person",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
    ]
