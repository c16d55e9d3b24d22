"""What other parts see of flash sales: slots of time, the items enrolled for them, and who has which unit.

Words: an operator opens a *slot*, shops enrol *items* (one variant each) for it, a person who gets some units
of an item has a *claim*, which one order carries.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jishi.promotions.gates.contracts import OPEN, Gate


class ItemState(StrEnum):
    """Life of an item. `approved`: its units are set aside; `open`: it is priced and on sale in its slot."""

    APPLIED = "applied"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    APPROVED = "approved"
    OPEN = "open"
    CLOSED = "closed"


class ClaimState(StrEnum):
    """Life of a claim; the first two keep the person from another one of the same item."""

    HELD = "held"
    PAID = "paid"
    RELEASED = "released"
    REFUNDED = "refunded"


class Face(StrEnum):
    """What an item is to a shopper. `returning`: nothing is free, but unpaid units may come back."""

    UPCOMING = "upcoming"
    ON_SALE = "on_sale"
    MINE = "mine"
    RETURNING = "returning"
    SOLD_OUT = "sold_out"
    ENDED = "ended"


class SlotPhase(StrEnum):
    """Where a slot stands."""

    UPCOMING = "upcoming"
    ON = "on"
    ENDED = "ended"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class SlotView:
    """A span of time in which enrolled items are cheaper."""

    code: str
    title: str
    starts_at: datetime
    ends_at: datetime
    enrol_until: datetime
    phase: SlotPhase
    items: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class ItemView:
    """One enrolled variant; `face` and `order_code` are the viewer's. `list_minor` is what it costs alone.

    available + held + sold + back = allocation; `back` are units that went to the ordinary shelf again.
    `has_gate`: whom it is for, or how much one may have, is limited, and only the ordinary checkout sells it.
    """

    code: str
    slot: SlotView
    shop_id: int
    shop_name: str
    product_id: int
    product_code: str
    product_slug: str
    variant_id: int
    title: str
    options: tuple[str, ...]
    image_url: str
    currency: str
    price_minor: int
    list_minor: int
    allocation: int
    limit_per_person: int
    available: int
    held: int
    sold: int
    back: int
    state: ItemState
    reason: str
    face: Face
    order_code: str = ""
    has_reminder: bool = False
    has_gate: bool = False
    cost_minor: int | None = None

    @property
    def claimed_percent(self) -> int:
        """How much of the allocation people have, paid or not."""
        return (self.held + self.sold) * 100 // self.allocation

    @property
    def off_percent(self) -> int:
        """How much cheaper it is than alone, rounded down."""
        return max(0, (self.list_minor - self.price_minor) * 100 // self.list_minor) if self.list_minor else 0


@dataclass(frozen=True, slots=True)
class Wish:
    """What a shop enrols."""

    slot_code: str
    variant_id: int
    price_minor: int
    allocation: int
    limit_per_person: int = 1
    cost_minor: int | None = None
    gate: Gate = OPEN


@dataclass(frozen=True, slots=True)
class Preview:
    """What an enrolment would mean for the shop; `warnings` are codes, the worst first.

    `keeps_minor` is what the shop gets per unit after commission, `margin_minor` that less its own cost.
    `gives_minor` is what the shop forgoes if every unit is sold.
    """

    list_minor: int
    lowest_minor: int | None
    commission_minor: int
    keeps_minor: int
    margin_minor: int | None
    gives_minor: int
    free_units: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LaneItem:
    """An item as the lane's answer describes it."""

    code: str
    available: int
    held: int


@dataclass(frozen=True, slots=True)
class Buyer:
    """One wish in a batch: who wants how many of which item, and the names that were made for it."""

    item_code: str
    person_id: int
    epoch: int
    quantity: int
    order_code: str
    event_id: str
    language: str = "zh-hans"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a wish: won, yours, again, sold_out, returning, upcoming, ended, limit, unpaid,
    stranger, repriced, unknown.

    `won` and `yours` carry the order's code; `left` is what was free afterwards.
    """

    kind: str
    order_code: str = ""
    left: int = 0
    held: int = 0
    detail: int = 0


Terms = Mapping[str, object]
"""The frozen price of an item, per quantity: see `rules.terms`."""
