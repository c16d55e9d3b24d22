"""Orders of the first weeks that went as orders mostly go: bought alone, paid, shipped, received.

They are written many at once, as an import of past orders writes them; the stories that end in other ways are
lived one by one in :mod:`jishi.simulation.demo.history`.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from jishi.goods.catalog import queries as catalog
from jishi.goods.catalog.contracts import VariantView
from jishi.goods.inventory import queries as inventory
from jishi.goods.merchants import queries as merchants
from jishi.goods.merchants.contracts import ShopView
from jishi.kernel import ids
from jishi.simulation import past
from jishi.simulation.demo.people import CITIES, Crowd
from jishi.simulation.demo.shelves import Ware
from jishi.trade.orders.contracts import AddressSnapshot, LineDraft, OrderDraft, PastOrder

ORDERS = 160
PLENTY = 40
OLDEST, NEWEST = timedelta(days=42), timedelta(days=6)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def buy(dice: random.Random, crowd: Crowd, wares: Sequence[Ware], *, until: datetime) -> None:
    """Let some weeks of plain business have happened; a few people buy often."""
    in_stock = inventory.list_available(variant for ware in wares for variant in ware.variant_ids)
    by_shop: dict[int, list[Ware]] = {}
    for ware in wares:
        if all(in_stock.get(variant, 0) > PLENTY for variant in ware.variant_ids):
            by_shop.setdefault(ware.shop_id, []).append(ware)
    variants = catalog.find_variants(
        [variant for ware in wares for variant in ware.variant_ids], language="zh-hans"
    )
    shops = merchants.list_shops(list(by_shop), language="zh-hans")
    moments = sorted(until - NEWEST - (OLDEST - NEWEST) * dice.random() for _ in range(ORDERS))
    rows: dict[int, list[PastOrder]] = {}
    for moment in moments:
        shop_id = dice.choice(list(by_shop))
        order = _order(dice, crowd, by_shop[shop_id], shops[shop_id], variants, moment)
        rows.setdefault(shop_id, []).append(order)
    for batch in rows.values():
        past.write(batch, source="demo", at=until)


def _order(
    dice: random.Random,
    crowd: Crowd,
    shelf: Sequence[Ware],
    shop: ShopView,
    variants: Mapping[int, VariantView],
    placed_at: datetime,
) -> PastOrder:
    lines = tuple(_line(dice, ware, variants) for ware in dice.sample(list(shelf), dice.choice((1, 1, 2, 3))))
    goods_minor = sum(line.total_minor for line in lines)
    is_free = shop.free_delivery_from_minor is not None and goods_minor >= shop.free_delivery_from_minor
    delivery_minor = 0 if is_free else shop.delivery_fee_minor
    code, buyer_id = ids.new_code(), crowd.ids[2 + int((len(crowd.ids) - 2) * dice.random() ** 1.7)]
    draft = OrderDraft(
        code=code,
        checkout_code=code,
        buyer_id=buyer_id,
        shop_id=shop.id,
        currency="CNY",
        goods_minor=goods_minor,
        discount_minor=0,
        delivery_minor=delivery_minor,
        total_minor=goods_minor + delivery_minor,
        lines=lines,
        pay_by_at=placed_at + 30 * MINUTE,
        commission_bps=shop.commission_bps,
        address=_address(dice, crowd.nicknames.get(buyer_id, "阿柿")),
    )
    shipped_at = placed_at + HOUR * (3 + 30 * dice.random())
    return PastOrder(
        draft,
        placed_at=placed_at,
        paid_at=placed_at + MINUTE * (1 + 5 * dice.random()),
        shipped_at=shipped_at,
        received_at=shipped_at + HOUR * (24 + 72 * dice.random()),
    )


def _line(dice: random.Random, ware: Ware, variants: Mapping[int, VariantView]) -> LineDraft:
    place = dice.randrange(len(ware.variant_ids))
    variant, quantity = variants[ware.variant_ids[place]], dice.choice((1, 1, 1, 2))
    return LineDraft(
        variant_id=variant.variant_id,
        product_id=variant.product_id,
        product_code=variant.product_code,
        title=variant.product_title,
        options=variant.options,
        image_url=variant.image_url,
        quantity=quantity,
        unit_minor=ware.prices[place],
        discount_minor=0,
        total_minor=ware.prices[place] * quantity,
    )


def _address(dice: random.Random, recipient: str) -> AddressSnapshot:
    region, city, district, street = dice.choice(CITIES)
    line = f"{street} {dice.randrange(1, 300)} 号"
    return AddressSnapshot(
        recipient=recipient,
        phone=f"1380000{dice.randrange(10_000):04d}",
        one_line=f"{region}{city}{district}{line}",
        region=region,
        city=city,
        district=district,
        line=line,
        country="CN",
    )
