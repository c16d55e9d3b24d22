"""Tasks, what became of them, and comments.

Invariants: a natural key names at most one task; a closed task has the instant when it was closed and an open
one has none; every change of a task's state or owner leaves one row.
"""

from django.db import models
from django.db.models import Q

from jishi.growth.teamwork.contracts import MAX_KEY, MAX_SUBJECT, MAX_TITLE, TaskState
from jishi.kernel.ids import new_code

_CLOSED = (TaskState.DONE, TaskState.DROPPED)


class Task(models.Model):
    """What somebody has to do about a subject."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    subject = models.CharField(max_length=MAX_SUBJECT)
    title = models.CharField(max_length=MAX_TITLE)
    state = models.CharField(max_length=8, default=TaskState.OPEN)
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    due_at = models.DateTimeField(null=True, blank=True)
    natural_key = models.CharField(max_length=MAX_KEY, null=True, blank=True, unique=True)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="teamwork_task_state", condition=Q(state__in=list(TaskState))),
            models.CheckConstraint(
                name="teamwork_task_closed",
                condition=Q(state__in=_CLOSED, closed_at__isnull=False)
                | (~Q(state__in=_CLOSED) & Q(closed_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["subject", "id"], name="teamwork_task_subject"),
            models.Index(fields=["owner", "state"], name="teamwork_task_owner"),
        ]

    def __str__(self) -> str:
        return self.code


class Change(models.Model):
    """One step in the life of a task."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="changes")
    verb = models.CharField(max_length=10)
    before = models.CharField(max_length=8, blank=True, default="")
    after = models.CharField(max_length=8, blank=True, default="")
    before_owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="teamwork_change_verb", condition=Q(verb__in=["assign", "move", "hand_over"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.task_id}"


class Comment(models.Model):
    """What somebody said about a subject."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    subject = models.CharField(max_length=MAX_SUBJECT)
    text = models.TextField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "id"], name="teamwork_comment_subject")]

    def __str__(self) -> str:
        return self.code
