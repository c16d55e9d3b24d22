"""Indexes of claims that repeat another one: each cost every order of a rush a write.

Dropped by name: altering the field would drop and check its foreign key again, row by row, under a lock.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PERSON = 'DROP INDEX IF EXISTS "flash_sales_claim_person_id_99559982"'
PATTERNS = 'DROP INDEX IF EXISTS "flash_sales_claim_order_code_a1843c61_like"'


class Migration(migrations.Migration):
    dependencies = [
        ("flash_sales", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(PERSON, migrations.RunSQL.noop)],
            state_operations=[
                migrations.AlterField(
                    "claim",
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunSQL(PATTERNS, migrations.RunSQL.noop),
    ]
