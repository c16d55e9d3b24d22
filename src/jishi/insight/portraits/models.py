"""Portraits with the history of their tags, segments with their members, stages with their movements.

Invariant: whoever is a member of a segment has exactly one row there, `Segment.count` equals those rows, and
what a person said about their interests is never changed by a computation.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from jishi.insight.portraits.contracts import SegmentKind, Stage
from jishi.kernel.ids import new_code

USER = "accounts.User"


class Portrait(models.Model):
    """The tags of one person now; `evidence` holds the facts they were made of, `events` the counts by kind
    and window. Written by set-based statements only."""

    person = models.OneToOneField(USER, on_delete=models.PROTECT, primary_key=True, related_name="+")
    tags = models.JSONField(default=dict)
    evidence = models.JSONField(default=dict)
    events = models.JSONField(default=dict)
    has_consent = models.BooleanField(default=False)
    computed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)


class TagHistory(models.Model):
    """A tag took another value."""

    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", db_index=False)
    tag = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "tag", "-at"], name="portraits_history_of")]


class Interest(models.Model):
    """What a person said about an interest or a tag: it is theirs, or it is not to be shown or used."""

    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=120)
    is_wanted = models.BooleanField()
    edited_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "key"], name="portraits_interest_once")]


class Touch(models.Model):
    """Something happened to this person: the portrait is to be made again. Marks are only ever added, and
    taken by the refresh that saw them."""

    person_id = models.BigIntegerField()
    at = models.DateTimeField(db_default=Now())


class Rollup(models.Model):
    """The files that hold the aggregates of one day, and the newest mark they include."""

    day = models.DateField(primary_key=True)
    path = models.CharField(max_length=200)
    rows = models.BigIntegerField()
    made_at = models.DateTimeField()


class Yardstick(models.Model):
    """What single people are measured by: limits found in the data of all, with the data's own account."""

    code = models.CharField(max_length=40, primary_key=True)
    value = models.JSONField()
    computed_at = models.DateTimeField()


class Run(models.Model):
    """A long piece of work that somebody asked for, and how far it is."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    kind = models.CharField(max_length=10)
    params = models.JSONField(default=dict)
    state = models.CharField(max_length=8, default="waiting")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True, default="")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="portraits_run_state", condition=Q(state__in=["waiting", "running", "done", "failed"])
            ),
            models.UniqueConstraint(
                fields=["kind"], name="portraits_run_once_open", condition=Q(state__in=["waiting", "running"])
            ),
        ]


class Segment(models.Model):
    """Some people with a name. A dynamic one follows its rule, a snapshot or a list does not."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    name = models.CharField(max_length=60)
    meaning = models.CharField(max_length=300, blank=True, default="")
    strategy = models.CharField(max_length=500, blank=True, default="")
    kind = models.CharField(max_length=8, default=SegmentKind.RULE)
    rule = models.JSONField(default=dict)
    card = models.JSONField(default=dict)
    is_dynamic = models.BooleanField(default=True)
    ready_made = models.CharField(max_length=40, blank=True, default="")
    owner = models.ForeignKey(USER, null=True, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="portraits_segment_kind", condition=Q(kind__in=list(SegmentKind))),
            models.UniqueConstraint(
                fields=["name"], name="portraits_segment_name", condition=Q(archived_at=None)
            ),
            models.UniqueConstraint(
                fields=["ready_made"], name="portraits_segment_ready", condition=~Q(ready_made="")
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="portraits_segment_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person is in a segment."""

    pk = models.CompositePrimaryKey("segment_id", "person_id")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    since_at = models.DateTimeField(db_default=Now())


class StageOf(models.Model):
    """Where a person stands with a shop, or with the platform when there is no shop."""

    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", db_index=False)
    shop = models.ForeignKey("merchants.Shop", null=True, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=9)
    since = models.DateTimeField()
    evidence = models.JSONField(default=dict)

    class Meta:
        db_table = "portraits_stage"
        constraints = [
            models.CheckConstraint(name="portraits_stage_known", condition=Q(stage__in=list(Stage))),
            models.UniqueConstraint(
                fields=["person", "shop"], name="portraits_stage_once", nulls_distinct=False
            ),
        ]


class Transition(models.Model):
    """A person moved from one stage to another; without a stage before, they came."""

    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    shop = models.ForeignKey("merchants.Shop", null=True, on_delete=models.PROTECT, related_name="+")
    before = models.CharField(max_length=9, blank=True, default="")
    after = models.CharField(max_length=9)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="portraits_transition_at")]
