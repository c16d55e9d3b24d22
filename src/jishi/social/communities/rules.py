"""Who may do what, what a description must have, and the code at the door. Pure: no database, no clock.

Nobody acts on somebody of their own rank or above; the owner stands above everybody.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from jishi.social.communities.contracts import (
    CommunityDraft,
    GatheringDraft,
    JoinPolicy,
    Permission,
    Role,
    Standing,
    ViewerState,
)
from jishi.social.communities.errors import CommunityIncomplete, Muted, NotPermitted, RulesNotAccepted

PERMISSIONS: Mapping[str, frozenset[str]] = {
    Role.OWNER: frozenset(Permission),
    Role.MODERATOR: frozenset(Permission) - {Permission.EDIT, Permission.APPOINT, Permission.PARTNER},
    Role.CORE: frozenset({Permission.HOST, Permission.INVITE, Permission.PIN, Permission.POST}),
    Role.MEMBER: frozenset({Permission.POST}),
}
RANKS: Mapping[str, int] = {Role.OWNER: 3, Role.MODERATOR: 2, Role.CORE: 1, Role.MEMBER: 0}
MODERATING = (Role.OWNER, Role.MODERATOR)

MAX_PINS = 3
MAX_QUESTIONS = 5
MAX_CHANNELS = 20
LENGTHS = {"name": 40, "for_whom": 120, "about": 600, "not_about": 400, "rules": 4000, "welcome": 1000}
NEEDED = ("name", "for_whom", "about")
MAX_ANSWER = 500
SLUG = re.compile(r"^[a-z0-9](?:[a-z0-9-]{1,38}[a-z0-9])$")
RESERVED = frozenset({"new", "api", "admin", "search", "mine"})

FOLLOW_WANTED = 3
"""How many people somebody new is invited to follow."""

INACTIVE_AFTER = timedelta(days=60)
NOTICE_DAYS = range(7, 91)
MUTE_HOURS = range(1, 24 * 30 + 1)

CODE_EVERY_S = 120
DOOR_OPENS = timedelta(hours=1)


def permissions(role: str, state: str) -> frozenset[str]:
    """Return what somebody may do; only members may do anything."""
    return PERMISSIONS[role] if state == Standing.MEMBER else frozenset()


def check_rank(*, actor: str, subject: str) -> None:
    """Return quietly if somebody may act on somebody else.

    :raises NotPermitted: they are of the same rank, or lower.
    """
    if RANKS[actor] <= RANKS[subject]:
        raise NotPermitted()


def check_may_write(*, muted_until: datetime | None, accepted: int, in_force: int, at: datetime) -> None:
    """Return quietly if a member may write now.

    :raises Muted: a moderator muted them.
    :raises RulesNotAccepted: the rules have changed since they accepted them.
    """
    if muted_until is not None and at < muted_until:
        raise Muted(until=muted_until.isoformat())
    if accepted != in_force:
        raise RulesNotAccepted(rules_version=in_force)


def clean(draft: CommunityDraft) -> CommunityDraft:
    """Return the description trimmed.

    :raises CommunityIncomplete: something is missing or too long.
    """
    texts = {name: " ".join(getattr(draft, name).split()) for name in ("name", "for_whom")}
    texts |= {name: getattr(draft, name).strip() for name in LENGTHS if name not in texts}
    for name, text in texts.items():
        if len(text) > LENGTHS[name] or (name in NEEDED and not text):
            raise CommunityIncomplete(field=name)
    questions = tuple(line for q in draft.questions if (line := " ".join(q.split())))
    if len(questions) > MAX_QUESTIONS or any(len(q) > 120 for q in questions):
        raise CommunityIncomplete(field="questions")
    if draft.join_policy not in set(JoinPolicy):
        raise CommunityIncomplete(field="join_policy")
    if draft.join_policy == JoinPolicy.QUESTIONS and not questions:
        raise CommunityIncomplete(field="questions")
    return CommunityDraft(
        **texts,
        questions=questions,
        join_policy=draft.join_policy,
        is_members_only=draft.is_members_only,
        language=draft.language[:10],
        cover=draft.cover,
    )


def check_slug(slug: str) -> str:
    """Return an address that a community may have.

    :raises CommunityIncomplete: it may not.
    """
    wanted = slug.strip().lower()
    if not SLUG.match(wanted) or wanted in RESERVED:
        raise CommunityIncomplete(field="slug")
    return wanted


def clean_gathering(draft: GatheringDraft, *, at: datetime) -> GatheringDraft:
    """Return the description of an event trimmed.

    :raises CommunityIncomplete: something is missing, too long or in the past.
    """
    title, text = " ".join(draft.title.split()), draft.text.strip()
    place, speaker = draft.place.strip(), " ".join(draft.speaker.split())
    faults = {
        "title": not 0 < len(title) <= 80,
        "text": len(text) > 3000,
        "place": not 0 < len(place) <= 200,
        "speaker": len(speaker) > 80,
        "starts_at": draft.starts_at <= at,
        "ends_at": not draft.starts_at < draft.ends_at <= draft.starts_at + timedelta(days=14),
        "capacity": not 0 <= draft.capacity <= 100_000,
    }
    for name, is_wrong in faults.items():
        if is_wrong:
            raise CommunityIncomplete(field=name)
    return GatheringDraft(
        title, text, draft.starts_at, draft.ends_at, draft.is_online, place, speaker, draft.capacity
    )


def pair_answers(questions: Sequence[str], answers: Sequence[str]) -> list[list[str]] | None:
    """Return each question with its answer; None when one is missing."""
    given = [answer.strip()[:MAX_ANSWER] for answer in answers]
    if len(given) < len(questions) or not all(given[: len(questions)]):
        return None
    return [[question, answer] for question, answer in zip(questions, given, strict=False)]


def viewer_state(*, role: str | None, state: str | None, is_banned: bool) -> ViewerState:
    """Return which face a community shows somebody."""
    if is_banned:
        return ViewerState.BANNED
    if state == Standing.APPLIED:
        return ViewerState.APPLIED
    if state != Standing.MEMBER or role is None:
        return ViewerState.STRANGER
    return ViewerState.MODERATOR if role in MODERATING else ViewerState.MEMBER


def is_banned(*, state: str | None, until: datetime | None, at: datetime) -> bool:
    """Whether a ban holds at an instant; one without an end holds for ever."""
    return state == Standing.BANNED and (until is None or at < until)


def sign_in_code(seed: str, at: datetime, *, steps_ago: int = 0) -> str:
    """Return the six digits the host shows at an instant; they change every two minutes."""
    step = int(at.timestamp()) // CODE_EVERY_S - steps_ago
    digest = hmac.new(seed.encode(), str(step).encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 1_000_000:06d}"


def is_sign_in_code(seed: str, typed: str, at: datetime) -> bool:
    """Whether digits are the ones shown now, or were until a moment ago."""
    digits = "".join(typed.split())
    return any(
        hmac.compare_digest(digits.encode(), sign_in_code(seed, at, steps_ago=ago).encode()) for ago in (0, 1)
    )


def code_valid_until(at: datetime) -> datetime:
    """Return when the host's code changes next."""
    step = int(at.timestamp()) // CODE_EVERY_S + 1
    return datetime.fromtimestamp(step * CODE_EVERY_S, UTC)


def median(values: Sequence[float]) -> int | None:
    """Return the middle of some seconds, rounded down; None of nothing."""
    ordered = sorted(values)
    return int(ordered[(len(ordered) - 1) // 2]) if ordered else None


def bps(part: int, whole: int) -> int:
    """Return a share in basis points; 0 of nothing."""
    return part * 10_000 // whole if whole else 0
