"""Pure rules of polls: what a draft may be, and the draw that anybody can repeat.

The seed's digest is shown before the first vote. At the end the seed is shown together with the digest of all
entries; both decide the order, so that neither the house nor a voter can choose the winners.
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from jishi.social.polls.contracts import (
    MAX_OPTION,
    MAX_OPTIONS,
    MAX_PRIZE,
    MAX_QUESTION,
    MAX_WINNERS,
    PollDraft,
)

LONGEST = timedelta(days=30)
CLAIM_FOR = timedelta(days=30)


def clean(draft: PollDraft) -> PollDraft:
    """The draft with its texts on one line each."""
    options = tuple(" ".join(text.split()) for text in draft.options)
    return PollDraft(
        question=" ".join(draft.question.split()),
        options=options,
        closes_at=draft.closes_at,
        is_multiple=draft.is_multiple,
        right=tuple(sorted(set(draft.right))),
        prize=" ".join(draft.prize.split()),
        prize_count=draft.prize_count,
        prize_value_minor=draft.prize_value_minor,
    )


def fault(draft: PollDraft, at: datetime) -> str:
    """The field that is wrong with a draft, or the empty string."""
    if not 1 <= len(draft.question) <= MAX_QUESTION:
        return "question"
    texts = draft.options
    if not 2 <= len(texts) <= MAX_OPTIONS or len(set(texts)) != len(texts):
        return "options"
    if not all(1 <= len(text) <= MAX_OPTION for text in texts):
        return "options"
    if not at < draft.closes_at <= at + LONGEST:
        return "closing time"
    if any(not 0 <= one < len(texts) for one in draft.right) or len(draft.right) == len(texts):
        return "right answers"
    if len(draft.right) > 1 and not draft.is_multiple:
        return "right answers"
    has_prize = bool(draft.prize)
    if has_prize != bool(draft.right) or len(draft.prize) > MAX_PRIZE:
        return "prize"
    if has_prize and (not 1 <= draft.prize_count <= MAX_WINNERS or draft.prize_value_minor < 0):
        return "number of prizes"
    return ""


def commitment_of(seed: str) -> str:
    """What is published of a seed before anybody votes."""
    return hashlib.sha256(seed.encode()).hexdigest()


def digest_of(entries: Iterable[str]) -> str:
    """One digest over all entries, whatever order they came in."""
    return hashlib.sha256("\n".join(sorted(entries)).encode()).hexdigest()


def draw(*, seed: str, entry_digest: str, right: Iterable[str], count: int) -> Sequence[str]:
    """The winning entries, first to last: the smallest digests of seed, all entries and the entry itself."""

    def ticket(entry: str) -> str:
        return hashlib.sha256(f"{seed}|{entry_digest}|{entry}".encode()).hexdigest()

    return sorted(right, key=ticket)[:count]
