"""Paths by version, newcomers on them, what counts towards a step, and which steps are done.

Invariants: a newcomer stays on the path they began with; one thing counts once towards a step; a step is done
exactly when enough different things count towards it, and a path is finished exactly when all its steps are;
a step is rewarded once, and gifts of a path never cost more than its budget.
"""

from django.db import models
from django.db.models import F, Q

from jishi.growth.onboarding.contracts import StepKind

USER = "accounts.User"


class Path(models.Model):
    """The steps of one version; the newest is for everybody who joins now."""

    number = models.PositiveIntegerField(primary_key=True)
    steps = models.JSONField()
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.number)


class Newcomer(models.Model):
    """Somebody who joined, and the path they are on; 0 is the one that is shipped."""

    person = models.OneToOneField(USER, on_delete=models.PROTECT, primary_key=True, related_name="+")
    path_number = models.PositiveIntegerField()
    joined_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    put_away_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["path_number", "joined_at"], name="onboarding_newcomer_joined")]

    def __str__(self) -> str:
        return str(self.person_id)


class Mark(models.Model):
    """One thing that counts towards a step; `subject` tells different things apart."""

    pk = models.CompositePrimaryKey("person_id", "kind", "subject")
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    subject = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="onboarding_mark_kind", condition=Q(kind__in=list(StepKind)))
        ]


class Done(models.Model):
    """A step is done."""

    pk = models.CompositePrimaryKey("person_id", "kind")
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    at = models.DateTimeField()


class Purse(models.Model):
    """What gifts of one path may cost, and cost."""

    path_number = models.PositiveIntegerField(primary_key=True)
    budget_minor = models.BigIntegerField(default=0)
    spent_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="onboarding_purse_budget",
                condition=Q(spent_minor__gte=0, spent_minor__lte=F("budget_minor")),
            )
        ]

    def __str__(self) -> str:
        return f"purse of {self.path_number}"


class Reward(models.Model):
    """What somebody was given for a step, or why not. The key lets one in per person and step."""

    pk = models.CompositePrimaryKey("person_id", "kind")
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12)
    path_number = models.PositiveIntegerField()
    gift = models.CharField(max_length=40)
    outcome = models.CharField(max_length=8)
    cost_minor = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="onboarding_reward_outcome", condition=Q(outcome__in=["given", "refused", "over"])
            )
        ]
        indexes = [models.Index(fields=["path_number", "outcome"], name="onboarding_reward_path")]
