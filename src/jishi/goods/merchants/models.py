"""Shops, the people who work for them, and what these are told together.

A shop's money terms (currency, commission, delivery) are read when an order is placed and frozen there:
changing them here never changes an order that exists.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from jishi.kernel.text import TranslatedField


class Shop(models.Model):
    """A seller with its own terms, currency and clock."""

    code = models.CharField(max_length=12, unique=True)
    slug = models.CharField(max_length=60, unique=True)
    name = TranslatedField()
    description = TranslatedField(default=dict, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    time_zone = models.CharField(max_length=64, default="Asia/Shanghai")
    country = models.CharField(max_length=2, default="CN")
    commission_bps = models.PositiveIntegerField(default=500)
    auto_confirm_days = models.PositiveIntegerField(default=10)
    delivery_fee_minor = models.BigIntegerField(default=0)
    free_delivery_from_minor = models.BigIntegerField(null=True, blank=True)
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(commission_bps__lte=10_000), name="shop_commission_at_most_all"
            ),
            models.CheckConstraint(
                condition=Q(auto_confirm_days__gte=1), name="shop_auto_confirm_a_day_at_least"
            ),
            models.CheckConstraint(
                condition=Q(delivery_fee_minor__gte=0), name="shop_delivery_fee_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(free_delivery_from_minor__isnull=True) | Q(free_delivery_from_minor__gte=0),
                name="shop_free_delivery_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.slug


class ShopStaff(models.Model):
    """One person's place in one shop."""

    class Role(models.TextChoices):
        OWNER = "owner"
        STAFF = "staff"

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.STAFF)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "person"], name="shop_staff_once"),
            models.CheckConstraint(condition=Q(role__in=["owner", "staff"]), name="shop_staff_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.shop_id}"


class Bulletin(models.Model):
    """What happened in a shop since its people were last told of this kind: a count, and when to tell it."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, db_index=False, related_name="+")
    kind = models.CharField(max_length=60)
    url = models.CharField(max_length=200)
    pending = models.PositiveIntegerField(default=1)
    number = models.PositiveIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shop", "kind"], name="shop_bulletin_once"),
            models.CheckConstraint(
                condition=Q(pending=0, due_at=None) | Q(pending__gt=0, due_at__isnull=False),
                name="shop_bulletin_due_when_pending",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="shop_bulletin_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.shop_id}"
