"""Finding sealed addresses whose time is over; built beside the traffic, as this is a large table."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0002_sealed")]

    operations = [
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("blank_due_at__isnull", False)),
                fields=["blank_due_at"],
                name="orders_order_blank_due",
            ),
        ),
    ]
