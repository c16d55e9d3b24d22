"""The plan of a price trial: blocks of time in pairs, one of each pair on, by a coin that anybody can toss
again.

Invariant: the plan follows from seed and draft alone. Both blocks of a pair have the same hours (and weekday,
seven days apart), and which of them is on is a fair coin of its own: that coin is what the readings lean on.
A randomised switchback in the sense of Bojinov, Simchi-Levi & Zhao (2023), "Design and analysis of switchback
experiments", Management Science 69: the time is the unit, what an earlier block carries over is left out.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil, log, sqrt
from statistics import NormalDist, fmean, stdev

from jishi.insight.experiments.contracts import (
    LEAST_PAIRS,
    LEVEL,
    MOST_PAIRS,
    POWER,
    SWITCH_APART,
    SWITCH_BLOCKS_H,
    Block,
    SwitchDraft,
)
from jishi.insight.experiments.rules import WHOLE, draw

QUOTE_LASTS = timedelta(minutes=10)
"""A quote of the block before can be ordered so long; the wash-out is never shorter."""
SETTLES = timedelta(hours=2)
"""What was ordered in a block counts if it is paid by then; afterwards the block never changes."""
WEEK = timedelta(days=7)


def count_pairs(draft: SwitchDraft) -> int:
    """How many pairs a draft makes."""
    return draft.cycles * draft.apart_days * 24 // draft.block_h


def schedule(draft: SwitchDraft, seed: str) -> tuple[Block, ...]:
    """All blocks, in the order of time."""
    apart, length = timedelta(days=draft.apart_days), timedelta(hours=draft.block_h)
    each = draft.apart_days * 24 // draft.block_h
    made: list[tuple[datetime, int, bool]] = []
    for pair in range(count_pairs(draft)):
        cycle, place = divmod(pair, each)
        first = draft.starts_at + 2 * cycle * apart + place * length
        is_first_on = draw(f"switch:{seed}", str(pair)) < WHOLE // 2
        made += [(first, pair, is_first_on), (first + apart, pair, not is_first_on)]
    made.sort()
    return tuple(
        Block(no, pair, starts, starts + length, is_on) for no, (starts, pair, is_on) in enumerate(made)
    )


def digest(blocks: Iterable[Block]) -> str:
    """What is written down before the start, so that nobody can change the plan unseen."""
    plain = [[one.no, one.pair, one.starts_at.isoformat(), one.is_on] for one in blocks]
    return sha256(json.dumps(plain, separators=(",", ":")).encode()).hexdigest()


def windows(blocks: Sequence[Block]) -> list[tuple[datetime, datetime]]:
    """The times in which the price is on; blocks that follow each other are one."""
    found: list[tuple[datetime, datetime]] = []
    for one in blocks:
        if not one.is_on:
            continue
        if found and found[-1][1] == one.starts_at:
            found[-1] = (found[-1][0], one.ends_at)
        else:
            found.append((one.starts_at, one.ends_at))
    return found


def whole_pairs(
    blocks: Sequence[Block], gaps: Sequence[tuple[datetime, datetime | None]], *, until: datetime
) -> tuple[list[tuple[Block, Block]], int]:
    """Pairs (on, off) that are over and settled, and how many of them a pause touched and are left out."""
    by_pair: dict[int, list[Block]] = {}
    for one in blocks:
        if one.ends_at + SETTLES <= until:
            by_pair.setdefault(one.pair, []).append(one)
    done, left_out = [], 0
    for pair in sorted(by_pair):
        both = by_pair[pair]
        if len(both) != 2:
            continue
        if any(_touches(block, gap) for block in both for gap in gaps):
            left_out += 1
            continue
        on, off = both if both[0].is_on else both[::-1]
        done.append((on, off))
    return done, left_out


def _touches(block: Block, gap: tuple[datetime, datetime | None]) -> bool:
    begun, over = gap
    return begun < block.ends_at and (over is None or over > block.starts_at)


def shift(draft: SwitchDraft, *, at: datetime) -> timedelta:
    """Whole weeks by which the plan is moved back, so that all of it has happened at `at`."""
    whole = timedelta(days=2 * draft.apart_days * draft.cycles)
    return ceil((whole + max(draft.starts_at - at, timedelta()) + SETTLES) / WEEK) * WEEK


def smallest_seen(differences: Sequence[float], base: float, pairs: int) -> float | None:
    """The smallest relative change that so many pairs would show four times out of five, read once at the
    end.

    From the same pairs of the time before; None if nothing was sold then.
    """
    if len(differences) < 2 or base <= 0:
        return None
    both = NormalDist().inv_cdf(1 - LEVEL / 2) + NormalDist().inv_cdf(POWER)
    return both * stdev(differences) / sqrt(pairs) / base


def tuned(squares: float, level: float = LEVEL) -> float:
    """The ρ of `paired.always_p` that is sharpest when the squares come out as the time before lets expect;
    any other keeps the promise as well. Without a time before: one minor unit, or one piece.
    """
    return max(float(squares), 1.0) / (-2 * log(level) + log(-2 * log(level) + 1))


def expected_squares(differences: Sequence[float], usual: float) -> float:
    """What the squares come to if pairs differ as before and the price moves a tenth of the usual figure."""
    return sum(one * one for one in differences) + len(differences) * (usual / 10) ** 2


def mean(values: Sequence[float]) -> float:
    """The mean, or nothing of nothing."""
    return fmean(values) if values else 0.0


def fault(draft: SwitchDraft, *, measures: Mapping[str, object], at: datetime) -> str:
    """Name the field that cannot be, or nothing."""
    if draft.block_h not in SWITCH_BLOCKS_H or draft.apart_days not in SWITCH_APART:
        return "blocks"
    washout = timedelta(minutes=draft.washout_min)
    checks = {
        "name": 0 < len(draft.name.strip()) <= 120,
        "hypothesis": 0 < len(draft.hypothesis.strip()) <= 500,
        "products": bool(draft.product_ids),
        "cycles": 1 <= draft.cycles <= 26 and LEAST_PAIRS <= count_pairs(draft) <= MOST_PAIRS,
        "washout": QUOTE_LASTS <= washout <= timedelta(hours=draft.block_h) / 2,
        "measures": 0 < len(draft.measures) <= 6 and set(draft.measures) <= set(measures),
        "guardrails": all(g.measure in measures and 0 <= g.margin_bps <= 10_000 for g in draft.guardrails),
        "budget": 0 <= draft.budget_minor < 10**12,
        "starts_at": at < draft.starts_at <= at + timedelta(days=90),
    }
    return next((field for field, holds in checks.items() if not holds), "")
