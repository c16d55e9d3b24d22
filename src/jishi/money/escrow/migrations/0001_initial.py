import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models

from jishi.kernel.schema import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Holding",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("order_code", models.CharField(max_length=24, unique=True)),
                ("intent_code", models.CharField(max_length=12)),
                ("currency", models.CharField(max_length=3)),
                ("captured_minor", models.BigIntegerField()),
                ("held_minor", models.BigIntegerField()),
                ("released_minor", models.BigIntegerField(default=0)),
                ("refunded_minor", models.BigIntegerField(default=0)),
                ("state", models.CharField(max_length=10)),
                ("reservation", models.PositiveIntegerField(default=0)),
                ("held_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["state", "held_at"], name="escrow_holding_state_at")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "captured_minor",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("held_minor"), "+", models.F("released_minor")
                                    ),
                                    "+",
                                    models.F("refunded_minor"),
                                ),
                            )
                        ),
                        name="escrow_holding_sum",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("held_minor__gte", 0), ("refunded_minor__gte", 0), ("released_minor__gte", 0)
                        ),
                        name="escrow_holding_parts",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("released_minor", 0), ("state", "held")),
                            models.Q(("held_minor", 0), ("state__in", ["released", "refunded"])),
                            _connector="OR",
                        ),
                        name="escrow_holding_state",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HoldingRefund",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("natural_key", models.CharField(max_length=160, unique=True)),
                ("amount_minor", models.BigIntegerField()),
                ("parts_minor", models.JSONField()),
                ("after_release", models.BooleanField()),
                ("refund_code", models.CharField(max_length=12)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "holding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="escrow.holding"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SplitRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("owner_kind", models.CharField(max_length=24)),
                ("owner_key", models.CharField(max_length=64)),
                ("purpose", models.CharField(max_length=32)),
                ("role", models.CharField(max_length=12)),
                ("rate_bps", models.PositiveIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                ("released_minor", models.BigIntegerField(default=0)),
                ("refunded_minor", models.BigIntegerField(default=0)),
                (
                    "holding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="splits",
                        to="escrow.holding",
                    ),
                ),
            ],
            options={
                "db_table": "escrow_split",
                "indexes": [
                    models.Index(fields=["owner_kind", "owner_key", "-id"], name="escrow_split_owner")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("holding", "position"), name="escrow_split_position"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("amount_minor__gte", 0),
                            ("refunded_minor__gte", 0),
                            ("released_minor__gte", 0),
                            (
                                "released_minor__lte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("amount_minor"), "-", models.F("refunded_minor")
                                ),
                            ),
                        ),
                        name="escrow_split_parts",
                    ),
                ],
            },
        ),
        AppendOnly("escrow_holdingrefund"),
    ]
