"""What people agreed to, and accounts on their way out.

Invariants: the ledger of consents only grows, so that it can be shown what was agreed to and when; a person
has at most one deletion.
"""

from django.db import models
from django.db.models import Q

from jishi.people.privacy.contracts import DeletionState, Purpose


class Consent(models.Model):
    """One word of one person on one purpose; the newest counts."""

    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=20)
    given = models.BooleanField()
    policy_version = models.CharField(max_length=20)
    source = models.CharField(max_length=20)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="privacy_consent_purpose", condition=Q(purpose__in=list(Purpose)))
        ]
        indexes = [models.Index(fields=["person", "purpose", "-id"], name="privacy_consent_newest")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.given}"


class Deletion(models.Model):
    """An account whose owner asked to have it deleted. The code that confirms it is kept as a digest only."""

    person = models.OneToOneField(
        "accounts.User", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=9)
    code_digest = models.CharField(max_length=64, blank=True, default="")
    code_sent_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    requested_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="privacy_deletion_state", condition=Q(state__in=list(DeletionState))),
            models.CheckConstraint(
                name="privacy_deletion_due",
                condition=~Q(state="waiting") | Q(due_at__isnull=False, requested_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="privacy_deletion_due", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.person_id} ({self.state})"
