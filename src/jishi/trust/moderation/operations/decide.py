"""Claiming and deciding. Nobody decides about themselves; what weighs most needs two moderators."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from jishi.kernel import clock, outbox
from jishi.kernel.errors import DomainError
from jishi.trust.moderation import ports, queries, rules
from jishi.trust.moderation.contracts import Action, CaseState, Reason
from jishi.trust.moderation.errors import (
    ActionUnknown,
    AnotherModeratorNeeded,
    CaseClaimed,
    CaseNotFound,
    CaseStateForbids,
    NotAModerator,
    OwnCase,
    ReasonUnknown,
    ReportTooLong,
)
from jishi.trust.moderation.events import CaseDecided
from jishi.trust.moderation.models import Case
from jishi.trust.moderation.operations import log, suspend

TELLS = {
    Action.HIDE: "moderation_hidden",
    Action.REJECT: "moderation_rejected",
    Action.REMOVE: "moderation_removed",
    Action.WARN: "moderation_warned",
    Action.SUSPEND: "moderation_suspended",
}


def claim(*, moderator_id: int, case_code: str, at: datetime | None = None) -> None:
    """Take a case for a quarter of an hour, so that nobody else works on it. Claiming again prolongs it.

    :raises CaseNotFound: there is none.
    :raises NotAModerator: this person does not moderate here.
    :raises CaseClaimed: somebody else has it.
    :raises CaseStateForbids: nothing waits to be decided.
    """
    moment = clock.at_or_now(at)
    with transaction.atomic():
        case = lock(case_code, moderator_id=moderator_id)
        if case.state not in rules.WAITING:
            raise CaseStateForbids
        _free_for(case, moderator_id, moment)
        case.claimed_by_id, case.claimed_until = moderator_id, moment + rules.CLAIM_FOR
        case.save(update_fields=["claimed_by", "claimed_until"])


def release(*, moderator_id: int, case_code: str) -> None:
    """Give a claimed case back."""
    with transaction.atomic():
        Case.objects.filter(code=case_code, claimed_by_id=moderator_id).update(
            claimed_by=None, claimed_until=None
        )


def decide(
    *,
    moderator_id: int,
    case_code: str,
    action: str,
    reason: str = "",
    note: str = "",
    at: datetime | None = None,
) -> str:
    """Decide a waiting case; returns its state afterwards. The author is told with reason and note.

    An action that needs a second moderator is only proposed by the first one; the second one may decide
    anything.

    :raises CaseNotFound: there is none.
    :raises NotAModerator: this person does not moderate here.
    :raises OwnCase: it is about the moderator, or was reported by them.
    :raises CaseClaimed: somebody else is working on it.
    :raises CaseStateForbids: it is decided, or waits for an appeal.
    :raises ActionUnknown: not for this kind of thing, or not for this moderator.
    :raises AnotherModeratorNeeded: the proposal was this moderator's own.
    :raises ReasonUnknown: a decision against somebody has a reason.
    """
    moment = clock.at_or_now(at)
    words = " ".join(note.split())
    if len(words) > rules.MAX_NOTE:
        raise ReportTooLong(limit=rules.MAX_NOTE)
    with transaction.atomic():
        case = lock(case_code, moderator_id=moderator_id)
        if case.state not in (CaseState.OPEN, CaseState.SECONDING):
            raise CaseStateForbids
        _free_for(case, moderator_id, moment)
        _allowed(case, moderator_id, action, reason)
        if action in rules.NEEDS_SECOND and case.state == CaseState.OPEN:
            return _propose(case, moderator_id, action, reason, words, moment)
        if case.state == CaseState.SECONDING and case.proposed_by_id == moderator_id:
            raise AnotherModeratorNeeded
        _settle(case, moderator_id, action, reason, words, moment)
    return case.state


def approve_many(
    *, moderator_id: int, case_codes: Iterable[str], at: datetime | None = None
) -> tuple[int, int]:
    """Find nothing wrong with several cases; returns how many were approved and how many could not be."""
    done = failed = 0
    for code in dict.fromkeys(case_codes):
        try:
            decide(moderator_id=moderator_id, case_code=code, action=Action.APPROVE, at=at)
            done += 1
        except DomainError:
            failed += 1
    return done, failed


def lock(case_code: str, *, moderator_id: int) -> Case:
    """The case under its row lock, for somebody who moderates there.

    :raises CaseNotFound: there is none.
    :raises NotAModerator: this person does not moderate here.
    """
    case = Case.objects.select_for_update().filter(code=case_code).first()
    if case is None:
        raise CaseNotFound
    if not queries.can_moderate(moderator_id, community=case.community):
        raise NotAModerator
    return case


def undo(case: Case, *, at: datetime) -> None:
    """Show again what a decision took away, and end the suspension that came of it."""
    desk = ports.desk_of(case.kind)
    # Nothing of a suspended author can be shown, so the suspension ends first.
    suspend.end_of_case(case, at=at)
    if case.is_hidden and desk.can_hide:
        desk.restore(case.object_code, at=at)
        case.is_hidden = False


def _free_for(case: Case, moderator_id: int, at: datetime) -> None:
    claimed = case.claimed_by_id not in (None, moderator_id)
    if claimed and case.claimed_until is not None and case.claimed_until > at:
        raise CaseClaimed
    if case.author_id == moderator_id or case.reports.filter(reporter_id=moderator_id).exists():
        raise OwnCase


def _allowed(case: Case, moderator_id: int, action: str, reason: str) -> None:
    desk = ports.desk_of(case.kind)
    is_operator = queries.is_operator(moderator_id)
    if action not in rules.actions_for(can_hide=desk.can_hide, is_operator=is_operator):
        raise ActionUnknown
    if action in rules.AGAINST and reason not in list(Reason):
        raise ReasonUnknown


def _propose(case: Case, moderator_id: int, action: str, reason: str, note: str, at: datetime) -> str:
    case.state, case.proposed, case.proposed_by_id = CaseState.SECONDING, action, moderator_id
    case.reason, case.note = reason, note
    case.claimed_by_id = case.claimed_until = None
    case.save()
    log.write(case, "proposed", actor_id=moderator_id, at=at, action=action, reason=reason)
    return case.state


def _settle(case: Case, moderator_id: int, action: str, reason: str, note: str, at: datetime) -> None:
    desk = ports.desk_of(case.kind)
    case.state = CaseState.DECIDED if action in rules.AGAINST else CaseState.CLOSED
    case.action, case.reason, case.note = action, reason if action in rules.AGAINST else "", note
    case.decided_by_id, case.decided_at = moderator_id, at
    case.claimed_by_id = case.claimed_until = None
    if action in (Action.APPROVE, Action.WARN) or (action == Action.SUSPEND and not desk.can_hide):
        undo(case, at=at)
    else:
        _take_away(case, action, at)
    if action == Action.SUSPEND:
        suspend.begin(case, at=at)
    case.save()
    log.write(case, "decided", actor_id=moderator_id, at=at, action=action, reason=case.reason)
    if action in TELLS:
        log.tell_author(case, TELLS[Action(action)], at=at)
    log.tell_reporters(case, upheld=action in rules.AGAINST, at=at)
    outbox.publish(
        CaseDecided(
            case_code=case.code,
            kind=case.kind,
            object_code=case.object_code,
            author_id=case.author_id,
            action=action,
            reason=case.reason,
            at=at,
        )
    )


def _take_away(case: Case, action: str, at: datetime) -> None:
    desk = ports.desk_of(case.kind)
    if action == Action.REMOVE:
        desk.remove(case.object_code, reason=case.reason, note=case.note, at=at)
    elif action == Action.REJECT:
        desk.reject(case.object_code, reason=case.reason, note=case.note, at=at)
    else:
        desk.hide(case.object_code, reason=case.reason, note=case.note, at=at)
    case.is_hidden = True
