"""Telling the catalogue when a product comes into stock or runs out, in the same transaction; and since when.

A product that comes back is a fact (`StockReturned`) if it had been there before or somebody waits for it.
"""

from collections.abc import Collection

from jishi.goods.catalog import operations as catalog
from jishi.goods.inventory.events import StockReturned
from jishi.goods.inventory.operations.locking import run
from jishi.kernel import clock, outbox

_NAMESPACE = 7_310
_BUCKETS = 256
_LOCK = "SELECT pg_advisory_xact_lock(%s, bucket) FROM unnest(%s::int[]) AS b(bucket)"
_STATE = """
SELECT product_id, EXISTS (
    SELECT 1 FROM inventory_stock s WHERE s.product_id = p.product_id AND s.on_hand > s.reserved)
FROM unnest(%s::bigint[]) AS p(product_id)
"""

_GONE = """
INSERT INTO inventory_absence (product_id, since) SELECT unnest(%s::bigint[]), %s ON CONFLICT DO NOTHING
"""
_BACK = """
WITH ended AS (
    UPDATE inventory_absence SET ended_at = greatest(since, %(at)s)
    WHERE product_id = ANY(%(back)s) AND ended_at IS NULL RETURNING product_id
)
SELECT product_id FROM ended
UNION SELECT product_id FROM inventory_waiting WHERE product_id = ANY(%(back)s) AND told_at IS NULL
"""


def tell_catalog(product_ids: Collection[int]) -> None:
    """Set the in-stock mark of products of which a shelf has just been emptied or filled.

    Two buyers may take the last units of two variants of one product at the same time, and neither sees the
    other's: so the mark is decided one transaction at a time. The locks are few however many the products.
    """
    if not product_ids:
        return
    ordered = sorted(product_ids)
    settle(ordered)
    states = run(_STATE, [ordered])
    if catalog.set_in_stock(rows=states):
        _note(gone=[one for one, is_there in states if not is_there],
              back=[one for one, is_there in states if is_there])  # fmt: skip


def settle(product_ids: Collection[int]) -> None:
    """Until this transaction ends, nobody else decides whether these products are there."""
    run(_LOCK, [_NAMESPACE, sorted({product_id % _BUCKETS for product_id in product_ids})])


def is_there(product_id: int) -> bool:
    """Whether a unit of a product is free."""
    return bool(run(_STATE, [[product_id]])[0][1])


def _note(*, gone: list[int], back: list[int]) -> None:
    """Keep since when products are out, and publish which are back."""
    at = clock.now()
    if gone:
        run(_GONE, [gone, at])
    if back:
        found = run(_BACK, {"at": at, "back": back})
        outbox.publish_many([StockReturned(product_id=one, at=at) for (one,) in sorted(found)])
