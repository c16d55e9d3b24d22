"""What goes into the recommender and what comes out: plain values and index arrays, no models and no scores.

People and items are numbered 0..n-1 by the caller. Invariant: nothing here is ever changed after it was made,
except the count of reads of held-out rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Indices = NDArray[np.integer[Any]]
    Pairs = tuple[Indices, Indices]
    Numbers = NDArray[np.floating[Any]]

Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class Signals:
    """Everything that may be learned from. Only ``person`` and ``item`` are needed; the rest is used when
    given.

    ``at`` are seconds, ``basket`` numbers rows bought together, ``links`` says who follows or befriends whom,
    ``others`` are further behaviours (cart, like), ``tokens`` are words and attributes of each item,
    ``group`` its category, ``place`` where each person is.
    """

    people: int
    items: int
    person: Indices
    item: Indices
    at: Indices | None = None
    basket: Indices | None = None
    links: Pairs | None = None
    others: Mapping[str, Pairs] = field(default_factory=dict)
    tokens: Sequence[Sequence[str]] | None = None
    group: Indices | None = None
    place: Indices | None = None


@dataclass(frozen=True)
class Settings:
    """How much may be spent on a fit. None of these is a taste of one data set."""

    seed: int = 0
    memory_bytes: int = 4_000_000_000
    validation: float = 0.125
    tuning_people: int = 2500
    factors: int = 128
    neighbours: int = 200
    inverse_size: int = 14_000
    head_size: int = 8_000
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    use_links: bool = True


@dataclass(frozen=True)
class Asking:
    """Who asks, for what. Without ``person`` it is somebody new, of whom only what stands here is known.

    ``recent`` are the last things looked at, newest last; they count at once, without a new fit.
    """

    person: int | None = None
    count: int = 20
    recent: Sequence[int] = ()
    friends: Sequence[int] = ()
    interests: Sequence[str] = ()
    place: int | None = None
    exclude: Sequence[int] = ()
    candidates: Sequence[int] | None = None
    seen_too: bool = False
    group_cap: int | None = None
    variety: float = 0.0


@dataclass(frozen=True)
class Suggestion:
    """One item and how strongly it is meant; scores compare within one answer only."""

    item: int
    score: float


@dataclass(frozen=True)
class Reason:
    """Why an item was chosen: the strongest component and what it rests on, in plain data.

    ``items`` come from the person's own history, ``friends`` are people they are linked with; ``people`` only
    counts the strangers behind it, who stay unnamed.
    """

    component: str
    share: float
    items: tuple[int, ...] = ()
    friends: tuple[int, ...] = ()
    people: int = 0


class HeldOut:
    """Test rows behind a counter: whoever reads them leaves a trace."""

    def __init__(self, load: Callable[[], Pairs]) -> None:
        self._load = load
        self.reads = 0

    def take(self) -> Pairs:
        """Return persons and items of the held-out rows, and count it."""
        self.reads += 1
        return self._load()
