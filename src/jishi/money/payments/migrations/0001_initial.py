import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import jishi.kernel.ids
import jishi.money.payments.contracts
from jishi.kernel.schema import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=16, unique=True)),
                ("provider", models.CharField(max_length=24)),
                ("provider_ref", models.CharField(max_length=64, null=True)),
                ("pay_url", models.CharField(default="", max_length=500)),
                ("return_url", models.CharField(max_length=500)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            (
                                jishi.money.payments.contracts.AttemptState["CREATED"],
                                jishi.money.payments.contracts.AttemptState["CREATED"],
                            ),
                            (
                                jishi.money.payments.contracts.AttemptState["STARTED"],
                                jishi.money.payments.contracts.AttemptState["STARTED"],
                            ),
                            (
                                jishi.money.payments.contracts.AttemptState["AUTHORIZED"],
                                jishi.money.payments.contracts.AttemptState["AUTHORIZED"],
                            ),
                            (
                                jishi.money.payments.contracts.AttemptState["FAILED"],
                                jishi.money.payments.contracts.AttemptState["FAILED"],
                            ),
                            (
                                jishi.money.payments.contracts.AttemptState["CAPTURED"],
                                jishi.money.payments.contracts.AttemptState["CAPTURED"],
                            ),
                        ],
                        default=jishi.money.payments.contracts.AttemptState["CREATED"],
                        max_length=12,
                    ),
                ),
                ("failure", models.CharField(default="", max_length=200)),
                ("created_at", models.DateTimeField()),
                ("sync_at", models.DateTimeField(null=True)),
                ("sync_tries", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Intent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(default=jishi.kernel.ids.new_code, max_length=12, unique=True)),
                ("natural_key", models.CharField(max_length=120, unique=True)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("refunded_minor", models.BigIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            (
                                jishi.money.payments.contracts.IntentState["OPEN"],
                                jishi.money.payments.contracts.IntentState["OPEN"],
                            ),
                            (
                                jishi.money.payments.contracts.IntentState["CLOSED"],
                                jishi.money.payments.contracts.IntentState["CLOSED"],
                            ),
                            (
                                jishi.money.payments.contracts.IntentState["CAPTURED"],
                                jishi.money.payments.contracts.IntentState["CAPTURED"],
                            ),
                            (
                                jishi.money.payments.contracts.IntentState["PARTIALLY_REFUNDED"],
                                jishi.money.payments.contracts.IntentState["PARTIALLY_REFUNDED"],
                            ),
                            (
                                jishi.money.payments.contracts.IntentState["REFUNDED"],
                                jishi.money.payments.contracts.IntentState["REFUNDED"],
                            ),
                        ],
                        default=jishi.money.payments.contracts.IntentState["OPEN"],
                        max_length=20,
                    ),
                ),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("captured_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Capture",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "disposition",
                    models.CharField(choices=[("applied", "Applied"), ("surplus", "Surplus")], max_length=8),
                ),
                ("paid_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "attempt",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payments.attempt"
                    ),
                ),
                (
                    "intent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="captures",
                        to="payments.intent",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="attempt",
            name="intent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="payments.intent"
            ),
        ),
        migrations.CreateModel(
            name="Allocation",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("order_code", models.CharField(db_index=True, max_length=24)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "intent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="allocations",
                        to="payments.intent",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReconciliationBreak",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=24)),
                ("event_id", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=24)),
                ("detail", models.JSONField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "attempt",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="payments.attempt",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(default=jishi.kernel.ids.new_code, max_length=12, unique=True)),
                ("natural_key", models.CharField(max_length=160, unique=True)),
                ("order_code", models.CharField(db_index=True, max_length=24)),
                ("amount_minor", models.BigIntegerField()),
                ("reason", models.CharField(max_length=120)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            (
                                jishi.money.payments.contracts.RefundState["DUE"],
                                jishi.money.payments.contracts.RefundState["DUE"],
                            ),
                            (
                                jishi.money.payments.contracts.RefundState["SENT"],
                                jishi.money.payments.contracts.RefundState["SENT"],
                            ),
                            (
                                jishi.money.payments.contracts.RefundState["FAILED"],
                                jishi.money.payments.contracts.RefundState["FAILED"],
                            ),
                            (
                                jishi.money.payments.contracts.RefundState["SUCCEEDED"],
                                jishi.money.payments.contracts.RefundState["SUCCEEDED"],
                            ),
                        ],
                        default=jishi.money.payments.contracts.RefundState["DUE"],
                        max_length=10,
                    ),
                ),
                ("provider_ref", models.CharField(default="", max_length=64)),
                ("last_error", models.CharField(default="", max_length=200)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("next_at", models.DateTimeField(null=True)),
                ("requested_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(null=True)),
                (
                    "capture",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refunds",
                        to="payments.capture",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="WebhookReceipt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("provider", models.CharField(max_length=24)),
                ("event_id", models.CharField(max_length=80)),
                ("kind", models.CharField(max_length=24)),
                ("reference", models.CharField(max_length=64)),
                ("outcome", models.CharField(max_length=12)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("provider", "event_id"), name="payments_webhook_event")
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="intent",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_intent_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="intent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refunded_minor__gte", 0), ("refunded_minor__lte", models.F("amount_minor"))
                ),
                name="payments_intent_refunded",
            ),
        ),
        migrations.AddConstraint(
            model_name="capture",
            constraint=models.UniqueConstraint(
                condition=models.Q(("disposition", "applied")),
                fields=("intent",),
                name="payments_capture_applied",
            ),
        ),
        migrations.AddConstraint(
            model_name="capture",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_capture_amount"
            ),
        ),
        migrations.AddIndex(
            model_name="attempt",
            index=models.Index(
                condition=models.Q(("sync_at__isnull", False)),
                fields=["sync_at"],
                name="payments_attempt_sync",
            ),
        ),
        migrations.AddConstraint(
            model_name="attempt",
            constraint=models.UniqueConstraint(
                fields=("provider", "provider_ref"), name="payments_attempt_ref"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.UniqueConstraint(
                fields=("intent", "order_code"), name="payments_allocation_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gte", 0)), name="payments_allocation_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="reconciliationbreak",
            constraint=models.UniqueConstraint(
                fields=("provider", "event_id", "kind"), name="payments_break_event"
            ),
        ),
        migrations.AddIndex(
            model_name="refund",
            index=models.Index(
                condition=models.Q(("next_at__isnull", False)),
                fields=["next_at"],
                name="payments_refund_next",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="payments_refund_amount"
            ),
        ),
        AppendOnly("payments_allocation"),
        AppendOnly("payments_capture"),
        AppendOnly("payments_webhookreceipt"),
        AppendOnly("payments_reconciliationbreak"),
    ]
