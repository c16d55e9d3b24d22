"""Money held for orders. A holding says where every unit is; its constraint says that none is missing."""

from django.db import models
from django.db.models.functions import Now


class Holding(models.Model):
    """One order's money. ``reservation`` counts the pending bookings that were made for what is left."""

    id = models.BigAutoField(primary_key=True)
    order_code = models.CharField(max_length=24, unique=True)
    intent_code = models.CharField(max_length=12)
    currency = models.CharField(max_length=3)
    captured_minor = models.BigIntegerField()
    held_minor = models.BigIntegerField()
    released_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10)
    reservation = models.PositiveIntegerField(default=0)
    held_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    captured_minor=models.F("held_minor")
                    + models.F("released_minor")
                    + models.F("refunded_minor")
                ),
                name="escrow_holding_sum",
            ),
            models.CheckConstraint(
                condition=models.Q(held_minor__gte=0, released_minor__gte=0, refunded_minor__gte=0),
                name="escrow_holding_parts",
            ),
            # Nothing is held in a settled order, and nothing was released of one that is held.
            models.CheckConstraint(
                condition=models.Q(state="held", released_minor=0)
                | models.Q(state__in=["released", "refunded"], held_minor=0),
                name="escrow_holding_state",
            ),
        ]
        indexes = [models.Index(fields=["state", "held_at"], name="escrow_holding_state_at")]


class SplitRow(models.Model):
    """A share of a holding: frozen in amount and rate, moving only in what became of it."""

    id = models.BigAutoField(primary_key=True)
    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="splits")
    position = models.PositiveSmallIntegerField()
    owner_kind = models.CharField(max_length=24)
    owner_key = models.CharField(max_length=64)
    purpose = models.CharField(max_length=32)
    role = models.CharField(max_length=12)
    rate_bps = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField()
    released_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)

    class Meta:
        db_table = "escrow_split"
        constraints = [
            models.UniqueConstraint(fields=["holding", "position"], name="escrow_split_position"),
            # What was released can be taken back: it then counts as refunded, never as both.
            models.CheckConstraint(
                condition=models.Q(
                    amount_minor__gte=0,
                    released_minor__gte=0,
                    refunded_minor__gte=0,
                    released_minor__lte=models.F("amount_minor") - models.F("refunded_minor"),
                ),
                name="escrow_split_parts",
            ),
        ]
        indexes = [models.Index(fields=["owner_kind", "owner_key", "-id"], name="escrow_split_owner")]


class HoldingRefund(models.Model):
    """What each share gave back for one refund; append-only."""

    id = models.BigAutoField(primary_key=True)
    holding = models.ForeignKey(Holding, on_delete=models.PROTECT, related_name="+")
    natural_key = models.CharField(max_length=160, unique=True)
    amount_minor = models.BigIntegerField()
    parts_minor = models.JSONField()
    after_release = models.BooleanField()
    refund_code = models.CharField(max_length=12)
    recorded_at = models.DateTimeField(db_default=Now())
