"""Messages that left the house, and in the demo the inbox that shows them.

Invariant: addresses and texts are personal and stored encrypted; the inbox is found by nothing but time.
"""

from django.db import models
from django.utils import timezone

from jishi.kernel import crypto


class InboxMessage(models.Model):
    """A mail or text message caught by the demo instead of being sent."""

    channel = models.CharField(max_length=8)
    recipient = crypto.EncryptedTextField()
    recipient_index = models.CharField(max_length=64, db_index=True)
    subject = crypto.EncryptedTextField(blank=True, default="")
    text = crypto.EncryptedTextField()
    sent_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        """Two ways a message can travel."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel__in=["mail", "sms"]), name="notifications_channel_known"
            )
        ]

    def __str__(self) -> str:
        """Return the channel and number; the content is personal."""
        return f"{self.channel} {self.pk}"


class Notice(models.Model):
    """Something a person is told inside Jishi: a kind and its parameters, worded when shown."""

    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    params = models.JSONField(default=dict)
    url = models.CharField(max_length=200, blank=True, default="")
    natural_key = models.CharField(max_length=120, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first per person, and the same fact only once."""

        constraints = [
            models.UniqueConstraint(fields=["person", "natural_key"], name="notifications_notice_once")
        ]
        indexes = [models.Index(fields=["person", "-created_at"], name="notifications_notice_newest")]

    def __str__(self) -> str:
        """Return the kind and number."""
        return f"{self.kind} {self.pk}"
