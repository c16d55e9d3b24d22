"""Reads of roles, reports, issues and notes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext

from jishi.insight.metrics import queries as metrics
from jishi.insight.metrics.contracts import Board
from jishi.insight.reports import watched, wording
from jishi.insight.reports.contracts import (
    Behind,
    IssueView,
    NoteKind,
    NoteView,
    Part,
    ReportDraft,
    ReportView,
    Role,
    Series,
    TableView,
)
from jishi.insight.reports.errors import NoteNotFound, ReportNotFound
from jishi.insight.reports.models import Issue, Mail, Note, Reader, Report, RoleBoard, Seat


def role_of(person_id: int) -> str:
    """What somebody looks at first; the whole house, where they did not say."""
    return Seat.objects.filter(person_id=person_id).values_list("role", flat=True).first() or Role.LEAD


def boards_of(role: str) -> tuple[Board, ...]:
    """The boards of a role in their order; boards that are gone are left out."""
    places = dict(RoleBoard.objects.filter(role=role).values_list("board_code", "place"))
    found = [one for one in metrics.list_boards() if one.code in places]
    return tuple(sorted(found, key=lambda one: (places[one.code], one.name)))


def list_reports() -> tuple[ReportView, ...]:
    """Every scheduled report by name."""
    rows = list(Report.objects.order_by("name", "pk")[:200])
    readers: dict[int, list[int]] = {}
    for report_id, person_id in Reader.objects.values_list("report_id", "person_id").order_by("person_id"):
        readers.setdefault(report_id, []).append(person_id)
    last = dict(
        Issue.objects.order_by("report_id", "-last_on").distinct("report_id").values_list("report_id", "code")
    )
    return tuple(_report(row, tuple(readers.get(row.pk, ())), last.get(row.pk, "")) for row in rows)


def get_report(code: str) -> ReportView:
    """One scheduled report.

    :raises ReportNotFound: there is none.
    """
    row = Report.objects.filter(code=code).first()
    if row is None:
        raise ReportNotFound
    readers = tuple(
        Reader.objects.filter(report=row).order_by("person_id").values_list("person_id", flat=True)
    )
    last = Issue.objects.filter(report=row).order_by("-last_on").values_list("code", flat=True).first()
    return _report(row, readers, last or "")


def list_issues(report_code: str, *, limit: int = 60) -> tuple[IssueView, ...]:
    """The issues of a report, the newest first, without their tables."""
    rows = Issue.objects.filter(report__code=report_code).select_related("report").defer("tables")
    found = list(rows.order_by("-last_on")[:limit])
    sent: dict[int, dict[str, int]] = {}
    counted = (
        Mail.objects.filter(issue__in=found).values_list("issue_id", "state").annotate(Count("person_id"))
    )
    for issue_id, state, count in counted:
        sent.setdefault(issue_id, {})[state] = count
    return tuple(_issue(row, (), sent.get(row.pk, {})) for row in found)


def get_issue(code: str) -> IssueView:
    """One issue with its tables.

    :raises ReportNotFound: there is none.
    """
    row = Issue.objects.filter(code=code).select_related("report").first()
    if row is None:
        raise ReportNotFound
    counted = Mail.objects.filter(issue=row).values_list("state").annotate(Count("person_id"))
    return _issue(row, tuple(wording.view(one) for one in row.tables), dict(counted))


def list_notes(
    *, kind: str = "", state: str = "", since: date | None = None, until: date | None = None, limit: int = 100
) -> tuple[NoteView, ...]:
    """Notes, the newest first."""
    rows = Note.objects.order_by("-on", "-pk")
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    if since is not None:
        rows = rows.filter(on__gte=since)
    if until is not None:
        rows = rows.filter(on__lte=until)
    return tuple(note_view(row) for row in rows[:limit])


def count_notes() -> dict[str, int]:
    """How many notes there are of each state."""
    return dict(Note.objects.values_list("state").annotate(Count("pk")))


def get_note(code: str) -> NoteView:
    """One note.

    :raises NoteNotFound: there is none.
    """
    row = Note.objects.filter(code=code).first()
    if row is None:
        raise NoteNotFound
    return note_view(row)


def name_of(note: NoteView) -> str:
    """What a note is about, in words."""
    if note.kind == NoteKind.ANOMALY:
        found = find_series(note.subject)
        return gettext(found.name) if found else note.subject
    before, _, after = note.subject.partition(">")
    return gettext("From “%(before)s” to “%(after)s”") % {
        "before": wording.event_name(before),
        "after": wording.event_name(after),
    }


def find_series(code: str) -> Series | None:
    """A watched series by its code."""
    return next((one for one in watched.SERIES if one.code == code), None)


def figure(note: NoteView, value: int) -> str:
    """A figure of a note as it is written in mails."""
    if note.unit == "minor":
        return f"{value / 100:,.2f}"
    return f"{value / 100:.1f}%" if note.unit == "bps" else f"{value:,}"


def export_person(*, person_id: int) -> dict[str, Any]:
    """Return what somebody of the team looks at, gets and said about notes."""
    return {
        "role": role_of(person_id),
        "owns": list(Report.objects.filter(owner_id=person_id).order_by("pk").values_list("name", flat=True)),
        "reads": list(
            Reader.objects.filter(person_id=person_id)
            .order_by("report_id")
            .values_list("report__name", flat=True)
        ),
        "said": list(Note.objects.filter(by_id=person_id).order_by("pk").values_list("said", flat=True)),
    }


def note_view(row: Note) -> NoteView:
    """A stored note."""
    return NoteView(
        code=row.code,
        kind=row.kind,
        subject=row.subject,
        unit=row.unit,
        on=row.on,
        value=row.value,
        expected=row.expected,
        low=row.low,
        high=row.high,
        score=row.score_milli / 1000,
        parts=tuple(Part(**one) for one in row.parts),
        behind=tuple(Behind(**one) for one in row.behind),
        state=row.state,
        said=row.said,
        by_id=row.by_id,
        made_at=row.made_at,
    )


def _report(row: Report, readers: tuple[int, ...], last: str) -> ReportView:
    draft = ReportDraft(
        name=row.name,
        board_code=row.board_code,
        period=row.period,
        hour=row.hour,
        weekday=row.weekday,
        language=row.language,
        reader_ids=readers,
    )
    return ReportView(row.code, draft, row.is_on, row.owner_id, row.next_at if row.is_on else None, last)


def _issue(row: Issue, tables: tuple[TableView, ...], mails: Mapping[str, int]) -> IssueView:
    return IssueView(
        code=row.code,
        report_code=row.report.code,
        name=row.name,
        first=row.first_on,
        last=row.last_on,
        state=row.state,
        tables=tables,
        notes=tuple(row.notes),
        language=row.language,
        made_at=row.made_at,
        mails=dict(mails),
    )
