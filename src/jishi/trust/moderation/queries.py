"""Reading reports and cases. What names a reporter or a moderator is for moderators only."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Q

from jishi.kernel import clock
from jishi.kernel.paging import Page, decode_cursor, encode_cursor
from jishi.people.accounts import queries as people
from jishi.people.accounts.contracts import PersonCard
from jishi.trust.moderation import ports, rules
from jishi.trust.moderation.contracts import (
    Action,
    AuthorRecord,
    CaseCard,
    CaseState,
    CaseView,
    Decision,
    LogEntry,
    ReportView,
    Stats,
    Subject,
)
from jishi.trust.moderation.errors import CaseNotFound, NotAModerator, SubjectNotFound
from jishi.trust.moderation.models import WAITING, Case, Entry, Fingerprint, Report, Suspension

PAGE = 25
_MEDIAN = """
SELECT coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - opened_at)), 0)
FROM moderation_case WHERE decided_at >= %s
"""


def is_operator(person_id: int) -> bool:
    """Whether somebody moderates the whole platform."""
    return people.is_operator(person_id)


def can_moderate(person_id: int, *, community: str) -> bool:
    """Whether somebody may decide: operators everywhere, moderators of a community about its posts."""
    return is_operator(person_id) or ports.is_community_moderator(community, person_id=person_id)


def count_outcomes(reporter_id: int) -> tuple[int, int]:
    """How many of somebody's reports were upheld and how many dismissed."""
    found = Report.objects.filter(reporter_id=reporter_id).aggregate(
        upheld=Count("pk", filter=Q(state="upheld")), dismissed=Count("pk", filter=Q(state="dismissed"))
    )
    return found["upheld"], found["dismissed"]


def get_subject(kind: str, code: str, *, viewer_id: int) -> Subject:
    """What somebody is about to report.

    :raises SubjectNotFound: it is not there, or not for them.
    """
    desk = ports.desk_of(kind)
    subject = desk.find(code) if desk.is_visible(code, viewer_id=viewer_id) else None
    if subject is None:
        raise SubjectNotFound
    return subject


def case_of(kind: str, code: str) -> str | None:
    """The code of the waiting case about a thing, if there is one."""
    found = Case.objects.filter(WAITING, kind=kind, object_code=code).values_list("code", flat=True)
    return found.first()


def page_cases(
    *,
    viewer_id: int,
    state: str = "",
    kind: str = "",
    reason: str = "",
    community: str = "",
    cursor: str | None = None,
    limit: int = PAGE,
) -> Page[CaseCard]:
    """Cases for a moderator, the newest first; everything that waits where no state is asked for.

    :raises NotAModerator: the viewer moderates neither the platform nor this community.
    """
    if not can_moderate(viewer_id, community=community):
        raise NotAModerator
    rows = Case.objects.all()
    rows = rows.filter(state=state) if state in list(CaseState) else rows.filter(WAITING)
    if kind:
        rows = rows.filter(kind=kind)
    if community:
        rows = rows.filter(community=community)
    if reason:
        rows = rows.filter(Q(reason=reason) | Q(pk__in=Report.objects.filter(reason=reason).values("case")))
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    limit = max(1, min(limit, 100))
    found = list(rows.order_by("-pk")[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    return Page(_cards(found), encode_cursor(found[-1].pk) if more else None)


def get_case(code: str, *, viewer_id: int) -> CaseView:
    """A case with its history, for a moderator.

    :raises CaseNotFound: there is none.
    :raises NotAModerator: the viewer does not moderate here.
    """
    case = Case.objects.filter(code=code).first()
    if case is None:
        raise CaseNotFound
    if not can_moderate(viewer_id, community=case.community):
        raise NotAModerator
    desk = ports.desk_of(case.kind)
    reports = list(Report.objects.filter(case=case).order_by("pk")[:50])
    entries = list(Entry.objects.filter(case=case).order_by("pk")[:200])
    known = people.list_people(
        {r.reporter_id for r in reports} | {e.actor_id for e in entries if e.actor_id is not None}
    )
    return CaseView(
        card=_cards([case])[0],
        subject=desk.find(case.object_code),
        snapshot=case.snapshot,
        decision=_decision(case),
        reports=tuple(_report(row, known) for row in reports),
        log=tuple(LogEntry(e.act, known.get(e.actor_id or 0), e.detail, e.at) for e in entries),
        record=record_of(case.author_id),
        actions=rules.actions_for(can_hide=desk.can_hide, is_operator=is_operator(viewer_id)),
        decided_by_id=case.decided_by_id or case.proposed_by_id,
        claimed_by_id=case.claimed_by_id,
        claimed_until=case.claimed_until,
    )


def get_decision(code: str, *, author_id: int) -> Decision:
    """What was decided about somebody's own content.

    :raises CaseNotFound: there is none about this person.
    """
    case = Case.objects.filter(code=code, author_id=author_id).first()
    if case is None or not _concerns_author(case):
        raise CaseNotFound
    return _decision(case)


def page_decisions(*, author_id: int, cursor: str | None = None) -> Page[Decision]:
    """What was decided, or waits to be, about somebody's own content, the newest first."""
    rows = Case.objects.filter(author_id=author_id).filter(
        Q(action__in=rules.AGAINST) | Q(is_hidden=True, state__in=rules.WAITING)
    )
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    found = list(rows.order_by("-pk")[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    return Page([_decision(row) for row in found], encode_cursor(found[-1].pk) if more else None)


def page_reports(*, reporter_id: int, cursor: str | None = None) -> Page[ReportView]:
    """What somebody reported and what came of it, the newest first."""
    rows = Report.objects.filter(reporter_id=reporter_id)
    if cursor:
        rows = rows.filter(pk__lt=decode_cursor(cursor)[0])
    found = list(rows.order_by("-pk")[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    return Page([_report(row, {}) for row in found], encode_cursor(found[-1].pk) if more else None)


def record_of(author_id: int | None) -> AuthorRecord:
    """What was decided about an author before."""
    found = Case.objects.filter(author_id=author_id, decided_at__isnull=False).aggregate(
        decided=Count("pk"),
        against=Count("pk", filter=Q(action__in=rules.AGAINST) & ~Q(appeal_outcome="overturned")),
        warned=Count("pk", filter=Q(action=Action.WARN)),
        suspended=Count("pk", filter=Q(action=Action.SUSPEND)),
    )
    return AuthorRecord(**found, is_suspended=author_id is not None and is_suspended(author_id))


def is_suspended(person_id: int) -> bool:
    """Whether a person's content is out of sight at the moment."""
    return Suspension.objects.filter(person_id=person_id, lifted_at__isnull=True).exists()


def stats(*, since: datetime | None = None) -> Stats:
    """How moderation is doing since a moment, by default over thirty days."""
    start = since or clock.now() - timedelta(days=30)
    decided = Q(decided_at__gte=start)
    found = Case.objects.aggregate(
        opened=Count("pk", filter=Q(opened_at__gte=start)),
        waiting=Count("pk", filter=WAITING),
        appeals_waiting=Count("pk", filter=Q(state=CaseState.APPEALED)),
        decided=Count("pk", filter=decided),
        against=Count("pk", filter=decided & Q(action__in=rules.AGAINST)),
        appealed=Count("pk", filter=Q(appealed_at__gte=start)),
        overturned=Count("pk", filter=Q(appeal_decided_at__gte=start, appeal_outcome="overturned")),
    )
    by_reason = (
        Report.objects.filter(created_at__gte=start).order_by().values_list("reason").annotate(n=Count("pk"))
    )
    with connection.cursor() as cursor:
        cursor.execute(_MEDIAN, [start])
        median = int(cursor.fetchone()[0] // 60)
    return Stats(**found, median_minutes=median, by_reason=dict(by_reason))


def list_prints(author_id: int, *, since: datetime, limit: int = 50) -> list[tuple[str, int, int, datetime]]:
    """Kind, fingerprint, length and moment of what an author published lately."""
    rows = Fingerprint.objects.filter(author_id=author_id, created_at__gte=since).order_by("-created_at")
    return list(rows.values_list("kind", "simhash", "length", "created_at")[:limit])


def _cards(rows: Iterable[Case]) -> list[CaseCard]:
    cases = list(rows)
    ids = {i for c in cases for i in (c.author_id, c.claimed_by_id) if i is not None}
    known = people.list_people(ids)
    reasons: dict[int, list[str]] = {}
    told = Report.objects.filter(case__in=cases).order_by("pk").values_list("case_id", "reason")
    for case_id, reason in told:
        if reason not in reasons.setdefault(case_id, []):
            reasons[case_id].append(reason)
    return [
        CaseCard(
            code=case.code,
            kind=case.kind,
            object_code=case.object_code,
            state=case.state,
            source=case.source,
            community=case.community,
            excerpt=rules.excerpt_of(case.snapshot),
            reasons=tuple(reasons.get(case.pk, ())),
            report_count=case.report_count,
            is_hidden=case.is_hidden,
            author=known.get(case.author_id or 0),
            claimed_by=known.get(case.claimed_by_id or 0),
            opened_at=case.opened_at,
            proposed=case.proposed if case.state == CaseState.SECONDING else "",
        )
        for case in cases
    ]


def _report(row: Report, known: dict[int, PersonCard]) -> ReportView:
    return ReportView(
        code=row.code,
        kind=row.kind,
        object_code=row.object_code,
        reason=row.reason,
        text=row.text,
        state=row.state,
        is_trusted=row.is_believed,
        created_at=row.created_at,
        closed_at=row.closed_at,
        reporter=known.get(row.reporter_id),
    )


def _concerns_author(case: Case) -> bool:
    return case.action in rules.AGAINST or (case.is_hidden and case.state in rules.WAITING)


def _decision(case: Case) -> Decision:
    is_decided = case.decided_at is not None
    return Decision(
        case_code=case.code,
        kind=case.kind,
        object_code=case.object_code,
        excerpt=rules.excerpt_of(case.snapshot),
        state=case.state,
        action=case.action,
        reason=case.reason if is_decided else "",
        note=case.note if is_decided else "",
        decided_at=case.decided_at,
        is_hidden=case.is_hidden,
        may_appeal=rules.may_appeal(
            state=case.state,
            action=case.action,
            decided_at=case.decided_at,
            is_appealed=case.appealed_at is not None,
            at=clock.now(),
        ),
        appeal_text=case.appeal_text,
        appealed_at=case.appealed_at,
        appeal_outcome=case.appeal_outcome,
        appeal_note=case.appeal_note,
        url="",
    )


def reasons() -> dict[str, str]:
    """Every reason with its English text, in the order in which people are asked."""
    return {str(code): text for code, text in rules.REASONS.items()}


def action_names() -> dict[str, str]:
    """Every decision with its English text."""
    return {str(code): text for code, text in rules.ACTIONS.items()}


def count_states(*, community: str = "") -> dict[str, int]:
    """How many cases are in each state; the empty state counts everything that waits."""
    rows = Case.objects.filter(community=community) if community else Case.objects.all()
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {"": sum(found.get(state, 0) for state in rules.WAITING), **found}
