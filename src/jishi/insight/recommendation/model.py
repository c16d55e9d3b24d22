"""A fitted model: what is known, the chosen components with their weights, and where they came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jishi.insight.recommendation.components import Component, FromItems, Knowledge
from jishi.insight.recommendation.matrices import Array, Csr


@dataclass(frozen=True)
class Model:
    """Never changed after the fit. ``nearby`` are the neighbourhoods of items, with or without a weight of
    their own: through them the last minute counts at once. ``places`` counts items per place, ``content`` are
    items' words.
    """

    seen: Csr
    known: Knowledge
    parts: tuple[Component, ...]
    weights: tuple[float, ...]
    nearby: FromItems
    popular: Array
    group: Array | None = None
    places: Csr | None = None
    content: Csr | None = None
    vocabulary: Mapping[str, int] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def people(self) -> int:
        """How many people it knows."""
        return int(self.seen.shape[0])

    @property
    def items(self) -> int:
        """How many items it orders."""
        return int(self.seen.shape[1])
