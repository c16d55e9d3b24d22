"""The sparse tables that signals become, and the validation cut. The cut is taken from training rows only."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp

from jishi.insight.recommendation import matrices
from jishi.insight.recommendation.contracts import Signals
from jishi.insight.recommendation.errors import SignalsBroken
from jishi.insight.recommendation.matrices import Array, Csr


@dataclass(frozen=True)
class Tables:
    """Rows are people, columns are items. ``taken`` is what counts as done, ``other`` further behaviours."""

    taken: Csr
    links: Csr | None
    other: Csr | None
    latest: Csr | None
    age: Array | None
    signals: Signals

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of people and of items."""
        return self.signals.people, self.signals.items

    def history(self, other_weight: float) -> Csr:
        """What a person is known by: taken items, and those of other behaviours with a weight."""
        if self.other is None or other_weight == 0:
            return self.taken
        beside = self.other - self.other.multiply(self.taken)
        return (self.taken + np.float32(other_weight) * beside).tocsr().astype(np.float32)


def check(signals: Signals) -> None:
    """Refuse rows that point nowhere.

    :raises SignalsBroken: when a row points outside the announced people or items
    """
    _check(signals.person, signals.people, "person")
    _check(signals.item, signals.items, "item")
    for name, (person, item) in signals.others.items():
        _check(person, signals.people, name)
        _check(item, signals.items, name)
    for side in signals.links or ():
        _check(side, signals.people, "links")


def build(signals: Signals, *, use_links: bool = True) -> Tables:
    """Make the tables of signals that were checked."""
    shape = (signals.people, signals.items)
    other = None
    for _name, (person, item) in sorted(signals.others.items()):
        made = matrices.binary(person, item, shape)
        other = made if other is None else other.maximum(made).tocsr()
    links = _links(signals) if use_links and signals.links is not None and len(signals.links[0]) else None
    return Tables(
        taken=matrices.binary(signals.person, signals.item, shape),
        links=links,
        other=other,
        latest=_latest(signals),
        age=None if signals.at is None or not len(signals.at) else (signals.at.max() - signals.at),
        signals=signals,
    )


def cut(signals: Signals, *, share: float, seed: int) -> tuple[Signals, Csr]:
    """Take a share of the distinct pairs out for validation, leaving everybody at least one row."""
    chance = np.random.default_rng(seed)
    whole = matrices.binary(signals.person, signals.item, (signals.people, signals.items)).tocoo()
    away = chance.random(whole.nnz) < share
    left = np.bincount(whole.row[~away], minlength=signals.people)
    away &= left[whole.row] > 0
    gone = matrices.binary(whole.row[away], whole.col[away], whole.shape)
    codes = whole.row[away].astype(np.int64) * signals.items + whole.col[away]
    rows = np.asarray(signals.person, np.int64) * signals.items + signals.item
    stay = ~np.isin(rows, codes)
    kept = replace(
        signals,
        person=signals.person[stay],
        item=signals.item[stay],
        at=None if signals.at is None else signals.at[stay],
        basket=None if signals.basket is None else signals.basket[stay],
    )
    return kept, gone


def fingerprint(signals: Signals) -> str:
    """A digest of everything that was learned from."""
    digest = hashlib.sha256(f"{signals.people} {signals.items}".encode())
    parts = [signals.person, signals.item, signals.at, signals.basket, signals.group, signals.place]
    parts += list(signals.links or ())
    for name in sorted(signals.others):
        digest.update(name.encode())
        parts += list(signals.others[name])
    for part in parts:
        digest.update(b"-" if part is None else np.ascontiguousarray(part, dtype=np.int64).tobytes())
    for words in signals.tokens or ():
        digest.update("\x1f".join(words).encode() + b"\x1e")
    return digest.hexdigest()


def _links(signals: Signals) -> Csr:
    assert signals.links is not None
    one, two = signals.links
    made = matrices.binary(one, two, (signals.people, signals.people))
    made = made.maximum(made.T).tocsr()
    made.setdiag(0)
    made.eliminate_zeros()
    return made


def _latest(signals: Signals) -> Csr | None:
    """The last three items of everybody, the newer the heavier."""
    if signals.at is None or not len(signals.at):
        return None
    order = np.lexsort((signals.item, signals.at, signals.person))
    person, item = signals.person[order], signals.item[order]
    last = np.flatnonzero(np.append(np.diff(person) != 0, True))
    rows, cols, values = [], [], []
    for back, weight in ((0, 1.0), (1, 0.5), (2, 0.25)):
        at = last - back
        ok = (at >= 0) & (person[np.maximum(at, 0)] == person[last])
        rows.append(person[last][ok])
        cols.append(item[at[ok]])
        values.append(np.full(int(ok.sum()), weight))
    return matrices.weighted(
        np.concatenate(rows), np.concatenate(cols), np.concatenate(values), (signals.people, signals.items)
    )


def _check(indices: Array, size: int, name: str) -> None:
    if len(indices) and (int(np.min(indices)) < 0 or int(np.max(indices)) >= size):
        raise SignalsBroken(f"{name} must lie between 0 and {size - 1}")


def content(signals: Signals) -> tuple[Csr, list[str]] | None:
    """TF-IDF of the items' words, rows of length one, and the vocabulary."""
    if signals.tokens is None:
        return None
    words = sorted({word for line in signals.tokens for word in line})
    if not words:
        return None
    place = {word: n for n, word in enumerate(words)}
    rows = np.array([n for n, line in enumerate(signals.tokens) for _ in line], dtype=np.int64)
    cols = np.array([place[word] for line in signals.tokens for word in line], dtype=np.int64)
    table = matrices.binary(rows, cols, (signals.items, len(words)))
    rarity = np.log1p(signals.items / np.maximum(matrices.totals(table, 0), 1)).astype(np.float32)
    table = (table @ sp.diags(rarity)).tocsr()
    length = np.sqrt(np.asarray(table.multiply(table).sum(1)).ravel())
    return (sp.diags((1 / np.maximum(length, 1e-9)).astype(np.float32)) @ table).tocsr(), words
