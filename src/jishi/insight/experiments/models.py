"""Experiments, the buckets they hold, who was shown what first, and what was read.

Invariants, each kept by the database: a bucket of a layer has one holder; arms, salt, buckets, measures and
guardrails of an experiment that started never change; somebody has one exposure per experiment, and it never
changes except that a person who leaves takes their name out of it; read-outs are only added.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now

from jishi.insight.experiments.contracts import State, Unit, Verb
from jishi.kernel.ids import new_code


class Experiment(models.Model):
    """A question, the arms that answer it, and what became of it."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    name = models.CharField(max_length=120)
    hypothesis = models.CharField(max_length=500)
    slot = models.CharField(max_length=40)
    unit = models.CharField(max_length=8)
    layer = models.CharField(max_length=40)
    share = models.PositiveSmallIntegerField()
    arms = models.JSONField()
    measures = models.JSONField()
    guardrails = models.JSONField(default=list)
    buckets = ArrayField(models.PositiveSmallIntegerField(), default=list)
    salt = models.CharField(max_length=32)
    audience_kind = models.CharField(max_length=20, blank=True, default="")
    audience_key = models.CharField(max_length=80, blank=True, default="")
    window_h = models.PositiveSmallIntegerField()
    before_days = models.PositiveSmallIntegerField()
    planned_n = models.PositiveIntegerField()
    state = models.CharField(max_length=8, default=State.DRAFT)
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    asked_verb = models.CharField(max_length=8, blank=True, default="")
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    asked_at = models.DateTimeField(null=True)
    asked_detail = models.JSONField(default=dict)
    pause_reason = models.CharField(max_length=40, blank=True, default="")
    accepted = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    decision = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    read_due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="experiments_experiment_state", condition=Q(state__in=list(State))),
            models.CheckConstraint(name="experiments_experiment_unit", condition=Q(unit__in=list(Unit))),
            models.CheckConstraint(
                name="experiments_experiment_asked", condition=Q(asked_verb__in=["", *Verb])
            ),
            models.CheckConstraint(
                name="experiments_experiment_started",
                condition=Q(state=State.DRAFT, started_at=None) | Q(started_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["slot"], name="experiments_running", condition=Q(state=State.RUNNING)),
            models.Index(
                fields=["read_due_at"], name="experiments_due", condition=Q(read_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Claim(models.Model):
    """A bucket of a layer and who holds it; the key refuses a second holder."""

    pk = models.CompositePrimaryKey("layer", "bucket")
    layer = models.CharField(max_length=40)
    bucket = models.PositiveSmallIntegerField()
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="claims")

    def __str__(self) -> str:
        return f"{self.layer}/{self.bucket}"


class Exposure(models.Model):
    """Somebody was shown an arm, for the first time. A digest names a browser."""

    pk = models.CompositePrimaryKey("experiment_id", "unit")
    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="+")
    unit = models.CharField(max_length=40)
    arm = models.CharField(max_length=20)
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    first_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person"], name="experiments_exposure_person"),
        ]

    def __str__(self) -> str:
        return f"{self.experiment_id}: {self.arm}"


class Load(models.Model):
    """How long it took until a page with an experiment was there for somebody. Kept for some weeks."""

    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ms = models.PositiveIntegerField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "at"], name="experiments_load_person"),
            models.Index(fields=["at"], name="experiments_load_at"),
        ]

    def __str__(self) -> str:
        return f"{self.ms} ms"


class ReadOutRow(models.Model):
    """What was read at a moment: moments of every arm, and what follows from them."""

    experiment = models.ForeignKey(Experiment, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    body = models.JSONField()
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "experiments_readout"
        indexes = [models.Index(fields=["experiment", "-id"], name="experiments_readout_newest")]

    def __str__(self) -> str:
        return f"{self.experiment_id} at {self.at:%Y-%m-%d}"


class Switchback(models.Model):
    """A price that is tried by blocks of time; `plan` is its draft, `scale` what was fixed at the start."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    name = models.CharField(max_length=120)
    hypothesis = models.CharField(max_length=500)
    plan = models.JSONField()
    seed = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    price_code = models.CharField(max_length=12, unique=True)
    scale = models.JSONField(default=dict)
    gaps = models.JSONField(default=list)
    accepted = models.JSONField(default=dict)
    state = models.CharField(max_length=8, default=State.DRAFT)
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    asked_verb = models.CharField(max_length=8, blank=True, default="")
    asked_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    asked_at = models.DateTimeField(null=True)
    asked_detail = models.JSONField(default=dict)
    pause_reason = models.CharField(max_length=40, blank=True, default="")
    decision = models.CharField(max_length=20, blank=True, default="")
    reason = models.CharField(max_length=500, blank=True, default="")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    read_due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="experiments_switchback_state", condition=Q(state__in=list(State))),
            models.CheckConstraint(
                name="experiments_switchback_asked", condition=Q(asked_verb__in=["", *Verb])
            ),
            models.CheckConstraint(
                name="experiments_switchback_started",
                condition=Q(state=State.DRAFT, started_at=None) | Q(started_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["read_due_at"],
                name="experiments_switchback_due",
                condition=Q(read_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class SwitchReadOutRow(models.Model):
    """What was read of a price trial at a moment."""

    switchback = models.ForeignKey(Switchback, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    body = models.JSONField()
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "experiments_switchreadout"
        indexes = [models.Index(fields=["switchback", "-id"], name="experiments_switchreadout_new")]

    def __str__(self) -> str:
        return f"{self.switchback_id} at {self.at:%Y-%m-%d}"
