"""Presales as the API shows and takes them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import ConfigDict, Field

from jishi.promotions.presales.contracts import PresaleView


class ReserveIn(Schema):
    """How many somebody reserves."""

    model_config = ConfigDict(extra="forbid")

    quantity: Annotated[int, Field(ge=1, le=20, strict=True)] = 1


@dataclass(frozen=True, slots=True)
class Reservation:
    """The caller's own; `presale` of POST /checkout takes the code when the balance is paid."""

    code: str
    quantity: int
    state: str
    deposit_minor: int
    worth_minor: int
    balance_minor: int
    payment_code: str
    order_code: str
    due_at: datetime
    can_withdraw: bool


@dataclass(frozen=True, slots=True)
class Presale:
    """A presale. `face`: upcoming, deposit, sold_out, between, balance, over or stopped."""

    code: str
    product_code: str
    variant_id: int
    title: str
    options: list[str]
    image_url: str
    currency: str
    list_minor: int
    final_minor: int
    deposit_minor: int
    worth_minor: int
    balance_minor: int
    left: int
    limit_per_person: int
    forfeits: bool
    starts_at: datetime
    deposit_until_at: datetime
    balance_from_at: datetime
    balance_until_at: datetime
    face: str
    mine: Reservation | None


@dataclass(frozen=True, slots=True)
class Presales:
    """What can be reserved or paid now or soon, and the caller's own."""

    items: list[Presale]


def presale(view: PresaleView) -> Presale:
    """Show a presale."""
    mine = view.mine
    return Presale(
        code=view.code,
        product_code=view.product_code,
        variant_id=view.variant_id,
        title=view.title,
        options=list(view.options),
        image_url=view.image_url,
        currency=view.currency,
        list_minor=view.list_minor,
        final_minor=view.final_minor,
        deposit_minor=view.deposit_minor,
        worth_minor=view.worth_minor,
        balance_minor=view.balance_minor,
        left=view.left,
        limit_per_person=view.limit_per_person,
        forfeits=view.forfeits,
        starts_at=view.starts_at,
        deposit_until_at=view.deposit_until_at,
        balance_from_at=view.balance_from_at,
        balance_until_at=view.balance_until_at,
        face=str(view.face),
        mine=Reservation(
            mine.code,
            mine.quantity,
            str(mine.state),
            mine.deposit_minor,
            mine.worth_minor,
            mine.balance_minor,
            mine.intent_code,
            mine.order_code,
            mine.due_at,
            mine.can_withdraw,
        )
        if mine
        else None,
    )
