"""Shops, products, prices and stock for tests, made through the operations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count

from jishi.goods.catalog import operations as catalog
from jishi.goods.catalog.contracts import ProductSaved, VariantDraft
from jishi.goods.inventory import operations as inventory
from jishi.goods.merchants import operations as merchants
from jishi.goods.merchants.contracts import ShopView
from jishi.goods.pricing import operations as pricing
from jishi.people.accounts import operations as accounts

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SOON = NOON + timedelta(minutes=15)

_number = count(1)


def open_shop(slug: str = "", **terms: object) -> ShopView:
    """Open a shop with an owner of its own."""
    name = slug or f"shop-{next(_number)}"
    owner = accounts.register(nickname="柿子", email=f"owner-{next(_number)}@example.org")
    texts = {"zh-hans": f"{name} 铺", "en": f"The {name}"}
    return merchants.open_shop(slug=name, name=texts, owner_id=owner.id, at=NOON, **terms)  # type: ignore[arg-type]


def offer(
    shop: ShopView,
    *,
    prices: Sequence[int] = (1000,),
    stock: int | None = 10,
    compare_at: int | None = None,
    at: datetime = NOON,
) -> ProductSaved:
    """Put a product on sale, one variant per price, each with the same stock."""
    number = next(_number)
    sizes = tuple(VariantDraft((f"{place + 1} kg",)) for place in range(len(prices)))
    saved = catalog.save_product(
        shop_id=shop.id,
        handle=f"product-{number}",
        title={"zh-hans": f"商品{number}", "en": f"Product {number}"},
        option_names=("Size",),
        variants=sizes,
        at=at,
    )
    rows = [
        (variant_id, shop.currency, price, compare_at)
        for variant_id, price in zip(saved.variant_ids, prices, strict=True)
    ]
    pricing.set_prices(rows, at=at)
    if stock is not None:
        counts = [(variant_id, stock) for variant_id in saved.variant_ids]
        inventory.set_stock(rows=counts, shop_id=shop.id, reference=f"first-{number}", at=at)
    return saved
