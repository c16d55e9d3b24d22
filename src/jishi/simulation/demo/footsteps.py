"""What the browsers of the demo world would have told: pages and goods seen, before and without buying.

Every paid order has the visit that led to it; most visits lead to nothing, as in any shop. The events come in
like those of any other system, through a file.
"""

import json
import random
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from jishi.insight.behavior import operations as behavior
from jishi.simulation.demo.people import Crowd
from jishi.simulation.demo.shelves import Ware
from jishi.trade.orders import queries as orders

VISITS, STRANGERS = 900, 160
SPAN_DAYS = 42
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
CHANNELS = ("direct", "direct", "share", "share", "search", "push", "site")
DEVICES = ("phone", "phone", "phone", "tablet", "desk")
WAYS_IN = (
    "storefront:home",
    "storefront:home",
    "storefront:search",
    "storefront:category",
    "storefront:note",
)
PAID = ("paid", "shipped", "received")
Event = dict[str, Any]


def walk(dice: random.Random, crowd: Crowd, wares: list[Ware], *, until: datetime) -> int:
    """Leave six weeks of footsteps; returns how many events there are."""
    by_product = {ware.product_id: ware for ware in wares}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "footsteps.jsonl"
        with path.open("w") as file:
            for event in (*_before_orders(dice, by_product), *_other_visits(dice, crowd, wares, until)):
                file.write(json.dumps(event) + "\n")
        return behavior.import_file(path=path, at=until).taken


def _before_orders(dice: random.Random, by_product: dict[int, Ware]) -> Iterator[Event]:
    """The visit in which somebody bought."""
    found = [order for state in PAID for order in orders.page_orders(state=state, limit=100).items]
    # Codes of orders are random, so the order of their placing is what makes the world the same again.
    for order in sorted(found, key=lambda order: (order.placed_at, order.buyer_id)):
        ware = by_product.get(order.lines[0].product_id)
        if ware is not None:
            visit = _Visit(dice, f"p{order.buyer_id}", order.buyer_id, order.placed_at - 9 * MINUTE)
            yield visit.page(dice.choice(WAYS_IN))
            yield visit.good("product_exposed", ware, position=1 + dice.randrange(12))
            yield visit.page("storefront:product")
            yield visit.good("product_viewed", ware)
            yield visit.good("cart_added", ware)
            yield visit.page("storefront:checkout")
            yield visit.good("checkout_started", ware)


def _other_visits(dice: random.Random, crowd: Crowd, wares: list[Ware], until: datetime) -> Iterator[Event]:
    """Looking around; people come back to what they like, strangers hardly ever come again."""
    liked = {person: dice.sample(wares, 4) for person in crowd.ids}
    for number in range(VISITS):
        at = until - DAY * SPAN_DAYS * dice.random() - 30 * MINUTE
        # Few come often and many now and then.
        person = crowd.ids[int(len(crowd.ids) * dice.random() ** 1.6)]
        visit = _Visit(dice, f"p{person}", person, at)
        yield from _look_around(dice, visit, [*liked[person], dice.choice(wares)])
        if number < STRANGERS:
            stranger = _Visit(dice, f"stranger{number:03d}", None, at)
            yield from _look_around(dice, stranger, dice.sample(wares, 3))


def _look_around(dice: random.Random, visit: "_Visit", seen: list[Ware]) -> Iterator[Event]:
    yield visit.page(dice.choice(WAYS_IN))
    for position, ware in enumerate(dice.sample(seen, len(seen)), 1):
        yield visit.good("product_exposed", ware, position=position)
        if dice.random() < 0.45:
            yield visit.page("storefront:product")
            yield visit.good("product_viewed", ware)
            if dice.random() < 0.16:
                yield visit.good("cart_added", ware)
                yield visit.page("storefront:cart")
            elif dice.random() < 0.5:
                yield visit.page("storefront:home")


class _Visit:
    """One sitting of one browser."""

    def __init__(self, dice: random.Random, visitor: str, person: int | None, at: datetime) -> None:
        self._dice, self._at = dice, at
        self._same: Event = {
            "visitor": visitor,
            "session": f"{visitor}-{int(at.timestamp())}",
            "channel": dice.choice(CHANNELS),
            "device": dice.choice(DEVICES),
        }
        if person is not None:
            self._same["person"] = person

    def page(self, name: str) -> Event:
        """A page was visible."""
        return self._event("page_viewed", page=name)

    def good(self, kind: str, ware: Ware, **more: Any) -> Event:
        """Something happened with a product."""
        return self._event(kind, product=ware.code, **more)

    def _event(self, kind: str, **more: Any) -> Event:
        self._at += SECOND * (4 + self._dice.randrange(50))
        made = UUID(int=self._dice.getrandbits(128), version=4)
        return {"id": str(made), "at": self._at.timestamp() * 1000, "kind": kind, **self._same, **more}
