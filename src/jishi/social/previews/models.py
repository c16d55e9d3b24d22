"""What stands behind links, fetched once and again after a week. A row is asked for first, filled later."""

from django.db import models
from django.db.models import Q


class Preview(models.Model):
    """One address; `due_at` is when it is to be fetched (again), empty when it never will be."""

    digest = models.CharField(max_length=64, unique=True)
    url = models.CharField(max_length=2000)
    state = models.CharField(max_length=8, default="waiting")
    title = models.CharField(max_length=120, blank=True, default="")
    text = models.CharField(max_length=240, blank=True, default="")
    picture = models.JSONField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    fetched_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="previews_preview_state", condition=Q(state__in=["waiting", "ready", "refused"])
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="previews_preview_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.url[:80]
