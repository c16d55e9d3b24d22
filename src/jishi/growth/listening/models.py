"""The inbox: items, their themes, answers, the changes they led to, and what those did.

Invariants: what was said in one place is in the inbox once (natural key); a theme that somebody took off an
item by hand is not put back by its words; an answered item has an answer.
"""

from django.db import models
from django.db.models import Q

from jishi.growth.listening.contracts import MAX_TITLE, ItemState, Measure, Source
from jishi.kernel.ids import new_code
from jishi.kernel.text import TranslatedField

USER = "accounts.User"


class Theme(models.Model):
    """Something that several people talk about."""

    slug = models.SlugField(max_length=40, unique=True)
    name = TranslatedField(default=dict)
    words = models.JSONField(default=list)
    is_archived = models.BooleanField(default=False)
    is_due = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.slug


class Change(models.Model):
    """Something that was changed because people asked for it."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    title = models.CharField(max_length=MAX_TITLE)
    what = models.CharField(max_length=600, blank=True, default="")
    measure = models.CharField(max_length=12, default=Measure.THEME)
    theme = models.ForeignKey(Theme, on_delete=models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    told_at = models.DateTimeField(null=True, blank=True)
    figures = models.JSONField(null=True, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="listening_change_measure", condition=Q(measure__in=list(Measure))),
            models.CheckConstraint(
                name="listening_change_theme",
                condition=~Q(measure=Measure.THEME) | Q(theme__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Item(models.Model):
    """Something that somebody said."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    source = models.CharField(max_length=12)
    natural_key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=8, default=ItemState.NEW)
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    is_unnamed = models.BooleanField(default=False)
    text = models.TextField(blank=True, default="")
    picture = models.JSONField(null=True, blank=True)
    about = models.CharField(max_length=80, blank=True, default="")
    score = models.SmallIntegerField(null=True, blank=True)
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    change = models.ForeignKey(Change, on_delete=models.PROTECT, related_name="items", null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="listening_item_source", condition=Q(source__in=list(Source))),
            models.CheckConstraint(name="listening_item_state", condition=Q(state__in=list(ItemState))),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="listening_item_state"),
            models.Index(fields=["created_at"], name="listening_item_created"),
            models.Index(
                fields=["person", "-id"], name="listening_item_person", condition=Q(person__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Answer(models.Model):
    """What the house answered to an item."""

    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="answers")
    text = models.TextField()
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"answer to {self.item_id}"


class Tag(models.Model):
    """An item speaks of a theme; `is_off`: somebody looked and said that it does not."""

    pk = models.CompositePrimaryKey("item_id", "theme_id")
    item = models.ForeignKey(Item, on_delete=models.CASCADE, related_name="tags", db_index=False)
    theme = models.ForeignKey(Theme, on_delete=models.CASCADE, related_name="+")
    by_hand = models.BooleanField(default=False)
    is_off = models.BooleanField(default=False)
