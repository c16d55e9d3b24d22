"""Community purchase for tests: a leader with a point, a round of a shop, orders that are paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from tests.factories import goods, trade
from tests.factories.goods import NOON

from jishi.goods.merchants import queries as merchant_queries
from jishi.goods.merchants.contracts import ShopView
from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.promotions.community_buys import operations as community
from jishi.promotions.community_buys import queries
from jishi.promotions.community_buys.contracts import Application, ItemPlan, RoundPlan
from jishi.promotions.community_buys.models import Collection, Item, Round
from jishi.promotions.gates.contracts import OPEN, Gate
from jishi.trade.checkout.contracts import Placed

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CUTOFF, ARRIVES, UNTIL = NOON + 4 * HOUR, NOON + DAY, NOON + 3 * DAY
REGION = "杭州市西湖区"


@dataclass
class Fair:
    """A round with its shop, its leader and its point."""

    shop: ShopView
    leader_code: str
    leader_person: int
    point: str
    code: str
    items: list[str]
    variants: list[int]
    placed: list[Placed] = field(default_factory=list)

    @property
    def row(self) -> Round:
        """The round as it stands."""
        return Round.objects.get(code=self.code)

    def item(self, place: int = 0) -> Item:
        """One of its items as it stands."""
        return Item.objects.get(code=self.items[place])

    def order(self, who: trade.Buyer, *units: int, at: datetime = NOON, key: str = "") -> Placed:
        """Order so many of each item."""
        wanted = {code: number for code, number in zip(self.items, units, strict=False) if number}
        seen = queries.quote(
            round_code=self.code,
            point_code=self.point,
            wanted=wanted,
            buyer_id=who.id,
            language="zh-hans",
            at=at,
        )
        return community.order(
            round_code=self.code,
            point_code=self.point,
            wanted=wanted,
            buyer_id=who.id,
            fingerprint=seen.quote.fingerprint,
            checkout_key=key or uuid4().hex,
            language="zh-hans",
            at=at,
        )

    def buy(self, who: trade.Buyer, *units: int, at: datetime = NOON) -> str:
        """Order and pay; returns the order's code."""
        placed = self.order(who, *units, at=at)
        trade.pay(placed, at=at + timedelta(minutes=1))
        return placed.order_codes[0]

    def cut(self) -> None:
        """Let the cut-off pass."""
        community.cut_due(CUTOFF)

    def count(self, *units: int, at: datetime = ARRIVES) -> None:
        """Count what arrived, and settle every order."""
        arrived = dict(zip(self.items, units, strict=False))
        community.count(shop_id=self.shop.id, round_code=self.code, arrived=arrived, by=None, at=at)
        community.settle_due(at)

    def collection(self, order_code: str) -> Collection:
        """What an order collects."""
        return Collection.objects.get(order_code=order_code)


def leader(region: str = REGION, at: datetime = NOON - DAY) -> tuple[str, int, str]:
    """An approved leader; returns the code, the person and the code of the point."""
    person = trade.buyer().id
    wish = Application("柿婆婆", "13900139000", region, "", "小区东门", "文三路 9 号", "17:00–20:00")
    code = community.apply(person_id=person, wish=wish, at=at)
    community.decide(leader_code=code, state="approved", by=None, at=at)
    return code, person, queries.get_leader(code).points[0].code


def fair(
    *,
    prices: tuple[int, ...] = (800,),
    cap: int = 50,
    limit: int = 10,
    bps: int = 1000,
    budget: int = 100_000,
    shortage: str = "proportional",
    unpicked: str = "refund",
    gate: Gate = OPEN,
    at: datetime = NOON - HOUR,
) -> Fair:
    """A round that is open at noon, with products of 1,000 and no stock at all."""
    shop = goods.open_shop()
    variants = [goods.offer(shop, prices=(1000,), stock=0).variant_ids[0] for _ in prices]
    leader_code, person, point = leader()
    wish = RoundPlan(
        title_zh="今日团",
        title_en="Today's round",
        region=REGION,
        starts_at=NOON - HOUR,
        cutoff_at=CUTOFF,
        arrives_at=ARRIVES,
        pickup_until_at=UNTIL,
        commission_bps=bps,
        budget_minor=budget,
        shortage=shortage,
        unpicked=unpicked,
        gate=gate,
    )
    code = community.plan(shop_id=shop.id, wish=wish, by=None, at=at)
    items = [
        community.put_item(
            shop_id=shop.id,
            round_code=code,
            wish=ItemPlan(variant_id=variant, price_minor=price, cap=cap, limit_per_person=limit),
        )
        for variant, price in zip(variants, prices, strict=True)
    ]
    community.open_round(shop_id=shop.id, round_code=code, by=None, at=at)
    return Fair(shop, leader_code, person, point, code, items, variants)


def settle_facts() -> None:
    """Deliver what was published, as the relay does."""
    relay.drain()


def cut_round_of(shop_id: int, variant_id: int) -> str:
    """A round of a shop with one paid order whose cut-off has passed, made once."""
    known = Round.objects.filter(shop_id=shop_id).first()
    if known:
        return known.code
    now = clock.now()
    region, point = f"区 {shop_id}", leader(f"区 {shop_id}")[2]
    wish = RoundPlan("团", "Round", region, now - 2 * HOUR, now - HOUR, now + HOUR, now + DAY, 500, 10_000)
    code = community.plan(shop_id=shop_id, wish=wish, by=None, at=now - 3 * HOUR)
    item = community.put_item(shop_id=shop_id, round_code=code, wish=ItemPlan(variant_id, 1, 10))
    community.open_round(shop_id=shop_id, round_code=code, by=None, at=now - 3 * HOUR)
    shop = merchant_queries.get_shop(shop_id)
    made = Fair(shop=shop, leader_code="", leader_person=0, point=point, code=code, items=[item], variants=[])
    made.buy(trade.buyer(), 1, at=now - 2 * HOUR)
    community.cut_due(now)
    return code
