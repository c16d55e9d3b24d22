"""Offers, teams, seats, rallies and helps. The database itself refuses an overfilled team, a second seat, a
second help, a limit exceeded and an oversold offer.

A team's counters always equal its seats, a rally's its helps: both change in the same transaction, under the
lock of the team or rally. Locks are taken in the order offer, team or rally, seat or help, tally.
"""

from django.db import models
from django.db.models import F, Q

from jishi.kernel.crypto import EncryptedTextField
from jishi.kernel.ids import new_code
from jishi.promotions.plays.contracts import HelpState, OfferStatus, RallyState, SeatState, TeamState


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
    budget_minor = models.PositiveBigIntegerField(null=True, blank=True)
    budget_used_minor = models.PositiveBigIntegerField(default=0, db_default=0)
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
                name="plays_offer_within_budget",
                condition=Q(budget_minor__isnull=True) | Q(budget_used_minor__lte=F("budget_minor")),
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
    """The team price of one variant, or the lowest price of a rally. `cost_minor` is what a unit costs the
    shop, if it said so: only for the shop's own preview.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="prices")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    price_minor = models.BigIntegerField()
    cost_minor = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "variant"], name="plays_offer_variant_once"),
            models.CheckConstraint(name="plays_offer_price_not_negative", condition=Q(price_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.variant_id}: {self.price_minor}"


class Team(models.Model):
    """People who buy together. `opened_at` is when the leader paid; before that the team is `starting`.

    `match_at` is when it may be matched with others that cannot fill alone. A draw among the members is
    committed to by `seed_hash` before anybody joins; `seed` is told once the draw is done. `tier` is how many
    better prices the team reached.
    """

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
    match_at = models.DateTimeField(null=True, blank=True)
    seed_hash = models.CharField(max_length=64, blank=True, default="", db_default="")
    seed = EncryptedTextField(blank=True, default="", db_default="")
    tier = models.PositiveSmallIntegerField(default=0, db_default=0)

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
            models.Index(
                fields=["match_at"],
                name="plays_team_match",
                condition=Q(state=TeamState.OPEN, match_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"


class Seat(models.Model):
    """One person's place in a team, bought by one order. A late payment may carry it to another team
    (`moved_from`).

    `keeps_place`: the member was refunded after the team formed, so the place still counts as filled.
    `held_until` is when paying stops to count, `lapses_at` when the order itself gives up waiting for
    payment. `household` tells people with one delivery address, `counted_on` the day it counts for,
    `discount_minor` what it takes of the offer's budget. `back_minor` goes back because the team reached a
    better price; `drawn` says how a draw among the members went.

    `reserved_until` marks a seat of the rush lane that has no order yet: it fills a place and uses up nothing
    else of the offer. `order_code` is then only its name, until an order takes it over.
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
    household = models.CharField(max_length=64, blank=True, default="", db_default="")
    counted_on = models.DateField(null=True, blank=True)
    discount_minor = models.PositiveBigIntegerField(default=0, db_default=0)
    back_minor = models.PositiveBigIntegerField(default=0, db_default=0)
    back_sent_at = models.DateTimeField(null=True, blank=True)
    drawn = models.CharField(max_length=4, blank=True, default="", db_default="")
    reserved_until = models.DateTimeField(null=True, blank=True)

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
            models.CheckConstraint(
                name="plays_seat_reserved_is_unpaid",
                condition=Q(reserved_until__isnull=True)
                | Q(state__in=[SeatState.HELD, SeatState.RELEASED], paid_at__isnull=True, discount_minor=0),
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="plays_seat_refund_due", condition=Q(state=SeatState.REFUND_DUE)
            ),
            models.Index(fields=["person", "-id"], name="plays_seat_person"),
            models.Index(
                fields=["reserved_until"],
                name="plays_seat_reserved_due",
                condition=Q(state=SeatState.HELD, reserved_until__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="plays_seat_back_due",
                condition=Q(back_minor__gt=0, back_sent_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_code} ({self.state})"


class Tally(models.Model):
    """How much of a limit is used up: units or helps of a person, a household or a day under one offer.

    Written together with the seat, rally or help that it counts. `most` is the limit as the offer has it.
    """

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    scope = models.CharField(max_length=16)
    key = models.CharField(max_length=80)
    used = models.PositiveIntegerField()
    most = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["offer", "scope", "key"], name="plays_tally_once"),
            models.CheckConstraint(name="plays_tally_within_limit", condition=Q(used__lte=F("most"))),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}: {self.used}/{self.most}"


class Rally(models.Model):
    """One person gathers helpers under an offer: a bargain, an assist. `gained` of `goal` is done.

    `goal` counts what the mechanic counts: minor units to cut, or points to collect. `helps_most` bounds how
    many counted helps it can ever take. `ends_at` ends the gathering, `pay_by_at` the right to buy.
    `has_unit` says that a unit of the offer is set aside for it, `discount_minor` what it takes of the
    budget.
    """

    code = models.CharField(max_length=12, unique=True, default=new_code)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="rallies")
    starter = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, default=RallyState.OPEN)
    alone_minor = models.PositiveBigIntegerField()
    floor_minor = models.PositiveBigIntegerField()
    goal = models.PositiveBigIntegerField()
    gained = models.PositiveBigIntegerField(default=0)
    helps_most = models.PositiveIntegerField()
    helps_counted = models.PositiveIntegerField(default=0)
    helps_kept = models.PositiveIntegerField(default=0)
    seed = models.CharField(max_length=64)
    device = models.CharField(max_length=64, blank=True, default="")
    has_unit = models.BooleanField(default=False)
    discount_minor = models.PositiveBigIntegerField(default=0)
    household = models.CharField(max_length=64, blank=True, default="")
    counted_on = models.DateField()
    order_code = models.CharField(max_length=12, blank=True, default="")
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    won_at = models.DateTimeField(null=True, blank=True)
    pay_by_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=32, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "starter"],
                name="plays_rally_one_at_a_time",
                condition=Q(state__in=[RallyState.OPEN, RallyState.WON, RallyState.ORDERED]),
            ),
            models.UniqueConstraint(
                fields=["order_code"], name="plays_rally_order_once", condition=~Q(order_code="")
            ),
            models.CheckConstraint(name="plays_rally_not_below_floor", condition=Q(gained__lte=F("goal"))),
            models.CheckConstraint(
                name="plays_rally_helps_bounded", condition=Q(helps_counted__lte=F("helps_most"))
            ),
            models.CheckConstraint(
                name="plays_rally_won_is_full", condition=~Q(state=RallyState.WON) | Q(gained=F("goal"))
            ),
            models.CheckConstraint(
                name="plays_rally_order_named",
                condition=~Q(state__in=[RallyState.ORDERED, RallyState.BOUGHT, RallyState.REFUNDED])
                | ~Q(order_code=""),
            ),
            models.CheckConstraint(name="plays_rally_state", condition=Q(state__in=list(RallyState))),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="plays_rally_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["starter", "-id"], name="plays_rally_starter"),
            models.Index(fields=["offer", "-id"], name="plays_rally_offer"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"


class Help(models.Model):
    """What one person gave to one rally. Kept helps wait for somebody to look at them; refused ones gave
    nothing. `is_first` is the starter's own first cut; `once_per_offer` forbids to help two rallies of one
    offer.
    """

    rally = models.ForeignKey(Rally, on_delete=models.PROTECT, related_name="helps")
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, default=HelpState.COUNTED)
    position = models.PositiveIntegerField(null=True, blank=True)
    amount = models.PositiveBigIntegerField(default=0)
    is_first = models.BooleanField(default=False)
    is_newcomer = models.BooleanField(default=False)
    once_per_offer = models.BooleanField(default=False)
    signals = models.JSONField(default=list)
    device = models.CharField(max_length=64, blank=True, default="")
    network = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rally", "person"], name="plays_help_once_per_rally"),
            models.UniqueConstraint(
                fields=["offer", "person"],
                name="plays_help_once_per_offer",
                condition=Q(once_per_offer=True),
            ),
            models.UniqueConstraint(fields=["rally", "position"], name="plays_help_position_once"),
            models.CheckConstraint(
                name="plays_help_counts_or_not",
                condition=Q(state=HelpState.COUNTED, position__isnull=False)
                | Q(~Q(state=HelpState.COUNTED), position__isnull=True, amount=0),
            ),
            models.CheckConstraint(name="plays_help_state", condition=Q(state__in=list(HelpState))),
        ]
        indexes = [
            models.Index(fields=["id"], name="plays_help_kept", condition=Q(state=HelpState.KEPT)),
            models.Index(fields=["person", "-id"], name="plays_help_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.rally_id} ({self.state})"
