"""Shelves, what moved on them, and who has units set aside.

Besides: since when a product is out of stock, and who asked to be told when it is back.

Kept by constraints whatever path a write takes: 0 <= reserved <= on_hand; one hold per reference and shelf;
one movement per shelf, kind and reference. Movements are append-only: on_hand is their sum.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

LIVE = ("held", "committed")


class Warehouse(models.Model):
    """A place of one shop where goods lie."""

    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["shop", "code"], name="warehouse_code_once")]

    def __str__(self) -> str:
        return self.code


class Stock(models.Model):
    """One variant in one warehouse. `product` repeats the variant's, to answer for a whole product."""

    warehouse = models.ForeignKey(Warehouse, on_delete=models.PROTECT, related_name="+", db_index=False)
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    on_hand = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["warehouse", "variant"], name="stock_once_per_warehouse"),
            models.CheckConstraint(condition=Q(reserved__gte=0), name="stock_reserved_not_negative"),
            models.CheckConstraint(condition=Q(reserved__lte=F("on_hand")), name="stock_never_oversold"),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.on_hand} on hand, {self.reserved} reserved"


class Hold(models.Model):
    """Units of one shelf set aside for one reference: held until a moment, committed, then gone or free."""

    class State(models.TextChoices):
        HELD = "held"
        COMMITTED = "committed"
        CONSUMED = "consumed"
        RELEASED = "released"

    reference = models.CharField(max_length=80)
    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.HELD)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reference", "stock"], name="hold_once_per_reference"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_of_something"),
            models.CheckConstraint(
                condition=Q(state__in=["held", "committed", "consumed", "released"]), name="hold_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state="held", expires_at__isnull=False)
                | (~Q(state="held") & Q(expires_at__isnull=True)),
                name="hold_expires_only_while_held",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=Q(state="held"), name="hold_due"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}: {self.quantity} {self.state}"


class Movement(models.Model):
    """A change of what lies on a shelf; a count that found nothing to correct moves zero."""

    class Kind(models.TextChoices):
        RECEIVE = "receive"
        ADJUST = "adjust"
        SHIP = "ship"
        RETURN = "return"

    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="+", db_index=False)
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=7, choices=Kind.choices)
    quantity = models.BigIntegerField()
    reference = models.CharField(max_length=80)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["stock", "kind", "reference"], name="movement_once_per_reference"
            ),
            models.CheckConstraint(
                condition=(
                    Q(kind="adjust")
                    | Q(kind="receive", quantity__gt=0)
                    | Q(kind="return", quantity__gt=0)
                    | Q(kind="ship", quantity__lt=0)
                ),
                name="movement_sign_fits_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity} of {self.stock_id}"


class Absence(models.Model):
    """A product was out of stock: since when, and until when. One is open at most."""

    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product"], condition=Q(ended_at=None), name="inventory_absence_one_open"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")), name="inventory_absence_period"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["ended_at"], condition=Q(ended_at__isnull=False), name="inventory_absence_ended"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} out since {self.since:%Y-%m-%d %H:%M}"


class Waiting(models.Model):
    """Somebody asked to be told when a product is back; told once, then the row is closed."""

    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["product", "person"], condition=Q(told_at=None), name="inventory_waiting_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"waiting for {self.product_id}"
