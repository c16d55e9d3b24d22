"""Telling the catalogue when a product comes into stock or runs out, in the same transaction."""

from collections.abc import Collection

from jishi.goods.catalog import operations as catalog
from jishi.goods.inventory.operations.locking import run

_NAMESPACE = 7_310
_BUCKETS = 256
_LOCK = "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS b(bucket)"
_STATE = """
SELECT product_id, EXISTS (
    SELECT 1 FROM inventory_stock s WHERE s.product_id = p.product_id AND s.on_hand > s.reserved)
FROM unnest(%s::bigint[]) AS p(product_id)
"""


def tell_catalog(product_ids: Collection[int]) -> None:
    """Set the in-stock mark of products of which a shelf has just been emptied or filled.

    Two buyers may take the last units of two variants of one product at the same time, and neither sees the
    other's: so the mark is decided one transaction at a time. The locks are few however many the products.
    """
    if not product_ids:
        return
    ordered = sorted(product_ids)
    run(_LOCK, [_NAMESPACE, sorted({product_id % _BUCKETS for product_id in ordered})])
    catalog.set_in_stock(rows=run(_STATE, [ordered]))
