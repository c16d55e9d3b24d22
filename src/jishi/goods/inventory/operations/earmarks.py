"""Units set aside for a sale ahead of its orders, and handed to them one by one.

An earmark is an ordinary hold of one shelf under a reference of its own. Handing units over moves them from
it to the hold of an order: `reserved` of the shelf is the sum of its live holds before and after, so that the
shelf's own row is not written, however many buy at once. Whoever hands over or takes back holds a lock of
their own on whatever the earmark belongs to; an earmark has no other writers.
"""

from datetime import datetime

from jishi.goods.inventory import rules
from jishi.goods.inventory.operations.availability import tell_catalog
from jishi.goods.inventory.operations.holds import is_held, refusal
from jishi.goods.inventory.operations.locking import lock_shelves_of, run, together
from jishi.kernel import clock

_SHELVES = """
WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '3s', true) AS is_set)
SELECT s.id, s.on_hand - s.reserved FROM patience CROSS JOIN inventory_stock s
WHERE s.variant_id = %s AND patience.is_set IS NOT NULL ORDER BY s.id FOR UPDATE OF s
"""
_SET_ASIDE = """
WITH placed AS (
    INSERT INTO inventory_hold (reference, stock_id, quantity, state, expires_at, created_at)
    VALUES (%(reference)s, %(stock)s, %(units)s, 'held', %(until)s, %(at)s)
)
UPDATE inventory_stock SET reserved = reserved + %(units)s WHERE id = %(stock)s
RETURNING product_id, on_hand - reserved
"""
_HAND_OVER = """
WITH given AS (
    UPDATE inventory_hold SET
        quantity = CASE WHEN quantity > %(units)s THEN quantity - %(units)s ELSE quantity END,
        state = CASE WHEN quantity > %(units)s THEN 'held' ELSE 'released' END,
        expires_at = CASE WHEN quantity > %(units)s THEN expires_at END
    WHERE reference = %(source)s AND state = 'held' AND quantity >= %(units)s
    RETURNING stock_id
)
INSERT INTO inventory_hold (reference, stock_id, quantity, state, expires_at, created_at)
SELECT %(target)s, stock_id, %(units)s, 'held', %(until)s, %(at)s FROM given
RETURNING 1
"""
_TAKE_BACK = """
WITH back AS (
    UPDATE inventory_hold o SET state = 'released', expires_at = NULL
    FROM inventory_hold e
    WHERE o.reference = %(source)s AND o.state = 'held' AND o.quantity = %(units)s
      AND e.reference = %(target)s AND e.stock_id = o.stock_id
    RETURNING o.stock_id
)
UPDATE inventory_hold e SET
    quantity = CASE WHEN e.state = 'held' THEN e.quantity + %(units)s ELSE %(units)s END,
    state = 'held', expires_at = %(until)s
FROM back WHERE e.reference = %(target)s AND e.stock_id = back.stock_id
RETURNING 1
"""
_FREE = """
WITH freed AS (
    UPDATE inventory_hold SET
        quantity = CASE WHEN quantity > %(units)s THEN quantity - %(units)s ELSE quantity END,
        state = CASE WHEN quantity > %(units)s THEN 'held' ELSE 'released' END,
        expires_at = CASE WHEN quantity > %(units)s THEN expires_at END
    WHERE reference = %(source)s AND state = 'held' AND quantity >= %(units)s
    RETURNING stock_id
)
UPDATE inventory_stock s SET reserved = s.reserved - %(units)s FROM freed WHERE s.id = freed.stock_id
RETURNING 1
"""


def earmark(
    *, reference: str, variant_id: int, quantity: int, expires_at: datetime, at: datetime | None = None
) -> None:
    """Set units of one variant aside on one shelf. Doing so again changes nothing.

    :raises OutOfStock: no shelf has as many free; nothing was written.
    :raises StockQuantityInvalid: the quantity is below one.
    :raises ReferenceReused: the reference holds something else.
    :raises StockBusy: the shelves were kept locked for too long; roll back and try again.
    """
    rules.check_quantity(quantity, least=1)
    with together():
        shelves = run(_SHELVES, [variant_id])
        if is_held(reference, {variant_id: quantity}):
            return
        roomy = next((stock_id for stock_id, free in shelves if free >= quantity), None)
        if roomy is None:
            raise refusal({variant_id: max((free for _, free in shelves), default=0)})
        _set_aside(reference, roomy, quantity, expires_at, clock.at_or_now(at))


def hand_over(
    *, source: str, target: str, quantity: int, expires_at: datetime, at: datetime | None = None
) -> bool:
    """Move units of an earmark to the new hold of an order; false when it has not as many."""
    values = {
        "source": source,
        "target": target,
        "units": quantity,
        "until": expires_at,
        "at": clock.at_or_now(at),
    }
    return bool(run(_HAND_OVER, values))


def take_back(*, source: str, target: str, quantity: int, expires_at: datetime) -> bool:
    """Move the units of an order's hold back to the earmark; false when the order has them no longer."""
    with together():
        lock_shelves_of(source)
        values = {"source": source, "target": target, "units": quantity, "until": expires_at}
        return bool(run(_TAKE_BACK, values))


def free_for(*, source: str, reference: str, quantity: int) -> bool:
    """Give units of an earmark to the shelf, for an order that lapsed and is about to take its goods anew.

    The order's shelves stay locked until the transaction ends, so that nobody else gets the units.
    """
    with together():
        lock_shelves_of(reference)
        return bool(run(_FREE, {"source": source, "units": quantity}))


def _set_aside(reference: str, stock_id: int, quantity: int, expires_at: datetime, at: datetime) -> None:
    values = {
        "reference": reference,
        "stock": stock_id,
        "units": quantity,
        "until": expires_at,
        "at": at,
    }
    made = run(_SET_ASIDE, values)
    tell_catalog({product_id for product_id, left in made if left == 0})
