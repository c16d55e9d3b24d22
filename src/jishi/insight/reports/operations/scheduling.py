"""Roles, schedules, and issues: an issue asks the questions of its board and is put together when all are
answered.

The heavy process answers (metrics); nothing here computes. An issue's row is made once per report and
period by a constraint, in the transaction that moves the report on to its next instant.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, override

from jishi.insight.metrics import operations as metrics
from jishi.insight.metrics import queries as kept
from jishi.insight.metrics.errors import NameTaken
from jishi.insight.reports import queries, rules, watched, wording
from jishi.insight.reports.contracts import (
    MAX_NAME,
    MOST_READERS,
    IssueState,
    Period,
    ReportDraft,
    ReportView,
    Role,
)
from jishi.insight.reports.errors import ReportInvalid, ReportNotFound
from jishi.insight.reports.models import Issue, Mail, Note, Reader, Report, RoleBoard, Seat
from jishi.kernel import clock
from jishi.kernel.errors import DomainError
from jishi.kernel.text import LANGUAGES
from jishi.people.accounts import queries as people

ZONE = watched.ZONE
PATIENCE = timedelta(hours=2)
"""An issue whose figures do not come goes out with what there is."""
BATCH = 20


def set_role(*, person_id: int, role: str) -> None:
    """Choose what one looks at first.

    :raises ReportInvalid: there is no such role.
    """
    if role not in tuple(Role):
        raise ReportInvalid(field="role")
    Seat.objects.update_or_create(person_id=person_id, defaults={"role": role})


def open_ready(*, person_id: int, language: str = "zh-hans", at: datetime | None = None) -> int:
    """Open the boards that ship for each role, named in one language; what exists stays. Returns how many."""
    made = 0
    with override(language):
        for role, name, views in watched.BOARDS:
            if RoleBoard.objects.filter(role=role).exists():
                continue
            code = _board(gettext(name), person_id, at)
            for view_name, metric, params in views:
                metrics.place(
                    board_code=code, view_code=_view(gettext(view_name), metric, params, person_id, at)
                )
            RoleBoard.objects.get_or_create(role=role, board_code=code)
            made += 1
    return made


def save(*, code: str = "", draft: ReportDraft, by: int | None, at: datetime | None = None) -> ReportView:
    """Make a scheduled report or change one; its next issue follows from now.

    :raises ReportNotFound: there is none to change.
    :raises ReportInvalid: something cannot be.
    """
    moment = clock.at_or_now(at)
    wanted = _checked(draft)
    fields: dict[str, Any] = {
        "name": wanted.name,
        "board_code": wanted.board_code,
        "period": wanted.period,
        "hour": wanted.hour,
        "weekday": wanted.weekday,
        "language": wanted.language,
        "next_at": rules.next_due(
            moment, period=wanted.period, hour=wanted.hour, weekday=wanted.weekday, zone=ZONE
        ),
    }
    with transaction.atomic():
        if code:
            row = _locked(code)
            for name, value in fields.items():
                setattr(row, name, value)
            row.save(update_fields=list(fields))
        else:
            row = Report.objects.create(owner_id=by, created_at=moment, **fields)
        Reader.objects.filter(report_id=row.pk).delete()
        rows = [Reader(report_id=row.pk, person_id=one) for one in wanted.reader_ids]
        Reader.objects.bulk_create(rows, ignore_conflicts=True)
    return queries.get_report(row.code)


def switch(*, code: str, is_on: bool, at: datetime | None = None) -> None:
    """Let a report rest, or take it up again from now on.

    :raises ReportNotFound: there is none.
    """
    with transaction.atomic():
        row = _locked(code)
        row.is_on = is_on
        row.next_at = rules.next_due(
            clock.at_or_now(at), period=row.period, hour=row.hour, weekday=row.weekday, zone=ZONE
        )
        row.save(update_fields=["is_on", "next_at"])


def issue_now(*, code: str, at: datetime | None = None) -> str:
    """Make the issue of the last whole period now; the one there is already is not made again.

    :raises ReportNotFound: there is none.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        row = _locked(code)
        return _issue(row, moment, moment)


def plan_due(at: datetime) -> int:
    """Make the issues that are due; after a standstill only the newest one. Returns how many reports."""
    with transaction.atomic():
        due = Report.objects.select_for_update(skip_locked=True).filter(is_on=True, next_at__lte=at)
        rows = list(due.order_by("next_at", "pk")[:BATCH])
        for row in rows:
            assert row.next_at is not None
            _issue(row, row.next_at if at - row.next_at < timedelta(days=1) else at, at)
            row.next_at = rules.next_due(at, period=row.period, hour=row.hour, weekday=row.weekday, zone=ZONE)
            row.save(update_fields=["next_at"])
    return len(rows)


def compose_due(at: datetime) -> int:
    """Put issues together whose questions are answered, and give out their mails; returns how many."""
    done = 0
    with transaction.atomic():
        due = Issue.objects.select_for_update(skip_locked=True, of=("self",)).filter(
            state=IssueState.WAITING, due_at__lte=at
        )
        for row in due.select_related("report").order_by("due_at", "pk")[:BATCH]:
            runs = {code: kept.find_run(code) for _, _, code in row.runs if code}
            late = at - row.due_at > PATIENCE
            if any(run is not None and run.is_open for run in runs.values()) and not late:
                continue
            with override(row.language):
                row.tables = [_table(name, metric, runs.get(code)) for name, metric, code in row.runs]
                row.notes = _notes(row.first_on, row.last_on)
            row.state, row.made_at = IssueState.READY, at
            row.save(update_fields=["tables", "notes", "state", "made_at"])
            readers = Reader.objects.filter(report_id=row.report_id).values_list("person_id", flat=True)
            mails = [Mail(issue_id=row.pk, person_id=one, due_at=at) for one in readers]
            Mail.objects.bulk_create(mails, ignore_conflicts=True)
            done += 1
    return done


def forget(*, person_id: int) -> None:
    """Take somebody out of readers and roles, and their name off what they did."""
    with transaction.atomic():
        Seat.objects.filter(person_id=person_id).delete()
        Reader.objects.filter(person_id=person_id).delete()
        Mail.objects.filter(person_id=person_id).delete()
        Report.objects.filter(owner_id=person_id).update(owner=None)
        Note.objects.filter(by_id=person_id).update(by=None)


def _issue(row: Report, due: datetime, at: datetime) -> str:
    """The issue of a report's last whole period, made once; its questions are asked with it."""
    first, last = rules.span_of(due, period=row.period, zone=ZONE)
    if found := Issue.objects.filter(report=row, last_on=last).values_list("code", flat=True).first():
        return found
    issue = Issue(
        report=row,
        name=row.name,
        language=row.language,
        first_on=first,
        last_on=last,
        due_at=at,
        runs=_asked(row, first, last, at),
    )
    Issue.objects.bulk_create([issue], ignore_conflicts=True)
    return Issue.objects.values_list("code", flat=True).get(report=row, last_on=last)


def _asked(row: Report, first: date, last: date, at: datetime) -> list[list[str]]:
    """Ask what every view of the board asks, about the period of the issue."""
    try:
        board = kept.get_board(row.board_code)
    except DomainError:
        return []
    found = []
    for view in board.views:
        params = {**view.params, "since": first.isoformat(), "until": last.isoformat()}
        known = {param.code for param in kept.get_metric(view.metric).params}
        try:
            code = metrics.ask(
                metric=view.metric,
                params={name: value for name, value in params.items() if name in known},
                person_id=None,
                at=at,
            )
        except DomainError:
            code = ""
        found.append([view.name, view.metric, code])
    return found


def _table(name: str, metric: str, run: Any) -> dict[str, Any]:
    if run is None or not run.is_ready:
        return wording.trouble(name, gettext("These figures could not be computed in time."))
    return wording.table(name, kept.get_metric(metric), run.params, run.result)


def _notes(first: date, last: date) -> list[str]:
    found = queries.list_notes(since=first, until=last, limit=12)
    return [
        gettext("%(day)s %(name)s: %(value)s, usually %(expected)s")
        % {
            "day": one.on.isoformat(),
            "name": queries.name_of(one),
            "value": queries.figure(one, one.value),
            "expected": queries.figure(one, one.expected),
        }
        for one in found
        if one.state != "false"
    ]


def _checked(draft: ReportDraft) -> ReportDraft:
    name = " ".join(draft.name.split())
    wrong = (
        ("name", not name or len(name) > MAX_NAME),
        ("period", draft.period not in tuple(Period)),
        ("hour", not 0 <= draft.hour <= 23),
        ("weekday", not 0 <= draft.weekday <= 6),
        ("language", draft.language not in LANGUAGES),
        ("readers", len(draft.reader_ids) > MOST_READERS),
    )
    for field, is_wrong in wrong:
        if is_wrong:
            raise ReportInvalid(field=field)
    try:
        kept.get_board(draft.board_code)
    except DomainError:
        raise ReportInvalid(field="board") from None
    staff = {one.id for one in people.list_operators()}
    if not set(draft.reader_ids) <= staff:
        raise ReportInvalid(field="readers")
    readers: Sequence[int] = sorted(set(draft.reader_ids))
    return ReportDraft(
        name, draft.board_code, draft.period, draft.hour, draft.weekday, draft.language, tuple(readers)
    )


def _locked(code: str) -> Report:
    row = Report.objects.select_for_update().filter(code=code).first()
    if row is None:
        raise ReportNotFound
    return row


def _board(name: str, person_id: int, at: datetime | None) -> str:
    try:
        return metrics.save_board(name=name, person_id=person_id, at=at)
    except NameTaken:
        return next(one.code for one in kept.list_boards() if one.name == name)


def _view(name: str, metric: str, params: dict[str, str], person_id: int, at: datetime | None) -> str:
    try:
        return metrics.save_view(name=name, metric=metric, params=params, person_id=person_id, at=at)
    except NameTaken:
        return next(one.code for one in kept.list_views() if one.name == name)
