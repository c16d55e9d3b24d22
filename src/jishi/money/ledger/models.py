"""The books. Accounts carry running balances; journals, transfers and resolutions are append-only.

A transfer is one row (debit, credit, amount > 0) and therefore zero-sum by construction. A pending transfer
only reserves at its debit account until one resolution row says posted or voided; posting writes a second,
effective transfer. Balances are kept by the posting statement and proved against the rows by ``jishi
verify``.
"""

from django.db import models
from django.db.models.functions import Now


class Account(models.Model):
    """Money of one owner for one purpose in one currency."""

    id = models.BigAutoField(primary_key=True)
    owner_kind = models.CharField(max_length=24)
    owner_key = models.CharField(max_length=64)
    purpose = models.CharField(max_length=32)
    currency = models.CharField(max_length=12)
    balance_minor = models.BigIntegerField(db_default=0)
    pending_out_minor = models.BigIntegerField(db_default=0)
    floor_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner_kind", "owner_key", "purpose", "currency"], name="ledger_account_ref"
            ),
            models.CheckConstraint(
                condition=models.Q(floor_minor__isnull=True)
                | models.Q(balance_minor__gte=models.F("floor_minor") + models.F("pending_out_minor")),
                name="ledger_account_floor",
            ),
            models.CheckConstraint(
                condition=models.Q(pending_out_minor__gte=0), name="ledger_account_pending"
            ),
        ]


class Journal(models.Model):
    """The booking of one source event, once for ever by its natural key."""

    id = models.BigAutoField(primary_key=True)
    natural_key = models.CharField(max_length=200)
    kind = models.CharField(max_length=48)
    fingerprint = models.CharField(max_length=32)
    pending = models.BooleanField()
    posted_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["natural_key"], name="ledger_journal_key")]


class Transfer(models.Model):
    """``amount_minor`` from ``debit`` to ``credit``.

    Its keys have no constraints of their own: the journal is written by the same statement, the accounts are
    locked by it, and the database lets nobody delete or rename one of them. Checking again at every commit
    was a third of a batch's cost.
    """

    id = models.BigAutoField(primary_key=True)
    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="transfers", db_constraint=False
    )
    debit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    credit = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    amount_minor = models.BigIntegerField()
    pending = models.BooleanField()
    note = models.CharField(max_length=120)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="ledger_transfer_amount"),
            models.CheckConstraint(
                condition=~models.Q(debit=models.F("credit")), name="ledger_transfer_accounts"
            ),
        ]
        indexes = [
            models.Index(fields=["debit", "id"], name="ledger_transfer_debit"),
            models.Index(fields=["credit", "id"], name="ledger_transfer_credit"),
        ]


class Outcome(models.TextChoices):
    """How a pending transfer ended."""

    POSTED = "posted"
    VOIDED = "voided"


class Resolution(models.Model):
    """The one end of a pending transfer; the unique key is what makes it one."""

    id = models.BigAutoField(primary_key=True)
    transfer = models.OneToOneField(Transfer, on_delete=models.PROTECT, related_name="+")
    journal = models.ForeignKey(Journal, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome)
    recorded_at = models.DateTimeField(db_default=Now())
