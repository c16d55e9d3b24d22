"""Selling items to many people at once: one statement writes what `claims.hold` and an order's placing write.

No Django: the lane uses it. Connection and buyers in, outcomes out. The item rows are locked in a statement
of their own, in id order, so that any number of settlers and the ordinary operations stay safe beside each
other; the next statement sees everything they committed. Then, in arrival order: whoever has a claim gets its
order's code, the first that fit win, and claim, order, line, record, frozen adjustment, hold and fact of all
winners are written together, with two rows updated by the sums: the item's counters and its earmark in the
inventory. Checks and unique indexes of the tables are the net below.

Prices are the item's terms, frozen at opening by the pricing engine; every batch compares them with the price
list, and nobody buys at terms that the list has left. Lower domains' tables are written because that is the
point of one statement; a test compares every row with what the operations write.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from weakref import WeakSet

import psycopg

from jishi.promotions.flash_sales.contracts import Buyer, Outcome

MOST = 500
"""Buyers in one batch: more does not make it faster, and everybody waits for all."""

BATCH = """
SELECT set_config('synchronous_commit', 'off', true);
SELECT id FROM flash_sales_item WHERE code = ANY(%(wanted)s) ORDER BY id FOR NO KEY UPDATE;
EXECUTE flash_sales_settle (%(at)s, %(wanted)s, %(items)s, %(people)s, %(epochs)s, %(quantities)s,
    %(codes)s, %(events)s, %(english)s)
"""
"""Lock, then decide and write: one transaction, sent as one message. Between two messages the rows would stay
locked while a busy process has other things to do. Its commit does not wait for the disk: the rows are free
for the next batch at once, and nobody is told anything before :data:`FLUSH`."""
FLUSH = "SELECT pg_logical_emit_message(true, 'jishi', '')"
"""A transaction of its own that ends when everything written before it is on the disk. A batch that saw rows
of an earlier one comes behind it in the log, so it can never survive alone."""

# The answers, in the order in which they are looked for. Whatever is looked up per buyer is written so that
# one index serves it, however empty the tables were when the statement was planned.
_VERDICT = """
CASE
    WHEN i.id IS NULL THEN 'unknown'
    WHEN u.id IS NULL THEN 'stranger'
    WHEN c.order_code IS NOT NULL THEN 'yours'
    WHEN i.is_over THEN 'ended'
    WHEN i.is_ahead THEN 'upcoming'
    WHEN a.quantity < 1 OR a.quantity > i.limit_per_person THEN 'limit'
    WHEN NOT i.is_priced THEN 'repriced'
    WHEN unpaid.orders + a.nth >= i.most_unpaid THEN 'unpaid'
    ELSE 'fits'
END
"""
SETTLE = f"""
PREPARE flash_sales_settle (
    timestamptz, text[], int[], bigint[], int[], int[], text[], uuid[], bool[]) AS
WITH items AS MATERIALIZED (
    SELECT i.id, i.code, i.shop_id, i.variant_id, i.product_id, i.currency, i.terms, i.available, i.held,
           i.limit_per_person, i.allocation, t.at,
           t.at + make_interval(secs => (i.terms ->> 'pay_within_s')::int) AS pay_by_at,
           (i.terms ->> 'most_unpaid')::int AS most_unpaid,
           s.stopped_at IS NOT NULL OR i.state = 'closed' OR t.at >= s.ends_at AS is_over,
           i.state <> 'open' OR t.at < s.starts_at AS is_ahead,
           coalesce(p.amount_minor = (i.terms ->> 'unit')::bigint AND v.status = 'active'
               AND g.status = 'active' AND m.is_open
               AND m.commission_bps = (i.terms ->> 'commission_bps')::int, false) AS is_priced,
           e.id AS earmark_id, e.stock_id
    FROM (SELECT coalesce($1, clock_timestamp()) AS at) AS t
    CROSS JOIN flash_sales_item i
    JOIN flash_sales_slot s ON s.id = i.slot_id
    JOIN catalog_variant v ON v.id = i.variant_id
    JOIN catalog_product g ON g.id = i.product_id
    JOIN merchants_shop m ON m.id = i.shop_id
    LEFT JOIN pricing_price p ON p.variant_id = i.variant_id AND p.currency = i.currency
    LEFT JOIN inventory_hold e ON e.reference = 'flash:' || i.code
    WHERE i.code = ANY($2) AND i.state IN ('approved', 'open', 'closed')
), asked AS MATERIALIZED (
    SELECT a.*, row_number() OVER (PARTITION BY a.item_code, a.person_id ORDER BY a.no) AS turn,
           row_number() OVER (PARTITION BY a.person_id ORDER BY a.no) - 1 AS nth
    FROM (SELECT ($2)[x.item_no] AS item_code, x.person_id, x.epoch, x.quantity, x.order_code,
                 x.event_id, CASE WHEN x.is_english THEN 'en' ELSE 'zh-hans' END AS language, x.no
          FROM unnest($3, $4, $5, $6, $7, $8, $9)
              WITH ORDINALITY AS x(item_no, person_id, epoch, quantity, order_code, event_id, is_english, no)
    ) AS a
), judged AS MATERIALIZED (
    SELECT a.no, a.item_code, a.person_id, a.quantity, a.order_code, a.event_id, a.language,
           i.id AS item_id, i.available, i.held, i.limit_per_person, c.order_code AS own,
           {_VERDICT} AS verdict
    FROM asked a
    LEFT JOIN items i ON i.code = a.item_code
    LEFT JOIN accounts_user u ON u.id = a.person_id AND u.is_active AND u.token_epoch = a.epoch
    LEFT JOIN LATERAL (
        SELECT c.order_code FROM flash_sales_claim c
        WHERE c.item_id = i.id AND c.person_id = a.person_id AND c.state IN ('held', 'paid')
        LIMIT 1) AS c ON true
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE o.state = 'awaiting_payment') AS orders FROM orders_order o
        WHERE o.buyer_id = a.person_id AND o.placed_at > i.at - interval '1 day') AS unpaid ON true
    WHERE a.turn = 1
), decided AS MATERIALIZED (
    SELECT j.*, j.verdict = 'fits' AND sum(j.quantity) FILTER (WHERE j.verdict = 'fits')
        OVER (PARTITION BY j.item_id ORDER BY j.no) <= j.available AS has_won
    FROM judged j
), won AS MATERIALIZED (
    SELECT d.*, nextval('orders_order_id_seq') AS order_id FROM decided d WHERE d.has_won ORDER BY d.no
), deals AS MATERIALIZED (
    SELECT i.*, d.quantity AS units, d.language, i.terms -> 'by' -> d.quantity::text AS sums,
           coalesce(i.terms -> 'texts' -> d.language, i.terms -> 'texts' -> 'zh-hans') AS texts
    FROM (SELECT DISTINCT item_id, quantity, language FROM won) AS d JOIN items i ON i.id = d.item_id
), priced AS MATERIALIZED (
    SELECT d.id, d.units, d.language, d.code, d.shop_id, d.variant_id, d.product_id, d.currency, d.at,
           d.pay_by_at, d.stock_id, (d.sums ->> 'goods')::bigint AS goods,
           (d.sums ->> 'total')::bigint AS total, (d.sums ->> 'discount')::bigint AS discount,
           (d.sums ->> 'delivery')::bigint AS delivery, d.sums -> 'params' AS params,
           (d.terms ->> 'unit')::bigint AS unit, (d.terms ->> 'commission_bps')::int AS commission_bps,
           d.terms ->> 'delivery_code' AS delivery_code, d.terms ->> 'product_code' AS product_code,
           d.terms ->> 'image_url' AS image_url, d.texts ->> 'title' AS title,
           d.texts -> 'options' AS options, d.terms ->> 'message' AS message,
           d.terms ->> 'funder_kind' AS funder_kind, (d.terms ->> 'funder_id')::bigint AS funder_id,
           to_char(d.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') AS at_text
    FROM deals d
), bought AS MATERIALIZED (
    SELECT w.no, w.order_id, w.order_code, w.event_id, w.person_id, p.*
    FROM won w JOIN priced p ON p.id = w.item_id AND p.units = w.quantity AND p.language = w.language
), claims AS (
    INSERT INTO flash_sales_claim (item_id, person_id, order_code, quantity, state, claimed_at)
    SELECT id, person_id, order_code, units, 'held', at FROM bought
), orders AS (
    INSERT INTO orders_order (
        id, code, checkout_code, buyer_id, shop_id, currency, goods_minor, discount_minor, delivery_minor,
        total_minor, commission_bps, state, intent_code, address, delivery_code, share_code, channel, tokens,
        placed_at, pay_by_at, close_reason)
    SELECT order_id, order_code, order_code, person_id, shop_id, currency, goods, discount, delivery, total,
           commission_bps, 'awaiting_payment', '', '', delivery_code, '', 'flash',
           jsonb_build_object('flash', code), at, pay_by_at, ''
    FROM bought
), lines AS (
    INSERT INTO orders_orderline (
        order_id, position, variant_id, product_id, product_code, title, options, image_url, quantity,
        unit_minor, discount_minor, total_minor)
    SELECT order_id, 0, variant_id, product_id, product_code, title, options, image_url, units, unit,
           discount, goods - discount
    FROM bought
), record AS (
    INSERT INTO orders_orderevent (order_id, from_state, to_state, at, actor_id, reason)
    SELECT order_id, '', 'awaiting_payment', at, person_id, '' FROM bought
), adjustments AS (
    INSERT INTO orders_orderadjustment (
        order_id, rule, reference, variant_id, amount_minor, funder_kind, funder_id, message, params,
        defers_fulfilment)
    SELECT order_id, 'flash_sale', code || ':' || units, variant_id, -discount, funder_kind, funder_id,
           message, params, false
    FROM bought
), holds AS (
    INSERT INTO inventory_hold (reference, stock_id, quantity, state, expires_at, created_at)
    SELECT order_code, stock_id, units, 'held', pay_by_at + interval '5 minutes', at FROM bought
), facts AS (
    INSERT INTO kernel_outboxevent (event_id, topic, shard, version, payload, state, attempts, error)
    SELECT event_id, 'trade.order.placed', order_code, 1, jsonb_build_object(
        'order_code', order_code, 'buyer_id', person_id, 'shop_id', shop_id, 'currency', currency,
        'total_minor', total, 'share_code', '', 'at', at_text, 'checkout_code', order_code,
        'lines', jsonb_build_array(jsonb_build_object(
            'variant_id', variant_id, 'product_id', product_id, 'quantity', units,
            'total_minor', goods - discount))), 'pending', 0, ''
    FROM bought
), taken AS MATERIALIZED (
    SELECT b.id, i.earmark_id, sum(b.units) AS units
    FROM bought b JOIN items i ON i.id = b.id GROUP BY b.id, i.earmark_id
), counters AS (
    UPDATE flash_sales_item i SET available = i.available - t.units, held = i.held + t.units
    FROM taken t WHERE i.id = t.id
), earmarks AS (
    UPDATE inventory_hold h SET
        quantity = CASE WHEN h.quantity = t.units THEN h.quantity ELSE h.quantity - t.units END,
        state = CASE WHEN h.quantity = t.units THEN 'released' ELSE 'held' END,
        expires_at = CASE WHEN h.quantity = t.units THEN NULL ELSE h.expires_at END
    FROM taken t WHERE h.id = t.earmark_id
)
SELECT d.item_code, d.person_id, d.quantity, CASE WHEN d.has_won THEN 'won' ELSE d.verdict END,
       CASE WHEN d.has_won THEN d.order_code ELSE coalesce(d.own, '') END,
       d.available - coalesce(t.units, 0), d.held + coalesce(t.units, 0), d.limit_per_person
FROM decided d LEFT JOIN taken t ON t.id = d.item_id
"""  # noqa: S608 - made of constants

_prepared: WeakSet[psycopg.AsyncConnection[Any]] = WeakSet()

FIND = """
SELECT c.order_code, i.available, i.held FROM flash_sales_item i
LEFT JOIN flash_sales_claim c ON c.item_id = i.id AND c.person_id = %s AND c.state IN ('held', 'paid')
WHERE i.code = %s
"""


async def settle(
    connection: psycopg.AsyncConnection[Any], *, buyers: Sequence[Buyer], at: datetime | None = None
) -> list[Outcome]:
    """Give units to as many buyers as they last, first come first served; durable when this returns.

    The outcomes come in the order of the buyers. Without a moment the database's own clock counts. The
    connection is the settler's own, in autocommit: the batch is a transaction by itself.
    """
    wanted = sorted({buyer.item_code for buyer in buyers})
    if connection not in _prepared:
        await connection.execute(SETTLE)
        _prepared.add(connection)
    cursor = psycopg.AsyncClientCursor(connection)
    await cursor.execute(BATCH, _values(buyers, wanted, at))
    cursor.nextset()
    cursor.nextset()
    rows = await cursor.fetchall()
    await connection.execute(FLUSH)
    found = {(row[0], row[1]): _outcome(*row[2:]) for row in rows}
    return [found[buyer.item_code, buyer.person_id] for buyer in buyers]


async def find(connection: psycopg.AsyncConnection[Any], *, item_code: str, person_id: int) -> Outcome | None:
    """Return a person's order of an item, or what is free of it; None when there is no such item.

    An order that is told here is on the disk, even if its batch was still being flushed.
    """
    cursor = await connection.execute(FIND, [person_id, item_code])
    row = await cursor.fetchone()
    if row is None:
        return None
    code, left, held = row
    if code:
        await connection.execute(FLUSH)
    return Outcome("yours" if code else "open", code or "", left, held)


def _values(buyers: Sequence[Buyer], wanted: Sequence[str], at: datetime | None) -> dict[str, Any]:
    assert all(code.isalnum() for code in wanted)
    places = {code: str(number) for number, code in enumerate(wanted, 1)}
    return {
        "at": at,
        "wanted": _array(wanted),
        "items": _array(places[buyer.item_code] for buyer in buyers),
        "people": _array(str(buyer.person_id) for buyer in buyers),
        "epochs": _array(str(buyer.epoch) for buyer in buyers),
        "quantities": _array(str(buyer.quantity) for buyer in buyers),
        "codes": _array(buyer.order_code for buyer in buyers),
        "events": _array(buyer.event_id for buyer in buyers),
        "english": _array("t" if buyer.language == "en" else "f" for buyer in buyers),
    }


def _array(words: Iterable[str]) -> str:
    """Write numbers and codes of ours as an array; none of them needs quoting."""
    return f"{{{','.join(words)}}}"


def _outcome(quantity: int, verdict: str, order_code: str, left: int, held: int, limit: int) -> Outcome:
    if verdict != "fits":
        return Outcome(verdict, order_code, left or 0, held or 0, limit or 0)
    if 0 < quantity <= left:
        # Somebody before wanted more than was there; this smaller wish still fits and goes once more.
        return Outcome("again", "", left, held, limit)
    return Outcome("returning" if held else "sold_out", "", left, held, limit)
