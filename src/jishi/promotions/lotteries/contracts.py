"""What other parts see of lotteries: frozen views of lotteries, prizes, entries and wins.

A shop opens a *lottery* with *prizes*; people have *entries*; a draw turns some into *wins*, which are
claimed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from jishi.people.accounts.contracts import PersonCard
from jishi.promotions.gates.contracts import OPEN, Gate


class LotteryState(StrEnum):
    """Life of a lottery; whether it takes entries is decided by its period as well."""

    ON = "on"
    DRAWN = "drawn"
    CLOSED = "closed"
    STOPPED = "stopped"


class WinState(StrEnum):
    """Life of a win. `lapsed`: not claimed in time, somebody else won it then."""

    WON = "won"
    ORDERED = "ordered"
    CLAIMED = "claimed"
    LAPSED = "lapsed"


class EntryMode(StrEnum):
    """What an entry takes: nothing, or an order that was paid."""

    FREE = "free"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrizeDraft:
    """A prize to be offered: so many pieces of one variant."""

    variant_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LotteryDraft:
    """A lottery as a shop wants it."""

    title: str
    note: str = ""
    entry_mode: str = EntryMode.FREE
    min_order_minor: int = 0
    per_person: int = 1
    wins_per_person: int = 1
    starts_at: datetime
    ends_at: datetime
    claim_days: int = 7
    prizes: tuple[PrizeDraft, ...] = ()
    gate: Gate = OPEN


@dataclass(frozen=True, slots=True)
class Preview:
    """What a lottery would cost the shop; `warnings` are codes, the worst first.

    `liability_minor` is what all prizes are worth in the shop, `value_minor` the dearest of them.
    """

    units: int
    liability_minor: int
    value_minor: int
    currency: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrizeView:
    """A prize and how many pieces of it there are; `chance_bps` is what one more entry would have now."""

    position: int
    product_id: int
    variant_id: int
    title: str
    quantity: int
    value_minor: int
    awarded: int


@dataclass(frozen=True, slots=True)
class WinView:
    """A win of the viewer."""

    code: str
    state: str
    prize: PrizeView
    claim_by_at: datetime
    order_code: str


@dataclass(frozen=True, slots=True)
class WinnerLine:
    """A win as everybody sees it: the entry, and the person as they show themselves."""

    entry: str
    person: PersonCard
    prize: PrizeView
    state: str


@dataclass(frozen=True, slots=True)
class LotteryView:
    """A lottery as one viewer sees it. `screen` and `actions` come from `rules.screen`.

    `one_in` is what an entry's chance of any prize would be if nobody else entered: one in so many.
    """

    code: str
    shop_id: int
    title: str
    note: str
    entry_mode: str
    min_order_minor: int
    currency: str
    per_person: int
    wins_per_person: int
    starts_at: datetime
    ends_at: datetime
    claim_days: int
    state: str
    screen: str
    actions: tuple[str, ...]
    prizes: tuple[PrizeView, ...]
    units: int
    entries: int
    one_in: int
    own_entries: tuple[str, ...]
    own_wins: tuple[WinView, ...]
    winners: tuple[WinnerLine, ...]
    seed_hash: str
    drawn_at: datetime | None
    stop_reason: str


@dataclass(frozen=True, slots=True)
class LotteryRow:
    """A lottery in a list."""

    code: str
    shop_id: int
    title: str
    state: str
    entry_mode: str
    product_id: int
    units: int
    value_minor: int
    currency: str
    entries: int
    claimed: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything needed to check a draw; `data` is the file that the published script reads."""

    lottery_code: str
    is_drawn: bool
    data: Mapping[str, Any]
