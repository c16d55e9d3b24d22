"""Indexes that repeat the beginning of another one, or that no question uses: each cost every order a write.

Dropping waits for whoever uses the table at that moment, and then takes no time.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PROTECT = django.db.models.deletion.PROTECT
# Django adds it beside a unique text column; our databases compare bytes, so that the unique index serves both.
PATTERNS = "orders_order_code_20afc605_like"


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_blank_due"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.AlterField(
            "order",
            "buyer",
            models.ForeignKey(
                db_index=False, on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            "order",
            "shop",
            models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="+", to="merchants.shop"),
        ),
        migrations.AlterField(
            "orderline",
            "order",
            models.ForeignKey(db_index=False, on_delete=PROTECT, related_name="lines", to="orders.order"),
        ),
        migrations.AlterField(
            "orderadjustment",
            "variant",
            models.ForeignKey(
                db_index=False, null=True, on_delete=PROTECT, related_name="+", to="catalog.variant"
            ),
        ),
        migrations.AlterField(
            "orderevent",
            "actor",
            models.ForeignKey(
                db_index=False, null=True, on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.RunSQL(f'DROP INDEX IF EXISTS "{PATTERNS}"', migrations.RunSQL.noop),
    ]
