"""Reports, cases, their log, suspensions, and the fingerprints of what was published.

One open case per thing and one open report per person and thing: the database refuses a second one. The log
is append-only. A case keeps the words it was opened for, so that a later edit does not change what is judged.
"""

from django.db import models
from django.db.models import F, Q

from jishi.kernel.ids import new_code
from jishi.trust.moderation.contracts import Action, AppealOutcome, CaseState, Kind, Reason

WAITING = Q(state__in=[CaseState.OPEN, CaseState.SECONDING, CaseState.APPEALED])


class Case(models.Model):
    """A thing that a moderator looks at, and what was decided."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    kind = models.CharField(max_length=12)
    object_code = models.CharField(max_length=64)
    author = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    community = models.CharField(max_length=80, blank=True, default="")
    source = models.CharField(max_length=8, default="reports")
    state = models.CharField(max_length=10, default=CaseState.OPEN)
    snapshot = models.TextField(blank=True, default="")
    is_hidden = models.BooleanField(default=False)
    report_count = models.PositiveIntegerField(default=0)
    believed_count = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField()
    claimed_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    claimed_until = models.DateTimeField(null=True, blank=True)
    proposed = models.CharField(max_length=8, blank=True, default="")
    proposed_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=8, blank=True, default="")
    reason = models.CharField(max_length=16, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="")
    decided_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    appeal_text = models.CharField(max_length=500, blank=True, default="")
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_outcome = models.CharField(max_length=10, blank=True, default="")
    appeal_note = models.CharField(max_length=500, blank=True, default="")
    appeal_by = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    appeal_decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "object_code"], name="moderation_case_one_waiting", condition=WAITING
            ),
            models.CheckConstraint(name="moderation_case_kind", condition=Q(kind__in=list(Kind))),
            models.CheckConstraint(name="moderation_case_state", condition=Q(state__in=list(CaseState))),
            models.CheckConstraint(name="moderation_case_action", condition=Q(action__in=["", *Action])),
            models.CheckConstraint(
                name="moderation_case_decided",
                condition=Q(state__in=[CaseState.OPEN, CaseState.SECONDING])
                | Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(action=""),
            ),
            models.CheckConstraint(
                name="moderation_case_second_look",
                condition=Q(appeal_by__isnull=True) | ~Q(appeal_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="moderation_case_outcome", condition=Q(appeal_outcome__in=["", *AppealOutcome])
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-id"], name="moderation_case_queue"),
            models.Index(fields=["author", "-id"], name="moderation_case_author"),
            models.Index(fields=["kind", "object_code", "-id"], name="moderation_case_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"


class Report(models.Model):
    """What one person said about one thing."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reports")
    reporter = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    object_code = models.CharField(max_length=64)
    reason = models.CharField(max_length=16)
    text = models.CharField(max_length=500, blank=True, default="")
    is_believed = models.BooleanField(default=False)
    state = models.CharField(max_length=10, default="open")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "kind", "object_code"],
                name="moderation_report_one_open",
                condition=Q(state="open"),
            ),
            models.UniqueConstraint(fields=["case", "reporter"], name="moderation_report_once"),
            models.CheckConstraint(
                name="moderation_report_state", condition=Q(state__in=["open", "upheld", "dismissed"])
            ),
            models.CheckConstraint(name="moderation_report_reason", condition=Q(reason__in=list(Reason))),
        ]
        indexes = [models.Index(fields=["reporter", "-id"], name="moderation_report_own")]

    def __str__(self) -> str:
        return f"{self.code} ({self.state})"


class Entry(models.Model):
    """One step in the life of a case. Written once."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries")
    actor = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    act = models.CharField(max_length=24)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "entries"
        indexes = [models.Index(fields=["case", "id"], name="moderation_entry_case")]

    def __str__(self) -> str:
        return f"{self.act} on {self.case_id}"


class Suspension(models.Model):
    """A time in which a person's content is out of sight; `ends_at` is when the sweep brings it back."""

    person = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="suspensions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], name="moderation_suspension_one", condition=Q(lifted_at__isnull=True)
            ),
            models.CheckConstraint(
                name="moderation_suspension_forward", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["ends_at"], name="moderation_suspension_due", condition=Q(lifted_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} until {self.ends_at}"


class Fingerprint(models.Model):
    """What somebody published, as a number that similar texts share; forgotten after a day."""

    author = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    simhash = models.BigIntegerField()
    length = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["author", "-created_at"], name="moderation_print_author"),
            models.Index(fields=["created_at"], name="moderation_print_age"),
        ]

    def __str__(self) -> str:
        return f"{self.author_id} {self.kind}"
