"""Intents, the tries to pay them, what was captured, what goes back, and everything a provider said.

One applied capture per intent, one capture per attempt, one refund per natural key: by unique constraints.
Webhook receipts and reconciliation breaks are append-only.
"""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from jishi.kernel.ids import new_code
from jishi.money.payments.contracts import AttemptState, IntentState, RefundState


class Intent(models.Model):
    """One payment: who shall pay how much until when."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=12, unique=True, default=new_code)
    natural_key = models.CharField(max_length=120, unique=True)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=20, choices=[(s, s) for s in IntentState], default=IntentState.OPEN)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()
    captured_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payments_intent_amount"),
            models.CheckConstraint(
                condition=models.Q(refunded_minor__gte=0, refunded_minor__lte=models.F("amount_minor")),
                name="payments_intent_refunded",
            ),
        ]


class Allocation(models.Model):
    """The part of an intent that pays one order; frozen with the intent."""

    id = models.BigAutoField(primary_key=True)
    intent = models.ForeignKey(Intent, on_delete=models.PROTECT, related_name="allocations")
    order_code = models.CharField(max_length=24, db_index=True)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["intent", "order_code"], name="payments_allocation_order"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gte=0), name="payments_allocation_amount"
            ),
        ]


class Attempt(models.Model):
    """One try at one provider. Its code is our reference there, and the key of the call that creates it."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=16, unique=True)
    intent = models.ForeignKey(Intent, on_delete=models.PROTECT, related_name="attempts")
    provider = models.CharField(max_length=24)
    provider_ref = models.CharField(max_length=64, null=True)
    pay_url = models.CharField(max_length=500, default="")
    return_url = models.CharField(max_length=500)
    state = models.CharField(
        max_length=12, choices=[(s, s) for s in AttemptState], default=AttemptState.CREATED
    )
    failure = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField()
    sync_at = models.DateTimeField(null=True)
    sync_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "provider_ref"], name="payments_attempt_ref"),
        ]
        indexes = [
            models.Index(
                fields=["sync_at"], name="payments_attempt_sync", condition=models.Q(sync_at__isnull=False)
            ),
        ]


class Disposition(models.TextChoices):
    """What became of captured money: it paid the intent, or it came a second time."""

    APPLIED = "applied"
    SURPLUS = "surplus"


class Capture(models.Model):
    """Money that a provider took from the buyer."""

    id = models.BigAutoField(primary_key=True)
    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="+")
    intent = models.ForeignKey(Intent, on_delete=models.PROTECT, related_name="captures")
    amount_minor = models.BigIntegerField()
    disposition = models.CharField(max_length=8, choices=Disposition)
    paid_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["intent"], name="payments_capture_applied", condition=models.Q(disposition="applied")
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payments_capture_amount"),
        ]


class Refund(models.Model):
    """Money that shall go back. Its code is the key at the provider, so sending it twice sends it once."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=12, unique=True, default=new_code)
    natural_key = models.CharField(max_length=160, unique=True)
    capture = models.ForeignKey(Capture, on_delete=models.PROTECT, related_name="refunds")
    order_code = models.CharField(max_length=24, db_index=True)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=[(s, s) for s in RefundState], default=RefundState.DUE)
    provider_ref = models.CharField(max_length=64, default="")
    last_error = models.CharField(max_length=200, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    requested_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payments_refund_amount"),
        ]
        indexes = [
            models.Index(
                fields=["next_at"], name="payments_refund_next", condition=models.Q(next_at__isnull=False)
            ),
        ]


class WebhookReceipt(models.Model):
    """A message of a provider that was taken in, by the id of the *event*, whatever delivery brought it."""

    id = models.BigAutoField(primary_key=True)
    provider = models.CharField(max_length=24)
    event_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=24)
    reference = models.CharField(max_length=64)
    outcome = models.CharField(max_length=12)
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id"], name="payments_webhook_event"),
        ]


class ReconciliationBreak(models.Model):
    """What a provider says and our books do not: recorded, acknowledged, and left to a person."""

    id = models.BigAutoField(primary_key=True)
    provider = models.CharField(max_length=24)
    event_id = models.CharField(max_length=80)
    kind = models.CharField(max_length=24)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="+", null=True)
    detail = models.JSONField()
    recorded_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["provider", "event_id", "kind"], name="payments_break_event"),
        ]
