"""How feeds are put in order: pure calculation over what the statements found.

Two promises are kept here: small circles get their places (one in five), and nothing shoots up a ranking
faster than people could have noticed it.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from jishi.social.feed.contracts import Candidate, FeedItem, Scored

Item = TypeVar("Item")

FLOOR_EVERY = 5
"""Of so many neighbouring places one belongs to somebody small, while there is anybody."""
NEAR_BONUS = 0.5
NOTES_OF_FIVE = 3
NEWCOMERS_OF_FOUR = 1
CLIMB_MAX = 5
"""So many places a note may gain from one ranking to the next."""
ENTRY_RANK = 10
"""Where a note that was not ranked may enter at best, once there is a list of that length."""
PER_AUTHOR = 3
RANKED_MAX = 200


def order_block(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One page of notes: the good and the near first, the newer before the older, with the floor kept."""
    ordered = sorted(candidates, key=lambda one: (-(one.quality + NEAR_BONUS * one.is_near), -one.number))
    return with_floor(ordered, lambda one: one.is_small)


def with_floor(ordered: Sequence[Item], is_small: Callable[[Item], bool]) -> list[Item]:
    """The same things; in every five places at least one small one, as long as there are any."""
    waiting = list(ordered)
    result: list[Item] = []
    while waiting:
        block = waiting[:FLOOR_EVERY]
        if not any(is_small(one) for one in block):
            lifted = next((one for one in waiting if is_small(one)), None)
            if lifted is None:
                return result + waiting
            block = [*block[: FLOOR_EVERY - 1], lifted]
        result += block
        waiting = [one for one in waiting if one not in block]
    return result


def share_out(limit: int, *, notes: int, goods: int) -> tuple[int, int]:
    """How many notes and goods a page takes: three to two, and what one lacks the other fills."""
    wanted_notes = min(notes, -(-limit * NOTES_OF_FIVE // 5))
    wanted_goods = min(goods, limit - wanted_notes)
    return min(notes, limit - wanted_goods), wanted_goods


def share_goods(limit: int, *, known: int, newcomers: int) -> tuple[int, int]:
    """How many goods come from shops everybody knows and how many from new ones."""
    wanted_new = min(newcomers, -(-limit * NEWCOMERS_OF_FOUR // 4))
    wanted_known = min(known, limit - wanted_new)
    return wanted_known, min(newcomers, limit - wanted_known)


def mix(notes: Sequence[FeedItem], goods: Sequence[FeedItem]) -> tuple[FeedItem, ...]:
    """Both kinds, spread evenly; each keeps its own order."""
    first, second = deque(notes), deque(goods)
    total, mixed = len(notes) + len(goods), []
    for place in range(total):
        due = (place + 1) * len(notes) / total
        taken = len(notes) - len(first)
        source = first if first and (taken < due or not second) else second
        mixed.append(source.popleft())
    return tuple(mixed)


def rank(scored: Iterable[Scored], previous: Mapping[int, int]) -> list[Scored]:
    """Put notes in order: by score, few of one author, small circles in every five, and no sudden climbs.

    `previous` maps notes to the place they had. With nothing before there is nothing to climb from.
    """
    ordered = sorted(scored, key=lambda one: (-one.score, -one.note_id))
    ordered = _few_of_each(ordered)[:RANKED_MAX]
    entry = min(len(previous), ENTRY_RANK)
    earliest = {
        one.note_id: max(1, previous[one.note_id] - CLIMB_MAX) if one.note_id in previous else max(1, entry)
        for one in ordered
    }
    placed: list[Scored] = []
    waiting = list(ordered)
    while waiting:
        place = len(placed) + 1
        allowed = [one for one in waiting if earliest[one.note_id] <= place]
        small = [one for one in allowed if one.is_small]
        owed = not any(one.is_small for one in placed[-(FLOOR_EVERY - 1) :])
        chosen = (
            small[0]
            if place % FLOOR_EVERY == 0 and owed and small
            else allowed[0]
            if allowed
            else min(waiting, key=lambda one: earliest[one.note_id])
        )
        placed.append(chosen)
        waiting.remove(chosen)
    return placed


def _few_of_each(ordered: Iterable[Scored]) -> list[Scored]:
    """At most a few notes of one author."""
    seen: Counter[int] = Counter()
    kept = []
    for one in ordered:
        seen[one.author_id] += 1
        if seen[one.author_id] <= PER_AUTHOR:
            kept.append(one)
    return kept
