"""Payouts that were asked for. The money itself is the ledger's: set aside, moved or given back by journals
that carry the payout's code. At most one payout per person and currency waits at a time.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

from jishi.kernel.crypto import EncryptedTextField
from jishi.kernel.ids import new_code
from jishi.money.wallet.contracts import PayoutState


class Payout(models.Model):
    """One way out of somebody's earnings."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    destination = EncryptedTextField(blank=True, default="")
    state = models.CharField(max_length=10, default=PayoutState.ASKED)
    reason = models.CharField(max_length=200, blank=True, default="")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "currency"],
                name="wallet_payout_one_waits",
                condition=Q(state=PayoutState.ASKED),
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="wallet_payout_amount"),
            models.CheckConstraint(condition=Q(state__in=list(PayoutState)), name="wallet_payout_state"),
            models.CheckConstraint(
                condition=Q(state=PayoutState.ASKED, decided_at__isnull=True)
                | Q(~Q(state=PayoutState.ASKED), decided_at__isnull=False),
                name="wallet_payout_decided_has_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["asked_at"], name="wallet_payout_waits", condition=Q(state=PayoutState.ASKED)
            ),
            models.Index(fields=["person", "-id"], name="wallet_payout_person"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"
