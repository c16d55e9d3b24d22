"""Conversations, who is in them, and their lines.

Invariant: the lines of a conversation are numbered without gaps, and a number is taken under the row lock of
the conversation, so whoever sees number n has seen everything before it.
"""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from jishi.kernel.ids import new_code
from jishi.social.messaging.contracts import CardKind, ConversationKind, MessageKind


class Conversation(models.Model):
    """Two people, a group, or a shopper with a shop."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    kind = models.CharField(max_length=8)
    title = models.CharField(max_length=40, blank=True, default="")
    owner = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    low = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    high = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("merchants.Shop", null=True, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    assigned_to = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    shop_read_no = models.BigIntegerField(default=0)
    last_no = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """One conversation per pair, one per shop and customer."""

        constraints = [
            models.UniqueConstraint(fields=["low", "high"], name="messaging_pair_once"),
            models.UniqueConstraint(fields=["shop", "customer"], name="messaging_customer_once"),
            models.CheckConstraint(
                name="messaging_kind_fits",
                condition=Q(
                    kind=ConversationKind.DIRECT, low__lt=F("high"), shop__isnull=True, customer__isnull=True
                )
                | Q(kind=ConversationKind.GROUP, low__isnull=True, high__isnull=True, shop__isnull=True)
                | Q(kind=ConversationKind.SHOP, low__isnull=True, shop__isnull=False, customer__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["shop", "-last_at"], name="messaging_shop_inbox")]

    def __str__(self) -> str:
        """Return the kind and code."""
        return f"{self.kind} {self.code}"


class Member(models.Model):
    """A person in a conversation; staff of a shop are members through the shop and have no row."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    read_no = models.BigIntegerField(default=0)
    since_no = models.BigIntegerField(default=0)
    is_muted = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Once per person."""

        constraints = [
            models.UniqueConstraint(fields=["conversation", "person"], name="messaging_member_once")
        ]
        indexes = [
            models.Index(
                fields=["person", "conversation"],
                name="messaging_member_of",
                condition=Q(left_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        """Return the numbers."""
        return f"{self.person_id} in {self.conversation_id}"


class Message(models.Model):
    """One line. A recalled or hidden one keeps its number and shows no content."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    no = models.BigIntegerField()
    code = models.CharField(max_length=12, unique=True, default=new_code)
    sender = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8)
    text = models.TextField(blank=True, default="")
    picture = models.JSONField(null=True, blank=True)
    card_kind = models.CharField(max_length=12, blank=True, default="")
    card_code = models.CharField(max_length=64, blank=True, default="")
    event = models.CharField(max_length=12, blank=True, default="")
    subject = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    about_no = models.BigIntegerField(null=True)
    from_shop = models.BooleanField(default=False)
    client_key = models.CharField(max_length=80, null=True, blank=True)
    recalled_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """A number once per conversation, a client's key once per sender."""

        constraints = [
            models.UniqueConstraint(fields=["conversation", "no"], name="messaging_number_once"),
            models.UniqueConstraint(fields=["sender", "client_key"], name="messaging_key_once"),
            models.CheckConstraint(name="messaging_message_kind", condition=Q(kind__in=list(MessageKind))),
            models.CheckConstraint(
                name="messaging_card_kind", condition=Q(card_kind="") | Q(card_kind__in=list(CardKind))
            ),
            models.CheckConstraint(name="messaging_number_positive", condition=Q(no__gte=1)),
        ]

    def __str__(self) -> str:
        """Return the numbers; the content is personal."""
        return f"{self.conversation_id} #{self.no}"


class QuickReply(models.Model):
    """A text that a shop's staff send often."""

    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=300)

    class Meta:
        """Each text once per shop."""

        constraints = [models.UniqueConstraint(fields=["shop", "text"], name="messaging_reply_once")]

    def __str__(self) -> str:
        """Return the text."""
        return self.text
