"""Tables of the kernel: outbox, effect-once marks, idempotent answers, audit trail, seals, rate counters,
what ran by the clock."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class OutboxEvent(models.Model):
    """A fact on its way to its handlers. Inserted by the transaction that made it true."""

    class State(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        DEAD = "dead"

    event_id = models.UUIDField(unique=True)
    topic = models.CharField(max_length=80)
    shard = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    payload = models.JSONField()
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["shard", "id"], name="outbox_pending", condition=Q(state="pending")),
            models.Index(fields=["id"], name="outbox_dead", condition=Q(state="dead")),
            models.Index(fields=["done_at"], name="outbox_done", condition=Q(state="done")),
        ]


class HandledEvent(models.Model):
    """Proof that a handler's effect of one event is in the database: same transaction, unique."""

    handler = models.CharField(max_length=120)
    event_id = models.UUIDField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["handler", "event_id"], name="handled_once")]


class IdempotentAnswer(models.Model):
    """The stored answer of a request that carried an idempotency key."""

    scope = models.CharField(max_length=160)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotent_scope_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_age")]


class AuditEntry(models.Model):
    """What a member of staff did, to what, when. Append-only and sealed."""

    actor_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=80)
    subject = models.CharField(max_length=160)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["subject", "-id"], name="audit_subject"),
            models.Index(fields=["actor_id", "-id"], name="audit_actor"),
        ]


class Seal(models.Model):
    """The digest of a range of rows of an append-only table, chained to the seal before it."""

    name = models.CharField(max_length=60)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "first_id"], name="seal_range")]


class RateCounter(models.Model):
    """Hits of one key in one window. Unlogged: a crash forgives, it never blocks."""

    bucket = models.CharField(max_length=60)
    key = models.CharField(max_length=100)
    window = models.BigIntegerField()
    hits = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bucket", "key", "window"], name="rate_window")]
        indexes = [models.Index(fields=["expires_at"], name="rate_expiry")]


class LastRun(models.Model):
    """When a piece of work by the clock last ran; ``failures`` counts those in a row."""

    name = models.CharField(max_length=80, primary_key=True)
    ran_at = models.DateTimeField()
    seconds = models.FloatField()
    worked = models.BigIntegerField()
    failures = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=80, default="", blank=True)
