"""What crosses the boundary of escrow: how an order's money will be split, and where it stands."""

from dataclasses import dataclass
from datetime import datetime

from jishi.kernel.money import Money
from jishi.money.ledger.contracts import AccountRef


@dataclass(frozen=True, slots=True)
class Split:
    """A share of an order's money, frozen when it is held. ``role``: merchant | commission | beneficiary."""

    ref: AccountRef
    amount_minor: int
    role: str
    rate_bps: int = 0


@dataclass(frozen=True, slots=True)
class SplitView:
    """A frozen share and what became of it; the rest is still held."""

    ref: AccountRef
    role: str
    rate_bps: int
    amount_minor: int
    released_minor: int
    refunded_minor: int


@dataclass(frozen=True, slots=True)
class HoldingView:
    """An order's money: ``captured = held + released + refunded``, in every state."""

    order_code: str
    intent_code: str
    currency: str
    captured_minor: int
    held_minor: int
    released_minor: int
    refunded_minor: int
    state: str
    splits: tuple[SplitView, ...]
    held_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SettlementView:
    """What a shop gets, or got, of one order."""

    order_code: str
    currency: str
    state: str
    captured_minor: int
    share_minor: int
    commission_minor: int
    released_minor: int
    refunded_minor: int
    held_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ShopMoney:
    """A shop's orders in escrow: how many are held, their money, the shop's share of it, and what it got."""

    shop_id: int
    currency: str
    held_orders: int
    held_minor: int
    share_minor: int
    released_minor: int


@dataclass(frozen=True, slots=True)
class HoldRow:
    """One order's money to hold, for the batch forms."""

    order_code: str
    intent_code: str
    amount: Money
    splits: tuple[Split, ...]
