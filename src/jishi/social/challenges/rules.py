"""Pure rules of challenges: what a draft may be, the stages by the clock, and the order of the entries."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from jishi.social.challenges.contracts import (
    MAX_JUDGES,
    MAX_PRIZE,
    MAX_RULES,
    MAX_TITLE,
    MAX_WINNERS,
    ChallengeDraft,
    Method,
    Stage,
)

LONGEST = timedelta(days=90)
VOTES_AFTER = timedelta(days=3)
ZONE = ZoneInfo("Asia/Shanghai")


def fault(draft: ChallengeDraft, at: datetime) -> str:
    """The field that is wrong with a draft, or the empty string."""
    if not 1 <= len(draft.title.strip()) <= MAX_TITLE:
        return "title"
    if not 1 <= len(draft.rules.strip()) <= MAX_RULES:
        return "rules"
    if not 1 <= len(draft.prize.strip()) <= MAX_PRIZE:
        return "prize"
    if not 1 <= draft.winner_count <= MAX_WINNERS:
        return "number of winners"
    if draft.method not in list(Method):
        return "method"
    if not draft.starts_at < draft.ends_at < draft.judged_at <= draft.starts_at + LONGEST:
        return "period"
    if draft.ends_at <= at:
        return "period"
    judges = set(draft.judge_ids)
    if (draft.method == Method.JURY) != bool(judges) or len(judges) > MAX_JUDGES:
        return "judges"
    return ""


def stage_of(*, starts_at: datetime, ends_at: datetime, ended_at: datetime | None, at: datetime) -> Stage:
    """Where a challenge is; it has ended when its winners are written down."""
    if ended_at is not None:
        return Stage.ENDED
    if at < starts_at:
        return Stage.COMING
    return Stage.RUNNING if at < ends_at else Stage.JUDGING


def day_of(at: datetime) -> date:
    """The day on which a vote counts."""
    return at.astimezone(ZONE).date()


def ranked(entries: Iterable[tuple[int, int, int]]) -> list[int]:
    """Entries by points, those with more voices first among equals, then the earlier one.

    Each entry is its id, its points and how many voices these came from.
    """
    return [row[0] for row in sorted(entries, key=lambda row: (-row[1], -row[2], row[0]))]
