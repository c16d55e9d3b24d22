"""Shops and the people who work for them.

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
