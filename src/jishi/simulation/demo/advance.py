"""Presales of the demo: one that takes deposits, one whose balance can be paid."""

from datetime import datetime, timedelta

from jishi.goods.inventory import operations as inventory
from jishi.kernel.outbox import relay
from jishi.money.payments import operations as payments
from jishi.promotions.presales import operations as presales
from jishi.promotions.presales.contracts import PresalePlan
from jishi.simulation.demo.history import DAY, HOUR
from jishi.simulation.demo.people import Crowd
from jishi.simulation.demo.shelves import Ware

UNITS = 30


def reserve(crowd: Crowd, wares: list[Ware], *, until: datetime) -> None:
    """Open two presales and have people pay deposits."""
    shop_id = wares[0].shop_id
    own = [ware for ware in wares if ware.shop_id == shop_id and ware.offer_code is None][-2:]
    people = iter(crowd.ids[230:])
    spans = ((until - DAY, until + 2 * DAY, until + 3 * DAY), (until - 5 * DAY, until - DAY, until - HOUR))
    for number, (ware, (starts, ends, balance)) in enumerate(zip(own, spans, strict=False)):
        price = ware.prices[0] * 90 // 100
        inventory.receive(
            rows=[(ware.variant_ids[0], UNITS)],
            shop_id=shop_id,
            reference=f"presale-{ware.code}",
            at=starts - HOUR,
        )
        wish = PresalePlan(
            variant_id=ware.variant_ids[0],
            price_minor=price,
            deposit_minor=max(1, price // 10),
            multiplier_bps=20_000,
            units=UNITS,
            starts_at=starts,
            deposit_until_at=ends,
            balance_from_at=balance,
            balance_until_at=balance + 3 * DAY,
            limit_per_person=2,
        )
        code = presales.open_presale(shop_id=shop_id, wish=wish, by=None, at=starts - HOUR)
        buyers = [crowd.roles["shopper"]] if number else []
        for place, person in enumerate([*buyers, *(next(people) for _ in range(4))]):
            at = starts + (place + 1) * timedelta(minutes=20)
            one = presales.reserve(presale_code=code, person_id=person, quantity=1, at=at)
            payments.record_paid(intent_code=one.intent_code, paid_at=at, at=at)
    relay.drain()
