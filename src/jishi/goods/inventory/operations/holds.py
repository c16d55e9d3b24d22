"""Setting units aside for an order, selling them, shipping them, giving them back.

The life of a hold: held (until a moment) -> committed -> consumed, or -> released from either of the first
two. `reserved` of a shelf is the sum of its held and committed holds, at every commit.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import translation

from jishi.goods.catalog import queries as catalog_queries
from jishi.goods.inventory import rules
from jishi.goods.inventory.contracts import Demand
from jishi.goods.inventory.errors import (
    HoldNotCommitted,
    HoldUnknown,
    OutOfStock,
    ReferenceReused,
    SoldOut,
)
from jishi.goods.inventory.operations.availability import tell_catalog
from jishi.goods.inventory.operations.locking import lock_shelves_of, run, together
from jishi.kernel import clock
from jishi.kernel.errors import InvariantBroken

# `seen`: null when the reference is new, true when it has units now, false when it had and gave them back.
_LOCK = """
WITH patience AS MATERIALIZED (SELECT set_config('lock_timeout', '3s', true) AS is_set)
SELECT s.id, s.variant_id, s.on_hand - s.reserved,
       (SELECT bool_or(h.state <> 'released') FROM inventory_hold h WHERE h.reference = %s) AS seen
FROM patience CROSS JOIN inventory_stock s
WHERE s.variant_id = ANY(%s) AND patience.is_set IS NOT NULL
ORDER BY s.id FOR UPDATE OF s
"""
_RESERVE = """
WITH plan AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS p(stock_id, quantity)
), placed AS (
    INSERT INTO inventory_hold (reference, stock_id, quantity, state, expires_at, created_at)
    SELECT %s, stock_id, quantity, 'held', %s, %s FROM plan
    ON CONFLICT (reference, stock_id) DO NOTHING
    RETURNING stock_id, quantity
)
UPDATE inventory_stock s SET reserved = s.reserved + p.quantity
FROM placed p WHERE s.id = p.stock_id
RETURNING s.product_id, s.on_hand - s.reserved
"""
_FORGET = "DELETE FROM inventory_hold WHERE reference = %s AND state = 'released'"
_COMMIT = """
UPDATE inventory_hold SET state = 'committed', expires_at = NULL
WHERE reference = %s AND state = 'held' RETURNING 1
"""
_CONSUME = """
WITH gone AS (
    UPDATE inventory_hold SET state = 'consumed' WHERE reference = %s AND state = 'committed'
    RETURNING id, stock_id, quantity
), moved AS (
    INSERT INTO inventory_movement (stock_id, hold_id, kind, quantity, reference, at)
    SELECT stock_id, id, 'ship', -quantity, %s, %s FROM gone
)
UPDATE inventory_stock s SET on_hand = s.on_hand - g.quantity, reserved = s.reserved - g.quantity
FROM gone g WHERE s.id = g.stock_id RETURNING 1
"""
_RELEASE = """
WITH freed AS (
    UPDATE inventory_hold SET state = 'released', expires_at = NULL
    WHERE reference = %s AND (state = 'held' AND expires_at <= %s OR state = ANY(%s))
    RETURNING stock_id, quantity
)
UPDATE inventory_stock s SET reserved = s.reserved - f.quantity
FROM freed f WHERE s.id = f.stock_id
RETURNING s.product_id, s.on_hand - s.reserved = f.quantity
"""
_STATES = """
SELECT s.variant_id, sum(h.quantity)::bigint, min(h.state)
FROM inventory_hold h JOIN inventory_stock s ON s.id = h.stock_id
WHERE h.reference = %s GROUP BY s.variant_id
"""
_DUE = """
SELECT DISTINCT reference FROM (
    SELECT reference FROM inventory_hold WHERE state = 'held' AND expires_at <= %s
    ORDER BY expires_at LIMIT %s) AS due
"""
_A_MOMENT = timedelta(minutes=1)


def hold(
    *,
    reference: str,
    lines: Demand,
    expires_at: datetime,
    adds: bool = False,
    at: datetime | None = None,
) -> None:
    """Set units aside for a reference until a moment: everything asked for, or nothing.

    Asking again is free while the units are held, sold or shipped; after they were given back it takes
    them anew. Two lines of one variant are one demand. With `adds`, what an earmark handed to
    the reference counts, and only the other variants are taken.

    :raises OutOfStock: fewer units are free (`SoldOut`: none). Nothing was written.
    :raises ReferenceReused: the reference holds other goods.
    :raises StockQuantityInvalid: a quantity is below one.
    :raises StockBusy: the shelves were kept locked for too long; roll back and try again.
    """
    demand = rules.sum_demand(lines)
    with together():
        locked = run(_LOCK, [reference, sorted(demand)])
        seen = locked[0][3] if locked else None
        wanted = _still_wanted(reference, demand, adds=adds) if seen else demand
        if not wanted:
            return
        plan, short = rules.spread(wanted, [row[:3] for row in locked if row[1] in wanted])
        if short:
            # A twin of this call may have taken the very units while we waited for the lock.
            if is_held(reference, demand):
                return
            raise refusal(short)
        if seen is False:
            run(_FORGET, [reference])
        ids, quantities = zip(*plan, strict=True)
        made = run(_RESERVE, [list(ids), list(quantities), reference, expires_at, clock.at_or_now(at)])
        if len(made) != len(plan) and (made or not is_held(reference, demand)):
            raise InvariantBroken(f"{reference} was set aside in part: {len(made)} of {len(plan)} shelves")
        tell_catalog({product_id for product_id, left in made if left == 0})


def commit(*, reference: str, at: datetime | None = None) -> None:
    """Sell what is held: from now on it does not expire. A hold that lapsed is taken again if it can be.

    :raises OutOfStock: the hold lapsed and somebody else has the units now; nothing was written.
    :raises HoldUnknown: nothing was ever held under this reference.
    :raises StockBusy: the shelves were kept locked for too long; roll back and try again.
    """
    with together():
        if run(_COMMIT, [reference]):
            return
        rows = run(_STATES, [reference])
        if not rows:
            raise HoldUnknown(reference=reference)
        if any(state in ("committed", "consumed") for _, _, state in rows):
            return
        moment = clock.at_or_now(at)
        lines = [(variant_id, quantity) for variant_id, quantity, _ in rows]
        hold(reference=reference, lines=lines, expires_at=moment + _A_MOMENT, at=moment)
        run(_COMMIT, [reference])


def consume(*, reference: str, at: datetime | None = None) -> None:
    """Take sold units off the shelf: they are shipped. Doing so again changes nothing.

    :raises HoldNotCommitted: they are not sold, or were given back.
    :raises HoldUnknown: nothing was ever held under this reference.
    """
    with together():
        lock_shelves_of(reference)
        if run(_CONSUME, [reference, reference, clock.at_or_now(at)]):
            return
        rows = run(_STATES, [reference])
        if not rows:
            raise HoldUnknown(reference=reference)
        if any(state != "consumed" for _, _, state in rows):
            raise HoldNotCommitted(reference=reference)


def release(*, reference: str, at: datetime | None = None) -> None:
    """Give back whatever the reference still has on the shelf, paid for or not.

    Nothing happens where it has nothing: unknown, released before, or shipped (which takes a return).
    """
    with together():
        if lock_shelves_of(reference):
            _free(reference, clock.at_or_now(at), ["held", "committed"])


def expire_holds(*, at: datetime | None = None, limit: int = 500) -> int:
    """Give back the holds whose moment has come, each in its own transaction; returns how many.

    One at a time, because a payment for several orders commits their holds one after the other.
    """
    moment = clock.at_or_now(at)
    due = [reference for (reference,) in run(_DUE, [moment, limit])]
    freed = 0
    for reference in due:
        with together():
            lock_shelves_of(reference)
            freed += _free(reference, moment, [])
    return freed


def _free(reference: str, at: datetime, states: list[str]) -> bool:
    rows = run(_RELEASE, [reference, at, states])
    tell_catalog({product_id for product_id, was_empty in rows if was_empty})
    return bool(rows)


def is_held(reference: str, demand: Mapping[int, int]) -> bool:
    """Tell whether the reference has exactly these units now.

    :raises ReferenceReused: it has others.
    """
    live = _live(reference)
    if live and live != demand:
        raise ReferenceReused(reference=reference)
    return bool(live)


def _still_wanted(reference: str, demand: dict[int, int], *, adds: bool) -> dict[int, int]:
    """Return what the reference does not have yet.

    :raises ReferenceReused: it has something that is not asked for, or only a part without `adds`.
    """
    if not adds:
        return {} if is_held(reference, demand) else demand
    live = _live(reference)
    if any(demand.get(variant_id) != quantity for variant_id, quantity in live.items()):
        raise ReferenceReused(reference=reference)
    return {variant_id: quantity for variant_id, quantity in demand.items() if variant_id not in live}


def _live(reference: str) -> dict[int, int]:
    return {
        variant_id: quantity
        for variant_id, quantity, state in run(_STATES, [reference])
        if state != "released"
    }


def refusal(short: Mapping[int, int]) -> OutOfStock:
    """Say that there is too little of a variant, by its name."""
    variant_id = min(short)
    available = short[variant_id]
    names = catalog_queries.find_variants([variant_id], language=translation.get_language() or "zh-hans")
    name = names[variant_id].product_title if variant_id in names else f"#{variant_id}"
    kind = OutOfStock if available else SoldOut
    return kind(name=name, available=available, variant_id=variant_id)
