"""Challenges, judges, entries and voices. One entry per person and one voice per person and day (or per judge
and entry): the database refuses a second. Points of an entry are always counted from its voices.
"""

from django.db import models
from django.db.models import F, Q

from jishi.kernel.ids import new_code
from jishi.social.challenges.contracts import TOP_SCORE, Method


class Challenge(models.Model):
    """A contest on a topic."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    host = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=40)
    title = models.CharField(max_length=60)
    rules = models.TextField(max_length=2000)
    prize = models.CharField(max_length=140)
    winner_count = models.PositiveSmallIntegerField()
    method = models.CharField(max_length=4)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    judged_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    called_off = models.CharField(max_length=300, blank=True, default="", db_default="")
    hidden_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="challenges_method", condition=Q(method__in=list(Method))),
            models.CheckConstraint(
                name="challenges_forward",
                condition=Q(ends_at__gt=F("starts_at"), judged_at__gt=F("ends_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["judged_at"], name="challenges_due", condition=Q(ended_at__isnull=True)),
            models.Index(fields=["-starts_at"], name="challenges_newest"),
        ]

    def __str__(self) -> str:
        return self.title


class Judge(models.Model):
    """Somebody who gives points."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="judges")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "person"], name="challenges_judge_once")]

    def __str__(self) -> str:
        return f"{self.person_id} judges {self.challenge_id}"


class Entry(models.Model):
    """A note in a challenge; `rank` is written when the challenge ends."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="entries")
    note = models.ForeignKey("notes.Note", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    rank = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["challenge", "person"], name="challenges_entry_once"),
            models.UniqueConstraint(fields=["challenge", "note"], name="challenges_entry_note"),
            models.UniqueConstraint(
                fields=["challenge", "rank"], name="challenges_entry_rank", condition=Q(rank__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Voice(models.Model):
    """A judge's points for an entry, or one person's vote of one day."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="voices")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="voices")
    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    points = models.PositiveSmallIntegerField()
    day = models.DateField(null=True, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "person", "day"],
                name="challenges_voice_a_day",
                condition=Q(day__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["entry", "person"], name="challenges_voice_of_judge", condition=Q(day__isnull=True)
            ),
            models.CheckConstraint(
                name="challenges_voice_points", condition=Q(points__gte=1, points__lte=TOP_SCORE)
            ),
        ]
        indexes = [models.Index(fields=["entry"], name="challenges_voice_entry")]

    def __str__(self) -> str:
        return f"{self.points} for {self.entry_id}"
