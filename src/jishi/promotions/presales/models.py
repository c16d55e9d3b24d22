"""Presales and the reservations of people. The database itself refuses an oversold presale and a second live
reservation.

A presale's counters equal its reservations and change with them under the lock of its row: `held` waits for
deposits, `taken` are deposits paid, `back` went to the ordinary shelf again. All units that are not with an
order lie in one earmark of the inventory. Order of locks: order, presale, reservation, then what lies below.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from jishi.kernel.ids import new_code
from jishi.promotions.presales.contracts import PresaleState, ReservationState

LIVE = (ReservationState.HELD, ReservationState.DEPOSITED, ReservationState.ORDERED)
TAKEN = (ReservationState.DEPOSITED, ReservationState.ORDERED, ReservationState.BOUGHT)


class Presale(models.Model):
    """One variant sold in advance. `forfeits` is what the rule pack said when it was planned."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    price_minor = models.BigIntegerField()
    list_minor = models.BigIntegerField()
    deposit_minor = models.BigIntegerField()
    worth_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField(null=True)
    units = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    back = models.PositiveIntegerField(default=0)
    limit_per_person = models.PositiveSmallIntegerField()
    forfeits = models.BooleanField()
    starts_at = models.DateTimeField()
    deposit_until_at = models.DateTimeField()
    balance_from_at = models.DateTimeField()
    balance_until_at = models.DateTimeField()
    state = models.CharField(max_length=10, default=PresaleState.OPEN)
    reason = models.CharField(max_length=200, blank=True, default="")
    created_at = models.DateTimeField()
    freed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["variant"], condition=Q(state=PresaleState.OPEN), name="presales_presale_once"
            ),
            models.CheckConstraint(condition=Q(state__in=list(PresaleState)), name="presales_presale_state"),
            models.CheckConstraint(
                condition=Q(units__gte=F("held") + F("taken") + F("back")),
                name="presales_presale_never_oversold",
            ),
            models.CheckConstraint(
                condition=Q(
                    deposit_minor__gt=0,
                    worth_minor__gte=F("deposit_minor"),
                    worth_minor__lt=F("price_minor"),
                    price_minor__lte=F("list_minor"),
                ),
                name="presales_presale_prices",
            ),
            models.CheckConstraint(
                condition=Q(
                    deposit_until_at__gt=F("starts_at"),
                    balance_from_at__gte=F("deposit_until_at"),
                    balance_until_at__gt=F("balance_from_at"),
                ),
                name="presales_presale_times",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "balance_until_at"], name="presales_presale_due")]

    def __str__(self) -> str:
        return self.code


class Reservation(models.Model):
    """One person's deposit; its code is also the name of its money in payments and escrow."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    presale = models.ForeignKey(Presale, on_delete=models.PROTECT, related_name="reservations")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, default=ReservationState.HELD)
    deposit_minor = models.BigIntegerField()
    worth_minor = models.BigIntegerField()
    intent_code = models.CharField(max_length=12)
    order_code = models.CharField(max_length=12, null=True, unique=True)
    due_at = models.DateTimeField()
    reserved_at = models.DateTimeField()
    deposited_at = models.DateTimeField(null=True)
    told_from_at = models.DateTimeField(null=True)
    told_end_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["presale", "person"],
                condition=Q(state__in=list(LIVE)),
                name="presales_reservation_one_live",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(ReservationState)), name="presales_reservation_state"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ReservationState.ORDERED, ReservationState.BOUGHT])
                | Q(order_code__isnull=False),
                name="presales_reservation_order",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "due_at"], name="presales_reservation_due"),
            models.Index(fields=["person", "-id"], name="presales_reservation_own"),
        ]

    def __str__(self) -> str:
        return self.code
