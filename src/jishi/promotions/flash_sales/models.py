"""Slots, enrolled items, claims and reminders. The database itself refuses an oversold item and a second
claim.

An item's counters always equal its claims: `held` and `sold` change in the same transaction as the claim
they count, under the lock of the item row, and with `available` and `back` they add up to the allocation.
Units that are available lie in one earmark of the inventory under the item's reference. Order of locks:
item, claim, then what lies below (shelves, holds).
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from jishi.kernel.ids import new_code
from jishi.kernel.text import TranslatedField
from jishi.promotions.flash_sales.contracts import ClaimState, ItemState

LIVE_ITEMS = (ItemState.APPLIED, ItemState.APPROVED, ItemState.OPEN)
LIVE_CLAIMS = (ClaimState.HELD, ClaimState.PAID)


class Slot(models.Model):
    """A span of time for which shops may enrol items."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    title = TranslatedField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    enrol_until = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at"), enrol_until__lte=F("starts_at")),
                name="flash_sales_slot_period",
            ),
            models.UniqueConstraint(fields=["starts_at", "ends_at"], name="flash_sales_slot_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["ends_at"], name="flash_sales_slot_end")]

    def __str__(self) -> str:
        return f"{self.code} from {self.starts_at}"


class Item(models.Model):
    """One variant enrolled for one slot. `terms` are its frozen prices, made by the engine at opening."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="items")
    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    price_minor = models.BigIntegerField()
    list_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField(null=True)
    allocation = models.PositiveIntegerField()
    limit_per_person = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, default=ItemState.APPLIED)
    reason = models.CharField(max_length=200, blank=True, default="")
    terms = models.JSONField(default=dict)
    available = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    sold = models.PositiveIntegerField(default=0)
    back = models.PositiveIntegerField(default=0)
    applied_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["slot", "variant"],
                condition=Q(state__in=[*LIVE_ITEMS]),
                name="flash_sales_item_once",
            ),
            models.CheckConstraint(condition=Q(state__in=list(ItemState)), name="flash_sales_item_state"),
            models.CheckConstraint(
                condition=Q(price_minor__gt=0, price_minor__lt=F("list_minor")),
                name="flash_sales_item_cheaper",
            ),
            models.CheckConstraint(
                condition=Q(allocation__gte=1, limit_per_person__gte=1, limit_per_person__lte=10),
                name="flash_sales_item_limits",
            ),
            models.CheckConstraint(condition=Q(available__gte=0), name="flash_sales_item_never_oversold"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[ItemState.APPLIED, ItemState.REFUSED, ItemState.WITHDRAWN],
                    available=0,
                    held=0,
                    sold=0,
                    back=0,
                )
                | (
                    ~Q(state__in=[ItemState.APPLIED, ItemState.REFUSED, ItemState.WITHDRAWN])
                    & Q(allocation=F("available") + F("held") + F("sold") + F("back"))
                ),
                name="flash_sales_item_adds_up",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["variant"], condition=Q(state=ItemState.OPEN), name="flash_sales_item_open"),
            models.Index(fields=["shop", "-id"], name="flash_sales_item_shop"),
            models.Index(
                fields=["product"],
                condition=Q(state__in=[ItemState.APPROVED, ItemState.OPEN]),
                name="flash_sales_item_product",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"


class Claim(models.Model):
    """Units of an item that one order carries for one person."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="claims")
    person = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    """The order's buyer, who is checked by the database (decision 0025)."""
    order_code = models.CharField(max_length=12, unique=True)
    quantity = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default=ClaimState.HELD)
    claimed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["item", "person"],
                condition=Q(state__in=[*LIVE_CLAIMS]),
                name="flash_sales_claim_once_per_person",
            ),
            models.CheckConstraint(condition=Q(state__in=list(ClaimState)), name="flash_sales_claim_state"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="flash_sales_claim_quantity"),
        ]
        indexes: ClassVar = [models.Index(fields=["person", "-id"], name="flash_sales_claim_person")]

    def __str__(self) -> str:
        return f"{self.order_code} ({self.state})"


class Reminder(models.Model):
    """Somebody wants to be told shortly before an item goes on sale."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="reminders")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    remind_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "person"], name="flash_sales_reminder_once")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["remind_at"], condition=Q(told_at__isnull=True), name="flash_sales_reminder_due"
            )
        ]

    def __str__(self) -> str:
        return f"reminder {self.pk}"
