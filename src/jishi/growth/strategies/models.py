"""Strategies, what they said in each version, the people of their beginning, costs and daily results.

Invariants: one strategy per subject; what was spent is the sum of its costs and never more than the budget;
the people of a beginning are taken once per round; one result per round and day.
"""

from django.db import models
from django.db.models import F, Q

from jishi.growth.strategies.contracts import Goal, State
from jishi.kernel.ids import new_code
from jishi.kernel.text import TranslatedField

USER = "accounts.User"


class Strategy(models.Model):
    """What is done for some people."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    subject = models.CharField(max_length=60, unique=True)
    state = models.CharField(max_length=8, default=State.DRAFT)
    name = TranslatedField(default=dict)
    goal = models.CharField(max_length=12)
    sides = models.JSONField(default=dict)
    template = models.CharField(max_length=40, blank=True, default="")
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    budget_minor = models.BigIntegerField(default=0)
    spent_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    version = models.PositiveIntegerField(default=1)
    round = models.PositiveIntegerField(default=0)
    cohort = models.PositiveIntegerField(null=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "strategies"
        constraints = [
            models.CheckConstraint(name="strategies_strategy_state", condition=Q(state__in=list(State))),
            models.CheckConstraint(name="strategies_strategy_goal", condition=Q(goal__in=list(Goal))),
            models.CheckConstraint(
                name="strategies_strategy_budget",
                condition=Q(spent_minor__gte=0) & Q(spent_minor__lte=F("budget_minor")),
            ),
            models.CheckConstraint(
                name="strategies_strategy_begun",
                condition=~Q(state=State.RUNNING) | Q(begun_at__isnull=False, round__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Version(models.Model):
    """What a strategy said, kept when it changes."""

    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    name = TranslatedField(default=dict)
    goal = models.CharField(max_length=12)
    sides = models.JSONField(default=dict)
    budget_minor = models.BigIntegerField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["strategy", "number"], name="strategies_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.strategy_id}/{self.number}"


class Member(models.Model):
    """Somebody whom the strategy was for when it began, with the stage where they stood."""

    pk = models.CompositePrimaryKey("strategy_id", "person_id")
    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=9, blank=True, default="")


class Cost(models.Model):
    """Something that was spent for a strategy; its natural key is booked once."""

    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="costs")
    natural_key = models.CharField(max_length=120, unique=True)
    amount_minor = models.BigIntegerField()
    reason = models.CharField(max_length=160, blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="strategies_cost_positive", condition=Q(amount_minor__gt=0))
        ]

    def __str__(self) -> str:
        return self.natural_key


class Result(models.Model):
    """What came of a round up to one day; numbers of groups, nobody's."""

    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="results")
    round = models.PositiveIntegerField()
    on = models.DateField()
    hours = models.PositiveIntegerField()
    figures = models.JSONField(default=dict)
    moves = models.JSONField(default=list)
    currency = models.CharField(max_length=3)
    measured_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["strategy", "round", "on"], name="strategies_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.strategy_id} {self.on}"
