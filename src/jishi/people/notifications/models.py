"""What people are told, the ways it goes out, and what they have chosen about it.

Invariant: one delivery per notice and channel. What is due is a row with a due column; claiming it is
committed before the network is talked to, so that a crash in the middle leaves a claimed row behind. Nobody
knows then whether it left: it becomes `unknown`, is shown to operators, and is never sent again by itself.
Addresses and keys are stored encrypted.
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
        """The ways a message can travel."""

        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel__in=["mail", "sms", "push"]), name="notifications_channel_known"
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
    is_listed = models.BooleanField(default=True, db_default=True)
    plan_due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Newest first per person, and the same fact only once."""

        constraints = [
            models.UniqueConstraint(fields=["person", "natural_key"], name="notifications_notice_once")
        ]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="notifications_notice_newest"),
            models.Index(
                fields=["plan_due_at"],
                name="notifications_notice_due",
                condition=models.Q(plan_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """Return the kind and number."""
        return f"{self.kind} {self.pk}"


class Reach(models.Model):
    """When somebody may be disturbed, and when their daily mail is due."""

    person = models.OneToOneField(
        "accounts.User", primary_key=True, on_delete=models.PROTECT, related_name="+"
    )
    time_zone = models.CharField(max_length=64, default="Asia/Shanghai")
    quiet_from = models.PositiveSmallIntegerField(null=True, blank=True)
    quiet_to = models.PositiveSmallIntegerField(null=True, blank=True)
    digest_minute = models.PositiveSmallIntegerField(default=510)
    digest_due_at = models.DateTimeField(null=True, blank=True, db_index=True)
    digested_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Minutes of a day."""

        constraints = [
            models.CheckConstraint(
                name="notifications_reach_minutes",
                condition=models.Q(digest_minute__lt=1440)
                & (models.Q(quiet_from__isnull=True) | models.Q(quiet_from__lt=1440))
                & (models.Q(quiet_to__isnull=True) | models.Q(quiet_to__lt=1440)),
            )
        ]

    def __str__(self) -> str:
        """Return the number."""
        return f"reach of {self.person_id}"


class Choice(models.Model):
    """What somebody has chosen for a topic on a channel; without a row the default holds."""

    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=16)
    channel = models.CharField(max_length=8)
    mode = models.CharField(max_length=8)

    class Meta:
        """Once per topic and channel; only mail is collected."""

        constraints = [
            models.UniqueConstraint(fields=["person", "topic", "channel"], name="notifications_choice_once"),
            models.CheckConstraint(
                name="notifications_choice_known",
                condition=models.Q(mode__in=["now", "off"]) | models.Q(mode="digest", channel="mail"),
            ),
        ]

    def __str__(self) -> str:
        """Return the choice."""
        return f"{self.topic} by {self.channel}: {self.mode}"


class PushTarget(models.Model):
    """A browser that wants to be told."""

    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    endpoint = crypto.EncryptedTextField()
    endpoint_index = models.CharField(max_length=64, unique=True)
    p256dh = crypto.EncryptedTextField()
    auth = crypto.EncryptedTextField()
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        """Return the number; the address is personal."""
        return f"browser {self.pk}"


class Delivery(models.Model):
    """A notice (or a day's mail of several) on its way through one channel."""

    notice = models.ForeignKey(Notice, null=True, on_delete=models.CASCADE, related_name="deliveries")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8)
    digest_on = models.DateField(null=True)
    state = models.CharField(max_length=8, default="pending")
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        """Once per notice and channel, one daily mail per day."""

        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="notifications_delivery_once"),
            models.UniqueConstraint(fields=["person", "digest_on"], name="notifications_digest_once"),
            models.CheckConstraint(
                name="notifications_delivery_known",
                condition=models.Q(channel__in=["mail", "push", "sms"])
                & models.Q(state__in=["pending", "sending", "sent", "dropped", "dead", "unknown"]),
            ),
            models.CheckConstraint(
                name="notifications_delivery_one_thing",
                condition=models.Q(notice__isnull=False, digest_on__isnull=True)
                | models.Q(notice__isnull=True, digest_on__isnull=False, channel="mail"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="notifications_delivery_due", condition=models.Q(state="pending")
            ),
            models.Index(fields=["person", "channel", "created_at"], name="notifications_delivery_cap"),
            models.Index(
                fields=["claimed_at"],
                name="notifications_delivery_claim",
                condition=models.Q(state="sending"),
            ),
            models.Index(
                fields=["-id"],
                name="notifications_delivery_trouble",
                condition=models.Q(state__in=["dead", "unknown"]),
            ),
        ]

    def __str__(self) -> str:
        """Return the channel and state."""
        return f"{self.channel} {self.pk}: {self.state}"

    @property
    def message_id(self) -> str:
        """The same for every try of this delivery, and for no other: 32 hexadecimal digits."""
        return crypto.blind_index(f"delivery:{self.pk}", purpose="notifications.message")[:32]
