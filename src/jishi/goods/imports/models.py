"""Imports of product files, and the files while they are needed.

Invariants: a shop has at most one import that can still become something; a file is there as long as its
import has work to do. What an import did is written in the transaction of its effects, so a row that says
"done" and the goods it names are always there together. ``phase``, ``done_count``, ``total_count`` and
``tries`` are written beside that transaction, for people who watch; nothing is decided by them but giving up.
"""

from django.db import models
from django.db.models import Q

from jishi.goods.imports.contracts import DUE, OPEN, ImportState
from jishi.kernel.ids import new_code


class Import(models.Model):
    """One product file of one shop, from its upload to what came of it."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    shop = models.ForeignKey("merchants.Shop", models.PROTECT, related_name="+")
    by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+", null=True)
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    mapping = models.JSONField(default=dict)
    goes_on = models.BooleanField(default=False)
    state = models.CharField(max_length=9, default=ImportState.WAITING)
    phase = models.CharField(max_length=9, blank=True, default="")
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    cancel_at = models.DateTimeField(null=True)
    report = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="imports_import_state", condition=Q(state__in=list(ImportState))),
            models.UniqueConstraint(
                fields=["shop"], condition=Q(state__in=list(OPEN)), name="imports_import_one_open"
            ),
            models.CheckConstraint(
                name="imports_import_due", condition=~Q(state__in=list(DUE)) | Q(due_at__isnull=False)
            ),
            models.CheckConstraint(
                name="imports_import_ended", condition=Q(state__in=list(OPEN)) ^ Q(ended_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="imports_import_due", condition=Q(state__in=list(DUE))),
            models.Index(fields=["shop", "-id"], name="imports_import_newest"),
        ]

    def __str__(self) -> str:
        return self.code


class File(models.Model):
    """The bytes of an import, in the database and nowhere that is served; gone after a few days."""

    of = models.OneToOneField(Import, primary_key=True, on_delete=models.CASCADE, related_name="+")
    data = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.pk)
