"""Seats that the rush lane reserves: how long, and which of them are due."""

from django.conf import settings
from django.db import migrations, models

import jishi.promotions.plays.contracts


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0003_rated"),
        ("plays", "0003_rallies"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="seat",
            name="reserved_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="seat",
            index=models.Index(
                condition=models.Q(
                    ("reserved_until__isnull", False),
                    ("state", jishi.promotions.plays.contracts.SeatState["HELD"]),
                ),
                fields=["reserved_until"],
                name="plays_seat_reserved_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reserved_until__isnull", True),
                    models.Q(
                        ("discount_minor", 0),
                        ("paid_at__isnull", True),
                        (
                            "state__in",
                            [
                                jishi.promotions.plays.contracts.SeatState["HELD"],
                                jishi.promotions.plays.contracts.SeatState["RELEASED"],
                            ],
                        ),
                    ),
                    _connector="OR",
                ),
                name="plays_seat_reserved_is_unpaid",
            ),
        ),
    ]
