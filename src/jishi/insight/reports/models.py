"""Roles and their boards, scheduled reports with their issues and mails, notes.

Invariants: one issue per report and period, whatever runs twice; one mail per issue and reader, and one
that was handed over is never sent again; one note per kind, subject and day.
"""

from django.db import models
from django.db.models import Q

from jishi.insight.reports.contracts import MAX_NAME, IssueState, MailState, NoteKind, NoteState, Period, Role
from jishi.kernel.ids import new_code

USER = "accounts.User"


class Seat(models.Model):
    """What somebody of the team looks at first."""

    person = models.OneToOneField(USER, on_delete=models.PROTECT, primary_key=True, related_name="+")
    role = models.CharField(max_length=10)

    class Meta:
        constraints = [models.CheckConstraint(name="reports_seat_role", condition=Q(role__in=list(Role)))]

    def __str__(self) -> str:
        return f"{self.person_id} {self.role}"


class RoleBoard(models.Model):
    """A board that people of a role see first; the board itself is metrics'."""

    role = models.CharField(max_length=10)
    board_code = models.CharField(max_length=12)
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="reports_roleboard_role", condition=Q(role__in=list(Role))),
            models.UniqueConstraint(fields=["role", "board_code"], name="reports_roleboard_once"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.board_code}"


class Report(models.Model):
    """A board that is computed and sent by itself."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    name = models.CharField(max_length=MAX_NAME)
    board_code = models.CharField(max_length=12)
    period = models.CharField(max_length=8)
    hour = models.PositiveSmallIntegerField(default=8)
    weekday = models.PositiveSmallIntegerField(default=0)
    language = models.CharField(max_length=8, default="zh-hans")
    is_on = models.BooleanField(default=True)
    owner = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    next_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="reports_report_period", condition=Q(period__in=list(Period))),
            models.CheckConstraint(name="reports_report_when", condition=Q(hour__lte=23) & Q(weekday__lte=6)),
        ]
        indexes = [
            models.Index(fields=["next_at"], name="reports_report_due", condition=Q(is_on=True)),
        ]

    def __str__(self) -> str:
        return self.name


class Reader(models.Model):
    """Somebody of the team who gets a report by mail."""

    pk = models.CompositePrimaryKey("report_id", "person_id")
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="readers", db_index=False)
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")


class Issue(models.Model):
    """One issue: the questions it asked, and its tables once they are answered."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="issues")
    name = models.CharField(max_length=MAX_NAME)
    language = models.CharField(max_length=8)
    first_on = models.DateField()
    last_on = models.DateField()
    state = models.CharField(max_length=8, default=IssueState.WAITING)
    runs = models.JSONField(default=list)
    tables = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    due_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "last_on"], name="reports_issue_once"),
            models.CheckConstraint(name="reports_issue_state", condition=Q(state__in=list(IssueState))),
            models.CheckConstraint(
                name="reports_issue_made", condition=~Q(state=IssueState.READY) | Q(made_at__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="reports_issue_open", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return self.code


class Mail(models.Model):
    """One mail of an issue to one reader."""

    pk = models.CompositePrimaryKey("issue_id", "person_id")
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="mails", db_index=False)
    person = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, default=MailState.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="reports_mail_state", condition=Q(state__in=list(MailState)))
        ]
        indexes = [models.Index(fields=["due_at"], name="reports_mail_due", condition=Q(state="pending"))]


class Note(models.Model):
    """Something unusual, or a step at which more people stop; with its explanation."""

    code = models.CharField(max_length=12, unique=True, default=new_code)
    kind = models.CharField(max_length=10)
    subject = models.CharField(max_length=80)
    unit = models.CharField(max_length=8)
    on = models.DateField()
    value = models.BigIntegerField()
    expected = models.BigIntegerField()
    low = models.BigIntegerField()
    high = models.BigIntegerField()
    score_milli = models.IntegerField()
    parts = models.JSONField(default=list)
    behind = models.JSONField(default=list)
    state = models.CharField(max_length=10, default=NoteState.OPEN)
    said = models.CharField(max_length=300, blank=True, default="")
    by = models.ForeignKey(USER, on_delete=models.PROTECT, related_name="+", null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject", "on"], name="reports_note_once"),
            models.CheckConstraint(name="reports_note_kind", condition=Q(kind__in=list(NoteKind))),
            models.CheckConstraint(name="reports_note_state", condition=Q(state__in=list(NoteState))),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.on}"


class Look(models.Model):
    """A day whose figures were looked through."""

    on = models.DateField(primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.on.isoformat()
