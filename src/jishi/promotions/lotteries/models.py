"""Lotteries, prizes, entries and wins. The database refuses a prize given twice and a second win of an entry.

Entries are append-only and under seal: what a draw was made from can be checked for ever. The seed is a
secret
until the draw; its digest stands there from the beginning.
"""

from django.db import models
from django.db.models import F, Q

from jishi.kernel.crypto import EncryptedTextField
from jishi.kernel.ids import new_code
from jishi.promotions.lotteries.contracts import EntryMode, LotteryState, WinState


class Lottery(models.Model):
    """A draw of prizes among entries. `passed` are entries that cannot win, with the reason; `due_at` is its
    next step: the draw, or the end of claiming.
    """

    code = models.CharField(max_length=12, unique=True, default=new_code)
    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    note = models.CharField(max_length=500, blank=True, default="")
    entry_mode = models.CharField(max_length=8, default=EntryMode.FREE)
    min_order_minor = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    per_person = models.PositiveSmallIntegerField(default=1)
    wins_per_person = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    claim_days = models.PositiveSmallIntegerField(default=7)
    state = models.CharField(max_length=8, default=LotteryState.ON)
    seed_hash = models.CharField(max_length=64)
    seed = EncryptedTextField()
    entries_count = models.PositiveIntegerField(default=0)
    entries_digest = models.CharField(max_length=64, blank=True, default="")
    passed = models.JSONField(default=dict)
    rounds = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    drawn_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    stop_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(name="lotteries_lottery_period", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="lotteries_lottery_state", condition=Q(state__in=list(LotteryState))),
            models.CheckConstraint(
                name="lotteries_lottery_mode", condition=Q(entry_mode__in=list(EntryMode))
            ),
            models.CheckConstraint(
                name="lotteries_lottery_drawn_once",
                condition=~Q(state__in=[LotteryState.DRAWN, LotteryState.CLOSED])
                | Q(drawn_at__isnull=False) & ~Q(entries_digest=""),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="lotteries_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["shop", "-id"], name="lotteries_shop"),
            models.Index(fields=["state", "-id"], name="lotteries_state"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"


class Prize(models.Model):
    """So many pieces of one variant. They are set aside in the stock from the beginning."""

    lottery = models.ForeignKey(Lottery, on_delete=models.PROTECT, related_name="prizes")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey("catalog.Product", on_delete=models.PROTECT, related_name="+")
    variant = models.ForeignKey("catalog.Variant", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=300)
    quantity = models.PositiveIntegerField()
    value_minor = models.PositiveBigIntegerField()
    awarded = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lottery", "position"], name="lotteries_prize_position"),
            models.CheckConstraint(
                name="lotteries_prize_never_over_awarded", condition=Q(awarded__lte=F("quantity"))
            ),
            models.CheckConstraint(name="lotteries_prize_quantity", condition=Q(quantity__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.title} × {self.quantity}"


class Entry(models.Model):
    """One entry. `code` is its public name, `who` tells entries of one person without saying who it is."""

    lottery = models.ForeignKey(Lottery, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    code = models.CharField(max_length=24, unique=True)
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    who = models.CharField(max_length=24)
    turn = models.PositiveSmallIntegerField()
    source = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lottery", "number"], name="lotteries_entry_number"),
            models.UniqueConstraint(fields=["lottery", "person", "turn"], name="lotteries_entry_turn"),
            models.UniqueConstraint(fields=["lottery", "source"], name="lotteries_entry_source_once"),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="lotteries_entry_person")]

    def __str__(self) -> str:
        return f"{self.number} of {self.lottery_id}"


class Win(models.Model):
    """A prize unit that an entry won. A lapsed one was won again by the next entry of the same ranking."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    lottery = models.ForeignKey(Lottery, on_delete=models.PROTECT, related_name="wins")
    prize = models.ForeignKey(Prize, on_delete=models.PROTECT, related_name="wins")
    unit = models.PositiveIntegerField()
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="win")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, default=WinState.WON)
    round = models.PositiveSmallIntegerField(default=0)
    awarded_at = models.DateTimeField()
    claim_by_at = models.DateTimeField()
    order_code = models.CharField(max_length=12, blank=True, default="")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["prize", "unit"],
                name="lotteries_win_unit_once",
                condition=~Q(state=WinState.LAPSED),
            ),
            models.UniqueConstraint(
                fields=["order_code"], name="lotteries_win_order_once", condition=~Q(order_code="")
            ),
            models.CheckConstraint(name="lotteries_win_state", condition=Q(state__in=list(WinState))),
        ]
        indexes = [models.Index(fields=["person", "-id"], name="lotteries_win_person")]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"
