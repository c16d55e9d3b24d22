"""Indexes that repeat the beginning of another one, or that no question uses: each cost every order a write.

Dropped by name: altering the fields would drop and check their foreign keys again, row by row, under a lock.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT
DROP = """
DROP INDEX IF EXISTS "orders_order_buyer_id_26195532";
DROP INDEX IF EXISTS "orders_order_shop_id_b562fb3d";
DROP INDEX IF EXISTS "orders_orderline_order_id_17f8f3ef";
DROP INDEX IF EXISTS "orders_orderadjustment_variant_id_aac8d021";
DROP INDEX IF EXISTS "orders_orderevent_actor_id_4ce1466c"
"""
# Django adds it beside a unique text column; our databases compare bytes, so that the unique index serves both.
PATTERNS = 'DROP INDEX IF EXISTS "orders_order_code_20afc605_like"'


def _key(to: str, name: str = "+", **more: bool) -> models.ForeignKey:
    return models.ForeignKey(db_index=False, on_delete=PROTECT, related_name=name, to=to, **more)


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_blank_due"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, migrations.RunSQL.noop)],
            state_operations=[
                migrations.AlterField("order", "buyer", _key(settings.AUTH_USER_MODEL)),
                migrations.AlterField("order", "shop", _key("merchants.shop")),
                migrations.AlterField("orderline", "order", _key("orders.order", "lines")),
                migrations.AlterField("orderadjustment", "variant", _key("catalog.variant", null=True)),
                migrations.AlterField("orderevent", "actor", _key(settings.AUTH_USER_MODEL, null=True)),
            ],
        ),
        migrations.RunSQL(PATTERNS, migrations.RunSQL.noop),
    ]
