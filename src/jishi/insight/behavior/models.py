"""The inbox of batches, the manifest of files, who a browser belongs to, and what is to be done again.

Invariant: an acknowledged batch is in the inbox or in a file of the manifest, never in neither and never in
both, because one transaction deletes the one and inserts the other. The events themselves are not here.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Inbox(models.Model):
    """A batch that was acknowledged and is not in a file yet; `body` is deflated JSON."""

    batch_id = models.CharField(max_length=64, unique=True)
    received_at = models.DateTimeField(db_default=Now())
    source = models.CharField(max_length=8)
    count = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="behavior_inbox_age")]


class DeadLetter(models.Model):
    """A row that no file could take: kept as it came, so that it can be tried again."""

    reason = models.CharField(max_length=32)
    detail = models.CharField(max_length=200, blank=True, default="")
    source = models.CharField(max_length=8)
    batch_id = models.CharField(max_length=64)
    row = models.JSONField()
    visitor = models.CharField(max_length=64, blank=True, default="")
    person_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["at"], name="behavior_dead_age"),
            models.Index(fields=["person_id"], name="behavior_dead_person"),
        ]


class File(models.Model):
    """One file of the lake. Readers take those without `replaced_at`, and nothing else."""

    class Level(models.IntegerChoices):
        HOT = 0
        HOUR = 1
        DAY = 2

    path = models.CharField(max_length=300, unique=True)
    dt = models.DateField()
    rows = models.BigIntegerField()
    min_ts = models.DateTimeField()
    max_ts = models.DateTimeField()
    min_user = models.BigIntegerField()
    max_user = models.BigIntegerField()
    level = models.PositiveSmallIntegerField(choices=Level)
    bytes = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="behavior_file_rows", condition=Q(rows__gt=0))]
        indexes = [
            models.Index(fields=["dt", "level"], name="behavior_file_live", condition=Q(replaced_at=None)),
            models.Index(
                fields=["replaced_at"], name="behavior_file_gone", condition=Q(replaced_at__isnull=False)
            ),
        ]


class Identity(models.Model):
    """Somebody signed in with a browser. `applied_at` says when older events of it were given to them."""

    visitor = models.CharField(max_length=64)
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visitor", "person"], name="behavior_identity_once")]
        indexes = [
            models.Index(fields=["id"], name="behavior_identity_new", condition=Q(applied_at=None)),
        ]


class DirtyDay(models.Model):
    """Events of this user on this day changed: whoever keeps aggregates makes them again and takes the mark
    away, if it is still the one they saw."""

    day = models.DateField()
    user_id = models.BigIntegerField()
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "user_id"], name="behavior_dirty_once")]
        indexes = [models.Index(fields=["marked_at"], name="behavior_dirty_age")]


class Seen(models.Model):
    """The ids of the newest days' events, so that none gets into a second file."""

    event_id = models.UUIDField(primary_key=True)
    on_day = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["on_day"], name="behavior_seen_day")]


class Erasure(models.Model):
    """A person to be forgotten by the lake; the numbers stay, so that late events are refused as well."""

    person_id = models.BigIntegerField(primary_key=True)
    user_ids = ArrayField(models.BigIntegerField())
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    rows = models.BigIntegerField(default=0)
    files = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="behavior_erasure_due", condition=Q(done_at=None))]


class Cursor(models.Model):
    """How far a table that publishes nothing was read."""

    name = models.CharField(max_length=40, primary_key=True)
    last_id = models.BigIntegerField(default=0)
