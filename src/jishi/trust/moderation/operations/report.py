"""Reporting. One open report per person and thing; enough believed people hide it until somebody looked."""

from datetime import datetime

from django.db import transaction

from jishi.kernel import clock, limits, locks, outbox
from jishi.people.accounts import queries as people
from jishi.trust.moderation import ports, queries, rules
from jishi.trust.moderation.contracts import CaseState, Reason, ReportReceipt, Subject
from jishi.trust.moderation.errors import OwnContent, ReasonUnknown, ReportTooLong, SubjectNotFound
from jishi.trust.moderation.events import ContentReported
from jishi.trust.moderation.models import WAITING, Case, Report
from jishi.trust.moderation.operations import log

A_DAY = {"bucket": "moderation.report.day", "limit": 50, "window_s": 86400}
A_MINUTE = {"bucket": "moderation.report.minute", "limit": 8, "window_s": 60}
ALREADY_HIDDEN = ("hidden", "rejected", "removed", "in_review")


def report(
    *, reporter_id: int, kind: str, code: str, reason: str, text: str = "", at: datetime | None = None
) -> ReportReceipt:
    """Report something that one can see. Reporting it again while the first report is open changes nothing.

    :raises SubjectNotFound: there is no such thing, or this person cannot see it.
    :raises ReasonUnknown: the reason is not in the list.
    :raises ReportTooLong: more words than can be read.
    :raises OwnContent: it is the reporter's own.
    :raises RateLimited: too many reports in a short time.
    """
    moment = clock.at_or_now(at)
    if reason not in list(Reason):
        raise ReasonUnknown
    words = " ".join(text.split())
    if len(words) > rules.MAX_TEXT:
        raise ReportTooLong(limit=rules.MAX_TEXT)
    desk = ports.desk_of(kind)
    subject = desk.find(code) if desk.is_visible(code, viewer_id=reporter_id) else None
    if subject is None:
        raise SubjectNotFound
    if subject.author_id == reporter_id:
        raise OwnContent
    for limit in (A_MINUTE, A_DAY):
        limits.hit(key=str(reporter_id), **limit)  # type: ignore[arg-type]
    believed = _is_believed(reporter_id, moment)
    with transaction.atomic():
        return _write(subject, reporter_id, reason, words, believed, moment)


def open_case(subject: Subject, *, source: str, at: datetime) -> tuple[Case, bool]:
    """The waiting case of a thing, opened if there is none. The caller holds its advisory lock."""
    case = (
        Case.objects.select_for_update().filter(WAITING, kind=subject.kind, object_code=subject.code).first()
    )
    if case is not None:
        return case, False
    case = Case.objects.create(
        kind=subject.kind,
        object_code=subject.code,
        author_id=subject.author_id,
        community=subject.community,
        source=source,
        snapshot="\n".join(part for part in (subject.title, subject.text) if part)[:6000],
        is_hidden=subject.state in ALREADY_HIDDEN,
        opened_at=at,
    )
    log.write(case, "opened", actor_id=None, at=at, source=source)
    return case, True


def _write(
    subject: Subject, reporter_id: int, reason: str, words: str, believed: bool, at: datetime
) -> ReportReceipt:
    # The same lock for everybody who reports this thing: the count below is of all who came before.
    locks.advisory("moderation", subject.kind, subject.code)
    case, _ = open_case(subject, source="reports", at=at)
    mine = Report.objects.filter(case=case, reporter_id=reporter_id).first()
    if mine is not None:
        return ReportReceipt(mine.code, case.code, is_new=False)
    made = Report.objects.create(
        case=case,
        reporter_id=reporter_id,
        kind=subject.kind,
        object_code=subject.code,
        reason=reason,
        text=words,
        is_believed=believed,
        created_at=at,
    )
    case.report_count += 1
    case.believed_count += int(believed)
    log.write(case, "reported", actor_id=reporter_id, at=at, reason=reason)
    _hide_if_enough(case, reason, at)
    case.save(update_fields=["report_count", "believed_count", "is_hidden"])
    outbox.publish(
        ContentReported(
            case_code=case.code,
            kind=case.kind,
            object_code=case.object_code,
            author_id=case.author_id,
            reporter_id=reporter_id,
            reason=reason,
            at=at,
        )
    )
    return ReportReceipt(made.code, case.code, is_new=True)


def _hide_if_enough(case: Case, reason: str, at: datetime) -> None:
    desk = ports.desk_of(case.kind)
    if case.is_hidden or not desk.can_hide or case.state != CaseState.OPEN:
        return
    if case.believed_count < rules.HIDE_AT:
        return
    desk.hide(case.object_code, reason=reason, note="", at=at)
    case.is_hidden = True
    log.write(case, "hidden_by_reports", actor_id=None, at=at, reports=case.believed_count)
    log.tell_author(case, "moderation_waiting", at=at)


def _is_believed(reporter_id: int, at: datetime) -> bool:
    joined_at = people.get_profile(reporter_id).joined_at
    upheld, dismissed = queries.count_outcomes(reporter_id)
    return rules.is_believed(joined_at=joined_at, upheld=upheld, dismissed=dismissed, at=at)
