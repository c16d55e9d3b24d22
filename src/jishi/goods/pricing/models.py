"""Price lists and their history.

The history is append-only: it is the evidence for every struck-through price that a page shows.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Price(models.Model):
    """What one variant costs now in one currency.

    `product` repeats the variant's product, so that a product's lowest price is found in this table alone.
    `lowest_before_minor` is the lowest price of the days before `since_at`, as the rule pack counts them.
    """

    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    compare_at_minor = models.BigIntegerField(null=True)
    lowest_before_minor = models.BigIntegerField(null=True)
    since_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["variant", "currency"],
                include=["amount_minor", "compare_at_minor", "lowest_before_minor"],
                name="price_one_per_currency",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="price_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.amount_minor} {self.currency}"


class PriceHistory(models.Model):
    """A price that began to apply at a moment; rows are never changed or removed."""

    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["variant", "currency", "at"], name="price_history_by_time")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="price_history_not_negative")
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.amount_minor} {self.currency} from {self.at}"
