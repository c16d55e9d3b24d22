"""Flash sales of the demo: one that is running, with units sold, unpaid and gone, and two that are coming."""

import random
from datetime import datetime, timedelta

from jishi.goods.inventory import operations as inventory
from jishi.goods.inventory import queries as inventory_queries
from jishi.kernel.text import both
from jishi.promotions.flash_sales import operations as flash
from jishi.promotions.flash_sales.contracts import Wish
from jishi.simulation.demo.history import MINUTE, History
from jishi.simulation.demo.shelves import Ware

HOUR = timedelta(hours=1)
SLOTS = (
    (-2 * HOUR, 10 * HOUR, both("今日疯抢", "Today's rush")),
    (10 * HOUR, 12 * HOUR, both("晚场抢先看", "Tonight")),
    (24 * HOUR, 36 * HOUR, both("明日场", "Tomorrow")),
)
UNITS = (40, 8, 3, 25, 60, 1)
BUYERS = {0: 14, 1: 5, 2: 3, 3: 6, 5: 1}
"""How many people bought of the running items so far; of the third the last one has not paid yet."""
UNPAID = 2


def hold(history: History, *, until: datetime) -> None:
    """Open the slots, enrol wares, approve them, and have people buy in the one that runs."""
    dice = random.Random(7)
    wares = [ware for ware in history.wares if ware.offer_code is None] or history.wares
    running: list[tuple[str, Ware]] = []
    for number, (start, end, title) in enumerate(SLOTS):
        slot = flash.open_slot(
            title=title, starts_at=until + start, ends_at=until + end, by=None, at=until - 24 * HOUR
        )
        for place, units in enumerate(UNITS):
            ware = wares[(number * len(UNITS) + place) % len(wares)]
            code = _enrol(ware, slot, dice, units=units, until=until)
            flash.approve(item_code=code, by=None, at=until - 18 * HOUR)
            running += [(code, ware)] if number == 0 else []
    waiting = flash.open_slot(
        title=both("下周场（报名中）", "Next week, open for enrolment"),
        starts_at=until + timedelta(days=7),
        ends_at=until + timedelta(days=7, hours=12),
        by=None,
        at=until - 24 * HOUR,
    )
    _enrol(wares[-1], waiting, dice, units=50, until=until)
    flash.open_due(until - 2 * HOUR)
    _buy(history, running, until=until)


def _enrol(ware: Ware, slot: str, dice: random.Random, *, units: int, until: datetime) -> str:
    variant_id, price = ware.variant_ids[0], ware.prices[0]
    if inventory_queries.list_available([variant_id])[variant_id] < 2 * units:
        inventory.receive(
            rows=[(variant_id, 4 * units)],
            shop_id=ware.shop_id,
            reference=f"flash-{slot}-{variant_id}",
            at=until - 24 * HOUR,
        )
    wish = Wish(
        slot_code=slot,
        variant_id=variant_id,
        price_minor=max(1, price * dice.choice((55, 60, 65, 70)) // 100),
        allocation=units,
        limit_per_person=2 if units >= 25 else 1,
    )
    return flash.enrol(shop_id=ware.shop_id, wish=wish, at=until - 20 * HOUR)


def _buy(history: History, running: list[tuple[str, Ware]], *, until: datetime) -> None:
    people = iter(history.crowd.ids[60:])
    for place, buyers in BUYERS.items():
        code, ware = running[place]
        for number in range(buyers):
            waits = place == UNPAID and number == buyers - 1
            at = until - (2 * MINUTE if waits else (buyers - number) * 3 * MINUTE)
            placed = history.place(next(people), [(ware.variant_ids[0], 1)], {"flash": code}, None, at)
            if not waits:
                history.pay(placed, at + MINUTE)
