"""Leaders, their points, rounds with items, what each order collects, and the demand of a round.

An item's counters equal its live portions and never exceed its cap; a person's tally never exceeds the
limit; what leaders were promised of a round never exceeds its budget; a round has one demand, and an item one
line in it. All of it changes under the lock of the round's row. Order of locks: order, round, collection,
then what lies below.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from jishi.kernel import crypto
from jishi.kernel.ids import new_code
from jishi.kernel.text import TranslatedField
from jishi.promotions.community_buys.contracts import (
    CollectionState,
    LeaderState,
    RoundState,
    SeriesState,
    Shortage,
    Unpicked,
)

LIVE = (CollectionState.HELD, CollectionState.PAID, CollectionState.READY)
BOUGHT = (
    CollectionState.PAID,
    CollectionState.READY,
    CollectionState.COLLECTED,
    CollectionState.FORFEITED,
)
MOST_TRIES = 5


class Leader(models.Model):
    """Somebody who hands goods out in an area, and who stands in while they are away."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    person = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    phone = crypto.EncryptedTextField(blank=True, default="")
    region = models.CharField(max_length=60)
    about = models.CharField(max_length=300, blank=True, default="")
    state = models.CharField(max_length=10, default=LeaderState.APPLIED)
    reason = models.CharField(max_length=200, blank=True, default="")
    substitute = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    substitute_until = models.DateTimeField(null=True)
    applied_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=list(LeaderState)), name="community_buys_leader_state"
            ),
            models.CheckConstraint(
                condition=Q(substitute=None, substitute_until=None)
                | (Q(substitute_until__isnull=False) & ~Q(substitute=F("id"))),
                name="community_buys_leader_substitute",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Point(models.Model):
    """A place where a leader hands goods out."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    leader = models.ForeignKey(Leader, on_delete=models.PROTECT, related_name="points")
    name = models.CharField(max_length=60)
    region = models.CharField(max_length=60)
    line = models.CharField(max_length=160)
    hours = models.CharField(max_length=60, blank=True, default="")
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["region"], name="community_buys_point_region")]

    def __str__(self) -> str:
        return self.code


class Series(models.Model):
    """A round that comes again at the same times of the shop's day; `due_at` is the latest cut-off.

    `weekdays` has a bit for each day of the week with a cut-off, Monday the lowest.
    """

    code = models.CharField(max_length=12, unique=True, default=new_code)
    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    weekdays = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, default=SeriesState.ON)
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=40, blank=True, default="")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=list(SeriesState)), name="community_buys_series_state"
            ),
            models.CheckConstraint(
                condition=Q(weekdays__gte=1, weekdays__lte=127), name="community_buys_series_weekdays"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], condition=Q(state=SeriesState.ON), name="community_buys_series_due"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Round(models.Model):
    """What one shop offers to one area until a cut-off. Its row is the lock of everything in it."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    title = TranslatedField()
    region = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, default=RoundState.PLANNED)
    starts_at = models.DateTimeField()
    cutoff_at = models.DateTimeField()
    arrives_at = models.DateTimeField()
    pickup_until_at = models.DateTimeField()
    shortage = models.CharField(max_length=14)
    unpicked = models.CharField(max_length=10)
    commission_bps = models.PositiveIntegerField()
    budget_minor = models.BigIntegerField()
    commission_minor = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True, default="")
    series = models.ForeignKey(Series, null=True, on_delete=models.PROTECT, related_name="rounds")
    created_at = models.DateTimeField()
    cut_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "cutoff_at"], name="community_buys_round_series_once"),
            models.CheckConstraint(
                condition=Q(
                    state__in=list(RoundState), shortage__in=list(Shortage), unpicked__in=list(Unpicked)
                ),
                name="community_buys_round_state",
            ),
            models.CheckConstraint(
                condition=Q(
                    cutoff_at__gt=F("starts_at"),
                    arrives_at__gt=F("cutoff_at"),
                    pickup_until_at__gt=F("arrives_at"),
                ),
                name="community_buys_round_times",
            ),
            models.CheckConstraint(
                condition=Q(commission_minor__gte=0, commission_minor__lte=F("budget_minor")),
                name="community_buys_round_budget",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["state", "cutoff_at"], name="community_buys_round_due"),
            models.Index(fields=["shop", "-id"], name="community_buys_round_shop"),
        ]

    def __str__(self) -> str:
        return self.code


class Item(models.Model):
    """One variant in a round, and how much of it is ordered, arrived and given out."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="items")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    price_minor = models.BigIntegerField()
    list_minor = models.BigIntegerField()
    cost_minor = models.BigIntegerField(null=True)
    cap = models.PositiveIntegerField()
    limit_per_person = models.PositiveSmallIntegerField()
    held = models.PositiveIntegerField(default=0)
    sold = models.PositiveIntegerField(default=0)
    arrived = models.PositiveIntegerField(null=True)
    given = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["round", "variant"], name="community_buys_item_once"),
            models.CheckConstraint(
                condition=Q(held__gte=0, sold__gte=0, cap__gte=F("held") + F("sold")),
                name="community_buys_item_cap",
            ),
            models.CheckConstraint(
                condition=Q(price_minor__gt=0, price_minor__lte=F("list_minor"), cap__gte=1),
                name="community_buys_item_price",
            ),
            models.CheckConstraint(
                condition=Q(arrived=None, given=0) | Q(arrived__gte=F("given")),
                name="community_buys_item_given",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Tally(models.Model):
    """How many units of an item one person has in live orders; the database refuses more than the limit."""

    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField(default=0)
    most = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["item", "person"], name="community_buys_tally_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=0, quantity__lte=F("most")), name="community_buys_tally_most"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} of {self.most}"


class Collection(models.Model):
    """The goods of one order; `leader` is who was responsible for the point when it was paid."""

    order_code = models.CharField(max_length=12, unique=True)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="collections")
    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="+")
    leader = models.ForeignKey(Leader, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, default=CollectionState.HELD)
    commission_minor = models.BigIntegerField(default=0)
    commission_back_minor = models.BigIntegerField(default=0)
    short_minor = models.BigIntegerField(default=0)
    secret = crypto.EncryptedTextField(blank=True, default="")
    tries = models.PositiveSmallIntegerField(default=0)
    held_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    handed_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=list(CollectionState)), name="community_buys_collection_state"
            ),
            models.CheckConstraint(
                condition=Q(commission_back_minor__gte=0, commission_back_minor__lte=F("commission_minor")),
                name="community_buys_collection_commission",
            ),
            models.CheckConstraint(
                condition=Q(tries__lte=MOST_TRIES), name="community_buys_collection_tries"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["round", "state"], name="community_buys_collection_due"),
            models.Index(fields=["point", "state"], name="community_buys_collection_desk"),
            models.Index(fields=["person", "-id"], name="community_buys_collection_own"),
        ]

    def __str__(self) -> str:
        return self.order_code


class Portion(models.Model):
    """So many of one item in a collection; `given` is decided once, when the arrival was counted."""

    collection = models.ForeignKey(Collection, on_delete=models.PROTECT, related_name="portions")
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="portions")
    quantity = models.PositiveIntegerField()
    paid_minor = models.BigIntegerField(default=0)
    given = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["collection", "item"], name="community_buys_portion_once"),
            models.CheckConstraint(
                condition=Q(quantity__gte=1) & (Q(given=None) | Q(given__lte=F("quantity"))),
                name="community_buys_portion_given",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.given} of {self.quantity}"


class Demand(models.Model):
    """The purchase demand of a round."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    round = models.OneToOneField(Round, on_delete=models.PROTECT, related_name="demand")
    orders = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class DemandLine(models.Model):
    """How many of one item were paid for when the demand was made."""

    demand = models.ForeignKey(Demand, on_delete=models.PROTECT, related_name="lines")
    item = models.OneToOneField(Item, on_delete=models.PROTECT, related_name="demand_line")
    quantity = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.quantity)
