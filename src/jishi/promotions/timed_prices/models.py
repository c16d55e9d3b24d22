"""Timed prices: goods of a shop, what comes off, and the times in which it does, the same for everybody.

Invariants, each kept by the database: windows, goods and what comes off never change after they were written;
without the shop's yes nothing opens.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from jishi.kernel.ids import new_code
from jishi.promotions.timed_prices.contracts import LEAST_BPS, MOST_BPS, PriceState


class TimedPrice(models.Model):
    """What a shop gives in some windows. `paused_at` is set while nobody gets it."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    title = models.CharField(max_length=120)
    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    off_bps = models.PositiveIntegerField()
    state = models.CharField(max_length=8, default=PriceState.PROPOSED)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="timed_prices_state", condition=Q(state__in=[one.value for one in PriceState])
            ),
            models.CheckConstraint(
                name="timed_prices_off", condition=Q(off_bps__gte=LEAST_BPS, off_bps__lte=MOST_BPS)
            ),
            models.CheckConstraint(name="timed_prices_times", condition=Q(starts_at__lt=F("ends_at"))),
            models.CheckConstraint(
                name="timed_prices_agreed",
                condition=Q(agreed_at__isnull=False) | ~Q(state__in=["ready", "open", "paused"]),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Item(models.Model):
    """One of the goods; in all its variants."""

    price = models.ForeignKey(TimedPrice, on_delete=models.CASCADE, related_name="items")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["price", "product"], name="timed_prices_item_once")
        ]

    def __str__(self) -> str:
        return f"{self.price_id}: {self.product_id}"


class Window(models.Model):
    """One time in which it holds; orders name it by its code."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    price = models.ForeignKey(TimedPrice, on_delete=models.CASCADE, related_name="windows")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["price", "starts_at"], name="timed_prices_window_once"),
            models.CheckConstraint(name="timed_prices_window_times", condition=Q(starts_at__lt=F("ends_at"))),
        ]

    def __str__(self) -> str:
        return self.code
