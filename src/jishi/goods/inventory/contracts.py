"""What other domains may know about stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

HoldState = Literal["held", "committed", "consumed", "released"]
Demand = Sequence[tuple[int, int]]
"""Pairs of (variant id, quantity)."""


@dataclass(frozen=True, slots=True)
class HeldStock:
    """What one reference has set aside, summed per variant and ordered by it."""

    reference: str
    lines: tuple[tuple[int, int], ...]
    state: HoldState
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class StockLine:
    """One variant in one warehouse: available = on hand - reserved, never below zero."""

    warehouse_code: str
    variant_id: int
    product_id: int
    on_hand: int
    reserved: int
    available: int


@dataclass(frozen=True, slots=True)
class MovementView:
    """One change of what lies on the shelf."""

    variant_id: int
    warehouse_code: str
    kind: str
    quantity: int
    reference: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StockAudit:
    """Stock rows recomputed from movements and holds: how many, and which disagree with what is stored."""

    checked: int
    broken: tuple[str, ...]
