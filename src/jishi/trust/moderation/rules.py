"""Pure rules of moderation: reasons in words, who is believed, what may follow what."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from jishi.kernel.errors import N_
from jishi.trust.moderation.contracts import Action, CaseState, Reason

HIDE_AT = 3
"""So many believed people, each for themselves, hide something until a moderator has looked."""
CLAIM_FOR = timedelta(minutes=15)
APPEAL_WITHIN = timedelta(days=30)
SUSPEND_FOR = timedelta(days=7)
TRUST_AFTER = timedelta(days=3)
DISMISSED_MAX = 5
MAX_TEXT = 500
MAX_NOTE = 500
EXCERPT = 140

REASONS: Mapping[str, str] = {
    Reason.SPAM: N_("Advertising or repeated posts"),
    Reason.SCAM: N_("Fraud, or asks for payment elsewhere"),
    Reason.COUNTERFEIT: N_("Fake or copied goods"),
    Reason.FALSE_CLAIMS: N_("False or exaggerated claims"),
    Reason.HARASSMENT: N_("Insults or harassment"),
    Reason.HATE: N_("Hatred against a group"),
    Reason.SEXUAL: N_("Sexual content"),
    Reason.VIOLENCE: N_("Violence or self-harm"),
    Reason.MINORS: N_("Endangers children"),
    Reason.PRIVACY: N_("Shows somebody's private data"),
    Reason.RIGHTS: N_("Violates somebody's rights"),
    Reason.ILLEGAL: N_("Forbidden by law"),
    Reason.OTHER: N_("Something else"),
}
ACTIONS: Mapping[str, str] = {
    Action.APPROVE: N_("Nothing wrong with it"),
    Action.HIDE: N_("Hide it"),
    Action.REJECT: N_("Reject it"),
    Action.REMOVE: N_("Remove it for good"),
    Action.WARN: N_("Warn the author"),
    Action.SUSPEND: N_("Suspend the author"),
}
AGAINST = frozenset({Action.HIDE, Action.REJECT, Action.REMOVE, Action.WARN, Action.SUSPEND})
WAITING = frozenset({CaseState.OPEN, CaseState.SECONDING, CaseState.APPEALED})
NEEDS_SECOND = frozenset({Action.SUSPEND})
"""What weighs so much that two moderators have to want it."""
ON_CONTENT = frozenset(
    {Action.APPROVE, Action.HIDE, Action.REJECT, Action.REMOVE, Action.WARN, Action.SUSPEND}
)
ON_PEOPLE = frozenset({Action.APPROVE, Action.WARN, Action.SUSPEND})
OF_COMMUNITIES = frozenset({Action.APPROVE, Action.HIDE, Action.REJECT, Action.REMOVE})
"""What moderators of a community may decide; warnings and suspensions concern the whole platform."""


def is_believed(*, joined_at: datetime, upheld: int, dismissed: int, at: datetime) -> bool:
    """Whether a report counts towards hiding: not a new account, and not somebody who is mostly wrong."""
    if at - joined_at < TRUST_AFTER:
        return False
    return dismissed < DISMISSED_MAX or upheld * 2 >= dismissed


def actions_for(*, can_hide: bool, is_operator: bool) -> tuple[str, ...]:
    """What may be decided about a thing, in the order of the buttons."""
    allowed = ON_CONTENT if can_hide else ON_PEOPLE
    if not is_operator:
        allowed = allowed & OF_COMMUNITIES
    return tuple(action for action in Action if action in allowed)


def may_appeal(
    *, state: str, action: str, decided_at: datetime | None, is_appealed: bool, at: datetime
) -> bool:
    """Whether the author may still ask for a second look."""
    if state != CaseState.DECIDED or action not in AGAINST or is_appealed or decided_at is None:
        return False
    return at - decided_at <= APPEAL_WITHIN


def excerpt_of(*texts: str) -> str:
    """The beginning of what was said, on one line."""
    line = " ".join(" ".join(texts).split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1] + "…"
