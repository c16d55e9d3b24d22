"""The shops of the demo world with their goods, prices, stock and offers."""

import itertools
import random
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime, timedelta

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog.contracts import MediaDraft, ProductDraft, VariantDraft
from jishi.goods.inventory import operations as inventory
from jishi.goods.merchants import operations as merchants
from jishi.goods.pricing import operations as pricing
from jishi.kernel.text import both
from jishi.promotions.plays import operations as plays
from jishi.simulation import studio
from jishi.simulation.demo import goods
from jishi.simulation.demo.goods import Row, ShopSeed
from jishi.simulation.demo.people import Crowd

RATIOS = ("1:1", "4:5", "1:1", "3:4")
PLENTY = (40, 400)

Progress = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Ware:
    """One product as the simulation needs it."""

    product_id: int
    code: str
    shop_id: int
    variant_ids: tuple[int, ...]
    prices: tuple[int, ...]
    offer_code: str | None
    team_size: int
    team_hours: int


def stock(
    dice: random.Random,
    crowd: Crowd,
    *,
    painted: dict[str, Future[bytes]],
    base: datetime,
    progress: Progress,
) -> list[Ware]:
    """Open the shops and fill them; returns everything that can be bought."""
    merchant_id, owners = crowd.roles["merchant"], crowd.ids[2:20]
    categories = _categories()
    wares: list[Ware] = []
    for number, shop in enumerate(goods.SHOPS):
        owner = merchant_id if number == 0 else owners[number]
        shop_id = _open(shop, owner, merchant_id)
        wares += _fill(dice, shop, shop_id, categories, painted, base)
        progress("shops", number + 1, len(goods.SHOPS))
    return wares


def _categories() -> dict[str, int]:
    ids: dict[str, int] = {}
    for position, (slug, parent, chinese, english) in enumerate(goods.CATEGORIES):
        ids[slug] = catalog.save_category(
            slug=slug, name=both(chinese, english), parent_id=ids.get(parent), position=position
        )
    return ids


def paint(painters: Executor, progress: Progress) -> dict[str, Future[bytes]]:
    """Have the picture of every product drawn, by handle."""
    rows = [row for shop in goods.SHOPS for row in shop.goods]
    painted = {
        row[0]: painters.submit(
            studio.paint, row[4], palette=row[5], ratio=RATIOS[seed % len(RATIOS)], seed=seed
        )
        for seed, row in enumerate(rows)
    }
    done = itertools.count(1)
    for picture in painted.values():
        picture.add_done_callback(lambda _: progress("pictures", next(done), len(rows)))
    return painted


def _open(shop: ShopSeed, owner_id: int, merchant_id: int) -> int:
    view = merchants.open_shop(
        slug=shop.slug,
        name=both(*shop.name),
        description=both(*shop.about),
        owner_id=owner_id,
        commission_bps=shop.commission_bps,
        delivery_fee_minor=shop.delivery_fee_minor,
        free_delivery_from_minor=shop.free_from_minor or None,
    )
    if owner_id != merchant_id:
        # One tap as the merchant is enough to ship whatever the visitor ordered.
        merchants.add_staff(shop_id=view.id, person_id=merchant_id)
    return view.id


def _fill(
    dice: random.Random,
    shop: ShopSeed,
    shop_id: int,
    categories: dict[str, int],
    painted: dict[str, Future[bytes]],
    base: datetime,
) -> list[Ware]:
    brand_id = catalog.save_brand(slug=shop.brand[0], name=both(shop.brand[1], shop.brand[2]))
    drafts = [
        _draft(shop, shop_id, row, categories, brand_id, painted[row[0]].result()) for row in shop.goods
    ]
    saved = catalog.save_products(drafts, at=base - timedelta(days=56))
    wares, prices, earlier, counts = [], [], [], []
    for row, product in zip(shop.goods, saved, strict=True):
        factors = [value[2] for value in goods.OPTIONS[row[6]][1]]
        amounts = [round(row[3] * factor, 1) for factor in factors]
        minors = [round(amount * 100) for amount in amounts]
        was_dearer = dice.random() < 0.3
        for variant_id, minor in zip(product.variant_ids, minors, strict=True):
            before = minor * 120 // 100 // 10 * 10
            if was_dearer:
                earlier.append((variant_id, "CNY", before, None))
            prices.append((variant_id, "CNY", minor, before if was_dearer else None))
            counts.append((variant_id, dice.randint(*PLENTY)))
        wares.append(
            Ware(
                product.product_id,
                product.code,
                shop_id,
                product.variant_ids,
                tuple(minors),
                None,
                row[7][0] if row[7] else 0,
                dice.choice((12, 24, 24, 48)),
            )
        )
    # Two variants of the shop are sold out, as everywhere.
    for position in dice.sample(range(len(counts)), 2):
        counts[position] = (counts[position][0], 0)
    pricing.set_prices(earlier, at=base - timedelta(days=55))
    pricing.set_prices(prices, at=base - timedelta(days=3) if earlier else base - timedelta(days=55))
    inventory.set_stock(rows=counts, shop_id=shop_id, reference="opening count", at=base - timedelta(days=55))
    return [_offer(ware, row, base) for ware, row in zip(wares, shop.goods, strict=True)]


def _draft(
    shop: ShopSeed, shop_id: int, row: Row, categories: dict[str, int], brand_id: int, picture: bytes
) -> ProductDraft:
    handle, chinese, english, _, _, _, options, _ = row
    (name_zh, name_en), values = goods.OPTIONS[options]
    labels = {zh: both(zh, en) for zh, en, _ in values if zh}
    if name_zh:
        labels[name_zh] = both(name_zh, name_en)
    zh = "".join(f"<p>{line[0]}</p>" for line in shop.lines)
    en = "".join(f"<p>{line[1]}</p>" for line in shop.lines)
    return ProductDraft(
        shop_id=shop_id,
        handle=handle,
        title=both(chinese, english),
        description=both(f"<p>{chinese}。{shop.about[0]}</p>{zh}", f"<p>{english}. {shop.about[1]}</p>{en}"),
        category_id=categories[goods.category_of(shop, row)],
        brand_id=brand_id,
        option_names=(name_zh,) if name_zh else (),
        variants=tuple(
            VariantDraft(
                options=(zh,) if name_zh else (),
                sku=f"{shop.slug[:3]}-{handle}-{n}".upper()[:40],
                weight_g=500,
            )
            for n, (zh, _, _) in enumerate(values)
        ),
        tags=(shop.brand[0],),
        labels=labels,
        media=[MediaDraft(picture, alt=chinese)],
    )


def _offer(ware: Ware, row: Row, base: datetime) -> Ware:
    """Publish the team offer of a product that has one."""
    if row[7] is None:
        return ware
    size, price = row[7]
    ratio = price / row[3]
    prices = {
        variant_id: max(1, round(minor * ratio / 10) * 10)
        for variant_id, minor in zip(ware.variant_ids, ware.prices, strict=True)
    }
    offer = plays.create_offer(
        shop_id=ware.shop_id,
        product_id=ware.product_id,
        mechanic="group_buy",
        params={"size": size, "hours": ware.team_hours},
        prices=prices,
        starts_at=base - timedelta(days=54),
        ends_at=base + timedelta(days=60),
        at=base - timedelta(days=54),
    )
    return Ware(
        ware.product_id,
        ware.code,
        ware.shop_id,
        ware.variant_ids,
        ware.prices,
        offer.code,
        size,
        ware.team_hours,
    )
