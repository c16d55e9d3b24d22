"""Share links, who opened them and what they sold. Visits and orders are facts: written once, never changed.

A link's parent has a smaller id and exactly one less depth (checked by a trigger), so chains are acyclic.
"""

from django.db import models
from django.db.models import F, Q

from jishi.kernel.ids import new_code
from jishi.social.shares.contracts import ShareKind


class ShareLink(models.Model):
    """One person's link to one thing, reached through one other link or none."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    sharer = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=64)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    depth = models.PositiveSmallIntegerField(default=0)
    channel = models.CharField(max_length=16, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["sharer", "kind", "key", "parent"],
                name="shares_link_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="shares_link_kind", condition=Q(kind__in=list(ShareKind))),
            models.CheckConstraint(
                name="shares_link_parent_before_child",
                condition=Q(parent__isnull=True, depth=0) | Q(parent__lt=F("id"), depth__gte=1),
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "key"], name="shares_link_target"),
            models.Index(fields=["sharer", "-id"], name="shares_link_sharer"),
            models.Index(fields=["depth"], name="shares_link_depth"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} ({self.code})"


class ShareVisit(models.Model):
    """The first time a visitor opened a link."""

    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="visits")
    visitor = models.CharField(max_length=64)
    person = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    first_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["link", "visitor"], name="shares_visit_once")]

    def __str__(self) -> str:
        return f"{self.visitor} by {self.link_id}"


class ShareOrder(models.Model):
    """A paid order and the one link that brought it."""

    link = models.ForeignKey(ShareLink, on_delete=models.PROTECT, related_name="orders")
    order_code = models.CharField(max_length=12, unique=True)
    buyer = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="shares_order_amount", condition=Q(amount_minor__gte=0))]
        indexes = [models.Index(fields=["link", "-id"], name="shares_order_link")]

    def __str__(self) -> str:
        return f"{self.order_code} by {self.link_id}"
