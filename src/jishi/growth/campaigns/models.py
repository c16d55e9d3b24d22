"""Campaigns, the versions of their steps, each person's way through one, and what every step did.

Invariants, each kept by the database: a person has one open way per campaign and one per natural key; a step
of a way is done once; what is spent never passes the budget; a published version never changes.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from jishi.growth.campaigns.contracts import HOLDOUT_USUAL_BPS, Arm, Flow, Kind, State, Trigger, Verb
from jishi.kernel.ids import new_code

USER = "accounts.User"


class Campaign(models.Model):
    """What is done for whom, when, for how much at most."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    name = models.CharField(max_length=80)
    goal = models.CharField(max_length=300, blank=True, default="")
    kind = models.CharField(max_length=8, default=Kind.JOURNEY)
    trigger = models.CharField(max_length=12)
    trigger_key = models.CharField(max_length=60, blank=True, default="")
    segment = models.CharField(max_length=12, blank=True, default="")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    repeat_days = models.PositiveSmallIntegerField(default=0)
    reentry_days = models.PositiveSmallIntegerField(default=0)
    budget_minor = models.BigIntegerField(default=0)
    fixed_cost_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3, default="CNY")
    quiet_from = models.PositiveSmallIntegerField()
    quiet_to = models.PositiveSmallIntegerField()
    goal_kind = models.CharField(max_length=12, blank=True, default="")
    goal_days = models.PositiveSmallIntegerField(default=14)
    exits_on_goal = models.BooleanField(default=True)
    strategy_code = models.CharField(max_length=40, blank=True, default="")
    holdout_bps = models.PositiveSmallIntegerField(default=HOLDOUT_USUAL_BPS)
    holdout_reason = models.CharField(max_length=300, blank=True, default="")
    salt = models.CharField(max_length=32)
    state = models.CharField(max_length=8, default=State.DRAFT)
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    edited_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    asked_verb = models.CharField(max_length=8, blank=True, default="")
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    asked_at = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=40, blank=True, default="")
    live = models.ForeignKey("JourneyVersion", on_delete=models.PROTECT, related_name="+", null=True)
    enrol_due_at = models.DateTimeField(null=True)
    enrol_after = models.BigIntegerField(default=0)
    read_due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="campaigns_campaign_state", condition=Q(state__in=list(State))),
            models.CheckConstraint(name="campaigns_campaign_kind", condition=Q(kind__in=list(Kind))),
            models.CheckConstraint(name="campaigns_campaign_trigger", condition=Q(trigger__in=list(Trigger))),
            models.CheckConstraint(name="campaigns_campaign_asked", condition=Q(asked_verb__in=["", *Verb])),
            models.CheckConstraint(
                name="campaigns_campaign_holdout",
                condition=Q(holdout_bps__gt=0, holdout_bps__lte=9000)
                | (Q(holdout_bps=0) & ~Q(holdout_reason="")),
            ),
            models.CheckConstraint(
                name="campaigns_campaign_quiet", condition=Q(quiet_from__lt=1440, quiet_to__lt=1440)
            ),
            models.CheckConstraint(
                name="campaigns_campaign_started",
                condition=Q(started_at__isnull=True, state__in=[State.DRAFT, State.APPROVAL])
                | Q(started_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["trigger"], name="campaigns_running", condition=Q(state=State.RUNNING)),
            models.Index(
                fields=["read_due_at"], name="campaigns_read", condition=Q(read_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.code


class JourneyVersion(models.Model):
    """The steps under a number. One that nobody was led by yet may change, a published one never."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    steps = models.JSONField(default=list)
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "number"], name="campaigns_version_once"),
            models.UniqueConstraint(
                fields=["campaign"], name="campaigns_version_one_draft", condition=Q(published_at=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} v{self.number}"


class Part(models.Model):
    """Something that belongs to a festival."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=12)
    code = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "kind", "code"], name="campaigns_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.code}"


class Purse(models.Model):
    """What a campaign may spend and has spent; a budget of nothing pays for nothing."""

    campaign = models.OneToOneField(Campaign, primary_key=True, on_delete=models.CASCADE, related_name="+")
    budget_minor = models.BigIntegerField(default=0)
    spent_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="campaigns_purse_budget",
                condition=Q(spent_minor__gte=0, spent_minor__lte=F("budget_minor")),
            )
        ]

    def __str__(self) -> str:
        return f"purse of {self.campaign_id}"


class Enrolment(models.Model):
    """One person's way through one version. `key` is why they came: it lets the same reason in once."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(JourneyVersion, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60, blank=True, default="")
    arm = models.CharField(max_length=8)
    state = models.CharField(max_length=8)
    step = models.CharField(max_length=12, blank=True, default="")
    step_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    entered_at = models.DateTimeField()
    goal_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "person", "key"], name="campaigns_enrolment_once"),
            models.UniqueConstraint(
                fields=["campaign", "person"],
                name="campaigns_enrolment_open",
                condition=Q(state__in=[Flow.ACTIVE, Flow.HELD]) & ~Q(arm=Arm.TEST),
            ),
            models.CheckConstraint(name="campaigns_enrolment_state", condition=Q(state__in=list(Flow))),
            models.CheckConstraint(name="campaigns_enrolment_arm", condition=Q(arm__in=list(Arm))),
            models.CheckConstraint(
                name="campaigns_enrolment_due",
                condition=Q(state=Flow.ACTIVE, due_at__isnull=False)
                | (~Q(state=Flow.ACTIVE) & Q(due_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign", "due_at", "id"], name="campaigns_due", condition=Q(state=Flow.ACTIVE)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} in {self.campaign_id}"


class Effect(models.Model):
    """A step that somebody has passed: what it did, and what it cost. Only ever added."""

    pk = models.CompositePrimaryKey("enrolment_id", "step")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="+", db_index=False)
    step = models.CharField(max_length=12)
    kind = models.CharField(max_length=10)
    outcome = models.CharField(max_length=12)
    cost_minor = models.BigIntegerField(default=0)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.enrolment_id}/{self.step}: {self.outcome}"


class Pressure(models.Model):
    """When messages of campaigns reached somebody in the last seven days; caps are decided on this row."""

    person = models.OneToOneField(USER, primary_key=True, on_delete=models.PROTECT, related_name="+")
    sent = ArrayField(models.DateTimeField(), default=list)

    def __str__(self) -> str:
        return f"pressure on {self.person_id}"


class Click(models.Model):
    """Somebody followed a message's link, for the first time."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", db_index=False)
    step = models.CharField(max_length=12)
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "step", "person"], name="campaigns_click_once")
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.step}"


class Objection(models.Model):
    """Somebody wants no more messages of campaigns, or complained about one; without a campaign, of all."""

    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+", null=True)
    kind = models.CharField(max_length=10)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="campaigns_objection_kind", condition=Q(kind__in=["stop", "complaint"])
            ),
            models.UniqueConstraint(
                fields=["person", "campaign", "kind"],
                name="campaigns_objection_once",
                condition=Q(lifted_at=None),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class ReadOutRow(models.Model):
    """What was read of a campaign at a moment."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    body = models.JSONField()
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "campaigns_readout"

    def __str__(self) -> str:
        return f"{self.campaign_id} at {self.at:%Y-%m-%d}"
