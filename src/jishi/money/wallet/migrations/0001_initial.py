"""Payouts out of what people earned."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import jishi.kernel.crypto
import jishi.kernel.ids
import jishi.money.wallet.contracts


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Payout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(default=jishi.kernel.ids.new_code, max_length=12, unique=True)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("destination", jishi.kernel.crypto.EncryptedTextField(blank=True, default="")),
                (
                    "state",
                    models.CharField(
                        default=jishi.money.wallet.contracts.PayoutState["ASKED"], max_length=10
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=200)),
                ("asked_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", jishi.money.wallet.contracts.PayoutState["ASKED"])),
                        fields=["asked_at"],
                        name="wallet_payout_waits",
                    ),
                    models.Index(fields=["person", "-id"], name="wallet_payout_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", jishi.money.wallet.contracts.PayoutState["ASKED"])),
                        fields=("person", "currency"),
                        name="wallet_payout_one_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="wallet_payout_amount"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    jishi.money.wallet.contracts.PayoutState["ASKED"],
                                    jishi.money.wallet.contracts.PayoutState["SENT"],
                                    jishi.money.wallet.contracts.PayoutState["REFUSED"],
                                    jishi.money.wallet.contracts.PayoutState["TAKEN_BACK"],
                                ],
                            )
                        ),
                        name="wallet_payout_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at__isnull", True),
                                ("state", jishi.money.wallet.contracts.PayoutState["ASKED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", jishi.money.wallet.contracts.PayoutState["ASKED"]),
                                    _negated=True,
                                ),
                                ("decided_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="wallet_payout_decided_has_time",
                    ),
                ],
            },
        ),
    ]
