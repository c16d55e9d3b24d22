"""A shop's goods as a product file, part by part, so that its size is never held in memory at once."""

from collections.abc import Iterator

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.inventory import queries as inventory_queries
from jishi.goods.merchants import queries as merchants
from jishi.goods.pricing import queries as pricing_queries

PART = 300


def stream(*, shop_id: int, language: str, base_url: str = "") -> Iterator[bytes]:
    """Yield a shop's products as Shopify's product file; formulas in cells are neutralised."""
    shop = merchants.get_shop(shop_id)
    options = catalog_queries.count_options(shop_id)
    yield catalog_queries.product_file_header(options)
    after = 0
    while states := list(catalog_queries.list_states(shop_id, after_id=after, limit=PART).values()):
        after = states[-1].product_id
        variant_ids = [variant_id for state in states for variant_id in state.variant_ids]
        written = pricing_queries.list_written_prices(variant_ids, shop.currency)
        prices = {pk: (amount, compare_at, shop.currency) for pk, (amount, compare_at) in written.items()}
        stock: dict[int, int] = {}
        for line in inventory_queries.stock_report(shop_id, variant_ids=variant_ids):
            stock[line.variant_id] = stock.get(line.variant_id, 0) + line.on_hand
        yield catalog_queries.product_file_rows(
            states, options=options, language=language, prices=prices, stock=stock, base_url=base_url
        )
