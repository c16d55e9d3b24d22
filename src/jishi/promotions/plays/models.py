"""Offers, teams and seats. The database itself refuses an overfilled team, a second seat and an oversold
offer.

A team's counters always equal its seats: `seats_taken` and `seats_held` change in the same statement group
as the
seat they count, under the lock of the team row. Locks are taken in the order offer, team, seat.
"""

from django.db import models
from django.db.models import F, Q

from jishi.kernel.ids import new_code
from jishi.promotions.plays.contracts import OfferStatus, SeatState, TeamState


class Offer(models.Model):
    """What a shop offers to teams for one product. `params` are checked by the mechanic before they get
    here.
    """

    code = models.CharField(max_length=12, unique=True, default=new_code)
    mechanic = models.CharField(max_length=32)
    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    params = models.JSONField(default=dict)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    status = models.CharField(max_length=8, default=OfferStatus.DRAFT)
    stock_limit = models.PositiveIntegerField(null=True, blank=True)
    units_claimed = models.PositiveIntegerField(default=0)
    badge_shown = models.BooleanField(default=False)
    audience_kind = models.CharField(max_length=24, blank=True, default="")
    audience_key = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="plays_offer_within_stock",
                condition=Q(stock_limit__isnull=True) | Q(units_claimed__lte=F("stock_limit")),
            ),
            models.CheckConstraint(
                name="plays_offer_period",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
            ),
            models.CheckConstraint(name="plays_offer_status", condition=Q(status__in=list(OfferStatus))),
        ]
        indexes = [
            models.Index(fields=["product", "status", "starts_at"], name="plays_offer_product"),
            models.Index(fields=["shop", "-id"], name="plays_offer_shop"),
            models.Index(
                fields=["audience_kind", "audience_key", "-id"],
                name="plays_offer_audience",
                condition=~Q(audience_kind=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mechanic} {self.code}"


class OfferPrice(models.Model):
    """The team price of one variant."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="prices")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    price_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "variant"], name="plays_offer_variant_once"),
            models.CheckConstraint(name="plays_offer_price_positive", condition=Q(price_minor__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.price_minor}"


class Team(models.Model):
    """People who buy together. `opened_at` is when the leader paid; before that the team is `starting`."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="teams")
    leader = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    size = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, default=TeamState.STARTING)
    seats_taken = models.PositiveSmallIntegerField(default=0)
    seats_held = models.PositiveSmallIntegerField(default=0)
    seats_virtual = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    deadline_at = models.DateTimeField()
    formed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="plays_team_never_overfilled",
                condition=Q(size__gte=F("seats_taken") + F("seats_held") + F("seats_virtual")),
            ),
            models.CheckConstraint(
                name="plays_team_formed_is_full",
                condition=~Q(state=TeamState.FORMED)
                | Q(size=F("seats_taken") + F("seats_virtual"), seats_held=0, formed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="plays_team_closed_has_end",
                condition=~Q(state__in=[TeamState.EXPIRED, TeamState.FAILED])
                | Q(closed_at__isnull=False, seats_held=0, formed_at__isnull=True),
            ),
            models.CheckConstraint(name="plays_team_state", condition=Q(state__in=list(TeamState))),
            models.CheckConstraint(name="plays_team_size", condition=Q(size__gte=1)),
        ]
        indexes = [
            models.Index(fields=["deadline_at"], name="plays_team_due", condition=Q(state=TeamState.OPEN)),
            models.Index(
                fields=["offer", "deadline_at"], name="plays_team_open", condition=Q(state=TeamState.OPEN)
            ),
            models.Index(fields=["state", "-id"], name="plays_team_state_list"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"


class Seat(models.Model):
    """One person's place in a team, bought by one order. A late payment may carry it to another team
    (`moved_from`).

    `keeps_place`: the member was refunded after the team formed, so the place still counts as filled.
    `held_until` is when paying stops to count, `lapses_at` when the order itself gives up waiting for
    payment.
    """

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    order_code = models.CharField(max_length=12, unique=True)
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    state = models.CharField(max_length=10, default=SeatState.HELD)
    is_leader = models.BooleanField(default=False)
    move_ok = models.BooleanField(default=False)
    keeps_place = models.BooleanField(default=False)
    moved_from = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    held_at = models.DateTimeField()
    held_until = models.DateTimeField()
    lapses_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    refunded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "person"],
                name="plays_seat_once_per_person",
                condition=Q(state__in=[SeatState.HELD, SeatState.TAKEN]),
            ),
            models.UniqueConstraint(
                fields=["team"],
                name="plays_seat_one_leader",
                condition=Q(is_leader=True, state__in=[SeatState.HELD, SeatState.TAKEN]),
            ),
            models.CheckConstraint(
                name="plays_seat_paid_before_taken",
                condition=~Q(state=SeatState.TAKEN) | Q(paid_at__isnull=False),
            ),
            models.CheckConstraint(name="plays_seat_state", condition=Q(state__in=list(SeatState))),
            models.CheckConstraint(name="plays_seat_quantity", condition=Q(quantity__gte=1)),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="plays_seat_refund_due", condition=Q(state=SeatState.REFUND_DUE)
            ),
            models.Index(fields=["person", "-id"], name="plays_seat_person"),
        ]

    def __str__(self) -> str:
        return f"{self.order_code} ({self.state})"
