"""Association rules: what is bought together more often than chance would have it.

Frequent sets grow depth first over vertical bitsets; rules are all splits of all of them. Every split that
was looked at counts as a test, so the false discovery rate is held over the search, not over what survived
it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from jishi.insight.recommendation.matrices import Array


@dataclass(frozen=True)
class Frequent:
    """Frequent sets of one size: rows of ascending items, and in how many baskets each lies."""

    items: Array
    counts: Array


@dataclass(frozen=True)
class Rules:
    """One rule per row. Items of a side are ascending; ``q`` is the false discovery rate of keeping this
    rule.
    """

    baskets: int
    antecedent: list[tuple[int, ...]]
    consequent: list[tuple[int, ...]]
    support: Array
    confidence: Array
    lift: Array
    leverage: Array
    conviction: Array
    p: Array
    q: Array

    def __len__(self) -> int:
        return len(self.antecedent)


def frequent(basket: Array, item: Array, *, support: float, longest: int = 0) -> tuple[list[Frequent], int]:
    """All sets in at least this share of the baskets, by size, and the number of baskets."""
    numbers, columns = np.unique(basket, return_inverse=True)
    count = len(numbers)
    least = max(1, int(np.ceil(support * count - 1e-9)))
    kinds = np.unique(item)
    bits = np.zeros((len(kinds), -(-count // 64) * 8), np.uint8)
    rows = np.searchsorted(kinds, item)
    np.bitwise_or.at(bits, (rows, columns // 8), (1 << (columns % 8)).astype(np.uint8))
    table = bits.view(np.uint64)
    sizes = np.bitwise_count(table).sum(1, dtype=np.int64)
    # Rare items first: their branches are short, and the common ones meet few candidates.
    order = np.argsort(sizes, kind="stable")
    order = order[sizes[order] >= least]
    found: dict[int, tuple[list[Array], list[Array]]] = {}
    _grow((), kinds[order], table[order], sizes[order], least, longest, found)
    return [
        Frequent(np.sort(np.concatenate(sets), axis=1), np.concatenate(counts))
        for _, (sets, counts) in sorted(found.items())
    ], count


def _grow(
    prefix: tuple[int, ...],
    items: Array,
    table: Array,
    counts: Array,
    least: int,
    longest: int,
    found: dict[int, tuple[list[Array], list[Array]]],
) -> None:
    """Note ``prefix`` with each of the items, and go on below each of them."""
    if not len(items):
        return
    sets = np.empty((len(items), len(prefix) + 1), np.int64)
    sets[:, :-1], sets[:, -1] = prefix, items
    kept = found.setdefault(len(prefix) + 1, ([], []))
    kept[0].append(sets)
    kept[1].append(counts)
    if longest and len(prefix) + 1 >= longest:
        return
    for number in range(len(items) - 1):
        shared = table[number + 1 :] & table[number]
        sizes = np.bitwise_count(shared).sum(1, dtype=np.int64)
        often = np.flatnonzero(sizes >= least)
        if len(often):
            longer = (*prefix, int(items[number]))
            _grow(longer, items[number + 1 :][often], shared[often], sizes[often], least, longest, found)


def mine(
    basket: Array, item: Array, *, support: float, confidence: float, longest: int = 0, rate: float = 1.0
) -> Rules:
    """Rules of at least this support and confidence whose false discovery rate is at most ``rate``."""
    groups, baskets = frequent(basket, item, support=support, longest=longest)
    sides, counts = _splits(groups, confidence)
    both, left, right = counts.T
    p = more_than_chance(both, left, right, baskets)
    q = discovery_rate(p)
    keep = np.flatnonzero((both >= confidence * left - 1e-9) & (q <= rate))
    share, sure, base = both[keep] / baskets, both[keep] / left[keep], right[keep] / baskets
    with np.errstate(divide="ignore"):
        conviction = np.where(sure < 1, (1 - base) / np.where(sure < 1, 1 - sure, 1), np.inf)
    antecedent, consequent = _named(groups, sides[keep])
    return Rules(
        baskets=baskets,
        antecedent=antecedent,
        consequent=consequent,
        support=share,
        confidence=sure,
        lift=sure / base,
        leverage=share - (left[keep] / baskets) * base,
        conviction=conviction,
        p=p[keep],
        q=q[keep],
    )


def _splits(groups: list[Frequent], confidence: float) -> tuple[Array, Array]:
    """Every split of every set as (group, row, mask), with the counts of both sides together and each
    alone.
    """
    highest = max((int(g.items.max()) for g in groups), default=0)
    # A set's key is the sum of its items' random numbers, so the key of a part needs no lookup of its own.
    marks = np.random.default_rng(20).integers(0, 2**63, highest + 1, dtype=np.uint64)
    keys = np.concatenate(
        [marks[g.items].sum(1, dtype=np.uint64) for g in groups] or [np.zeros(0, np.uint64)]
    )
    order = np.argsort(keys)
    known = keys[order]
    assert (np.diff(known) > 0).all(), "two sets share a key"
    totals = np.concatenate([g.counts for g in groups] or [np.zeros(0, np.int64)])[order]
    sides, counts = [], []
    for number, group in enumerate(groups):
        size = group.items.shape[1]
        own = marks[group.items]
        whole = own.sum(1, dtype=np.uint64)
        for mask in range(1, 2**size - 1):
            part = own[:, [bool(mask >> n & 1) for n in range(size)]].sum(1, dtype=np.uint64)
            left = totals[np.searchsorted(known, part)]
            right = totals[np.searchsorted(known, whole - part)]
            rows = np.arange(len(own))
            sides.append(np.stack([np.full(len(own), number), rows, np.full(len(own), mask)], 1))
            counts.append(np.stack([group.counts, left, right], 1))
    if not sides:
        return np.zeros((0, 3), np.int64), np.zeros((0, 3), np.int64)
    return np.concatenate(sides), np.concatenate(counts)


def _named(groups: list[Frequent], sides: Array) -> tuple[list[tuple[int, ...]], list[tuple[int, ...]]]:
    antecedent, consequent = [], []
    plain = [group.items.tolist() for group in groups]
    for number, row, mask in sides.tolist():
        items = plain[number][row]
        antecedent.append(tuple(i for n, i in enumerate(items) if mask >> n & 1))
        consequent.append(tuple(i for n, i in enumerate(items) if not mask >> n & 1))
    return antecedent, consequent


def more_than_chance(both: Array, left: Array, right: Array, baskets: int) -> Array:
    """Fisher's exact test, one-sided: how likely at least so many common baskets are if the sides ignore
    each other.
    """
    ln = special.gammaln
    k, a, b, n = (np.asarray(x, np.float64) for x in (both, left, right, baskets))
    first = (
        ln(a + 1) - ln(k + 1) - ln(a - k + 1) + ln(n - a + 1) - ln(b - k + 1) - ln(n - a - b + k + 1)
        - (ln(n + 1) - ln(b + 1) - ln(n - b + 1))
    )  # fmt: skip
    # Terms relative to the first one, which may itself be far below the smallest float.
    term, total, at = np.ones_like(k), np.ones_like(k), k.copy()
    live = np.flatnonzero(at < np.minimum(a, b))
    while len(live):
        x = at[live]
        ratio = (a[live] - x) * (b[live] - x) / ((x + 1) * (n - a[live] - b[live] + x + 1))
        term[live] *= ratio
        total[live] += term[live]
        at[live] += 1
        going = (at[live] < np.minimum(a, b)[live]) & (term[live] > total[live] * 1e-16)
        live = live[going]
    return np.asarray(np.minimum(np.exp(np.minimum(first + np.log(total), 0.0)), 1.0))


def discovery_rate(p: Array) -> Array:
    """Benjamini and Hochberg's adjusted values."""
    if not len(p):
        return p
    order = np.argsort(-p, kind="stable")
    rank = np.arange(len(p), 0, -1)
    made = np.empty_like(p)
    made[order] = np.minimum(np.minimum.accumulate(p[order] * len(p) / rank), 1.0)
    return made
