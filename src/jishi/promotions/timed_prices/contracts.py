"""What other parts see of timed prices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_PRODUCTS = 20
LEAST_BPS, MOST_BPS = 100, 5_000


class PriceState(StrEnum):
    """Proposed: the shop has not said yes. Ready: it has. Open: its windows count. Ended: for good."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    READY = "ready"
    OPEN = "open"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Window:
    """One time in which the price holds for everybody."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Proposal:
    """Goods of one shop and what would come off; `windows` are all the times, known beforehand."""

    title: str
    shop_id: int
    product_ids: tuple[int, ...]
    off_bps: int
    windows: Sequence[Window]


@dataclass(frozen=True, slots=True)
class TimedView:
    """A timed price as shops and the team see it."""

    code: str
    title: str
    shop_id: int
    product_ids: tuple[int, ...]
    off_bps: int
    state: str
    starts_at: datetime
    ends_at: datetime
    windows: int
    agreed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Current:
    """What holds for a product now, for everybody."""

    code: str
    off_bps: int
    ends_at: datetime
