"""When somebody will want something again: gaps between purchases of one item, and from one item to another.

A person's own rhythm is trusted by as many gaps as it has; what is missing comes from everybody's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jishi.insight.recommendation.matrices import Array

PRIOR_GAPS = 3.0


@dataclass(frozen=True)
class Gaps:
    """For each key (an item, or a pair of items) how many gaps there are and where their quarters lie, in
    seconds.
    """

    keys: Array
    count: Array
    early: Array
    median: Array
    late: Array

    def find(self, *key: int) -> int | None:
        """The row of a key."""
        rows = np.flatnonzero((self.keys == np.array(key)).all(axis=1))
        return int(rows[0]) if len(rows) else None


@dataclass(frozen=True)
class Due:
    """When the next purchase is expected, the window around it, and from how many gaps of the person's
    own.
    """

    at: float
    early: float
    late: float
    own_gaps: int


def repeats(person: Array, item: Array, at: Array, *, least: int = 3) -> Gaps:
    """Gaps between one person's purchases of the same item."""
    order = np.lexsort((at, item, person))
    who, what, when = person[order], item[order], at[order]
    same = (who[1:] == who[:-1]) & (what[1:] == what[:-1]) & (when[1:] > when[:-1])
    return _quarters(what[1:][same][:, None], np.diff(when)[same], least)


def successions(person: Array, item: Array, at: Array, *, least: int = 5, reach: int = 5) -> Gaps:
    """Gaps from one item to another among a person's next ``reach`` purchases."""
    order = np.lexsort((item, at, person))
    who, what, when = person[order], item[order], at[order]
    keys, gaps = [], []
    for step in range(1, reach + 1):
        ok = (who[step:] == who[:-step]) & (what[step:] != what[:-step]) & (when[step:] > when[:-step])
        keys.append(np.stack([what[:-step][ok], what[step:][ok]], 1))
        gaps.append((when[step:] - when[:-step])[ok])
    return _quarters(np.concatenate(keys), np.concatenate(gaps), least)


def next_due(times: Array, everybody: Gaps, item: int) -> Due | None:
    """When a person who bought ``item`` at these times is expected to buy it again; None when nobody ever
    did.
    """
    times = np.unique(times)
    own = np.diff(times).astype(float)
    row = everybody.find(item)
    if not len(times) or (not len(own) and row is None):
        return None
    if row is None:
        middle, early, late = (float(np.quantile(own, q)) for q in (0.5, 0.25, 0.75))
    else:
        middle, early, late = (
            float(part[row]) for part in (everybody.median, everybody.early, everybody.late)
        )
        trust = len(own) / (len(own) + PRIOR_GAPS)
        mine = float(np.median(own)) if len(own) else middle
        ratio = ((1 - trust) * middle + trust * mine) / middle
        middle, early, late = middle * ratio, early * ratio, late * ratio
    last = float(times[-1])
    return Due(last + middle, last + early, last + late, len(own))


def _quarters(keys: Array, gaps: Array, least: int) -> Gaps:
    """Quartiles per key by one sort."""
    if not len(gaps):
        empty = np.zeros(0)
        return Gaps(keys.reshape(0, keys.shape[1]), empty.astype(np.int64), empty, empty, empty)
    kinds, number = np.unique(keys, axis=0, return_inverse=True)
    number = number.ravel()
    order = np.lexsort((gaps, number))
    sorted_gaps = gaps[order].astype(float)
    count = np.bincount(number, minlength=len(kinds))
    begin = np.concatenate(([0], np.cumsum(count)[:-1]))
    enough = count >= least

    def quantile(share: float) -> Array:
        place = begin + share * (count - 1)
        low = np.floor(place).astype(np.int64)
        high = np.minimum(low + 1, begin + count - 1)
        return np.asarray(sorted_gaps[low] + (place - low) * (sorted_gaps[high] - sorted_gaps[low]))[enough]

    return Gaps(kinds[enough], count[enough], quantile(0.25), quantile(0.5), quantile(0.75))
