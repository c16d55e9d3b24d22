"""Computations with their results, saved views and boards.

Invariant: of one question at most one computation is waiting or running; the database sees to it.
"""

from django.db import models
from django.db.models import Q

from jishi.insight.metrics.contracts import RunState
from jishi.kernel.ids import new_code


class Run(models.Model):
    """One computation. ``version`` names the data it was made of; a result is kept for some days."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    metric = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    section = models.CharField(max_length=10, default="result")
    cell = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=32)
    version = models.CharField(max_length=32, blank=True, default="")
    state = models.CharField(max_length=8, default=RunState.WAITING)
    result = models.JSONField(null=True)
    asked_by = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(null=True)
    seconds = models.FloatField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    events = models.BigIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(name="metrics_run_state", condition=Q(state__in=list(RunState))),
            models.CheckConstraint(
                name="metrics_run_done",
                condition=~Q(state=RunState.DONE) | Q(result__isnull=False, computed_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["fingerprint"],
                name="metrics_run_once_open",
                condition=Q(state__in=[RunState.WAITING, RunState.RUNNING]),
            ),
        ]
        indexes = [
            models.Index(fields=["fingerprint", "-id"], name="metrics_run_asked"),
            models.Index(
                fields=["id"],
                name="metrics_run_open",
                condition=Q(state__in=[RunState.WAITING, RunState.RUNNING]),
            ),
            models.Index(fields=["asked_at"], name="metrics_run_age"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} ({self.code})"


class View(models.Model):
    """A question with a name."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    name = models.CharField(max_length=60, unique=True)
    metric = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    owner = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Board(models.Model):
    """A page of saved views."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    name = models.CharField(max_length=60, unique=True)
    owner = models.ForeignKey("accounts.User", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Tile(models.Model):
    """A view on a board, at its place."""

    board = models.ForeignKey(Board, on_delete=models.CASCADE, related_name="tiles")
    view = models.ForeignKey(View, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["board_id", "place"]
        constraints = [models.UniqueConstraint(fields=["board", "view"], name="metrics_tile_once")]

    def __str__(self) -> str:
        return f"{self.view_id} on {self.board_id}"
