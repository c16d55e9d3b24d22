"""The author's second look: once per decision, and never by the moderator who decided first."""

from datetime import datetime

from django.db import IntegrityError, transaction

from jishi.kernel import clock, locks, outbox
from jishi.trust.moderation import rules
from jishi.trust.moderation.contracts import AppealOutcome, CaseState
from jishi.trust.moderation.errors import (
    ActionUnknown,
    AnotherModeratorNeeded,
    AppealedAlready,
    AppealEmpty,
    CaseClaimed,
    CaseNotFound,
    CaseStateForbids,
    OwnCase,
    ReportTooLong,
)
from jishi.trust.moderation.events import AppealDecided
from jishi.trust.moderation.models import Case
from jishi.trust.moderation.operations import log
from jishi.trust.moderation.operations.decide import lock, undo


def appeal(*, author_id: int, case_code: str, text: str, at: datetime | None = None) -> None:
    """Ask for a second look at a decision about one's own content.

    :raises CaseNotFound: there is none about this person.
    :raises AppealEmpty: it says nothing.
    :raises ReportTooLong: more words than can be read.
    :raises AppealedAlready: the decision was appealed before.
    :raises CaseStateForbids: nothing was decided against the author, or the time for an appeal is over.
    """
    moment = clock.at_or_now(at)
    words = " ".join(text.split())
    if not words:
        raise AppealEmpty
    if len(words) > rules.MAX_TEXT:
        raise ReportTooLong(limit=rules.MAX_TEXT)
    try:
        with transaction.atomic():
            _appeal(author_id, case_code, words, moment)
    except IntegrityError:
        # A new case about the same thing waits already; its moderator looks at it anyway.
        raise CaseStateForbids from None


def _appeal(author_id: int, case_code: str, words: str, at: datetime) -> None:
    case = Case.objects.select_for_update().filter(code=case_code, author_id=author_id).first()
    if case is None:
        raise CaseNotFound
    if case.appealed_at is not None:
        raise AppealedAlready
    allowed = rules.may_appeal(
        state=case.state, action=case.action, decided_at=case.decided_at, is_appealed=False, at=at
    )
    if not allowed:
        raise CaseStateForbids
    locks.advisory("moderation", case.kind, case.object_code)
    case.state, case.appeal_text, case.appealed_at = CaseState.APPEALED, words, at
    case.save(update_fields=["state", "appeal_text", "appealed_at"])
    log.write(case, "appealed", actor_id=author_id, at=at)


def decide_appeal(
    *, moderator_id: int, case_code: str, outcome: str, note: str = "", at: datetime | None = None
) -> None:
    """Uphold or overturn a decision; overturned content is shown again and a suspension ends.

    :raises CaseNotFound: there is none.
    :raises NotAModerator: this person does not moderate here.
    :raises AnotherModeratorNeeded: this person decided first.
    :raises OwnCase: it is about the moderator.
    :raises CaseClaimed: somebody else is working on it.
    :raises CaseStateForbids: nobody appealed, or the appeal is decided.
    :raises ActionUnknown: neither upheld nor overturned.
    """
    moment = clock.at_or_now(at)
    words = " ".join(note.split())
    if outcome not in list(AppealOutcome):
        raise ActionUnknown
    if len(words) > rules.MAX_NOTE:
        raise ReportTooLong(limit=rules.MAX_NOTE)
    with transaction.atomic():
        case = lock(case_code, moderator_id=moderator_id)
        _second_looker(case, moderator_id, moment)
        case.state, case.appeal_outcome, case.appeal_note = CaseState.CLOSED, outcome, words
        case.appeal_by_id, case.appeal_decided_at = moderator_id, moment
        case.claimed_by_id = case.claimed_until = None
        if outcome == AppealOutcome.OVERTURNED:
            undo(case, at=moment)
        case.save()
        log.write(case, "appeal_decided", actor_id=moderator_id, at=moment, outcome=outcome)
        log.tell_author(case, f"appeal_{outcome}", at=moment)
        outbox.publish(
            AppealDecided(
                case_code=case.code,
                kind=case.kind,
                object_code=case.object_code,
                author_id=case.author_id,
                outcome=outcome,
                at=moment,
            )
        )


def _second_looker(case: Case, moderator_id: int, at: datetime) -> None:
    if case.state != CaseState.APPEALED:
        raise CaseStateForbids
    if moderator_id in (case.decided_by_id, case.proposed_by_id):
        raise AnotherModeratorNeeded
    if case.author_id == moderator_id or case.reports.filter(reporter_id=moderator_id).exists():
        raise OwnCase
    claimed = case.claimed_by_id not in (None, moderator_id)
    if claimed and case.claimed_until is not None and case.claimed_until > at:
        raise CaseClaimed
