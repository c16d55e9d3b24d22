"""Lotteries without their database: what a draft may be, and what a viewer sees."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from jishi.promotions.lotteries.contracts import EntryMode, LotteryDraft, LotteryState

LONGEST = timedelta(days=60)
MOST_UNITS = 1000
ROUNDS = 2
"""How often prizes that nobody claimed are drawn again."""


def fault(draft: LotteryDraft, at: datetime) -> str:
    """Return the field that is wrong with a draft, or the empty string."""
    if not 2 <= len(draft.title.strip()) <= 80:
        return "title"
    if len(draft.note) > 500:
        return "note"
    if draft.entry_mode not in set(EntryMode):
        return "entry"
    if draft.min_order_minor < 0 or not 1 <= draft.per_person <= 20:
        return "entries per person"
    if draft.entry_mode == EntryMode.FREE and draft.per_person != 1:
        return "entries per person"
    if not 1 <= draft.wins_per_person <= draft.per_person:
        return "wins per person"
    if not draft.starts_at < draft.ends_at <= draft.starts_at + LONGEST or draft.ends_at <= at:
        return "period"
    if not 1 <= draft.claim_days <= 60:
        return "days to claim"
    units = sum(prize.quantity for prize in draft.prizes)
    if not draft.prizes or any(prize.quantity < 1 for prize in draft.prizes) or units > MOST_UNITS:
        return "prizes"
    return ""


def gate_of(lottery_code: str) -> str:
    """Return the name of the gate before a lottery."""
    return f"lottery:{lottery_code}"


def earmark(lottery_code: str, position: int) -> str:
    """Return the name under which a prize's pieces are set aside in the stock."""
    return f"prize:{lottery_code}:{position}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page must know of a lottery and its viewer."""

    state: str
    has_begun: bool
    is_over: bool
    is_known: bool
    entries: int
    per_person: int
    claimable: bool


def screen(facts: Facts) -> tuple[str, tuple[str, ...]]:
    """Return what a viewer sees of a lottery and may do with it."""
    if facts.state == LotteryState.STOPPED:
        return "stopped", ()
    if facts.state in (LotteryState.DRAWN, LotteryState.CLOSED):
        if facts.claimable:
            return "won", ("claim", "verify")
        return ("not_won" if facts.entries else "drawn"), ("verify",)
    if not facts.has_begun:
        return "soon", ()
    if facts.is_over:
        return "drawing", ()
    if not facts.is_known:
        return "open", ("enter",)
    if facts.entries >= facts.per_person:
        return "entered", ()
    return ("entered" if facts.entries else "open"), ("enter",)


def one_in(entries: int, units: int) -> int:
    """Return the chance of one of so many entries to win anything, as one in …; rounded to the careful
    side.
    """
    return max(1, -(-max(1, entries) // max(1, units)))
