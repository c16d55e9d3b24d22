"""Placements, whom they were chosen for, who saw them; landing pages, their versions and sign-ups.

Invariants: nobody is shown a placement more often than its limits allow (the row carries the limits of the
moment and refuses more), nor more pop-ups a day than `Pace` allows; a published version never changes; one
sign-up per person and page.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from jishi.growth.merchandising.contracts import PageState, PlacementState
from jishi.kernel.ids import new_code
from jishi.kernel.text import TranslatedField

USER = "accounts.User"


class Placement(models.Model):
    """Something that stands in a slot for a while, for some people."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    natural_key = models.CharField(max_length=120, blank=True, default="")
    slot = models.CharField(max_length=24)
    state = models.CharField(max_length=8, default=PlacementState.DRAFT)
    title = TranslatedField(default=dict)
    text = TranslatedField(default=dict)
    picture = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=300, blank=True, default="")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    priority = models.SmallIntegerField(default=0)
    audiences = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    is_for_chosen = models.BooleanField(default=False)
    regions = ArrayField(models.CharField(max_length=16), default=list, blank=True)
    seasons = ArrayField(models.CharField(max_length=8), default=list, blank=True)
    per_day = models.PositiveSmallIntegerField(default=0)
    in_all = models.PositiveSmallIntegerField(default=0)
    product_ids = ArrayField(models.BigIntegerField(), default=list, blank=True)
    campaign_code = models.CharField(max_length=12, blank=True, default="")
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="merchandising_placement_state", condition=Q(state__in=list(PlacementState))
            ),
            models.CheckConstraint(
                name="merchandising_placement_span", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.UniqueConstraint(
                fields=["natural_key"], name="merchandising_placement_once", condition=~Q(natural_key="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["slot", "ends_at"], name="merchandising_placement_on", condition=Q(state="on")
            ),
            models.Index(
                fields=["campaign_code"],
                name="merchandising_placement_of",
                condition=~Q(campaign_code=""),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Chosen(models.Model):
    """A placement that only chosen people see is shown to this one until some moment."""

    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    natural_key = models.CharField(max_length=120, unique=True)
    until = models.DateTimeField()
    chosen_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["placement", "person"], name="merchandising_chosen_for")]

    def __str__(self) -> str:
        return self.natural_key


class Seen(models.Model):
    """How often somebody was shown a placement; the limits are those of the last showing."""

    placement = models.ForeignKey(Placement, on_delete=models.CASCADE, related_name="+", db_index=False)
    viewer = models.CharField(max_length=40)
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    on_day = models.DateField()
    today = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    per_day = models.PositiveSmallIntegerField(default=0)
    in_all = models.PositiveSmallIntegerField(default=0)
    last_at = models.DateTimeField()
    clicked_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["placement", "viewer"], name="merchandising_seen_once"),
            models.CheckConstraint(
                name="merchandising_seen_day", condition=Q(per_day=0) | Q(today__lte=F("per_day"))
            ),
            models.CheckConstraint(
                name="merchandising_seen_all", condition=Q(in_all=0) | Q(total__lte=F("in_all"))
            ),
            models.CheckConstraint(name="merchandising_seen_sum", condition=Q(today__lte=F("total"))),
        ]
        indexes = [models.Index(fields=["person"], name="merchandising_seen_person")]

    def __str__(self) -> str:
        return f"{self.placement_id}: {self.viewer}"


class Pace(models.Model):
    """How many things of a slot somebody was shown on one day, and how many at most."""

    pk = models.CompositePrimaryKey("slot", "viewer", "on_day")
    slot = models.CharField(max_length=24)
    viewer = models.CharField(max_length=40)
    on_day = models.DateField()
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    shown = models.PositiveSmallIntegerField(default=1)
    most = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="merchandising_pace_most", condition=Q(shown__lte=F("most")))
        ]


class LandingPage(models.Model):
    """A page of blocks: the draft that is worked on, and which version is public."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    slug = models.CharField(max_length=48, unique=True)
    state = models.CharField(max_length=10, default=PageState.DRAFT)
    title = TranslatedField(default=dict)
    summary = TranslatedField(default=dict)
    picture = models.JSONField(default=dict, blank=True)
    blocks = models.JSONField(default=list)
    ends_at = models.DateTimeField(null=True, blank=True)
    campaign_code = models.CharField(max_length=12, blank=True, default="")
    version = models.PositiveSmallIntegerField(default=0)
    revision = models.PositiveIntegerField(default=1)
    is_changed = models.BooleanField(default=True)
    has_promised_end = models.BooleanField(default=False)
    sign_ups = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    asked_by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="merchandising_page_state", condition=Q(state__in=list(PageState))),
            models.CheckConstraint(
                name="merchandising_page_end", condition=Q(has_promised_end=False) | Q(ends_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign_code"], name="merchandising_page_of", condition=~Q(campaign_code="")
            )
        ]

    def __str__(self) -> str:
        return self.slug


class LandingVersion(models.Model):
    """A page as it was published; append-only."""

    page = models.ForeignKey(LandingPage, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    title = TranslatedField(default=dict)
    summary = TranslatedField(default=dict)
    picture = models.JSONField(default=dict, blank=True)
    blocks = models.JSONField(default=list)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="merchandising_version_number")
        ]

    def __str__(self) -> str:
        return f"{self.page_id}/{self.number}"


class SignUp(models.Model):
    """Somebody wants to hear of what a page is about; `words` is what they agreed to."""

    page = models.ForeignKey(LandingPage, on_delete=models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    words = models.CharField(max_length=400)
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "person"], name="merchandising_sign_up_once")]

    def __str__(self) -> str:
        return f"{self.page_id}: {self.person_id}"
