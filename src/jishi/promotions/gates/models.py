"""Gates, what is used up of their limits, and what was taken through them.

A tally equals the live takes that count against it and never exceeds its limit: one guarded statement changes
it, and the table's own CHECK refuses what gets around the statement.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Gate(models.Model):
    """Stands before one subject; set once, before anybody can go through."""

    subject = models.CharField(max_length=40, unique=True)
    shop = models.ForeignKey("merchants.Shop", on_delete=models.PROTECT, related_name="+")
    per_household = models.PositiveIntegerField(default=0)
    per_person_day = models.PositiveIntegerField(default=0)
    per_day = models.PositiveIntegerField(default=0)
    audience_kind = models.CharField(max_length=24, blank=True, default="")
    audience_key = models.CharField(max_length=80, blank=True, default="")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.subject


class Tally(models.Model):
    """How much of one limit is used up; `most` is the limit."""

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="tallies")
    part = models.CharField(max_length=16, blank=True, default="")
    scope = models.CharField(max_length=12)
    key = models.CharField(max_length=48)
    used = models.PositiveIntegerField()
    most = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gate", "part", "scope", "key"], name="gates_tally_once"),
            models.CheckConstraint(condition=Q(used__lte=F("most")), name="gates_tally_within_limit"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}: {self.used}/{self.most}"


class Take(models.Model):
    """Units that one order, deposit or entry has of a part; `is_live` until it comes to nothing."""

    gate = models.ForeignKey(Gate, on_delete=models.PROTECT, related_name="takes")
    part = models.CharField(max_length=16, blank=True, default="")
    reference = models.CharField(max_length=40)
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    household = models.CharField(max_length=24, blank=True, default="")
    taken_on = models.DateField()
    units = models.PositiveIntegerField()
    is_live = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gate", "part", "reference"], name="gates_take_once"),
            models.CheckConstraint(condition=Q(units__gte=1), name="gates_take_units"),
        ]
        indexes: ClassVar = [models.Index(fields=["reference"], name="gates_take_reference")]

    def __str__(self) -> str:
        return f"{self.units} for {self.reference}"
