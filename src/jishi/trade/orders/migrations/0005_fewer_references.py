"""References that another one of the same order proves already; see decision 0025. Dropped by name, at once."""

import django.db.models.deletion
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT
DROP = """
ALTER TABLE orders_orderline DROP CONSTRAINT IF EXISTS "orders_orderline_product_id_a68772b6_fk_catalog_product_id";
ALTER TABLE orders_orderadjustment DROP CONSTRAINT IF EXISTS "orders_orderadjustme_variant_id_aac8d021_fk_catalog_v"
"""


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_fewer_indexes")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, migrations.RunSQL.noop)],
            state_operations=[
                migrations.AlterField(
                    "orderline",
                    "product",
                    models.ForeignKey(
                        db_constraint=False, on_delete=PROTECT, related_name="+", to="catalog.product"
                    ),
                ),
                migrations.AlterField(
                    "orderadjustment",
                    "variant",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=PROTECT,
                        related_name="+",
                        to="catalog.variant",
                    ),
                ),
            ],
        ),
    ]
