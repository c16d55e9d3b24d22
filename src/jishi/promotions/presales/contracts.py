"""What other parts see of presales: goods that a deposit reserves and a balance buys.

Words: a *presale* is one variant with two windows, for the *deposit* and for the *balance*; a deposit counts
for its *worth* when the balance is paid; a person's deposit is a *reservation*, which later has one order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jishi.promotions.gates.contracts import OPEN, Gate


class PresaleState(StrEnum):
    """Life of a presale. `settled`: every reservation has found its end or its order."""

    OPEN = "open"
    SETTLED = "settled"
    STOPPED = "stopped"


class ReservationState(StrEnum):
    """Life of a reservation. The first three keep the person from another one of the same presale."""

    HELD = "held"
    DEPOSITED = "deposited"
    ORDERED = "ordered"
    BOUGHT = "bought"
    RELEASED = "released"
    FORFEITED = "forfeited"
    REFUNDED = "refunded"


class Face(StrEnum):
    """What a presale is to a shopper now."""

    UPCOMING = "upcoming"
    DEPOSIT = "deposit"
    SOLD_OUT = "sold_out"
    BETWEEN = "between"
    BALANCE = "balance"
    OVER = "over"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class PresalePlan:
    """What a shop decides about a presale. `multiplier_bps`: 20,000 makes a deposit count twice."""

    variant_id: int
    price_minor: int
    deposit_minor: int
    multiplier_bps: int
    units: int
    starts_at: datetime
    deposit_until_at: datetime
    balance_from_at: datetime
    balance_until_at: datetime
    limit_per_person: int = 1
    cost_minor: int | None = None
    gate: Gate = OPEN


@dataclass(frozen=True, slots=True)
class ReservationView:
    """One person's deposit. `balance_minor` is what is left to pay for the goods, delivery not counted."""

    code: str
    presale_code: str
    person_id: int
    quantity: int
    state: ReservationState
    deposit_minor: int
    worth_minor: int
    balance_minor: int
    intent_code: str
    order_code: str
    due_at: datetime
    can_withdraw: bool


@dataclass(frozen=True, slots=True)
class PresaleView:
    """A presale; amounts are per unit. units = held + taken + left + back."""

    code: str
    shop_id: int
    shop_name: str
    variant_id: int
    product_id: int
    product_code: str
    product_slug: str
    title: str
    options: tuple[str, ...]
    image_url: str
    currency: str
    price_minor: int
    list_minor: int
    deposit_minor: int
    worth_minor: int
    cost_minor: int | None
    units: int
    held: int
    taken: int
    left: int
    limit_per_person: int
    forfeits: bool
    starts_at: datetime
    deposit_until_at: datetime
    balance_from_at: datetime
    balance_until_at: datetime
    state: PresaleState
    face: Face
    reason: str
    mine: ReservationView | None = None

    @property
    def final_minor(self) -> int:
        """What a unit costs in all: the deposit and the balance."""
        return self.price_minor - self.worth_minor + self.deposit_minor

    @property
    def balance_minor(self) -> int:
        """What is left to pay per unit."""
        return self.price_minor - self.worth_minor


@dataclass(frozen=True, slots=True)
class Figures:
    """How a presale goes: reservations by state, and what is held, kept and paid of it."""

    states: Mapping[str, int]
    deposits_minor: int
    kept_minor: int
    balances: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a presale would mean for the shop; `warnings` are codes, the worst first.

    `final_minor` is what a unit costs in all, `gives_minor` what the shop forgoes if every unit is sold,
    `liability_minor` what it holds in deposits then.
    """

    list_minor: int
    worth_minor: int
    final_minor: int
    commission_minor: int
    keeps_minor: int
    margin_minor: int | None
    gives_minor: int
    liability_minor: int
    free_units: int
    forfeits: bool
    warnings: tuple[str, ...]
