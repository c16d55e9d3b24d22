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
            name="Account",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("owner_kind", models.CharField(max_length=24)),
                ("owner_key", models.CharField(max_length=64)),
                ("purpose", models.CharField(max_length=32)),
                ("currency", models.CharField(max_length=12)),
                ("balance_minor", models.BigIntegerField(db_default=0)),
                ("pending_out_minor", models.BigIntegerField(db_default=0)),
                ("floor_minor", models.BigIntegerField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("owner_kind", "owner_key", "purpose", "currency"), name="ledger_account_ref"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("floor_minor__isnull", True),
                            (
                                "balance_minor__gte",
                                django.db.models.expressions.CombinedExpression(
                                    models.F("floor_minor"), "+", models.F("pending_out_minor")
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="ledger_account_floor",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("pending_out_minor__gte", 0)), name="ledger_account_pending"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Journal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("natural_key", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=48)),
                ("fingerprint", models.CharField(max_length=32)),
                ("pending", models.BooleanField()),
                ("posted_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("natural_key",), name="ledger_journal_key")],
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("amount_minor", models.BigIntegerField()),
                ("pending", models.BooleanField()),
                ("note", models.CharField(max_length=120)),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "credit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "debit",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="ledger.account",
                    ),
                ),
                (
                    "journal",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="ledger.journal",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Resolution",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "outcome",
                    models.CharField(choices=[("posted", "Posted"), ("voided", "Voided")], max_length=8),
                ),
                ("recorded_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "journal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.journal"
                    ),
                ),
                (
                    "transfer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger.transfer"
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["debit", "id"], name="ledger_transfer_debit"),
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["credit", "id"], name="ledger_transfer_credit"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="ledger_transfer_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("debit", models.F("credit")), _negated=True),
                name="ledger_transfer_accounts",
            ),
        ),
        # Balances change all the time and are in no index: leave room, so that a change stays on its page.
        migrations.RunSQL("ALTER TABLE ledger_account SET (fillfactor = 60)", migrations.RunSQL.noop),
        migrations.RunSQL(
            """
            CREATE VIEW ledger_entry AS
            SELECT id AS transfer_id, journal_id, debit_id AS account_id, -amount_minor AS amount_minor
            FROM ledger_transfer WHERE NOT pending
            UNION ALL
            SELECT id, journal_id, credit_id, amount_minor FROM ledger_transfer WHERE NOT pending
            """,
            "DROP VIEW ledger_entry",
        ),
        AppendOnly("ledger_journal"),
        AppendOnly("ledger_transfer"),
        AppendOnly("ledger_resolution"),
        # Transfers name accounts without a constraint, so an account stays what it is for ever; only its
        # balances move, and on those this trigger does not fire.
        migrations.RunSQL(
            [
                "CREATE TRIGGER no_other_account BEFORE UPDATE OF id, owner_kind, owner_key, purpose, currency"
                " OR DELETE ON ledger_account FOR EACH ROW EXECUTE FUNCTION jishi_refuse_change()",
                "CREATE TRIGGER no_other_account_truncate BEFORE TRUNCATE ON ledger_account"
                " FOR EACH STATEMENT EXECUTE FUNCTION jishi_refuse_change()",
            ],
            [
                "DROP TRIGGER no_other_account ON ledger_account",
                "DROP TRIGGER no_other_account_truncate ON ledger_account",
            ],
        ),
    ]
