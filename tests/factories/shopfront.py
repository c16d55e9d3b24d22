"""A small lively shop street for page tests: goods with pictures, people, and teams in several states."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from uuid import uuid4

from tests.factories import trade

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.catalog.contracts import MediaDraft, VariantDraft
from jishi.goods.inventory import operations as inventory
from jishi.goods.merchants import operations as merchants
from jishi.goods.merchants.contracts import ShopView
from jishi.goods.pricing import operations as pricing
from jishi.kernel import clock
from jishi.kernel.outbox import relay
from jishi.people.accounts import operations as accounts
from jishi.promotions.plays import operations as plays
from jishi.promotions.plays import queries as play_queries
from jishi.promotions.plays.contracts import OfferView
from jishi.simulation import studio

GOODS = (
    ("火晶柿子 自然软熟 甜过蜜", "Fire-crystal persimmons, ripe and soft", 3900, 2990, "fruit", "3:4", 2),
    ("明前龙井 手作小罐装", "Longjing tea from before the rains", 6800, 5290, "cup", "1:1", 3),
    ("手工吊柿饼 流心 礼盒", "Hand-hung dried persimmons in a gift box", 4900, 3690, "box", "4:5", 3),
    ("帆布托特包 加厚款", "Heavy canvas tote bag", 5900, None, "bag", "1:1", 0),
    ("红颜草莓 清晨现摘 顺丰冷链", "Strawberries picked at dawn", 5900, 4590, "strawberries", "1:1", 2),
    ("青瓷盖碗 三才杯", "Celadon lidded bowl", 12800, None, "gaiwan", "3:4", 0),
    ("琴叶榕 水培盆栽", "Fiddle-leaf fig in water", 8900, 6900, "plant", "4:5", 4),
    ("草木香薰蜡烛 三支", "Three candles with garden scents", 7900, None, "candle", "1:1", 0),
    ("全麦乡村面包 一炉现烤", "Country loaf, baked this morning", 2600, 1990, "bread", "1:1", 2),
    ("亚麻床品四件套", "Linen bedding set", 39900, None, "cloth", "3:4", 0),
    ("桌上小夜灯 暖光", "Small warm table lamp", 11900, 9900, "lamp", "4:5", 3),
    ("冷榨茶籽油 两瓶", "Cold-pressed camellia oil, two bottles", 9900, None, "bottles", "1:1", 0),
)


paint = cache(studio.paint)
"""Every street shows the same pictures, so each is drawn once in a run."""


@dataclass
class Street:
    """What a page test needs to know of the world."""

    shop: ShopView
    products: list[int] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    variants: list[tuple[int, ...]] = field(default_factory=list)
    offers: dict[int, OfferView] = field(default_factory=dict)
    people: list[trade.Buyer] = field(default_factory=list)


def buyer(nickname: str) -> trade.Buyer:
    """Somebody with a name and an address."""
    person = accounts.register(nickname=nickname, email=f"p-{uuid4().hex[:12]}@example.org")
    address = accounts.save_address(
        person_id=person.id,
        recipient=nickname,
        phone="13800138000",
        region="浙江省",
        city="杭州市",
        district="西湖区",
        line="文三路 1 号 2 幢 301",
    )
    return trade.Buyer(person.id, address.id)


def build(*, goods: int = len(GOODS), with_pictures: bool = True, at: datetime | None = None) -> Street:
    """Open the street: one shop, goods, offers for some of them, a few people."""
    now = at or clock.now()
    owner = accounts.register(nickname="老陈果园", email=f"owner-{uuid4().hex[:8]}@example.org")
    shop = merchants.open_shop(
        slug=f"laochen-{uuid4().hex[:6]}",
        name={"zh-hans": "老陈果园", "en": "Chen's Orchard"},
        description={
            "zh-hans": "山里种了三十年果树，现摘现发。",
            "en": "Thirty years of fruit trees in the hills; picked and sent the same day.",
        },
        owner_id=owner.id,
        delivery_fee_minor=800,
        free_delivery_from_minor=9900,
        at=now - timedelta(days=60),
    )
    tea = catalog.save_category(
        slug=f"fresh-{uuid4().hex[:6]}", name={"zh-hans": "生鲜水果", "en": "Fresh fruit"}
    )
    street = Street(shop)
    for number, row in enumerate(GOODS[:goods]):
        _add(street, number, row, getattr(tea, "category_id", tea), with_pictures, now - timedelta(days=45))
    plays.switch_badges(clock.now())
    street.people = [buyer(name) for name in ("阿柿", "小满", "Mia在路上", "豆豆妈", "老陈", "Kaki")]
    return street


def _add(
    street: Street, number: int, row: tuple, category_id: int, with_pictures: bool, at: datetime
) -> None:  # type: ignore[type-arg]
    zh, en, price, team, picture, ratio, size = row
    media = []
    if with_pictures:
        paints = range(2 if number == 0 else 1)
        media = [
            MediaDraft(paint(picture, palette=number + k, ratio=ratio, seed=number * 7 + k), zh)
            for k in paints
        ]
    saved = catalog.save_product(
        shop_id=street.shop.id,
        handle=f"thing-{number}-{uuid4().hex[:6]}",
        title={"zh-hans": zh, "en": en},
        description={
            "zh-hans": f"<p>{zh}，产地直发，坏果包赔。</p><ul><li>当季现采</li><li>48 小时内发出</li></ul>",
            "en": f"<p>{en}, sent straight from where it grows.</p>",
        },
        category_id=category_id,
        option_names=("规格",),
        variants=(VariantDraft(("3 斤",), weight_g=1500), VariantDraft(("5 斤",), weight_g=2500)),
        labels={
            "规格": {"en": "Size"},
            "3 斤": {"en": "1.5 kg"},
            "5 斤": {"en": "2.5 kg"},
            "产地": {"en": "Origin"},
            "陕西富平": {"en": "Fuping, Shaanxi"},
        },
        attributes={"产地": "陕西富平"},
        tags=("当季",),
        media=media,
        at=at,
    )
    street.products.append(saved.product_id)
    street.codes.append(saved.code)
    street.variants.append(saved.variant_ids)
    first, second = saved.variant_ids
    pricing.set_prices([(first, "CNY", price, None), (second, "CNY", int(price * 1.6), None)], at=at)
    inventory.set_stock(
        rows=[(first, 80), (second, 6)], shop_id=street.shop.id, reference=f"first-{uuid4().hex[:8]}", at=at
    )
    if team:
        street.offers[saved.product_id] = plays.create_offer(
            shop_id=street.shop.id,
            product_id=saved.product_id,
            mechanic="group_buy",
            params={"size": size, "hours": 24},
            prices={first: team, second: int(team * 1.6)},
            starts_at=at + timedelta(days=1),
            ends_at=clock.now() + timedelta(days=30),
            at=at,
        )


def start_team(street: Street, number: int, leader: trade.Buyer, *, at: datetime | None = None) -> str:
    """Start a team for a product and pay for the leader's seat; returns its code."""
    order_code = join(street, number, leader, at=at)
    found = play_queries.find_team_of_order(order_code)
    assert found is not None
    return found.team_code


def join(
    street: Street,
    number: int,
    who: trade.Buyer,
    *,
    team: str = "",
    at: datetime | None = None,
    pay: bool = True,
) -> str:
    """Order in a team (or start one) and pay; returns the order's code."""
    now = at or clock.now()
    product = street.products[number]
    tokens = {"offer": street.offers[product].code, **({"team": team} if team else {})}
    placed = trade.place(who, (street.variants[number][0], 1), tokens=tokens, at=now)
    if pay:
        trade.capture(placed.intent_code, at=now)
        trade.tell_captured(placed.intent_code)
        relay.drain()
    return placed.order_codes[0]


def slug_of(street: Street, number: int) -> str:
    """The readable part of a product's address."""
    found = catalog_queries.get_product(street.products[number], language="zh-hans")
    return f"{found.code}-{found.slug}"
