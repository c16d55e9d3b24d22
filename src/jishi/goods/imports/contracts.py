"""What leaves this domain: an import with its state and progress, a dry run, and what an import did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from jishi.goods.catalog.contracts import ColumnGuess, ImportIssue, ImportPlan

MAX_BYTES = 20 * 1024 * 1024
"""The largest product file anybody may bring."""

Progress = Callable[[str, int, int], None]
"""Called with (phase, done, total); see ``PHASES``."""

PHASES = ("reading", "comparing", "products", "prices", "stock")
"""In this order; a dry run ends after the second."""


class ImportState(StrEnum):
    """Where an import stands. What a worker is doing right now is its ``phase``."""

    WAITING = "waiting"
    """The dry run is due."""
    READY = "ready"
    """The dry run found nothing in the way; somebody has to say yes."""
    STOPPED = "stopped"
    """Rows, columns or the file itself stand in the way."""
    ASKED = "asked"
    """Somebody said yes; the real run is due."""
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"
    """Tried several times and broken each time; nothing was written."""


OPEN = (ImportState.WAITING, ImportState.READY, ImportState.STOPPED, ImportState.ASKED)
"""A shop has at most one import in these states."""

DUE = (ImportState.WAITING, ImportState.ASKED)
"""The states in which a worker has something to do."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A dry run: what would happen, row by row."""

    plan: ImportPlan
    price_changes: int
    stock_changes: int

    @property
    def is_ready(self) -> bool:
        """Whether the file would be taken as it is."""
        return not self.plan.error_count and not self.plan.needs_mapping

    @property
    def changes(self) -> int:
        """How many products, prices and stocks would be written."""
        return self.plan.count("create") + self.plan.count("update") + self.price_changes + self.stock_changes


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did."""

    created: int
    updated: int
    unchanged: int
    price_changes: int
    stock_changes: int
    product_ids: tuple[int, ...]
    issues: tuple[ImportIssue, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """What an import would do or did."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    prices: int = 0
    stock: int = 0
    errors: int = 0

    @property
    def changes(self) -> int:
        """How many products, prices and stocks."""
        return self.created + self.updated + self.prices + self.stock


@dataclass(frozen=True, slots=True)
class ImportView:
    """One import of a shop."""

    code: str
    shop_id: int
    name: str
    size: int
    state: ImportState
    phase: str
    done: int
    total: int
    is_cancelling: bool
    figures: Figures
    layout: str
    needs_mapping: bool
    refusal: str
    """An English text with named parameters, '' without one."""
    refusal_params: Mapping[str, str | int]
    created_at: datetime
    ended_at: datetime | None
    has_file: bool
    issues: tuple[ImportIssue, ...] = ()
    columns: tuple[ColumnGuess, ...] = ()
    mapping: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether anything can still become of it."""
        return self.state in OPEN

    @property
    def is_due(self) -> bool:
        """Whether a worker is at it or will be in a moment."""
        return self.state in DUE
