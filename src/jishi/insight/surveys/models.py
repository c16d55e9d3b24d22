"""Surveys, versions of their questions, answers, who took part, and who is to be asked.

Invariants: one answer per person (or browser) and survey; the questions of a version that was answered never
change; an answer without a name cannot be joined with whoever gave it: it carries neither person nor moment
nor a running number, waits in its survey's box until at least five are together, and leaves it with them in
one transaction, in the order of their content. The note that somebody took part has no moment either.
"""

import uuid

from django.db import models
from django.db.models import Q

from jishi.insight.surveys.contracts import SurveyKind, SurveyState, Trigger
from jishi.kernel.ids import new_code
from jishi.kernel.text import TranslatedField


class Survey(models.Model):
    """What is asked of whom, and when."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    kind = models.CharField(max_length=8)
    state = models.CharField(max_length=8, default=SurveyState.DRAFT)
    title = TranslatedField(default=dict)
    intro = TranslatedField(default=dict)
    thanks = TranslatedField(default=dict)
    trigger = models.CharField(max_length=8, default=Trigger.LINK)
    page = models.CharField(max_length=40, blank=True, default="")
    delay_h = models.PositiveSmallIntegerField(default=24)
    audience_kind = models.CharField(max_length=20, blank=True, default="")
    audience_key = models.CharField(max_length=80, blank=True, default="")
    is_anonymous = models.BooleanField(default=False)
    allows_visitors = models.BooleanField(default=False)
    closes_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    answer_count = models.PositiveIntegerField(default=0)
    owner = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="surveys_survey_kind", condition=Q(kind__in=list(SurveyKind))),
            models.CheckConstraint(name="surveys_survey_state", condition=Q(state__in=list(SurveyState))),
            models.CheckConstraint(name="surveys_survey_trigger", condition=Q(trigger__in=list(Trigger))),
        ]
        indexes = [
            models.Index(fields=["trigger"], name="surveys_survey_open", condition=Q(state="open")),
            models.Index(
                fields=["closes_at"],
                name="surveys_survey_due",
                condition=Q(state="open", closes_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Version(models.Model):
    """The questions as they stood; a trigger refuses to change them once somebody answered."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="versions_asked")
    number = models.PositiveSmallIntegerField()
    questions = models.JSONField(default=list)
    created_at = models.DateTimeField()
    is_frozen = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["survey", "number"], name="surveys_version_number")]

    def __str__(self) -> str:
        return f"{self.survey_id}/{self.number}"


class Answer(models.Model):
    """What was answered. Without a name: no person, no browser, only the day its bundle left the box."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=12, unique=True, default=new_code)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="answers")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    is_visitor = models.BooleanField(default=False)
    values = models.JSONField(default=dict)
    language = models.CharField(max_length=8, blank=True, default="")
    on_day = models.DateField()

    class Meta:
        indexes = [
            models.Index(fields=["version", "on_day"], name="surveys_answer_version"),
            models.Index(fields=["person"], name="surveys_answer_person", condition=Q(person__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.code


class Box(models.Model):
    """Answers without names that wait for company; their order is that of their content."""

    version = models.OneToOneField(Version, on_delete=models.CASCADE, related_name="+", primary_key=True)
    bundle = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"box of {self.version_id}"


class Part(models.Model):
    """That somebody took part, without when and without what: it keeps the second answer out."""

    pk = models.CompositePrimaryKey("survey_id", "taker")
    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="+")
    taker = models.CharField(max_length=40)
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        indexes = [models.Index(fields=["person"], name="surveys_part_person")]

    def __str__(self) -> str:
        return f"{self.survey_id}: {self.taker}"


class Invitation(models.Model):
    """Somebody who is to be asked, was asked, or said "not now"."""

    survey = models.ForeignKey(Survey, on_delete=models.CASCADE, related_name="+")
    taker = models.CharField(max_length=40)
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    order_code = models.CharField(max_length=12, blank=True, default="")
    due_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)
    dismissed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["survey", "taker"], name="surveys_invitation_once"),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="surveys_invitation_due",
                condition=Q(told_at__isnull=True, due_at__isnull=False),
            ),
            models.Index(fields=["person"], name="surveys_invitation_person"),
        ]

    def __str__(self) -> str:
        return f"{self.survey_id}: {self.taker}"
