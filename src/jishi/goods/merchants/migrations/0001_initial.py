import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import jishi.kernel.text


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Shop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=12, unique=True)),
                ("slug", models.CharField(max_length=60, unique=True)),
                ("name", jishi.kernel.text.TranslatedField()),
                ("description", jishi.kernel.text.TranslatedField(blank=True, default=dict)),
                ("currency", models.CharField(default="CNY", max_length=3)),
                ("time_zone", models.CharField(default="Asia/Shanghai", max_length=64)),
                ("country", models.CharField(default="CN", max_length=2)),
                ("commission_bps", models.PositiveIntegerField(default=500)),
                ("auto_confirm_days", models.PositiveIntegerField(default=10)),
                ("delivery_fee_minor", models.BigIntegerField(default=0)),
                ("free_delivery_from_minor", models.BigIntegerField(blank=True, null=True)),
                ("is_open", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("commission_bps__lte", 10000)), name="shop_commission_at_most_all"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("auto_confirm_days__gte", 1)),
                        name="shop_auto_confirm_a_day_at_least",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("delivery_fee_minor__gte", 0)),
                        name="shop_delivery_fee_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("free_delivery_from_minor__isnull", True),
                            ("free_delivery_from_minor__gte", 0),
                            _connector="OR",
                        ),
                        name="shop_free_delivery_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShopStaff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "Owner"), ("staff", "Staff")], default="staff", max_length=8
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "shop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="merchants.shop"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shop", "person"), name="shop_staff_once"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["owner", "staff"])), name="shop_staff_role_known"
                    ),
                ],
            },
        ),
    ]
