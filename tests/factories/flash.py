"""Flash sales for tests: slots, items that are on sale, people who buy through the lane's settler."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from tests import cluster as throw_away
from tests.factories import trade
from tests.factories.goods import NOON

from jishi.kernel import ids
from jishi.kernel.text import both
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales import settle
from jishi.promotions.flash_sales.contracts import Buyer, Outcome, Wish
from jishi.promotions.flash_sales.models import Item, Slot

HOUR = timedelta(hours=1)
FLASH_MINOR = 600


@dataclass(frozen=True)
class Sale:
    """An item of a shop, and where it is sold."""

    scene: trade.Scene
    slot_code: str
    code: str

    @property
    def item(self) -> Item:
        """The item as it stands."""
        return Item.objects.select_related("slot").get(code=self.code)


def slot(*, starts_at: datetime = NOON, hours: int = 2, at: datetime = NOON - HOUR) -> str:
    """Open a slot."""
    return flash.open_slot(
        title=both("午间场", "Noon"), starts_at=starts_at, ends_at=starts_at + hours * HOUR, by=None, at=at
    )


def enrolled(
    *,
    units: int = 5,
    limit: int = 1,
    price: int = FLASH_MINOR,
    stock: int = 50,
    slot_code: str = "",
    at: datetime = NOON - HOUR,
    **terms: Any,
) -> Sale:
    """Enrol a product of 1,000 for a slot."""
    scene = trade.scene(price=1000, stock=stock, **terms)
    chosen = slot_code or Slot.objects.values_list("code", flat=True).first() or slot()
    wish = Wish(
        slot_code=chosen,
        variant_id=scene.variant_id,
        price_minor=price,
        allocation=units,
        limit_per_person=limit,
    )
    return Sale(scene, chosen, flash.enrol(shop_id=scene.shop.id, wish=wish, at=at))


def approved(**wish: Any) -> Sale:
    """Enrol and approve."""
    sale = enrolled(**wish)
    flash.approve(item_code=sale.code, by=None, at=NOON - HOUR)
    return sale


def running(**wish: Any) -> Sale:
    """Have an item on sale at noon."""
    sale = approved(**wish)
    flash.open_due(NOON)
    return sale


def people(count: int) -> list[int]:
    """Register people."""
    return [trade.buyer().id for _ in range(count)]


def wish(sale: Sale, person_id: int, quantity: int = 1, *, epoch: int = 0) -> Buyer:
    """What the lane makes of somebody's request."""
    return Buyer(sale.code, person_id, epoch, quantity, ids.new_code(), str(ids.uuid7()))


def settle_now(buyers: Sequence[Buyer], *, at: datetime = NOON) -> list[Outcome]:
    """Settle a batch as the lane does, on a connection of its own."""

    async def run() -> list[Outcome]:
        url = throw_away.cluster.url("jishi_app", throw_away.DATABASE)
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            return await settle.settle(connection, buyers=buyers, at=at)

    return asyncio.run(run())


def buy(sale: Sale, *person_ids: int, quantity: int = 1, at: datetime = NOON) -> list[Outcome]:
    """Have people buy in one batch."""
    return settle_now([wish(sale, person_id, quantity) for person_id in person_ids], at=at)


def adds_up(sale: Sale) -> bool:
    """Whether the item's counters equal its claims and its earmark; from the rows themselves."""
    from django.db.models import Sum

    from jishi.goods.inventory.models import Hold

    item = sale.item
    claims = item.claims

    def units(state: str) -> int:
        return claims.filter(state=state).aggregate(n=Sum("quantity"))["n"] or 0

    earmark = Hold.objects.filter(reference=f"flash:{item.code}", state="held").first()
    kept = earmark.quantity if earmark else 0
    return (units("held"), units("paid")) == (item.held, item.sold) and (
        item.available == kept if item.state in ("approved", "open") else item.available == kept == 0
    )
